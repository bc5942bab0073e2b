//! Devices on files: killed at any step, restarted, and as if nothing had been.

use super::*;
use std::{fs, path::Path};

/// The clocks and ids of one phone, before and after a restart.
#[derive(Clone)]
struct Outside {
    clock: DeviceClock,
    ids: SharedIds,
}

fn outside() -> Outside {
    let ids: SharedIds = Arc::new(SeededIds::new(7));
    let clock = DeviceClock::new(Arc::new(ManualClock::at(Timestamp::from_micros(1_790_000_000_000_000))), ids.clone());
    Outside { clock, ids }
}

const ME: uuid::Uuid = uuid::Uuid::from_u128(5);

fn open<T: Transport>(path: &Path, transport: T, outside: &Outside) -> Device<T> {
    Device::open(path, transport, ME.into(), "phone", outside.clock.clone(), outside.ids.clone()).unwrap()
}

/// A server that notes, at every request, what would be left if the phone were killed now: copies of its files.
struct Witness {
    server: Server,
    file: std::path::PathBuf,
    images: std::path::PathBuf,
    taken: usize,
    /// What the server knew at each moment.
    knew: Vec<Server>,
}

/// What a kill leaves behind: the file and its log as they are on the disk.
fn take_image(file: &Path, to: &Path) {
    for end in ["", "-wal"] {
        let from = format!("{}{end}", file.display());
        if fs::exists(&from).unwrap() {
            fs::copy(from, format!("{}{end}", to.display())).unwrap();
        }
    }
}

impl Witness {
    fn take(&mut self) {
        take_image(&self.file, &self.images.join(format!("{}.db", self.taken)));
        self.taken += 1;
        self.knew.push(self.server.clone());
    }
}

impl Transport for Witness {
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        self.take();
        let reply = self.server.call(method, path, body);
        self.take();
        reply
    }
}

#[test]
fn killed_before_and_after_every_request_a_phone_sends_everything_once_and_ends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (file, images) = (folder.path().join("device.db"), folder.path().join("images"));
    fs::create_dir(&images).unwrap();
    let outside = outside();
    let server = Server { most: 3, spoiled_pages: 1, lose: vec!["/v1/sync/push"], ..Server::default() };
    let mut phone = open(&file, Witness { server, file: file.clone(), images: images.clone(), taken: 0, knew: Vec::new() }, &outside);
    notes(&mut phone, 4);
    phone.grouped(|d| notes(d, 2));
    phone.sync().unwrap();
    notes(&mut phone, 3);
    phone.sync().unwrap();
    let (done, taken) = (phone.state.outbox.journal().map(|e| e.id).collect::<Vec<_>>(), phone.transport.taken);
    assert!(taken > 16, "{taken} moments");
    let mut moments = std::collections::BTreeSet::new();
    for n in 0..taken {
        let image = images.join(format!("{n}.db"));
        // The server is the one that heard everything, also what the phone forgot that it had sent.
        let mut server = phone.transport.server.clone();
        server.lose.clear();
        let mut again = open(&image, server, &outside);
        moments.insert((again.state.outbox.journal().count(), again.state.outbox.pending(), again.state.copy.len()));
        again.sync().unwrap();
        let left: Vec<MutationId> = again.state.outbox.journal().map(|e| e.id).collect();
        assert!(done.starts_with(&left), "what was recorded by then, in its order");
        assert_eq!((again.state.outbox.pending(), again.state.forks), (0, 0));
        assert_eq!(again.state.copy.len(), 1);
        assert!(again.transport.effects.values().all(|n| *n == 1), "nothing counts twice");
    }
    assert!(moments.len() >= 5, "the moments differ: {moments:?}");
}

/// What makes a phone begin anew, in a server or in the phone itself.
type Mishap = fn(&mut Device<Witness>, DeviceState, &ManualClock);

