use std::{future::Future, sync::Arc};

use futures_util::FutureExt as _;
use uuid::Uuid;

use super::*;
use crate::{
    config::Config,
    http::{
        Limits,
        fair::{Early, Turns},
        gate::{Gate, Room},
        hashing::Hashing,
        shares::LocalShares,
    },
};
use bazdid_clock::{Clock as _, ManualClock, SeededIds, SharedIds};
use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    actor::Actor,
    organisation::ActiveState,
};
use bazdid_protocol::{
    channel::Channel,
    digest::row_hash,
    ids::{AccountId, Id},
    time::Timestamp,
};
use bazdid_service::{
    Settings, Shared,
    device::{self, NewDevice},
};
use bazdid_store::{
    self as store, Db, DbOptions,
    feed::{Entry, Presence},
};
use bazdid_upload::pace::Pacing;

const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn id<K>(n: u128) -> Id<K> {
    Id::new(Uuid::from_u128(n))
}

fn account() -> AccountId {
    id(1)
}

/// A right in an area, with its channel.
fn grant(n: u128) -> RoleGrant {
    RoleGrant {
        id: id(100 + n),
        account_id: account(),
        role: Role::Inspector,
        organisation_id: None,
        areas: vec![id(n)],
        valid_from: START,
        valid_to: None,
    }
}

/// A server without a listener, and an inspector of one area with a device.
struct House {
    state: web::Data<State>,
    ctx: Ctx,
    device: DeviceId,
    _folder: tempfile::TempDir,
}

impl House {
    fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        store::migrate(&url).unwrap();
        let db = Db::open(&DbOptions { url: url.clone(), connections: 2 }).unwrap();
        let (clock, ids): (_, SharedIds) = (Arc::new(ManualClock::at(START)), Arc::new(SeededIds::new(1)));
        let shared = Arc::new(Shared::new(Settings::default(), &[7; 32]));
        let actor = Some(Actor::new(account(), vec![grant(1)], START));
        let ctx = Ctx {
            now: clock.now(),
            ids: Arc::clone(&ids),
            request_id: Uuid::from_u128(1),
            actor,
            language: bazdid_protocol::words::language::Language::English,
            shared: Arc::clone(&shared),
        };
        let somebody = Account {
            id: account(),
            rev: 1,
            login: "inspector".into(),
            display_name: "inspector".into(),
            locale: "fa".into(),
            state: ActiveState::Active,
            phone_encrypted: None,
            created_at: START,
            updated_at: START,
        };
        let phone =
            NewDevice { nonce: "a nonce of a phone".into(), name: "phone".into(), platform: "android".into(), app_version: "1".into() };
        let registers = ctx.clone();
        let device = db.write_blocking(move |tx| {
            store::account::save_accounts(tx, std::slice::from_ref(&somebody))?;
            store::account::save_grants(tx, &[grant(1)])?;
            device::register(tx, &registers, &phone)
        });
        let gate = Gate::new(Room { requests: 1, bytes: 1, party_bytes: 1 }, Arc::clone(&ids));
        let mut config = Config::default();
        let second = Duration::from_secs(1);
        let pacing = Pacing { first: second, window: second, bytes_s: 1 };
        let limits = Limits { body_bytes: 1, push_bytes: 1, request_timeout_s: 60, pacing, proxies: 0 };
        config.evidence.folder = folder.path().join("photos");
        let uploads = crate::uploads(&config, db.clone()).unwrap();
        let state = State {
            db,
            database_url: url,
            shared,
            limits,
            upload_gate: Arc::clone(&gate),
            shares: Arc::new(LocalShares::new(&config.load, clock.clone())),
            turns: Turns::new(config.load),
            early: Early::default(),
            hashing: Hashing::new(&config.load, Arc::clone(&ids)),
            gate,
            uploads,
            metrics_token: config.telemetry.metrics_token,
            security: config.security,
            public_url: String::new(),
            clock,
            ids,
        };
        Self { state: web::Data::new(state), ctx, device: device.unwrap().id, _folder: folder }
    }

    async fn stream(&self) -> Line {
        let mut line = Line::open(self.state.clone(), self.ctx.clone(), self.device, None).await.unwrap();
        assert_eq!(line.next().await, Some(HELLO_CHANGED), "it has no cursor");
        line
    }

    /// Something happens in an area.
    async fn moves(&self, n: u128) {
        let entry = Entry { channel: Channel::Area(id(n)), kind: "ticket", entity: Uuid::from_u128(n), v: 1, presence: Presence::Put };
        self.state.db.write(move |tx| store::feed::append(tx, std::slice::from_ref(&entry), row_hash)).await.unwrap();
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// What a stream says at so many ticks.
async fn ticks(line: &mut Line, many: u32) -> Vec<Option<Bytes>> {
    let mut said = Vec::new();
    for _ in 0..many {
        said.push(line.tick().await);
    }
    said
}

#[test]
fn a_stream_looks_again_once_a_minute_what_its_device_reads() {
    let house = House::build();
    run(async {
        let mut line = house.stream().await;
        let still = Some(STILL_HERE);
        assert_eq!(ticks(&mut line, TICKS_TO_LOOK).await, vec![still.clone(); 3], "nothing has changed");
        house.moves(2).await;
        assert_eq!(line.next().now_or_never(), None, "the other area is not its own");
        house.state.db.write(|tx| store::account::save_grants(tx, &[grant(2)])).await.unwrap();
        assert_eq!(ticks(&mut line, TICKS_TO_LOOK).await, [still.clone(), still.clone(), Some(CHANGED)], "it has gained a channel");
        house.moves(2).await;
        assert_eq!(line.next().await, Some(CHANGED), "and hears of it from now on");
        assert_eq!(KEEP_ALIVE * TICKS_TO_LOOK, Duration::from_secs(60));
    });
}

#[test]
fn a_stream_ends_when_its_device_may_no_longer_pull() {
    let house = House::build();
    run(async {
        let mut line = house.stream().await;
        let device = house.device;
        house.state.db.write(move |tx| store::account::revoke_device(tx, device, START)).await.unwrap();
        assert_eq!(ticks(&mut line, TICKS_TO_LOOK).await, [Some(STILL_HERE), Some(STILL_HERE), None]);
    });
}

#[test]
fn a_stream_ends_after_a_quarter_of_an_hour_and_leaves_its_place() {
    let house = House::build();
    run(async {
        let mut line = house.stream().await;
        let mut said = ticks(&mut line, TICKS_TO_END).await;
        assert_eq!(said.pop(), Some(None), "it has come to its end");
        assert!(said.iter().all(|s| *s == Some(STILL_HERE)), "{said:?}");
        assert_eq!(KEEP_ALIVE * TICKS_TO_END, Duration::from_secs(15 * 60));
        assert_eq!(house.state.db.hub().waiting(), 1);
        assert!(house.state.db.hub().enter(1).is_none());
        drop(line);
        assert_eq!(house.state.db.hub().waiting(), 0);
        assert!(house.state.db.hub().enter(1).is_some());
    });
}
