use super::*;
use crate::{clocks::DeviceClock, outbox::Entry};
use bazdid_clock::{ManualClock, SeededIds, SharedIds};
use bazdid_protocol::{
    channel::Channel,
    envelope::{Change, ChangeOp, PullResponse, PulledDevice, ResultItem},
    ids::{AccountId, DeviceId, MutationId},
    outcome::Status,
    repair::{FetchResponse, ManifestRow},
    time::{MICROS_PER_DAY, Timestamp},
};
use proptest::prelude::*;
use serde_json::json;
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

const DAY: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn fresh() -> DeviceState {
    let ids: SharedIds = Arc::new(SeededIds::new(7));
    let clock = DeviceClock::new(Arc::new(ManualClock::at(DAY)), ids.clone());
    DeviceState::new(AccountId::new(Uuid::from_u128(5)), "phone", &clock, &ids)
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("device.db");
    (folder, path)
}

fn channels() -> Vec<Channel> {
    let id = Uuid::from_u128;
    vec![Channel::Area(id(1).into()), Channel::Org(id(2).into()), Channel::Ref, Channel::Device(id(4).into())]
}

/// One step of what can happen to a state.
#[derive(Debug, Clone)]
enum Step {
    Page { changes: Vec<(u128, i64, Vec<usize>, bool)>, gained: Vec<usize>, reset: Vec<usize>, without: Option<usize>, complete: bool },
    Act(u8),
    Answer { upto: usize, status: Status },
    Update(Status),
    Settle(i64),
    Rewind(i64),
    Renumber,
    RenumberAll,
    Forget,
    Anew,
    Compare(usize, Vec<u128>),
    Mend(u128, Vec<usize>),
    BackUp,
    PutBack,
    Register(u128),
}

fn places() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::btree_set(0..4_usize, 0..3).prop_map(|s| s.into_iter().collect())
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::Applied), Just(Status::Rejected), Just(Status::Held), Just(Status::Conflict), Just(Status::Deferred)]
}

fn step() -> impl Strategy<Value = Step> {
    let change = (0..8_u128, 1..100_i64, places(), any::<bool>());
    let page = (proptest::collection::vec(change, 0..6), places(), places(), proptest::option::of(0..3_usize), any::<bool>());
    let page = page.prop_map(|(changes, gained, reset, without, complete)| Step::Page { changes, gained, reset, without, complete });
    prop_oneof![
        8 => page,
        4 => any::<u8>().prop_map(Step::Act),
        2 => (0..6_usize, status()).prop_map(|(upto, status)| Step::Answer { upto, status }),
        1 => status().prop_map(Step::Update),
        1 => (0..20_i64).prop_map(Step::Settle),
        1 => (0..20_i64).prop_map(Step::Rewind),
        1 => Just(Step::Renumber),
        1 => Just(Step::RenumberAll),
        1 => Just(Step::Forget),
        1 => Just(Step::Anew),
        1 => (0..4_usize, proptest::collection::vec(0..8_u128, 0..6)).prop_map(|(c, ids)| Step::Compare(c, ids)),
        1 => (0..8_u128, places()).prop_map(|(id, c)| Step::Mend(id, c)),
        1 => Just(Step::BackUp),
        1 => Just(Step::PutBack),
        1 => any::<u128>().prop_map(Step::Register),
    ]
}

/// Rows of two kinds.
const fn kind(id: u128) -> &'static str {
    if id.is_multiple_of(2) { "ticket" } else { "note" }
}

fn page(n: usize, step: &Step) -> PullResponse {
    let Step::Page { changes, gained, reset, without, complete } = step else { unreachable!() };
    let listed: Vec<Channel> = channels().into_iter().enumerate().filter(|(i, _)| Some(*i) != *without).map(|(_, c)| c).collect();
    let known = |places: &[usize]| places.iter().map(|p| channels()[*p]).filter(|c| listed.contains(c)).collect::<Vec<_>>();
    let change = |(id, v, c, put): &(u128, i64, Vec<usize>, bool)| Change {
        c: known(c).iter().map(|c| listed.iter().position(|l| l == c).unwrap()).collect(),
        op: if *put { ChangeOp::Put } else { ChangeOp::Drop },
        t: kind(*id).into(),
        id: Uuid::from_u128(*id),
        v: *v,
        ts: put.then_some(*v * 1_000_003),
        row: put.then(|| json!({"v": v, "text": "چاله \"بزرگ\"\n", "lat": 36.268_800_000_000_004, "none": null, "big": i64::MAX})),
    };
    PullResponse {
        feed_epoch: "e".into(),
        server_time: DAY,
        cursor: format!("c{n}"),
        more: !complete,
        complete: *complete,
        device: PulledDevice { applied_through: 0 },
        changes: changes.iter().map(change).collect(),
        gained: known(gained),
        reset: known(reset),
        lost: Vec::new(),
        channels: listed,
        digest: Vec::new(),
        progress: None,
    }
}

