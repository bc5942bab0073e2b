//! The steps of a sync, one by one: `cargo bench --bench sync`.
//!
//! The data are a town's on a temporary SQLite file: 200 tickets of an inspector with four rows each, made by pushes of a device, so that the
//! unit of work, the pages and the channels are what a server has. A batch is 100 mutations, a page 500 rows, as devices send and ask by default.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a bench ends at the first thing that goes wrong"
)]

#[path = "../tests/common/town_rows.rs"]
mod town_rows;

use std::{hint::black_box, sync::Arc};

use bazdid_clock::{SeededIds, SharedIds};
use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    actor::Actor,
    organisation::ActiveState,
    reference::Reference,
    sync::{
        cursor::{Cursor, Position},
        engine::{Act, Author, Authority, decide},
        merge_context::MergeContext,
        stamp::{Reading, Stamp, stamp},
    },
    unit_of_work::UnitOfWork,
    visibility::{Parts, Reach},
};
use bazdid_protocol::{
    channel::Channel,
    command::Command,
    digest::{ChannelDigest, row_hash},
    envelope::{PullRequest, PullResponse, PushRequest, SentItem},
    error::Error,
    ids::{DeviceId, Id, TicketId},
    mutation::{MAX_MUTATION_BYTES, Mutation, parse_bounded},
    outcome::Status,
    time::Timestamp,
};
use bazdid_security::vault::Vault;
use bazdid_service::{Ctx, Settings, Shared, device, sync};
use bazdid_store::{self as store, Db, DbOptions};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use town_rows::{POTHOLE, TOWN, WEST, save_organisations, save_rows};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const INSPECTOR: u128 = 1;
const TICKETS: usize = 200;
const BATCH: usize = 100;
const PAGE: i64 = 500;

fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

struct Town {
    db: Db,
    ctx: Ctx,
    device: DeviceId,
    tickets: Vec<TicketId>,
    reference: Arc<Reference>,
    _folder: tempfile::TempDir,
}

