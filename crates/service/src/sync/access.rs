//! Who syncs: the device and its account, what the account held at the time of an act, and the channels it reads now.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Ctx, auth::HAND_IN_DAYS};
use bazdid_domain::{
    account::{Device, Role, RoleGrant},
    organisation::ActiveState,
    policy::{Permission, role_allows},
    reference::Reference,
    sync::{
        engine::{Author, Authority},
        journal::Journaled,
    },
    visibility::Reach,
};
use bazdid_protocol::{
    channel::Channel,
    error::{Code, Error, Result},
    ids::{AccountId, DeviceId, GrantId},
    time::Timestamp,
};
use bazdid_store::{Tx, account};

/// How a device stands that sends what was done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Device and account are in service.
    InService,
    /// One of them is not, or the login ended with another device: what is unsent is handed in, for a supervisor to let in or leave out.
    HandsIn,
}

/// As [`check_device`], for a push: who was put out of service may hand in for [`HAND_IN_DAYS`] what they had not sent.
pub(super) fn check_sender(tx: &mut Tx<'_>, ctx: &Ctx, device: Option<Device>) -> Result<(Device, Standing)> {
    let device = registered(ctx, device)?;
    let account = account::find_account(tx, device.account_id)?.ok_or_else(|| Error::new(Code::AccountDisabled))?;
    let standing = match device.revoked_at {
        Some(at) if ctx.now >= at.plus_days(HAND_IN_DAYS) => return Err(Error::new(Code::DeviceRevoked)),
        Some(_) => Standing::HandsIn,
        // How long ago that was, the access token has told.
        None if ctx.actor()?.hands_in() || account.state != ActiveState::Active => Standing::HandsIn,
        None => Standing::InService,
    };
    Ok((device, standing))
}

/// A device of who asks: another's, or nobody's, is answered the same.
fn registered(ctx: &Ctx, device: Option<Device>) -> Result<Device> {
    let asks = ctx.account()?;
    device.filter(|d| d.account_id == asks).ok_or_else(|| Error::with(Code::Forbidden, "this device is not registered to you"))
}

/// Refuses a device that may not sync for who asks: another's (or nobody's, which is answered the same), one out of service,
/// one of a disabled account.
pub(super) fn check_device(tx: &mut Tx<'_>, ctx: &Ctx, device: Option<Device>) -> Result<Device> {
    let device = registered(ctx, device)?;
    if account::find_account(tx, device.account_id)?.is_none_or(|a| a.state != ActiveState::Active) {
        return Err(Error::new(Code::AccountDisabled));
    }
    if device.revoked_at.is_some() {
        return Err(Error::new(Code::DeviceRevoked));
    }
    Ok(device)
}

/// When something was done, as far as the server knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    /// Estimated time of the act.
    pub est: Timestamp,
    /// When the server received the report of it.
    pub received_at: Timestamp,
}

impl From<&Journaled> for Done {
    fn from(row: &Journaled) -> Self {
        Self { est: row.est, received_at: row.received_at }
    }
}

/// The grants of accounts, past and present.
#[derive(Debug, Clone, Default)]
pub(super) struct Grants(BTreeMap<AccountId, Vec<RoleGrant>>);

impl Grants {
    /// Reads those of accounts that are not known yet, in one query.
    pub(super) fn learn(&mut self, tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<()> {
        let unknown: Vec<AccountId> = accounts.iter().copied().filter(|a| !self.0.contains_key(a)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        self.0.extend(unknown.iter().map(|a| (*a, Vec::new())));
        for grant in account::list_grants_of(tx, &unknown)? {
            self.0.entry(grant.account_id).or_default().push(grant);
        }
        Ok(())
    }

    fn of(&self, account: AccountId) -> &[RoleGrant] {
        self.0.get(&account).map_or(&[], Vec::as_slice)
    }

    /// Which grants count for what was done: those of the estimated time of the act, see [`Self::counting_at`]. Where nobody had any
    /// grant yet, those of the receipt: nobody has a device before their first grant, so the clock was wrong, and that takes
    /// nothing from anybody.
    fn counting(&self, account: AccountId, done: Done) -> (Authority, Vec<&RoleGrant>) {
        let found = self.counting_at(account, done.est).or_else(|| self.counting_at(account, done.received_at));
        found.unwrap_or((Authority::InForce, Vec::new()))
    }

    /// Which grants count at an instant: those in force then; if the last had ended before, those that ended last, and what was done
    /// under them no longer counts by itself. `None` before the first.
    fn counting_at(&self, account: AccountId, at: Timestamp) -> Option<(Authority, Vec<&RoleGrant>)> {
        let in_force = |at: Timestamp| self.of(account).iter().filter(|g| g.in_force_at(at)).collect();
        let syncing = self.of(account).iter().filter(|g| role_allows(g.role, Permission::Sync));
        if syncing.clone().any(|g| g.in_force_at(at)) {
            return Some((Authority::InForce, in_force(at)));
        }
        let end = syncing.filter_map(|g| g.valid_to).filter(|end| *end <= at).max()?;
        Some((Authority::Revoked, in_force(end.plus_micros(-1))))
    }

    /// Which grants count for what was done.
    pub(super) fn held(&self, account: AccountId, done: Done) -> (Authority, Vec<GrantId>) {
        let (authority, held) = self.counting(account, done);
        (authority, held.into_iter().map(|g| g.id).collect())
    }

    /// The account with what it held when something was done: who may write is judged by history.
    pub(super) fn author(&self, account: AccountId, device: DeviceId, done: Done, reference: &Reference) -> Author {
        let (authority, held) = self.counting(account, done);
        Author {
            account,
            device: Some(device),
            roles: held.iter().map(|g| g.role).collect::<BTreeSet<_>>().into_iter().collect(),
            reach: reach(account, held.iter().copied(), reference),
            manages: {
                let managed = held.iter().filter(|g| g.role == Role::ContractorManager);
                managed.filter_map(|g| g.organisation_id).collect::<BTreeSet<_>>().into_iter().collect()
            },
            organisations: held.iter().filter_map(|g| g.organisation_id).collect::<BTreeSet<_>>().into_iter().collect(),
            authority,
        }
    }

    /// The channels that a device of the account reads at an instant: those of its person's reach, its own, and reference data.
    pub(super) fn channels(&self, account: AccountId, device: DeviceId, at: Timestamp, reference: &Reference) -> BTreeSet<Channel> {
        let mut channels = reach(account, self.of(account).iter().filter(|g| g.in_force_at(at)), reference).channels();
        channels.extend([Channel::Device(device), Channel::Ref]);
        channels
    }
}

/// How far grants reach in the sync.
fn reach<'g>(account: AccountId, grants: impl IntoIterator<Item = &'g RoleGrant>, reference: &Reference) -> Reach {
    Reach::of(account, grants, Permission::Sync, |a| reference.areas.below(a))
}