#[test]
fn killed_while_it_takes_another_identity_a_phone_takes_one_and_sends_everything_once() {
    let mishaps: [(&str, Mishap, usize); 5] = [
        // A backup is put back: what comes next does not fit the chain of what the server has heard since.
        (
            "a clone",
            |phone, backup, _| {
                phone.put_back(backup).unwrap();
                phone.transport.server.devices[0].1 = 2;
            },
            2,
        ),
        ("a server that knows nobody", |phone, _, _| phone.transport.server.forget_all(), 1),
        (
            "a server that knows nobody, nor what a clone was answered before it registered",
            |phone, backup, _| {
                phone.put_back(backup).unwrap();
                phone.transport.server.devices[0].1 = 2;
                notes(phone, 1);
                phone.sync().unwrap();
                phone.transport.server.forget_all();
            },
            1,
        ),
        (
            "a server that was put back",
            |phone, _, _| {
                phone.transport.server.effects.clear();
                (phone.transport.server.devices[0].1, phone.transport.server.devices[0].2) = (0, Chain::START);
            },
            1,
        ),
        (
            "a server that was put back further than the journal reaches",
            |phone, _, truth| {
                truth.advance_minutes(31 * 1440);
                notes(phone, 1);
                phone.sync().unwrap();
                phone.transport.server.effects.clear();
                (phone.transport.server.devices[0].1, phone.transport.server.devices[0].2) = (0, Chain::START);
            },
            2,
        ),
    ];
    for (what, mishap, devices) in mishaps {
        let folder = tempfile::tempdir().unwrap();
        let (file, images) = (folder.path().join("device.db"), folder.path().join("images"));
        fs::create_dir(&images).unwrap();
        let truth = Arc::new(ManualClock::at(Timestamp::from_micros(1_790_000_000_000_000)));
        let ids: SharedIds = Arc::new(SeededIds::new(7));
        let outside = Outside { clock: DeviceClock::new(truth.clone(), ids.clone()), ids };
        let witness = Witness {
            server: Server { most: 3, ..Server::default() },
            file: file.clone(),
            images: images.clone(),
            taken: 0,
            knew: Vec::new(),
        };
        let mut phone = open(&file, witness, &outside);
        notes(&mut phone, 2);
        phone.sync().unwrap();
        let backup = phone.state.clone();
        notes(&mut phone, 3);
        phone.sync().unwrap();
        mishap(&mut phone, backup, &truth);
        notes(&mut phone, 2);
        phone.transport.knew.clear();
        let first = phone.transport.taken;
        phone.sync().unwrap();
        let whole: Vec<MutationId> = phone.state.outbox.journal().map(|e| e.id).collect();
        let mut moments = 0;
        for (n, server) in (first..).zip(phone.transport.knew.clone()) {
            for image in moments_until(&images, n, first + phone.transport.knew.len()) {
                moments += 1;
                let mut again = open(&image, server.clone(), &outside);
                again.sync().unwrap();
                let left: Vec<MutationId> = again.state.outbox.journal().map(|e| e.id).collect();
                assert_eq!(left, whole, "{what}, moment {n}");
                assert!(
                    left.iter().all(|id| again.transport.effects.get(id) == Some(&1)),
                    "{what}, moment {n}: {:?}",
                    again.transport.effects
                );
                assert_eq!(again.state.outbox.pending(), 0, "{what}, moment {n}");
                assert_eq!(again.transport.devices.len(), devices, "{what}, moment {n}");
            }
        }
        assert!(moments > phone.transport.knew.len(), "{what}: {moments} moments");
    }
}

/// What a kill may leave between one moment and the next: the log of the later one, cut after each of its frames.
fn moments_until(images: &Path, n: usize, end: usize) -> Vec<std::path::PathBuf> {
    // Header of the log; a page with its header.
    let (head, frame) = (32, 4096 + 24);
    let log = |n: usize| fs::read(images.join(format!("{n}.db-wal"))).unwrap();
    let (from, to) = (log(n), if n + 1 < end { log(n + 1) } else { log(n) });
    assert!(to.starts_with(&from), "the log was begun anew");
    let cuts = (0..).map(|i| from.len() + i * frame).take_while(|at| *at <= to.len());
    let image = |at: usize| {
        let image = images.join(format!("{n}-{}.db", (at - head) / frame));
        fs::copy(images.join(format!("{n}.db")), &image).unwrap();
        fs::write(format!("{}-wal", image.display()), &to[..at]).unwrap();
        image
    };
    cuts.map(image).collect()
}