impl Town {
    /// The town after the inspector's day.
    fn build() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("town.db").display());
        store::migrate(&url).unwrap();
        let db = Db::open(&DbOptions { url, connections: 2 }).unwrap();
        let grant = RoleGrant {
            id: id(100),
            account_id: id(INSPECTOR),
            role: Role::Inspector,
            organisation_id: None,
            areas: vec![id(WEST)],
            valid_from: NOW.plus_days(-1),
            valid_to: None,
        };
        let ids: SharedIds = Arc::new(SeededIds::new(1));
        let ctx = Ctx {
            now: NOW,
            ids,
            request_id: Uuid::from_u128(1),
            language: bazdid_protocol::words::language::Language::English,
            actor: Some(Actor::new(id(INSPECTOR), vec![grant.clone()], NOW)),
            shared: Arc::new(Shared::new(Settings::default(), &[7; 32])),
        };
        db.write_blocking(move |tx| {
            let organisations = [id(901), id(902), id(903)];
            save_organisations(tx, NOW, organisations)?;
            save_rows(tx, NOW, organisations, None)?;
            let account = Account {
                id: id(INSPECTOR),
                rev: 1,
                login: "inspector".into(),
                display_name: "بازرس".into(),
                locale: "fa".into(),
                state: ActiveState::Active,
                phone_encrypted: None,
                created_at: NOW,
                updated_at: NOW,
            };
            store::account::save_accounts(tx, &[account])?;
            store::account::save_grants(tx, std::slice::from_ref(&grant))
        })
        .unwrap();
        let (new, for_register) = (new_device(), ctx.clone());
        let device = db.write_blocking(move |tx| device::register(tx, &for_register, &new)).unwrap().id;
        let reference = {
            let ctx = ctx.clone();
            db.write_blocking(move |tx| ctx.reference(tx)).unwrap()
        };
        let mut town = Self { db, ctx, device, tickets: Vec::new(), reference, _folder: folder };
        town.tickets = (0..TICKETS).map(|n| id(10_000 + n as u128)).collect();
        let creations: Vec<Value> = (0..TICKETS).map(|n| town.creation(n)).collect();
        let mut seq = 0;
        for batch in creations.chunks(BATCH) {
            town.push(batch, &mut seq);
        }
        for round in 0..4 * TICKETS / BATCH {
            town.push(&town.facts(round * BATCH), &mut seq);
        }
        town
    }

    fn creation(&self, n: usize) -> Value {
        // Far enough from each other that none is taken for another.
        let point = json!({ "lat": 36.21 + (n / 20) as f64 * 0.001, "lon": 50.01 + (n % 20) as f64 * 0.001, "accuracy_m": 6.0 });
        let args = json!({ "category": Uuid::from_u128(POTHOLE), "text": format!("چاله در مسیر، مورد {n}"), "point": point });
        json!({ "id": Uuid::from_u128(20_000 + n as u128), "cmd": "ticket.create", "entity": self.tickets[n], "args": args })
    }

    /// A field day's facts about tickets in turn: visit, photo, measurement, note.
    fn facts(&self, from: usize) -> Vec<Value> {
        let fact = |n: usize| {
            let row = Uuid::from_u128(1_000_000 + n as u128);
            let point = json!({ "lat": 36.21, "lon": 50.01, "accuracy_m": 6.0 });
            let (cmd, args) = match n % 4 {
                0 => ("visit.record", json!({ "visit": row, "kind": "patrol", "arrived_at": NOW, "point": point })),
                1 => (
                    "photo.add",
                    json!({ "photo": row, "kind": "before", "sha256": format!("{n:064x}"), "bytes": 2_100_000, "mime": "image/jpeg",
                            "width": 4000, "height": 3000, "captured_at": NOW, "point": point }),
                ),
                2 => ("measurement.add", json!({ "measurement": row, "item": "depth", "quantity": 7, "unit": "cm" })),
                _ => ("note.add", json!({ "note": row, "text": "آسفالت ریزش کرده و آب جمع شده است؛ کنار جدول، روبه‌روی پلاک دوازده." })),
            };
            json!({ "id": Uuid::from_u128(2_000_000 + n as u128), "cmd": cmd, "entity": self.tickets[n / 4 % TICKETS], "base": 1, "args": args })
        };
        (from..from + BATCH).map(fact).collect()
    }

    fn push(&self, batch: &[Value], seq: &mut i64) {
        let (ctx, request) = (self.ctx.clone(), self.request(batch, seq));
        let batch = sync::push::Batch::read(&ctx, request).unwrap();
        let answer = self.db.write_blocking(move |tx| sync::push::push(tx, &ctx, &batch)).unwrap();
        let fine = |status| matches!(status, Status::Applied | Status::Merged);
        assert!(answer.results.iter().all(|r| fine(r.status)), "{:?}", answer.results.iter().find(|r| !fine(r.status)));
    }

    fn request(&self, batch: &[Value], seq: &mut i64) -> PushRequest {
        let numbered = |mutation: &Value| {
            *seq += 1;
            let mut mutation = mutation.clone();
            mutation["seq"] = json!(*seq);
            mutation["at"] = json!(NOW);
            mutation
        };
        let mutations: Vec<Value> = batch.iter().map(numbered).collect();
        serde_json::from_value(json!({ "device": self.device, "sent_at": NOW, "mutations": mutations })).unwrap()
    }

    fn applied_through(&self) -> i64 {
        let device = self.device;
        self.db.read_blocking(|tx| store::account::find_device(tx, device)).unwrap().unwrap().applied_through
    }

    fn page(&self, cursor: Option<String>) -> PullResponse {
        let request = PullRequest { device: self.device, schema: 1, cursor, limit: Some(PAGE), reset: Vec::new() };
        self.db.read_blocking(|tx| sync::pull::pull(tx, &self.ctx, &request)).unwrap().page
    }
}

fn new_device() -> device::NewDevice {
    device::NewDevice { nonce: "bench".repeat(4), name: "bench".into(), platform: "bench".into(), app_version: "1".into() }
}

