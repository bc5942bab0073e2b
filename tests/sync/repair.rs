//! A damaged copy is mended by exactly the rows that differ, and nothing beyond the scope can be had by asking for it.

use std::collections::{BTreeMap, BTreeSet};

use bazdid_client::{
    Device,
    copy::LocalCopy,
    transport::{Reply, Transport},
};
use bazdid_protocol::{
    channel::Channel,
    envelope::{Change, ChangeOp, PullResponse, PulledDevice},
    error::Code,
    ids::TicketId,
    repair::{FetchResponse, ManifestResponse, RowKey},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{
        CREW_NEW, CREW_OLD, D_WEST, EAST, INSPECTOR_E, INSPECTOR_W, Line, NEW, OLD, Phone, SUPERVISOR, SharedCity, WEST, category, id,
        on_both, ticket_with_order,
    },
    push::registered,
};

/// A row as a copy holds it: revision, stamp, row, channels.
type Whole = (i64, Option<i64>, Value, BTreeSet<Channel>);

/// A whole copy.
fn held(copy: &LocalCopy) -> BTreeMap<RowKey, Whole> {
    copy.rows().map(|(t, id, row)| (RowKey { t: t.into(), id }, (row.v, row.ts, row.row.clone(), row.channels.clone()))).collect()
}

/// Tickets with all kinds of rows below them, in both districts.
fn town(city: &SharedCity) -> Vec<TicketId> {
    let mut inspector = city.device(INSPECTOR_W);
    let tickets: Vec<TicketId> =
        (0..6).map(|n| inspector.create_ticket(category(), &format!("چاله {n}"), if n % 2 == 0 { WEST } else { EAST }, None)).collect();
    inspector.sync().unwrap();
    for ticket in &tickets {
        inspector.add_note(ticket.uuid(), "the neighbours complain");
        inspector.edit_ticket(*ticket, json!({"text": "deeper than it looks"}));
    }
    inspector.sync().unwrap();
    tickets
}

/// A small generator: tests repeat what they did.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

/// What was done to a copy.
#[derive(Default)]
struct Damage {
    /// Rows that are to be fetched.
    missing_or_stale: BTreeSet<RowKey>,
    /// Memberships that are to be taken back.
    extra: usize,
}

/// Damages a copy by a page that no server sent.
fn damage(copy: &mut LocalCopy, dice: &mut Dice) -> Damage {
    let channels: Vec<Channel> = copy.channels().iter().copied().collect();
    let carrying: Vec<usize> = (0..channels.len()).filter(|c| !matches!(channels[*c], Channel::Device(_))).collect();
    let mut done = Damage::default();
    let mut changes = Vec::new();
    for (key, (v, ts, row, of)) in held(copy) {
        let places: Vec<usize> = carrying.iter().copied().filter(|c| of.contains(&channels[*c])).collect();
        let drop = |c: Vec<usize>| Change { c, op: ChangeOp::Drop, t: key.t.clone(), id: key.id, v, ts: None, row: None };
        let put = |c, v| Change { c, op: ChangeOp::Put, t: key.t.clone(), id: key.id, v, ts, row: Some(row.clone()) };
        match dice.below(12) {
            0 => {
                changes.push(drop(places));
                done.missing_or_stale.insert(key);
            }
            1 => {
                changes.push(put(places, v - 1));
                done.missing_or_stale.insert(key);
            }
            2 => {
                changes.push(put(places, v + 1));
                done.missing_or_stale.insert(key);
            }
            // One of several channels is forgotten: the row itself is right.
            3 if places.len() > 1 => changes.push(drop(places[1..].to_vec())),
            // It is counted to one channel more.
            4 => {
                if let Some(other) = carrying.iter().find(|c| !places.contains(c)) {
                    changes.push(put(vec![*other], v));
                    done.extra += 1;
                }
            }
            _ => {}
        }
    }
    for n in 0..dice.below(4) {
        let id = Uuid::from_u128(0xdead_0000 + u128::try_from(n).unwrap());
        let c = vec![carrying[dice.below(carrying.len())]];
        changes.push(Change { c, op: ChangeOp::Put, t: "note".into(), id, v: 1, ts: None, row: Some(json!({"text": "made up"})) });
        done.extra += 1;
    }
    let page = PullResponse {
        feed_epoch: copy.feed_epoch().unwrap().into(),
        server_time: crate::city::START,
        cursor: copy.cursor().unwrap().into(),
        more: false,
        complete: true,
        device: PulledDevice { applied_through: 0 },
        channels,
        gained: Vec::new(),
        lost: Vec::new(),
        reset: Vec::new(),
        changes,
        digest: Vec::new(),
        progress: None,
    };
    copy.apply(&page).unwrap();
    done
}

