//! The loops against a server of thirty lines, which loses answers and knows the rules of `seq` and `chain`.

mod on_disk;
mod overlay;
mod turns;
mod vectors;

use super::*;
use crate::transport::Reply;
use bazdid_clock::{ManualClock, SeededIds};
use bazdid_protocol::{digest::Chain, geo::Point, ids::MutationId, outcome::Status, time::Timestamp};
use std::{collections::HashMap, sync::Arc};

const PLACE: Point = Point { lat: 36.27, lon: 50.0, accuracy_m: Some(5.0) };

/// Knows devices by nonce, answers mutations, and misbehaves as told.
#[derive(Debug, Default, Clone)]
struct Server {
    devices: Vec<(String, i64, Chain)>,
    /// Devices that it has forgotten: their ids are not given again.
    forgotten: usize,
    effects: HashMap<MutationId, usize>,
    lose: Vec<&'static str>,
    defer_once: bool,
    most: usize,
    batches: Vec<usize>,
    spoiled_pages: usize,
    apps: Vec<Value>,
}

fn reply(status: u16, body: Value) -> Reply {
    Reply { status, body, ..Reply::default() }
}

impl Server {
    fn device(&mut self, body: &Value) -> &mut (String, i64, Chain) {
        let id = body["device"].as_str().unwrap().parse::<DeviceId>().unwrap();
        let n = usize::try_from(id.uuid().as_u128()).unwrap();
        &mut self.devices[n - 1 - self.forgotten]
    }

    /// It was put back to a state before it knew anybody.
    fn forget_all(&mut self) {
        self.forgotten += self.devices.len();
        self.devices.clear();
        self.effects.clear();
    }

    fn knows(&self, body: &Value) -> bool {
        let id = body["device"].as_str().unwrap().parse::<DeviceId>().unwrap();
        id.uuid().as_u128() > u128::try_from(self.forgotten).unwrap()
    }

    fn register(&mut self, body: &Value) -> Reply {
        let nonce = body["nonce"].as_str().unwrap().to_owned();
        self.apps.push(json!([body["platform"], body["app_version"]]));
        let n = self.devices.iter().position(|d| d.0 == nonce).unwrap_or_else(|| {
            self.devices.push((nonce, 0, Chain::START));
            self.devices.len() - 1
        });
        reply(200, json!({ "id": uuid::Uuid::from_u128(u128::try_from(n + 1 + self.forgotten).unwrap()) }))
    }

    fn push(&mut self, body: &Value) -> Reply {
        let mutations = body["mutations"].as_array().unwrap().clone();
        if mutations.len() > self.most {
            return reply(413, json!({ "code": "batch_too_large" }));
        }
        self.batches.push(mutations.len());
        let (defer, mut results, mut deferred) = (std::mem::take(&mut self.defer_once), Vec::new(), Value::Null);
        let device = self.device(body).clone();
        let first = mutations[0]["seq"].as_i64().unwrap();
        if first > device.1 + 1 {
            return reply(409, json!({ "code": "seq_gap", "expected_seq": device.1 + 1 }));
        }
        if first == device.1 + 1 && body["prev_chain"].as_str().unwrap() != device.2.to_string() {
            return reply(409, json!({ "code": "device_forked" }));
        }
        for m in &mutations {
            let (id, seq) = (m["id"].as_str().unwrap().parse::<MutationId>().unwrap(), m["seq"].as_i64().unwrap());
            if defer && seq > first {
                deferred = json!(first + 1);
                break;
            }
            let replayed = self.effects.contains_key(&id);
            *self.effects.entry(id).or_default() += usize::from(!replayed);
            let device = self.device(body);
            if seq > device.1 {
                (device.1, device.2) = (seq, device.2.next(id));
            }
            results.push(json!({ "seq": seq, "id": id, "status": "applied", "replayed": replayed }));
        }
        let device = self.device(body);
        let at = json!({ "applied_through": device.1, "chain": device.2 });
        reply(
            200,
            json!({ "feed_epoch": "e", "server_time": "2026-01-01T00:00:00Z", "device": at, "results": results,
                "deferred_from": deferred, "retry_after_ms": 0 }),
        )
    }