fn entry(n: usize, word: u8) -> Entry {
    Entry {
        numbering: 0,
        seq: 0,
        id: MutationId::new(Uuid::from_u128(u128::try_from(n).unwrap() + 1000)),
        group: (word.is_multiple_of(3)).then(|| Uuid::from_u128(u128::from(word)).into()),
        cmd: "note.add".into(),
        entity: Uuid::from_u128(u128::from(word)),
        base: (word > 100).then_some(4),
        seen_ts: None,
        epoch: None,
        // Some are old enough to be forgotten.
        at: DAY.plus_micros(-MICROS_PER_DAY * i64::from(word % 60)),
        up: 7,
        boot: "b".into(),
        actor: AccountId::new(Uuid::from_u128(5)),
        args: json!({"text": format!("{word}"), "quantity": 0.1 + f64::from(word)}),
        result: None,
        settled: false,
    }
}

fn answer(entry: &Entry, status: Status) -> ResultItem {
    let (seq, id) = (Some(entry.seq), Some(entry.id));
    ResultItem {
        seq,
        id,
        status,
        code: None,
        conflict: None,
        v: Some(3),
        replayed: false,
        detail: Some("چرا".into()),
        state: None,
        warnings: Vec::new(),
    }
}

fn play(n: usize, step: &Step, state: &mut DeviceState, backup: &mut Option<DeviceState>) {
    match step {
        Step::Page { .. } => state.copy.apply(&page(n, step)).unwrap(),
        Step::Act(word) => state.outbox.append(entry(n, *word)),
        Step::Answer { upto, status } => {
            let results: Vec<ResultItem> = state.outbox.batch(*upto + 1).iter().map(|e| answer(e, *status)).collect();
            state.outbox.answer(&results);
        }
        Step::Update(status) => {
            let results: Vec<ResultItem> = state.outbox.journal().filter(|e| e.result.is_some()).map(|e| answer(e, *status)).collect();
            state.outbox.update(&results);
        }
        Step::Settle(through) => state.outbox.settle(*through),
        Step::Rewind(seq) => drop(state.outbox.rewind(*seq)),
        Step::Renumber => state.outbox.renumber(),
        Step::RenumberAll => state.outbox.renumber_all(),
        Step::Forget => state.outbox.forget(DAY),
        Step::Anew => state.copy.begin_anew(),
        Step::Compare(c, ids) => {
            let row = |id: &u128| ManifestRow { t: kind(*id).into(), id: Uuid::from_u128(*id), v: 50 };
            state.copy.compare(channels()[*c], &ids.iter().map(row).collect::<Vec<_>>());
        }
        Step::Mend(id, c) => {
            let (op, row) = if c.is_empty() { (ChangeOp::Drop, None) } else { (ChangeOp::Put, Some(json!({"mended": true}))) };
            let change = Change { c: c.clone(), op, t: "ticket".into(), id: Uuid::from_u128(*id), v: 50, ts: None, row };
            let answer = FetchResponse { feed_epoch: "e".into(), server_time: DAY, channels: channels(), changes: vec![change] };
            state.copy.mend(&answer).unwrap();
        }
        Step::BackUp => *backup = Some(state.clone()),
        Step::PutBack => {
            if let Some(backup) = backup {
                *state = backup.clone();
            }
        }
        Step::Register(device) => {
            state.former.extend(state.device.replace(DeviceId::new(Uuid::from_u128(*device))));
            state.forks += 1;
            state.copy.forget_device();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Whatever happened: what is read after a restart is what was in memory when the last step was written.
    #[test]
    fn after_every_step_the_file_holds_exactly_the_state(steps in proptest::collection::vec(step(), 1..60)) {
        let (_folder, path) = place();
        let (mut file, held) = DeviceFile::open(&path).unwrap();
        prop_assert!(held.is_none());
        let (mut state, mut backup) = (fresh(), None);
        for (n, step) in steps.iter().enumerate() {
            play(n, step, &mut state, &mut backup);
            // Not every step is a transaction of its own.
            if n % 3 != 1 || n + 1 == steps.len() {
                file.save(&mut state, Outlives::Process).unwrap();
                prop_assert_eq!(&file.load().unwrap().unwrap(), &state, "after step {} {:?}", n, step);
            }
        }
        drop(file);
        let (mut file, held) = DeviceFile::open(&path).unwrap();
        let mut held = held.unwrap();
        prop_assert_eq!(&held, &state);
        // And who goes on from there goes on the same way.
        play(1000, &Step::Act(4), &mut state, &mut None);
        play(1000, &Step::Act(4), &mut held, &mut None);
        file.save(&mut held, Outlives::PowerCut).unwrap();
        prop_assert_eq!(file.load().unwrap().unwrap(), state);
    }

    /// A transaction that ends anywhere between its statements changes nothing; the next writes what it could not.
    #[test]
    fn a_transaction_that_is_cut_leaves_the_state_before_it(
        steps in proptest::collection::vec(step(), 2..30), table in proptest::sample::select(vec!["copy_row", "unconfirmed", "entry", "device"]),
    ) {
        let (_folder, path) = place();
        let (mut file, _) = DeviceFile::open(&path).unwrap();
        let (mut state, mut backup) = (fresh(), None);
        let (first, then) = steps.split_at(steps.len() / 2);
        first.iter().enumerate().for_each(|(n, step)| play(n, step, &mut state, &mut backup));
        file.save(&mut state, Outlives::Process).unwrap();
        let before = state.clone();
        for (n, step) in then.iter().enumerate() {
            play(100 + n, step, &mut state, &mut backup);
            for event in ["INSERT", "DELETE"] {
                let cut = format!("CREATE TRIGGER cut_{event} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'cut'); END");
                file.conn.batch_execute(&cut).unwrap();
            }
            let cut = file.save(&mut state, Outlives::PowerCut);
            file.conn.batch_execute("DROP TRIGGER cut_INSERT; DROP TRIGGER cut_DELETE").unwrap();
            match cut {
                // What is not in the other tables alone stays out of them too.
                Err(error) => {
                    prop_assert!(error.to_string().contains("cut"));
                    prop_assert_eq!(&file.load().unwrap().unwrap(), &before);
                }
                Ok(()) => break,
            }
        }
        file.save(&mut state, Outlives::PowerCut).unwrap();
        prop_assert_eq!(file.load().unwrap().unwrap(), state);
    }
}

#[test]
fn a_disk_that_is_full_is_told_and_what_could_not_be_written_is_written_when_there_is_room() {
    let (_folder, path) = place();
    let (mut file, _) = DeviceFile::open(&path).unwrap();
    let mut state = fresh();
    file.save(&mut state, Outlives::PowerCut).unwrap();
    let before = state.clone();
    file.conn.batch_execute("PRAGMA max_page_count = 14").unwrap();
    for n in 0..200 {
        state.outbox.append(entry(n, 7));
    }
    let error = file.save(&mut state, Outlives::PowerCut).unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(file.load().unwrap().unwrap(), before);
    file.conn.batch_execute("PRAGMA max_page_count = 1000000").unwrap();
    file.save(&mut state, Outlives::PowerCut).unwrap();
    assert_eq!(file.load().unwrap().unwrap(), state);
}

#[test]
fn nothing_to_write_is_no_transaction() {
    let (_folder, path) = place();
    let (mut file, _) = DeviceFile::open(&path).unwrap();
    let mut state = fresh();
    file.save(&mut state, Outlives::Process).unwrap();
    file.conn.batch_execute("PRAGMA query_only = ON").unwrap();
    file.save(&mut state, Outlives::Process).unwrap();
    state.outbox.append(entry(1, 7));
    assert!(file.save(&mut state, Outlives::Process).is_err());
}

#[test]
fn a_file_of_something_else_of_a_newer_version_or_in_use_is_refused_and_not_touched() {
    let open = |path: &Path| DeviceFile::open(path).map(drop).unwrap_err();
    let (_folder, path) = place();
    std::fs::write(&path, "a letter to the municipality, not a database, and long enough to be looked at by whoever reads headers")
        .unwrap();
    let letter = std::fs::read(&path).unwrap();
    assert_eq!(open(&path), StorageError::NotADevice);
    assert_eq!(std::fs::read(&path).unwrap(), letter);

    let (_folder, path) = place();
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute("CREATE TABLE recipe (id INTEGER)").unwrap();
    drop(other);
    let recipes = std::fs::read(&path).unwrap();
    assert_eq!(open(&path), StorageError::NotADevice);
    assert_eq!(std::fs::read(&path).unwrap(), recipes);

    let (_folder, path) = place();
    drop(DeviceFile::open(&path).unwrap());
    let mut newer = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    newer.batch_execute("PRAGMA user_version = 2").unwrap();
    drop(newer);
    assert_eq!(open(&path), StorageError::Newer(2));

    let (_folder, path) = place();
    let (first, _) = DeviceFile::open(&path).unwrap();
    assert_eq!(open(&path), StorageError::InUse);
    drop(first);
    assert!(DeviceFile::open(&path).is_ok());
    assert!(matches!(open(Path::new("/no/such/folder/device.db")), StorageError::Failed(_)));
}

#[test]
fn what_cannot_be_read_is_told_as_damage() {
    for damage in [
        "UPDATE copy_row SET body = '{'",
        "UPDATE copy_row SET channels = '[\"square:1\"]'",
        "UPDATE entry SET deed = '{}'",
        "UPDATE device SET account = 'me'",
        "UPDATE device SET before_chain = '00'",
    ] {
        let (_folder, path) = place();
        let (mut file, _) = DeviceFile::open(&path).unwrap();
        let mut state = fresh();
        let changes = vec![(2, 1, vec![0], true)];
        let step = Step::Page { changes, gained: vec![], reset: vec![], without: None, complete: true };
        play(0, &step, &mut state, &mut None);
        play(1, &Step::Act(1), &mut state, &mut None);
        file.save(&mut state, Outlives::Process).unwrap();
        file.conn.batch_execute(damage).unwrap();
        drop(file);
        assert!(matches!(DeviceFile::open(&path).map(drop), Err(StorageError::Damaged(_))), "{damage}");
    }
}