/// The rows that a device asked for by their ids.
fn fetched(line: &Line) -> Vec<RowKey> {
    let calls = line.calls.borrow();
    let bodies = calls.iter().filter(|(path, _)| path == "/v1/sync/fetch");
    bodies.flat_map(|(_, body)| serde_json::from_value::<Vec<RowKey>>(body["rows"].clone()).unwrap()).collect()
}

#[test]
fn any_missing_extra_or_stale_row_is_found_and_exactly_those_that_differ_are_fetched() {
    on_both(|city| {
        town(city);
        let mut dice = Dice(41);
        for account in [SUPERVISOR, INSPECTOR_W, CREW_OLD] {
            let mut fresh = city.device(account);
            fresh.sync().unwrap();
            let whole = held(&fresh.state.copy);
            let (mut damaged, mut rows) = (0, 0);
            for round in 0..25 {
                let done = damage(&mut fresh.state.copy, &mut dice);
                fresh.transport.calls.borrow_mut().clear();
                let report = fresh.pull().unwrap();
                let asked = fetched(&fresh.transport);
                assert_eq!(asked.iter().cloned().collect::<BTreeSet<_>>(), done.missing_or_stale, "account {account}, round {round}");
                assert_eq!((asked.len(), report.fetched), (done.missing_or_stale.len(), done.missing_or_stale.len()));
                assert_eq!((report.removed, report.reset.len(), report.diverged.len()), (done.extra, 0, 0), "{report:?}");
                assert_eq!(held(&fresh.state.copy), whole, "account {account}, round {round}");
                damaged += usize::from(!report.repaired.is_empty());
                rows += report.fetched;
            }
            assert!(damaged > 15 && rows > 20, "the dice did no harm: {damaged} {rows}");
        }
    });
}

/// A line on which somebody else writes before every request.
#[derive(Debug)]
struct Busy {
    line: Line,
    other: Phone,
    ticket: TicketId,
    written: usize,
}

impl Transport for Busy {
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> bazdid_client::Result<Reply> {
        self.written += 1;
        self.other.add_note(self.ticket.uuid(), &format!("meanwhile {}", self.written));
        self.other.edit_ticket(self.ticket, json!({"text": format!("meanwhile {}", self.written)}));
        self.other.sync().unwrap();
        self.line.call(method, path, body)
    }
}

#[test]
fn a_copy_is_mended_while_others_write() {
    on_both(|city| {
        let tickets = town(city);
        let mut dice = Dice(7);
        let mut phone = city.device(SUPERVISOR);
        phone.sync().unwrap();
        let mut other = city.device(INSPECTOR_W);
        other.sync().unwrap();
        let busy = Busy { line: phone.transport.clone(), other, ticket: tickets[0], written: 0 };
        let mut phone = Device::restored(phone.state, busy, phone.clock, city.ids.clone());
        for round in 0..8 {
            // Of the row that is written all the time only the newest revision counts.
            damage(&mut phone.state.copy, &mut dice);
            let report = phone.pull().unwrap();
            assert_eq!((report.reset.len(), report.diverged.len()), (0, 0), "round {round}: {report:?}");
        }
        assert!(phone.transport.written > 16);
        let mut quiet = Device::restored(phone.state, phone.transport.line, phone.clock, city.ids.clone());
        assert_eq!(quiet.pull().unwrap().repaired, []);
        let mut fresh = city.device(SUPERVISOR);
        fresh.sync().unwrap();
        assert_eq!(held(&quiet.state.copy), held(&fresh.state.copy));
    });
}

fn manifest(phone: &Phone, body: &Value) -> Result<ManifestResponse, bazdid_protocol::error::Error> {
    phone.transport.serve("/v1/sync/manifest", Some(body)).map(|v| serde_json::from_value(v).unwrap())
}

fn fetch(phone: &Phone, body: &Value) -> Result<FetchResponse, bazdid_protocol::error::Error> {
    phone.transport.serve("/v1/sync/fetch", Some(body)).map(|v| serde_json::from_value(v).unwrap())
}