    fn pull(&mut self, body: &Value) -> Reply {
        let spoiled = self.spoiled_pages > 0;
        self.spoiled_pages = self.spoiled_pages.saturating_sub(1);
        let id = uuid::Uuid::from_u128(77);
        let mut copy = LocalCopy::default();
        let applied = self.device(body).1;
        let mut page = json!({
            "feed_epoch": "e", "server_time": "2026-01-01T00:00:00Z", "cursor": "c", "more": false, "complete": true,
            "device": { "applied_through": applied }, "channels": ["ref"], "gained": [], "lost": [], "reset": body["reset"], "digest": [],
            "changes": [{ "c": [0], "op": "put", "t": "ticket", "id": id, "v": 3, "ts": 1, "row": {} }],
        });
        copy.apply(&serde_json::from_value(page.clone()).unwrap()).unwrap();
        let digest = copy.digest(bazdid_protocol::channel::Channel::Ref);
        page["digest"] = json!([{ "c": 0, "n": digest.n, "h": digest.hex() }]);
        if spoiled {
            page["changes"][0]["v"] = json!(2);
        }
        reply(200, page)
    }
}

/// The one row as it should be, whatever the pages say.
fn manifest(body: &Value) -> Reply {
    let row = json!({ "t": "ticket", "id": uuid::Uuid::from_u128(77), "v": 3 });
    reply(
        200,
        json!({ "feed_epoch": "e", "server_time": "2026-01-01T00:00:00Z", "channel": body["channel"], "head": 1,
            "digest": { "n": 1, "h": "" }, "rows": [row], "next": null }),
    )
}

fn fetch(body: &Value) -> Reply {
    let put = |key: &Value| json!({ "c": [0], "op": "put", "t": key["t"], "id": key["id"], "v": 3, "ts": 1, "row": {} });
    let changes: Vec<Value> = body["rows"].as_array().unwrap().iter().map(put).collect();
    reply(200, json!({ "feed_epoch": "e", "server_time": "2026-01-01T00:00:00Z", "channels": ["ref"], "changes": changes }))
}

impl Transport for Server {
    fn call(&mut self, _: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        let body = body.unwrap();
        let answer = match path {
            "/v1/sync/devices" => self.register(body),
            _ if !self.knows(body) => reply(403, json!({ "code": "forbidden" })),
            "/v1/sync/push" => self.push(body),
            "/v1/sync/manifest" => manifest(body),
            "/v1/sync/fetch" => fetch(body),
            _ => self.pull(body),
        };
        match self.lose.iter().position(|p| *p == path) {
            Some(i) => {
                self.lose.remove(i);
                Err(ClientError::Lost("the answer was lost".into()))
            }
            None => Ok(answer),
        }
    }
}

fn phone() -> Device<Server> {
    let ids: SharedIds = Arc::new(SeededIds::new(7));
    let clock = DeviceClock::new(Arc::new(ManualClock::at(Timestamp::from_micros(1_790_000_000_000_000))), ids.clone());
    let server = Server { most: 1000, ..Server::default() };
    Device::new(server, AccountId::new(uuid::Uuid::from_u128(5)), "phone", clock, ids)
}

fn notes<T: Transport>(device: &mut Device<T>, n: usize) {
    for i in 0..n {
        device.add_note(uuid::Uuid::from_u128(1), &format!("{i}"));
    }
}

#[test]
fn a_lost_answer_is_asked_for_again_and_nothing_is_done_twice() {
    let mut device = phone();
    notes(&mut device, 3);
    device.transport.lose = vec!["/v1/sync/push", "/v1/sync/push"];
    let report = device.push().unwrap();
    assert_eq!(report, PushReport { answered: 3, replayed: 3, lost_replies: 2, retry_after_ms: None });
    assert!(device.transport.effects.values().all(|n| *n == 1));
    // Without any answer the outbox stays as it is, and the next sync brings it to an end.
    notes(&mut device, 1);
    device.transport.lose = vec!["/v1/sync/push"; 4];
    assert!(matches!(device.push(), Err(ClientError::Lost(_))));
    assert_eq!(device.state.outbox.pending(), 1);
    assert_eq!(device.push().unwrap().replayed, 1);
}

#[test]
fn a_device_says_which_app_it_is_and_its_uptime_goes_on_over_a_restart_of_the_app() {
    let device = phone().of_app("android", "1.4.0");
    let (truth, ids) = (Arc::new(ManualClock::at(Timestamp::from_micros(1_790_000_000_000_000))), device.ids.clone());
    let clock = || DeviceClock::of_boot(truth.clone(), ids.clone(), "b7".into(), Timestamp::from_micros(1_789_999_999_000_000));
    assert_eq!((clock().boot(), clock().uptime_ms()), ("b7", 1_000));
    truth.advance_minutes(1);
    assert_eq!((clock().boot(), clock().uptime_ms()), ("b7", 61_000));
    let mut device = Device { clock: clock(), ..device };
    device.register().unwrap();
    assert_eq!(device.transport.apps, [json!(["android", "1.4.0"])]);
}

