//! Accounts, what they may do and the devices they enrol.

use crate::organisation::ActiveState;
pub use bazdid_protocol::words::account::{ClockTrust, Role};
use bazdid_protocol::{
    ids::{AccountId, AreaId, DeviceId, GrantId, OrganisationId},
    time::Timestamp,
};

/// A person's login.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Identity.
    pub id: AccountId,
    /// Revision.
    pub rev: i64,
    /// Login name, lower case, unique.
    pub login: String,
    /// Name that colleagues see.
    pub display_name: String,
    /// Language of messages: `fa` or `en`.
    pub locale: String,
    /// May log in or not.
    pub state: ActiveState,
    /// Phone (E.164), encrypted at rest; never leaves the office.
    pub phone_encrypted: Option<Vec<u8>>,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// A role held in some areas, for an organisation, during a time.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleGrant {
    /// Identity.
    pub id: GrantId,
    /// Who holds it.
    pub account_id: AccountId,
    /// The role.
    pub role: Role,
    /// On whose behalf; the scope of contractor people.
    pub organisation_id: Option<OrganisationId>,
    /// Areas with all that lie below them; empty means none (admin and auditor need none).
    pub areas: Vec<AreaId>,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity; open if absent.
    pub valid_to: Option<Timestamp>,
}

impl RoleGrant {
    /// Whether the grant is in force at an instant: `[valid_from, valid_to)`.
    #[must_use]
    pub fn in_force_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|end| at < end)
    }
}

/// A phone or tablet enrolled by an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Identity.
    pub id: DeviceId,
    /// Revision.
    pub rev: i64,
    /// Who enrolled it.
    pub account_id: AccountId,
    /// Made by the device at registration; makes registration idempotent.
    pub nonce: String,
    /// Human name.
    pub name: String,
    /// `android`, `ios`, …
    pub platform: String,
    /// Version of the field app.
    pub app_version: String,
    /// Enrolment.
    pub enrolled_at: Timestamp,
    /// When the device went out of service.
    pub revoked_at: Option<Timestamp>,
    /// Whether it is out of service only because it was silent for long and another device of its account needed its place
    /// ([`Device::may_retire`]). It comes back into service when it registers again.
    pub retired: bool,
    /// Last pull.
    pub last_pull_at: Option<Timestamp>,
    /// Last push.
    pub last_push_at: Option<Timestamp>,
    /// Highest `seq` answered.
    pub applied_through: i64,
    /// `sha256(chain ‖ mutation id)` over all answered mutations, hex; 64 zeros at first.
    pub chain: String,
    /// Last measured `sent_at − received_at`, microseconds.
    pub clock_offset_us: i64,
    /// What follows from it.
    pub clock_trust: ClockTrust,
    /// Newest effective stamp given to a mutation of this device.
    pub last_eff: Timestamp,
    /// Mutations in its outbox after the last push: those that it reported less those that the push answered.
    pub pending: i64,
    /// Up to which `seq` it has acknowledged results.
    pub acked_through: i64,
}

/// How long a device must have been silent before it gives its place to another device of its account, days.
pub const RETIRE_AFTER_DAYS: i64 = 30;

impl Device {
    /// When the server last heard from it.
    #[must_use]
    pub fn last_heard(&self) -> Timestamp {
        [self.last_pull_at, self.last_push_at].into_iter().flatten().fold(self.enrolled_at, Timestamp::max)
    }

    /// Whether it may give its place to another device of its account: it is in service, the server has not heard from it for
    /// [`RETIRE_AFTER_DAYS`], and by its last report it has nothing to send.
    #[must_use]
    pub fn may_retire(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.pending == 0 && self.last_heard().plus_days(RETIRE_AFTER_DAYS) <= now
    }
}
