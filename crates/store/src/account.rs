//! Accounts, grants and devices in the database.

use diesel::prelude::*;

use crate::{
    schema::{accounts, devices, role_grants},
    sql::{Json, db_error},
    state::{find_state, save_state},
    tx::{MAX_BINDS, Tx},
};
use bazdid_domain::{
    account::{Account, ClockTrust, Device, Role, RoleGrant},
    organisation::ActiveState,
};
use bazdid_protocol::{
    error::Result,
    fold,
    ids::{AccountId, AreaId, DeviceId, GrantId, OrganisationId},
    time::Timestamp,
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
        name_folded: String,
    }
}

/// What an account is found by.
fn folded_name(login: &str, name: &str) -> String {
    fold::fold(&format!("{login} {name}"))
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
            name_folded: folded_name(&e.login, &e.display_name),
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
    DeviceRow of devices, id: DeviceId, added on "(account_id, nonce)" {
        rev: i64,
        account_id: AccountId,
        nonce: String,
        name: String,
        platform: String,
        app_version: String,
        enrolled_at: Timestamp,
        revoked_at: Option<Timestamp>,
        retired: bool,
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
            retired: e.retired,
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
            retired: r.retired,
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

find_by!(Account, AccountRow of accounts.login, find_account_by_login);

/// Raises an account's revision, if it is the one that is expected: of two changes at once one is told `false`. The row stays
/// locked to the end of the transaction.
///
/// # Errors
/// The database fails.
pub fn raise_account(tx: &mut Tx<'_>, id: AccountId, rev: i64, at: Timestamp) -> Result<bool> {
    on!(tx, |c| diesel::update(accounts::table.filter(accounts::id.eq(id).and(accounts::rev.eq(rev))))
        .set((accounts::rev.eq(rev.saturating_add(1)), accounts::updated_at.eq(at)))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Name of the version by which all names are folded, among the server's own values.
const FOLDED: &str = "folded_accounts";

/// Folds anew the names of accounts that were folded by another version; answers how many. Once all are, nothing is read any more.
///
/// # Errors
/// The database fails.
pub fn refold_accounts(tx: &mut Tx<'_>, limit: usize) -> Result<usize> {
    let current = fold::VERSION.to_string();
    if find_state(tx, FOLDED)?.as_ref() == Some(&current) {
        return Ok(0);
    }
    let rows: Vec<(AccountId, String, String, String)> =
        on!(tx, |c| accounts::table.select((accounts::id, accounts::login, accounts::display_name, accounts::name_folded)).load(c))
            .map_err(db_error)?;
    let outdated: Vec<_> = rows
        .into_iter()
        .map(|(id, login, name, stored)| (id, folded_name(&login, &name), stored))
        .filter(|(_, new, old)| new != old)
        .collect();
    if outdated.is_empty() {
        save_state(tx, FOLDED, &current)?;
    }
    let mut done = 0;
    for (id, folded, stored) in outdated.into_iter().take(limit) {
        // Not over what somebody has written meanwhile.
        done += on!(tx, |c| diesel::update(accounts::table.filter(accounts::id.eq(id).and(accounts::name_folded.eq(&stored))))
            .set(accounts::name_folded.eq(&folded))
            .execute(c))
        .map_err(db_error)?;
    }
    Ok(done)
}

/// What a list of accounts shows.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Login or part of the display name, folded.
    pub text: Option<String>,
    /// Active or disabled only.
    pub state: Option<ActiveState>,
    /// Only these.
    pub among: Option<Vec<AccountId>>,
}

/// A page of accounts in the order of their logins, after one.
///
/// # Errors
/// The database fails.
pub fn page_accounts(tx: &mut Tx<'_>, filter: &AccountFilter, after: Option<&str>, limit: i64) -> Result<Vec<Account>> {
    let pattern = filter.text.as_ref().map(|t| {
        let escaped = t.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        format!("%{escaped}%")
    });
    let rows: Vec<AccountRow> = on!(tx, |c| {
        let mut query = accounts::table.select(AccountRow::as_select()).order(accounts::login).limit(limit).into_boxed();
        if let Some(after) = after {
            query = query.filter(accounts::login.gt(after));
        }
        if let Some(pattern) = &pattern {
            query = query.filter(accounts::name_folded.like(pattern).escape('\\'));
        }
        if let Some(state) = filter.state {
            query = query.filter(accounts::state.eq(state));
        }
        if let Some(among) = &filter.among {
            query = query.filter(accounts::id.eq_any(among));
        }
        query.load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The names that some accounts show.
///
/// # Errors
/// The database fails.
pub fn list_names(tx: &mut Tx<'_>, of: &[AccountId]) -> Result<Vec<(AccountId, String)>> {
    let mut names = Vec::new();
    for of in of.chunks(MAX_BINDS) {
        let found: Vec<(AccountId, String)> =
            on!(tx, |c| accounts::table.filter(accounts::id.eq_any(of)).select((accounts::id, accounts::display_name)).load(c))
                .map_err(db_error)?;
        names.extend(found);
    }
    Ok(names)
}

/// Every grant of some accounts, past and future ones too.
///
/// # Errors
/// The database fails.
pub fn list_grants_of(tx: &mut Tx<'_>, of: &[AccountId]) -> Result<Vec<RoleGrant>> {
    let mut grants = Vec::new();
    for of in of.chunks(MAX_BINDS / 2) {
        let rows: Vec<RoleGrantRow> = on!(tx, |c| role_grants::table
            .filter(role_grants::account_id.eq_any(of))
            .order(role_grants::id)
            .select(RoleGrantRow::as_select())
            .load(c))
        .map_err(db_error)?;
        grants.extend(rows.into_iter().map(Into::into));
    }
    Ok(grants)
}

/// The devices of an account, oldest first.
///
/// # Errors
/// The database fails.
pub fn list_devices_of(tx: &mut Tx<'_>, of: AccountId) -> Result<Vec<Device>> {
    let rows: Vec<DeviceRow> =
        on!(tx, |c| devices::table.filter(devices::account_id.eq(of)).order(devices::id).select(DeviceRow::as_select()).load(c))
            .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A page of devices in the order of their ids, after one; of one account only, if it is named.
///
/// # Errors
/// The database fails.
pub fn page_devices(tx: &mut Tx<'_>, of: Option<AccountId>, after: Option<DeviceId>, limit: i64) -> Result<Vec<Device>> {
    let rows: Vec<DeviceRow> = on!(tx, |c| {
        let mut query = devices::table.select(DeviceRow::as_select()).order(devices::id).limit(limit).into_boxed();
        if let Some(of) = of {
            query = query.filter(devices::account_id.eq(of));
        }
        if let Some(after) = after {
            query = query.filter(devices::id.gt(after));
        }
        query.load(c)
    })
    .map_err(db_error)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The device that an account registered under a nonce.
///
/// # Errors
/// The database fails.
pub fn find_device_by_nonce(tx: &mut Tx<'_>, of: AccountId, nonce: &str) -> Result<Option<Device>> {
    let row: Option<DeviceRow> = on!(tx, |c| devices::table
        .filter(devices::account_id.eq(of).and(devices::nonce.eq(nonce)))
        .select(DeviceRow::as_select())
        .first(c)
        .optional())
    .map_err(db_error)?;
    Ok(row.map(Into::into))
}

/// Writes a new device, unless its account has one under the same nonce. Tells whether it did.
///
/// # Errors
/// The database fails.
pub fn insert_device(tx: &mut Tx<'_>, device: &Device) -> Result<bool> {
    DeviceRow::add(tx, &[device.into()]).map(|added| added == 1)
}

/// Takes a device out of service for good, also one that is only retired. Touches nothing else: a push of the same device may be
/// under way. Tells whether it changed anything.
///
/// # Errors
/// The database fails.
pub fn revoke_device(tx: &mut Tx<'_>, id: DeviceId, at: Timestamp) -> Result<bool> {
    on!(tx, |c| diesel::update(devices::table.filter(devices::id.eq(id).and(devices::revoked_at.is_null().or(devices::retired.eq(true)))))
        .set((devices::revoked_at.eq(Some(at)), devices::retired.eq(false), devices::rev.eq(devices::rev + 1)))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Takes a silent device out of service until it registers again. Tells whether it did: not if it has pushed since it was read.
///
/// # Errors
/// The database fails.
pub fn retire_device(tx: &mut Tx<'_>, device: &Device, at: Timestamp) -> Result<bool> {
    let unchanged = devices::id.eq(device.id).and(devices::rev.eq(device.rev)).and(devices::revoked_at.is_null());
    on!(tx, |c| diesel::update(devices::table.filter(unchanged))
        .set((devices::revoked_at.eq(Some(at)), devices::retired.eq(true), devices::rev.eq(devices::rev + 1)))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Takes a retired device into service again. Tells whether it did.
///
/// # Errors
/// The database fails.
pub fn reinstate_device(tx: &mut Tx<'_>, id: DeviceId) -> Result<bool> {
    on!(tx, |c| diesel::update(devices::table.filter(devices::id.eq(id).and(devices::retired.eq(true))))
        .set((devices::revoked_at.eq(None::<Timestamp>), devices::retired.eq(false), devices::rev.eq(devices::rev + 1)))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// The device with an id, locked to the end of the transaction: of two pushes of one device the second waits here.
///
/// # Errors
/// The database fails.
pub fn lock_device(tx: &mut Tx<'_>, id: DeviceId) -> Result<Option<Device>> {
    // An update that changes nothing locks the row on PostgreSQL and is the same text on SQLite, which has one writer.
    let row: Option<DeviceRow> = on!(tx, |c| diesel::update(devices::table.filter(devices::id.eq(id)))
        .set(devices::rev.eq(devices::rev))
        .returning(DeviceRow::as_returning())
        .get_result(c)
        .optional())
    .map_err(db_error)?;
    Ok(row.map(Into::into))
}

/// Notes that a device has pulled.
///
/// # Errors
/// The database fails.
pub fn touch_device_pull(tx: &mut Tx<'_>, id: DeviceId, at: Timestamp) -> Result<()> {
    on!(tx, |c| diesel::update(devices::table.filter(devices::id.eq(id))).set(devices::last_pull_at.eq(Some(at))).execute(c))
        .map(drop)
        .map_err(db_error)
}