#[test]
fn what_was_put_off_goes_with_the_next_push() {
    let mut device = phone();
    notes(&mut device, 3);
    device.transport.defer_once = true;
    let report = device.push().unwrap();
    assert_eq!((report.answered, report.retry_after_ms), (1, Some(0)));
    assert_eq!(device.state.outbox.pending(), 2);
    assert_eq!(device.push().unwrap().answered, 2);
}

#[test]
fn a_clone_registers_anew_and_sends_the_same_ids() {
    let mut device = phone();
    notes(&mut device, 2);
    device.push().unwrap();
    let backup = device.state.clone();
    notes(&mut device, 2);
    device.push().unwrap();
    // The phone is restored from its backup; its user goes on.
    let (server, clock, ids) = (device.transport, device.clock, device.ids);
    let mut restored = Device::restored(backup, server, clock, ids);
    notes(&mut restored, 2);
    // The server is at seq 4: what the restored phone calls 3 was another mutation.
    restored.transport.devices[0].1 = 2;
    restored.push().unwrap();
    assert_eq!((restored.state.forks, restored.state.outbox.pending()), (1, 0));
    assert_eq!(restored.transport.effects.len(), 6);
    assert_eq!(restored.transport.devices[1].1, 2, "the new identity begins with seq 1");
    assert_eq!(restored.state.outbox.journal().count(), 4, "the journal keeps what was done before");
}

#[test]
fn after_a_restore_of_the_server_the_tail_is_sent_again() {
    let mut device = phone();
    notes(&mut device, 5);
    device.push().unwrap();
    let second = device.state.outbox.journal().nth(1).unwrap().id;
    let chain = Chain::START.next(device.state.outbox.journal().next().unwrap().id).next(second);
    let server = &mut device.transport;
    (server.devices[0].1, server.devices[0].2) = (2, chain);
    server.effects.clear();
    notes(&mut device, 1);
    device.push().unwrap();
    assert_eq!(device.transport.effects.len(), 4, "3, 4 and 5 again, and 6");
    assert_eq!(device.state.forks, 0);
}

#[test]
fn a_batch_is_made_smaller_when_the_server_wants_it_and_no_group_is_cut() {
    let mut device = phone();
    notes(&mut device, 3);
    device.grouped(|d| notes(d, 4));
    device.grouped(|d| notes(d, 2));
    let sizes: Vec<usize> = (1..=9).map(|limit| device.state.outbox.batch(limit).len()).collect();
    assert_eq!(sizes, [1, 2, 3, 3, 3, 3, 7, 7, 9]);
    device.transport.most = 6;
    device.push().unwrap();
    assert_eq!(device.transport.effects.len(), 9);
    assert_eq!(device.transport.batches.iter().sum::<usize>(), 9);
}

#[test]
fn a_copy_that_differs_is_mended_row_by_row_and_only_then_read_again() {
    let mut device = phone();
    device.transport.spoiled_pages = 1;
    let report = device.pull().unwrap();
    assert_eq!((report.repaired.len(), report.fetched, report.reset.len(), report.diverged.len()), (1, 1, 0, 0));
    assert_eq!(device.pull().unwrap().repaired, []);
    device.transport.spoiled_pages = usize::MAX;
    let report = device.pull().unwrap();
    assert_eq!((report.reset.len(), report.diverged.len()), (1, 1), "a server that goes on lying is reported");
}

#[test]
fn an_act_says_what_its_author_saw() {
    let mut device = phone();
    device.pull().unwrap();
    device.clock.set_skew(bazdid_protocol::time::MICROS_PER_DAY * 2);
    let ticket = bazdid_protocol::ids::TicketId::new(uuid::Uuid::from_u128(77));
    let edit = device.edit_ticket(ticket, json!({ "text": "x" }));
    let entry = device.state.outbox.find(edit).unwrap();
    assert_eq!((entry.base, entry.seen_ts, entry.epoch, entry.up), (Some(3), Some(1), None, 3_600_000));
    assert_eq!(entry.at.micros(), 1_790_000_000_000_000 + bazdid_protocol::time::MICROS_PER_DAY * 2);
    device.arrive(ticket.uuid(), bazdid_protocol::words::visit::VisitKind::Patrol, PLACE);
    let report = device.push().unwrap();
    assert_eq!(report.answered, 2);
    assert_eq!(device.state.outbox.result(edit).unwrap().status, Status::Applied);
    assert_eq!(device.tally(), BTreeMap::from([("applied".to_owned(), 2)]));
}