/// A batch of 100 facts about 25 tickets: read from JSON, and decided by the engine in a unit of work that holds these tickets whole.
fn merge(c: &mut Criterion) {
    let town = Town::build();
    // Facts that the town does not have yet.
    let batch = town.facts(4 * TICKETS);
    let mut seq = 0;
    let wire = town.request(&batch, &mut seq).mutations;
    let mutations: Vec<Mutation> = wire.iter().map(|m| parse_bounded(m.as_ref().unwrap(), MAX_MUTATION_BYTES).unwrap()).collect();
    let commands: Vec<Command> = mutations.iter().map(|m| Command::parse(&m.cmd, m.v, &m.args).unwrap()).collect();
    let tickets = town.tickets.clone();
    let unit: UnitOfWork = town.db.read_blocking(|tx| store::aggregate::read_unit(tx, &tickets)).unwrap();
    let context = MergeContext::new(&town.reference);
    let author = Author {
        account: id(INSPECTOR),
        device: Some(town.device),
        roles: vec![Role::Inspector],
        reach: Reach::Parts(Parts { areas: [id(WEST), id(TOWN)].into(), person: Some(id(INSPECTOR)), ..Parts::default() }),
        organisations: Vec::new(),
        manages: Vec::new(),
        authority: Authority::InForce,
    };
    let all = |unit: &mut UnitOfWork| -> usize {
        let mut last = NOW.plus_minutes(-60);
        let decided = mutations.iter().zip(&commands).map(|(m, command)| {
            let reading =
                Reading { received_at: NOW, sent_at: Some(NOW), push_uptime_ms: None, push_boot: None, at: m.at, up: m.up, boot: None };
            let stamp: Stamp = stamp(&reading, 86_400_000_000, None, last);
            last = stamp.eff;
            let act = Act {
                id: m.id,
                entity: m.entity,
                base: m.base,
                epoch: m.epoch,
                command,
                args: &m.args,
                stamp,
                received_at: NOW,
                office: false,
            };
            decide(unit, &context, &author, &act).status
        });
        decided.filter(|status| *status == Status::Applied).count()
    };
    assert_eq!(all(&mut unit.clone()), BATCH, "the batch is one that is applied");

    let mut group = c.benchmark_group("merge, a batch of 100 facts");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("reading", |b| {
        b.iter(|| {
            let read = |m: &SentItem| {
                let m = parse_bounded(m.as_ref().unwrap(), MAX_MUTATION_BYTES).unwrap();
                Command::parse(&m.cmd, m.v, &m.args).unwrap()
            };
            black_box(&wire).iter().map(read).collect::<Vec<_>>()
        });
    });
    group.bench_function("deciding, 200 tickets loaded", |b| {
        b.iter_batched_ref(|| unit.clone(), |unit| black_box(all(unit)), BatchSize::LargeInput);
    });
    // What the same batch costs with everything around it: loaded, decided, written and entered in the feed. It is taken back each time, so
    // that the last one finds what the first one found.
    let request = town.request(&batch, &mut town.applied_through());
    group.bench_function("a whole push on SQLite, but for the commit", |b| {
        b.iter(|| {
            let (ctx, request) = (town.ctx.clone(), request.clone());
            let taken_back: Result<(), Error> = town.db.write_blocking(move |tx| {
                let answer = sync::push::push(tx, &ctx, &sync::push::Batch::read(&ctx, request.clone())?)?;
                assert!(answer.results.iter().all(|r| r.status == Status::Applied && !r.replayed));
                Err(Error::internal("taken back"))
            });
            assert!(taken_back.is_err());
        });
    });
    group.finish();
}

fn cursor(c: &mut Criterion) {
    let vault = Vault::new(&[7; 32]);
    let sign = |bytes: &[u8]| vault.sign_cursor(bytes);
    let mut group = c.benchmark_group("cursor");
    // A crew, an inspector, a supervisor of a city of 71 districts.
    for channels in [4_u128, 8, 150] {
        let area = |n: u128| (Channel::Area(id(n + 1)), Position { seq: 1_000_000 + n as i64, floor: 0 });
        let cursor = Cursor { feed_epoch: Uuid::from_u128(1).to_string(), positions: (0..channels).map(area).collect() };
        let text = cursor.seal(sign);
        group.bench_function(format!("sign, {channels} channels"), |b| b.iter(|| black_box(&cursor).seal(sign)));
        group.bench_function(format!("open, {channels} channels"), |b| b.iter(|| Cursor::open(black_box(&text), sign).unwrap()));
    }
    group.finish();
}

fn digest(c: &mut Criterion) {
    let ids: Vec<Uuid> = (0..10_000_u128).map(|n| Uuid::from_u128(n * 0x9E37_79B9_7F4A_7C15)).collect();
    let mut group = c.benchmark_group("digest");
    group.throughput(Throughput::Elements(1));
    group.bench_function("the hash of a row", |b| b.iter(|| row_hash(black_box("work_order"), black_box(ids[7]), black_box(57))));
    group.throughput(Throughput::Elements(ids.len() as u64));
    group.bench_function("a channel of 10,000 rows from nothing", |b| {
        b.iter(|| black_box(&ids).iter().fold(ChannelDigest::default(), |sum, id| sum.with(row_hash("ticket", *id, 3))));
    });
    group.finish();
}

fn page(c: &mut Criterion) {
    let town = Town::build();
    let first = town.page(None);
    let mut last = first.clone();
    while !last.complete {
        last = town.page(Some(last.cursor));
    }
    let rows = first.changes.len();
    assert!(rows > 400 && last.complete, "{rows} rows on the first page");
    let mut group = c.benchmark_group("page of 500 rows");
    group.throughput(Throughput::Elements(rows as u64));
    group.bench_function("built from SQLite", |b| b.iter(|| town.page(None)));
    group.bench_function("written as JSON", |b| b.iter(|| serde_json::to_vec(black_box(&first)).unwrap()));
    group.throughput(Throughput::Elements(1));
    group.bench_function("nothing new, from SQLite", |b| b.iter(|| town.page(Some(last.cursor.clone()))));
    group.finish();
}

criterion_group!(benches, merge, cursor, digest, page);
criterion_main!(benches);
