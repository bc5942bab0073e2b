//! Use cases: one function, one transaction. Authorise → load → decide → store, with feed and audit.
//!
//! Knows nothing of HTTP, runtimes, pools or the machine's clock.

pub mod account;
pub mod area;
pub mod audit;
pub mod auth;
pub mod call;
pub mod catalogue;
pub mod category;
pub mod change;
pub mod conflict;
pub mod contract;
pub mod decision;
pub mod device;
pub mod faults;
pub mod import;
pub mod inbox;
pub mod keys;
pub mod master_key;
pub mod notice;
pub mod once;
pub mod organisation;
pub mod outbox;
pub mod patrol;
pub mod phone;
pub mod photo;
pub mod picture;
pub mod quarantine;
pub mod reach;
pub mod redispatch;
pub mod reference;
pub mod reference_change;
pub mod round;
pub mod summary;
pub mod sync;
pub mod ticket;
pub mod timers;
pub mod upload;
pub mod webhook;
pub mod work_order;

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    keys::KeyCache, outbox::Subscriptions, phone::PhonePlan, reference::ReferenceCache, sync::limits::SyncLimits, upload::UploadLimits,
};
use bazdid_clock::{SharedClock, SharedIds};
use bazdid_domain::{actor::Actor, reference::Reference, sync::merge_context::MergeContext};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::AccountId,
    time::Timestamp,
    words::language::Language,
};
use bazdid_security::{password::Cost, vault::Vault};
use bazdid_store::Tx;

/// What a city sets, as the use cases need it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The municipality's time zone: civil days are counted in it.
    pub time_zone: chrono_tz::Tz,
    /// Points outside every area but nearer than this to one are given to it, metres.
    pub border_tolerance_m: f64,
    /// How long a device may have been offline at most, as far as its clock is believed, days.
    pub max_offline_days: i64,
    /// How phone numbers are dialled here.
    pub phones: PhonePlan,
    /// What a guess at a password costs.
    pub password_cost: Cost,
    /// What a sync may ask for at once.
    pub sync: SyncLimits,
    /// What uploads may hold.
    pub uploads: UploadLimits,
    /// What webhooks may do.
    pub webhooks: WebhookSettings,
}

/// What webhooks may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Whether receivers may have private addresses and plain HTTP.
    pub allow_private: bool,
    /// After how many days of failures only a receiver is given up.
    pub give_up_days: i64,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { allow_private: false, give_up_days: 5 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_zone: chrono_tz::Asia::Tehran,
            border_tolerance_m: 100.0,
            max_offline_days: 30,
            phones: PhonePlan::default(),
            password_cost: Cost::default(),
            sync: SyncLimits::default(),
            uploads: UploadLimits::default(),
            webhooks: WebhookSettings::default(),
        }
    }
}

/// What is the same for the whole process.
#[derive(Debug)]
pub struct Shared {
    /// The city's settings.
    pub settings: Settings,
    /// Seals secret columns, makes keyed hashes.
    pub vault: Vault,
    /// Reference data in memory.
    pub reference: ReferenceCache,
    /// The keys of the access tokens in memory.
    pub keys: KeyCache,
    /// Which events somebody subscribes to, in memory.
    pub subscriptions: Subscriptions,
}

impl Shared {
    /// With empty caches; every other key is derived from the master key, the first one of its database.
    #[must_use]
    pub fn new(settings: Settings, master_key: &[u8; 32]) -> Self {
        Self::with_vault(settings, Vault::new(master_key))
    }

    /// With empty caches and the vault of the database's master key: see [`master_key::recognise`].
    #[must_use]
    pub fn with_vault(settings: Settings, vault: Vault) -> Self {
        Self { settings, vault, reference: ReferenceCache::default(), keys: KeyCache::default(), subscriptions: Subscriptions::default() }
    }
}

/// Who asks, when, and what every use case may need.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The instant of the request.
    pub now: Timestamp,
    /// Where new ids come from.
    pub ids: SharedIds,
    /// The request, for log and audit.
    pub request_id: Uuid,
    /// Who asks; absent: the system itself, or somebody who has not logged in.
    pub actor: Option<Actor>,
    /// The language in which whoever asks reads names.
    pub language: Language,
    /// The same for the whole process.
    pub shared: Arc<Shared>,
}

impl Ctx {
    /// The system itself, at this moment: for what happens without anybody asking.
    #[must_use]
    pub fn of_system(clock: &SharedClock, ids: &SharedIds, shared: &Arc<Shared>) -> Self {
        let now = clock.now();
        Self { now, ids: Arc::clone(ids), request_id: ids.uuid(now), actor: None, language: Language::Persian, shared: Arc::clone(shared) }
    }

    /// The context of whoever works on the machine itself, by the command line: see [`Actor::system`].
    #[must_use]
    pub fn of_machine(clock: &SharedClock, ids: &SharedIds, shared: &Arc<Shared>) -> Self {
        let ctx = Self::of_system(clock, ids, shared);
        Self { actor: Some(Actor::system(ctx.now)), ..ctx }
    }

    /// Who asks.
    ///
    /// # Errors
    /// Nobody has logged in.
    pub fn actor(&self) -> Result<&Actor> {
        self.actor.as_ref().ok_or_else(|| Error::new(Code::Unauthenticated))
    }

    /// The account of who asks.
    ///
    /// # Errors
    /// Nobody has logged in.
    pub fn account(&self) -> Result<AccountId> {
        self.actor().map(|a| a.account_id)
    }

    /// The reference data in force in a transaction.
    ///
    /// # Errors
    /// The database fails.
    pub fn reference(&self, tx: &mut Tx<'_>) -> Result<Arc<Reference>> {
        self.shared.reference.get(tx, self)
    }

    /// What the rules must know of the context around, so far without what is fetched for a batch.
    #[must_use]
    pub fn merge_context<'r>(&self, reference: &'r Reference) -> MergeContext<'r> {
        MergeContext { max_photo_bytes: self.shared.settings.uploads.max_photo_bytes(), ..MergeContext::new(reference) }
    }

    /// The civil day of an instant in the municipality's time zone: days since 1970-01-01.
    #[must_use]
    pub fn civil_day(&self, at: Timestamp) -> i64 {
        let date = at.to_chrono().with_timezone(&self.shared.settings.time_zone).date_naive();
        i64::from(chrono::Datelike::num_days_from_ce(&date)) - 719_163
    }
}