#[test]
fn a_manifest_comes_in_pages_and_says_whether_its_channel_moved() {
    on_both(|city| {
        let tickets = town(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        let channel = Channel::Area(id(D_WEST));
        let whole = manifest(&phone, &json!({"device": device, "channel": channel})).unwrap();
        assert!(whole.next.is_none() && whole.rows.len() > 6);
        assert_eq!(whole.digest.n, i64::try_from(whole.rows.len()).unwrap());
        for limit in [1, 2, 5] {
            let (mut rows, mut after) = (Vec::new(), None);
            loop {
                let page = manifest(&phone, &json!({"device": device, "channel": channel, "after": after, "limit": limit})).unwrap();
                assert!(page.rows.len() <= limit);
                assert_eq!((page.head, &page.digest), (whole.head, &whole.digest));
                rows.extend(page.rows);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(rows, whole.rows, "in pages of {limit}");
        }
        let mut inspector = city.device(INSPECTOR_W);
        inspector.add_note(tickets[0].uuid(), "one more");
        inspector.sync().unwrap();
        let moved = manifest(&phone, &json!({"device": device, "channel": channel, "limit": 1})).unwrap();
        assert!(moved.head > whole.head && moved.digest != whole.digest);
        // What nobody ever wrote into carries nothing.
        let own = manifest(&phone, &json!({"device": device, "channel": Channel::Device(device)})).unwrap();
        assert_eq!((own.rows.len(), own.digest.n), (0, 0));
    });
}

#[test]
fn what_is_asked_for_is_bounded_and_a_fault_is_told_with_its_place() {
    on_both(|city| {
        let (phone, device) = registered(city, INSPECTOR_W);
        let row = |t: &str| json!({"t": t, "id": Uuid::from_u128(1)});
        let many: Vec<Value> = (0..501).map(|_| row("ticket")).collect();
        let large = fetch(&phone, &json!({"device": device, "rows": many})).unwrap_err();
        assert_eq!((large.code, large.facts["max_fetch"].as_i64()), (Code::BatchTooLarge, Some(500)));
        let odd = fetch(&phone, &json!({"device": device, "rows": [row("ticket"), row("a\0b")]})).unwrap_err();
        assert_eq!((odd.code, odd.fields[0].pointer.as_str()), (Code::BadEnvelope, "/rows/1/t"));
        let channel = Channel::Area(id(D_WEST));
        let odd = manifest(&phone, &json!({"device": device, "channel": channel, "after": row("")})).unwrap_err();
        assert_eq!((odd.code, odd.fields[0].pointer.as_str()), (Code::BadEnvelope, "/after/t"));
        for path in ["/v1/sync/fetch", "/v1/sync/manifest"] {
            let old = phone.transport.serve(path, Some(&json!({"device": device, "schema": 0, "channel": channel, "rows": []})));
            assert_eq!(old.unwrap_err().code, Code::UpgradeRequired);
            let stranger = city.device(INSPECTOR_E);
            let body = json!({"device": device, "channel": channel, "rows": []});
            assert_eq!(stranger.transport.serve(path, Some(&body)).unwrap_err().code, Code::Forbidden);
        }
        // Asked twice, answered once.
        let twice = fetch(&phone, &json!({"device": device, "rows": [row("ticket"), row("ticket"), row("of_tomorrow")]})).unwrap();
        let words: Vec<_> = twice.changes.iter().map(|c| (c.t.as_str(), c.op, c.c.len())).collect();
        assert_eq!(words, [("ticket", ChangeOp::Drop, 0), ("of_tomorrow", ChangeOp::Drop, 0)]);
    });
}

#[test]
fn what_another_contractor_has_is_answered_as_what_does_not_exist() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let (mine, _) = ticket_with_order(city);
        city.reassign(mine, NEW);
        let mut inspector = city.device(INSPECTOR_W);
        inspector.sync().unwrap();
        inspector.add_note(ticket.uuid(), "for the office and the field");
        inspector.sync().unwrap();
        let note = inspector.state.copy.list("note").next().unwrap().0;
        let (phone, device) = registered(city, CREW_NEW);
        let nothing = Uuid::from_u128(0xabcd);
        let foreign = [("ticket", ticket.uuid()), ("work_order", order.uuid()), ("note", note)];
        let answer = |t: &str, id: Uuid| {
            let got = fetch(&phone, &json!({"device": device, "rows": [{"t": t, "id": id}]})).unwrap();
            // Only the id itself may tell two answers apart.
            serde_json::to_string(&got).unwrap().replace(&id.to_string(), "id")
        };
        for (t, id) in foreign {
            assert_eq!(answer(t, id), answer(t, nothing), "{t}");
            assert!(answer(t, id).contains("drop"), "{t}");
        }
        // Their own ticket comes, in their channel only, and under another type its id says nothing.
        let own = fetch(&phone, &json!({"device": device, "rows": [{"t": "ticket", "id": mine}, {"t": "note", "id": mine}]})).unwrap();
        assert_eq!((own.changes[0].op, own.changes[1].op), (ChangeOp::Put, ChangeOp::Drop));
        let carriers: Vec<Channel> = own.changes[0].c.iter().map(|c| own.channels[*c]).collect();
        assert_eq!(carriers, [Channel::Org(id(NEW))]);
        // A channel that they do not read is none, whether there is one or not.
        let refusal = |channel: Channel| {
            let e = manifest(&phone, &json!({"device": device, "channel": channel})).unwrap_err();
            (e.code, e.detail, e.facts)
        };
        for channel in [Channel::Org(id(OLD)), Channel::Area(id(D_WEST)), Channel::Office(id(D_WEST)), Channel::User(id(INSPECTOR_W))] {
            assert_eq!(refusal(channel), refusal(Channel::Org(id(0xabcd))));
            assert_eq!(refusal(channel).0, Code::NotFound);
        }
    });
}
