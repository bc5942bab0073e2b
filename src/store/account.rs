//! Accounts, grants and devices in the database.

use crate::{
    domain::{
        account::{Account, ClockTrust, Device, Role, RoleGrant},
        ids::{AccountId, AreaId, DeviceId, GrantId, OrganisationId},
        organisation::ActiveState,
        time::Timestamp,
    },
    store::sql::Json,
};

record! {
    /// Row of `accounts`.
    AccountRow of accounts, id: AccountId {
        rev: i64,
        login: String,
        display_name: String,
        locale: String,
        state: ActiveState,
        phone_encrypted: Option<Vec<u8>>,
        created_at: Timestamp,
        updated_at: Timestamp,
    }
}

impl From<&Account> for AccountRow {
    fn from(e: &Account) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            login: e.login.clone(),
            display_name: e.display_name.clone(),
            locale: e.locale.clone(),
            state: e.state,
            phone_encrypted: e.phone_encrypted.clone(),
            created_at: e.created_at,
            updated_at: e.updated_at,
        }
    }
}

impl From<AccountRow> for Account {
    fn from(r: AccountRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            login: r.login,
            display_name: r.display_name,
            locale: r.locale,
            state: r.state,
            phone_encrypted: r.phone_encrypted,
            created_at: r.created_at,
            updated_at: r.updated_at,
        }
    }
}

record! {
    /// Row of `role_grants`.
    RoleGrantRow of role_grants, id: GrantId {
        account_id: AccountId,
        role: Role,
        organisation_id: Option<OrganisationId>,
        areas: Json<Vec<AreaId>>,
        valid_from: Timestamp,
        valid_to: Option<Timestamp>,
    }
}

impl From<&RoleGrant> for RoleGrantRow {
    fn from(e: &RoleGrant) -> Self {
        Self {
            id: e.id,
            account_id: e.account_id,
            role: e.role,
            organisation_id: e.organisation_id,
            areas: Json(e.areas.clone()),
            valid_from: e.valid_from,
            valid_to: e.valid_to,
        }
    }
}

impl From<RoleGrantRow> for RoleGrant {
    fn from(r: RoleGrantRow) -> Self {
        Self {
            id: r.id,
            account_id: r.account_id,
            role: r.role,
            organisation_id: r.organisation_id,
            areas: r.areas.0,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
        }
    }
}

record! {
    /// Row of `devices`.
    DeviceRow of devices, id: DeviceId {
        rev: i64,
        account_id: AccountId,
        nonce: String,
        name: String,
        platform: String,
        app_version: String,
        enrolled_at: Timestamp,
        revoked_at: Option<Timestamp>,
        last_pull_at: Option<Timestamp>,
        last_push_at: Option<Timestamp>,
        applied_through: i64,
        chain: String,
        clock_offset_us: i64,
        clock_trust: ClockTrust,
        last_eff: Timestamp,
        pending: i64,
        acked_through: i64,
    }
}

impl From<&Device> for DeviceRow {
    fn from(e: &Device) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            account_id: e.account_id,
            nonce: e.nonce.clone(),
            name: e.name.clone(),
            platform: e.platform.clone(),
            app_version: e.app_version.clone(),
            enrolled_at: e.enrolled_at,
            revoked_at: e.revoked_at,
            last_pull_at: e.last_pull_at,
            last_push_at: e.last_push_at,
            applied_through: e.applied_through,
            chain: e.chain.clone(),
            clock_offset_us: e.clock_offset_us,
            clock_trust: e.clock_trust,
            last_eff: e.last_eff,
            pending: e.pending,
            acked_through: e.acked_through,
        }
    }
}

impl From<DeviceRow> for Device {
    fn from(r: DeviceRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            account_id: r.account_id,
            nonce: r.nonce,
            name: r.name,
            platform: r.platform,
            app_version: r.app_version,
            enrolled_at: r.enrolled_at,
            revoked_at: r.revoked_at,
            last_pull_at: r.last_pull_at,
            last_push_at: r.last_push_at,
            applied_through: r.applied_through,
            chain: r.chain,
            clock_offset_us: r.clock_offset_us,
            clock_trust: r.clock_trust,
            last_eff: r.last_eff,
            pending: r.pending,
            acked_through: r.acked_through,
        }
    }
}

entity_store!(Account, AccountRow of accounts, find_account(AccountId), list_accounts, save_accounts);

entity_store!(RoleGrant, RoleGrantRow of role_grants, find_grant(GrantId), list_grants, save_grants);

entity_store!(Device, DeviceRow of devices, find_device(DeviceId), list_devices, save_devices);