#[test]
fn what_was_recorded_is_there_after_a_kill_and_a_group_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (file, image) = (folder.path().join("device.db"), folder.path().join("image.db"));
    let outside = outside();
    let mut phone = open(&file, Server::default(), &outside);
    notes(&mut phone, 1);
    take_image(&file, &image);
    assert_eq!(open(&image, Server::default(), &outside).state, phone.state);
    phone.grouped(|d| {
        notes(d, 2);
        take_image(&file, &image);
    });
    assert_eq!(open(&image, Server::default(), &outside).state.outbox.journal().count(), 1);
    take_image(&file, &image);
    assert_eq!(open(&image, Server::default(), &outside).state, phone.state);
    assert_eq!(phone.unwritten(), None);
}

#[test]
fn a_second_process_and_a_second_person_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("device.db");
    let outside = outside();
    let phone = open(&file, Server::default(), &outside);
    let other = |account: uuid::Uuid| {
        let device = Device::open(&file, Server::default(), account.into(), "phone", outside.clock.clone(), outside.ids.clone());
        device.map(|_| ()).unwrap_err()
    };
    assert_eq!(other(ME), StorageError::InUse);
    drop(phone);
    assert_eq!(other(uuid::Uuid::from_u128(6)), StorageError::OtherAccount);
}

#[test]
fn a_backup_that_is_put_back_replaces_what_the_file_holds() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("device.db");
    let outside = outside();
    let mut phone = open(&file, Server { most: 1000, ..Server::default() }, &outside);
    notes(&mut phone, 2);
    let backup = phone.state.clone();
    phone.sync().unwrap();
    notes(&mut phone, 1);
    phone.put_back(backup.clone()).unwrap();
    drop(phone);
    assert_eq!(open(&file, Server::default(), &outside).state, backup);
}

#[test]
fn a_reset_goes_on_after_a_restart_in_its_midst_and_sweeps_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("device.db");
    let outside = outside();
    let page = |changes: &[u128], reset: &[&str], complete: bool| -> bazdid_protocol::envelope::PullResponse {
        let put = |id: &u128| json!({"c": [0], "op": "put", "t": "ticket", "id": uuid::Uuid::from_u128(*id), "v": 1, "ts": 1, "row": {}});
        serde_json::from_value(json!({
            "feed_epoch": "e", "server_time": "2026-01-01T00:00:00Z", "cursor": "c", "more": !complete, "complete": complete,
            "device": { "applied_through": 0 }, "channels": ["ref"], "gained": [], "lost": [], "reset": reset, "digest": [],
            "changes": changes.iter().map(put).collect::<Vec<_>>(),
        }))
        .unwrap()
    };
    let ids = |phone: &Device<Pages>| phone.state.copy.list("ticket").map(|(id, _)| id.as_u128()).collect::<Vec<_>>();
    let pages = [page(&[1, 2, 3], &[], true), page(&[2], &["ref"], false), page(&[4], &[], true)];
    let mut phone = open(&file, Pages(pages.iter().map(|p| serde_json::to_value(p).unwrap()).collect()), &outside);
    phone.pull().unwrap();
    phone.transport.0.splice(1..1, [Value::Null, Value::Null, Value::Null, Value::Null]);
    assert!(matches!(phone.pull(), Err(ClientError::Lost(_))), "the network goes after the first page of the reset");
    let transport = std::mem::take(&mut phone.transport);
    drop(phone);
    let mut phone = open(&file, transport, &outside);
    assert_eq!(ids(&phone), [1, 2, 3], "nothing vanishes before the end");
    phone.pull().unwrap();
    assert_eq!(ids(&phone), [2, 4]);
    drop(phone);
    assert_eq!(ids(&open(&file, Pages(Vec::new()), &outside)), [2, 4]);
}

/// Gives out pages as they were written down; null is a request without an answer.
#[derive(Default)]
struct Pages(Vec<Value>);

impl Transport for Pages {
    fn call(&mut self, _: &str, path: &str, _: Option<&Value>) -> Result<Reply> {
        if path == "/v1/sync/devices" {
            return Ok(reply(200, json!({ "id": uuid::Uuid::from_u128(1) })));
        }
        if self.0.first().is_some_and(Value::is_null) {
            self.0.remove(0);
            return Err(ClientError::Lost("no network".into()));
        }
        Ok(reply(200, self.0.remove(0)))
    }
}
