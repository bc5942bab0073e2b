//! A small city to try use cases in: a database, a clock, ids from a seed.

#![allow(dead_code, reason = "each theme uses its own part")]

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bazdid_clock::{Clock as _, ManualClock, SeededIds, SharedIds};
use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    actor::Actor,
    organisation::{ActiveState, Organisation, OrganisationKind},
};
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, AreaId, GrantId, Id, OrganisationId},
    time::Timestamp,
};
use bazdid_security::password::Cost;
use bazdid_service::{Ctx, Settings, Shared};
use bazdid_store::{self as store, Tx, credential::Credential};
use uuid::Uuid;

use crate::common::TestDb;

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// What a process keeps in memory; passwords cost next to nothing.
pub fn shared() -> Arc<Shared> {
    let settings = Settings { password_cost: Cost { memory_kib: 64, passes: 1 }, ..Settings::default() };
    Arc::new(Shared::new(settings, &[7; 32]))
}

static NEXT: AtomicU64 = AtomicU64::new(1);

pub struct City {
    pub test_db: TestDb,
    pub clock: ManualClock,
    pub ids: SharedIds,
    pub shared: Arc<Shared>,
}

impl City {
    fn on(test_db: TestDb) -> Self {
        Self {
            test_db,
            clock: ManualClock::at(Timestamp::from_micros(1_795_000_000_000_000)),
            ids: Arc::new(SeededIds::new(NEXT.fetch_add(1, Ordering::Relaxed))),
            shared: shared(),
        }
    }

    /// One on each database.
    pub fn both() -> Vec<Self> {
        TestDb::both().into_iter().map(Self::on).collect()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Nobody's, or the system's, context now.
    pub fn ctx(&self) -> Ctx {
        Ctx {
            now: self.now(),
            ids: self.ids.clone(),
            request_id: self.ids.uuid(self.now()),
            actor: None,
            language: bazdid_protocol::words::language::Language::English,
            shared: Arc::clone(&self.shared),
        }
    }

    /// Somebody's context now, with the grants that are in force.
    pub fn ctx_of(&self, account: AccountId) -> Ctx {
        let grants = self.read(move |tx| store::account::list_grants_of(tx, &[account]));
        Ctx { actor: Some(Actor::new(account, grants, self.now())), ..self.ctx() }
    }

    pub fn try_write<T: Send + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.test_db.db().write_blocking(f)
    }

    #[track_caller]
    pub fn write<T: Send + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.try_write(f).unwrap()
    }

    #[track_caller]
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.test_db.db().read_blocking(f).unwrap()
    }

    /// An account with a password and no grant.
    pub fn account(&self, login: &str) -> AccountId {
        let id: AccountId = self.ids.id(self.now());
        let account = Account {
            id,
            rev: 1,
            login: login.into(),
            display_name: format!("خانم {login}"),
            locale: "fa".into(),
            state: ActiveState::Active,
            phone_encrypted: None,
            created_at: self.now(),
            updated_at: self.now(),
        };
        let password_hash = bazdid_security::password::hash(PASSWORD, [1; 16], self.shared.settings.password_cost).unwrap();
        let credential = Credential { account_id: id, password_hash, changed_at: self.now(), must_change: false };
        self.write(move |tx| {
            store::account::save_accounts(tx, std::slice::from_ref(&account))?;
            store::credential::save_credential(tx, &credential)
        });
        id
    }

    /// A grant without an end.
    pub fn grant(&self, account_id: AccountId, role: Role, organisation_id: Option<OrganisationId>, areas: &[AreaId]) -> GrantId {
        let id = self.ids.id(self.now());
        let grant = RoleGrant { id, account_id, role, organisation_id, areas: areas.to_vec(), valid_from: self.now(), valid_to: None };
        self.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&grant)));
        id
    }

    /// An account with one grant.
    pub fn person(&self, login: &str, role: Role, organisation: Option<OrganisationId>, areas: &[AreaId]) -> AccountId {
        let id = self.account(login);
        self.grant(id, role, organisation, areas);
        id
    }

    pub fn organisation(&self, code: &str, kind: OrganisationKind) -> OrganisationId {
        let id = self.ids.id(self.now());
        let row = Organisation {
            id,
            rev: 1,
            code: code.into(),
            kind,
            name_fa: code.into(),
            name_en: code.into(),
            parent_id: None,
            state: ActiveState::Active,
            updated_at: self.now(),
        };
        self.write(move |tx| store::organisation::save_organisations(tx, std::slice::from_ref(&row)));
        id
    }

    /// What stands in the audit log, oldest first.
    pub fn audit(&self) -> Vec<String> {
        let mut entries = self.read(store::audit::list_audit_entries);
        entries.sort_by_key(|e| (e.at, e.id));
        entries.into_iter().map(|e| e.action).collect()
    }
}

/// An id from a number.
pub fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

/// Loads the shipped catalogue.
pub fn load_catalogue(city: &City) {
    let ctx = city.ctx();
    city.write(move |tx| {
        let shipped = bazdid_domain::catalogue::Catalogue::shipped().unwrap();
        let (existing, run) = (bazdid_service::catalogue::Existing::Keep, bazdid_service::area::Run::Real);
        bazdid_service::catalogue::import_catalogue(tx, &ctx, &shipped, existing, run)
    });
}
