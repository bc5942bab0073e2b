//! Pull: snapshots, scopes, cursors, digests.

use bazdid_client::copy::LocalCopy;
use bazdid_domain::account::{Role, RoleGrant};
use bazdid_protocol::{channel::Channel, envelope::PullResponse, error::Code};
use bazdid_store as store;
use serde_json::{Value, json};

use crate::{
    city::{
        CREW_NEW, CREW_OLD, D_EAST, D_WEST, EAST, HALL, INSPECTOR_E, INSPECTOR_W, NEW, SUPERVISOR, SharedCity, WEST, category, grant, id,
        on_both, ticket_with_order,
    },
    push::{note, registered, send},
};

pub fn page(city: &SharedCity, account: u128, body: &Value) -> PullResponse {
    let phone = city.device(account);
    serde_json::from_value(phone.transport.pull(body).unwrap()).unwrap()
}

/// Rows as a device holds them: type, id, revision.
pub fn held(copy: &LocalCopy) -> Vec<(String, uuid::Uuid, i64, Value)> {
    copy.rows().map(|(t, id, row)| (t.to_owned(), id, row.v, row.row.clone())).collect()
}

/// Reads from a cursor to the end into a copy that belongs to the cursor.
pub fn read_on(city: &SharedCity, account: u128, device: bazdid_protocol::ids::DeviceId, copy: &mut LocalCopy, limit: i64) -> PullResponse {
    for _ in 0..500 {
        let page = page(city, account, &json!({"device": device, "cursor": copy.cursor(), "limit": limit}));
        assert!(page.changes.iter().filter(|c| c.row.is_some()).count() <= usize::try_from(limit).unwrap());
        copy.apply(&page).unwrap();
        assert_eq!(page.more, !page.complete);
        if page.complete {
            assert_eq!(copy.differing(&page).unwrap(), Vec::<Channel>::new());
            return page;
        }
        assert!(page.digest.is_empty() && page.progress.is_some());
    }
    panic!("the pull does not end");
}

#[test]
fn a_pull_from_any_earlier_cursor_to_the_end_equals_a_fresh_one() {
    on_both(|city| {
        let mut inspector = city.device(INSPECTOR_W);
        let (_, device) = registered(city, SUPERVISOR);
        let mut earlier: Vec<LocalCopy> = vec![LocalCopy::default()];
        let mut tickets = Vec::new();
        for round in 0..6 {
            let ticket = inspector.create_ticket(category(), &format!("چاله {round}"), if round % 2 == 0 { WEST } else { EAST }, None);
            inspector.sync().unwrap();
            for (n, ticket) in tickets.iter().enumerate() {
                let ticket: &bazdid_protocol::ids::TicketId = ticket;
                if (n + round) % 3 == 0 {
                    inspector.edit_ticket(*ticket, json!({"text": format!("text {round}")}));
                    inspector.add_note(ticket.uuid(), &format!("note {round}"));
                } else if n % 2 == 0 && round > 2 {
                    city.reassign(*ticket, if round % 2 == 0 { NEW } else { crate::city::OLD });
                }
            }
            inspector.sync().unwrap();
            tickets.push(ticket);
            let mut copy = earlier[round].clone();
            let limit = [1, 3, 500][round % 3];
            // Some cursors are of interrupted pulls.
            if round % 2 == 0 {
                let page = page(city, SUPERVISOR, &json!({"device": device, "cursor": copy.cursor(), "limit": 2}));
                copy.apply(&page).unwrap();
                earlier.push(copy);
            } else {
                read_on(city, SUPERVISOR, device, &mut copy, limit);
                earlier.push(copy);
            }
        }
        let mut fresh = LocalCopy::default();
        read_on(city, SUPERVISOR, device, &mut fresh, 500);
        assert!(fresh.list("ticket").count() == 6 && fresh.list("note").count() > 2);
        for (n, mut copy) in earlier.into_iter().enumerate() {
            read_on(city, SUPERVISOR, device, &mut copy, [1, 2, 7][n % 3]);
            assert_eq!(held(&copy), held(&fresh), "from cursor {n}");
        }
    });
}

#[test]
fn the_long_back_fill_of_a_gained_channel_lets_todays_work_pass() {
    const ROWS: i64 = 3_000;
    const PAGE: i64 = 200;
    on_both(|city| {
        let mut west = city.device(INSPECTOR_W);
        let live = west.create_ticket(category(), "today", WEST, None);
        let ticket = west.create_ticket(category(), "long ago", EAST, None);
        west.sync().unwrap();
        // A reader of the west only, who is up to date.
        let (_, device) = registered(city, SUPERVISOR);
        let narrow = RoleGrant { areas: vec![id(D_WEST)], ..grant(601, SUPERVISOR, Role::Supervisor, HALL, &[]) };
        city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&narrow)));
        let mut copy = LocalCopy::default();
        read_on(city, SUPERVISOR, device, &mut copy, 500);
        let (writer, many) = registered(city, INSPECTOR_W);
        for first in (1..=ROWS).step_by(500) {
            let batch: Vec<Value> =
                (first..first + 500).map(|seq| note(seq, 0x10_0000 + u128::try_from(seq).unwrap(), ticket.uuid(), "x")).collect();
            send(&writer, many, &batch).unwrap();
        }
        let wide = grant(601, SUPERVISOR, Role::Supervisor, HALL, &[D_WEST, D_EAST]);
        city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&wide)));
        let mut pages = 0;
        loop {
            city.pass(1);
            west.edit_ticket(live, json!({"text": format!("today, {pages}")}));
            west.sync().unwrap();
            let next = page(city, SUPERVISOR, &json!({"device": device, "cursor": copy.cursor(), "limit": PAGE}));
            copy.apply(&next).unwrap();
            pages += 1;
            let text = format!("today, {}", pages - 1);
            assert_eq!(copy.text("ticket", live.uuid(), "text"), Some(text.as_str()), "page {pages} brings what changed before it");
            if next.complete {
                assert_eq!(copy.differing(&next).unwrap(), Vec::<Channel>::new());
                break;
            }
            assert!(pages < 100, "the back-fill comes to its end all the same");
        }
        assert!(pages >= ROWS / PAGE, "{pages}");
        assert_eq!(copy.list("note").filter(|(_, n)| n.row["ticket"] == json!(ticket)).count(), usize::try_from(ROWS).unwrap());
    });
}

#[test]
fn channels_are_gained_and_lost_with_the_grants_and_rows_with_their_channels() {
    on_both(|city| {
        let mut west = city.device(INSPECTOR_W);
        west.create_ticket(category(), "west", WEST, None);
        west.sync().unwrap();
        let mut east = city.device(INSPECTOR_E);
        east.sync().unwrap();
        assert_eq!(east.state.copy.list("ticket").count(), 0);
        let both = RoleGrant { valid_from: city.now(), ..grant(700, INSPECTOR_E, Role::Inspector, HALL, &[D_WEST]) };
        let begun = both.clone();
        city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&begun)));
        let device = east.state.device.unwrap();
        let next = page(city, INSPECTOR_E, &json!({"device": device, "cursor": east.state.copy.cursor()}));
        assert_eq!((next.gained.clone(), next.lost.len()), (vec![Channel::Area(id(D_WEST))], 0));
        east.sync().unwrap();
        assert_eq!(east.state.copy.list("ticket").count(), 1);
        city.pass(10);
        let ended = RoleGrant { valid_to: Some(city.now()), ..both };
        city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&ended)));
        let next = page(city, INSPECTOR_E, &json!({"device": device, "cursor": east.state.copy.cursor()}));
        assert_eq!((next.gained.len(), next.lost.clone()), (0, vec![Channel::Area(id(D_WEST))]));
        east.sync().unwrap();
        assert_eq!(east.state.copy.list("ticket").count(), 0);
        assert_eq!(east.state.copy.channels().iter().filter(|c| matches!(c, Channel::Area(_))).count(), 1);
    });
}

#[test]
fn a_cursor_that_says_nothing_is_answered_with_a_reset_and_never_with_an_error() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (_, device) = registered(city, INSPECTOR_W);
        let fresh = page(city, INSPECTOR_W, &json!({"device": device, "cursor": null}));
        assert_eq!((fresh.reset.len(), fresh.gained.len()), (0, fresh.channels.len()));
        assert!(fresh.complete && fresh.changes.iter().any(|c| c.id == ticket.uuid()));
        let quiet = page(city, INSPECTOR_W, &json!({"device": device, "cursor": fresh.cursor}));
        assert_eq!((quiet.changes.len(), quiet.reset.len(), quiet.gained.len(), quiet.complete), (0, 0, 0, true));
        let mut forged = fresh.cursor.clone();
        forged.replace_range(30..31, if &forged[30..31] == "A" { "B" } else { "A" });
        for cursor in [forged.as_str(), "nonsense", ""] {
            let again = page(city, INSPECTOR_W, &json!({"device": device, "cursor": cursor}));
            assert_eq!((again.reset.len(), again.changes.len()), (fresh.channels.len(), fresh.changes.len()), "{cursor}");
        }
        // Another epoch of the feed, as after a restore.
        city.write(|tx| store::state::save_state(tx, "feed_epoch", "another"));
        let again = page(city, INSPECTOR_W, &json!({"device": device, "cursor": fresh.cursor}));
        assert_eq!((again.reset.len(), again.feed_epoch.as_str()), (fresh.channels.len(), "another"));
        // The device asks for one channel from the beginning.
        let area = format!("area:{}", uuid::Uuid::from_u128(D_WEST));
        let one = page(city, INSPECTOR_W, &json!({"device": device, "cursor": again.cursor, "reset": [area, "area:nonsense"]}));
        assert_eq!(one.reset, [Channel::Area(id(D_WEST))]);
        assert!(one.changes.iter().any(|c| c.id == ticket.uuid()) && !one.changes.iter().any(|c| c.t == "category"));
        let old = city.device(INSPECTOR_W).transport.pull(&json!({"device": device, "schema": 0})).unwrap_err();
        assert_eq!(old.code, Code::UpgradeRequired);
    });
}

#[test]
fn a_device_reads_what_it_wrote_with_its_acknowledgement() {
    on_both(|city| {
        let mut inspector = city.device(INSPECTOR_W);
        let ticket = inspector.create_ticket(category(), "mine", EAST, None);
        inspector.push().unwrap();
        let device = inspector.state.device.unwrap();
        let first = page(city, INSPECTOR_W, &json!({"device": device}));
        assert_eq!(first.device.applied_through, 1);
        assert!(first.changes.iter().any(|c| c.id == ticket.uuid()), "though it lies in another's district");
        inspector.pull().unwrap();
        assert!(inspector.state.copy.get("ticket", ticket.uuid()).is_some());
    });
}

#[test]
fn nothing_outside_a_contractors_scope_leaves_the_server() {
    on_both(|city| {
        let (mine, _) = ticket_with_order(city);
        let (other, _) = ticket_with_order(city);
        city.reassign(other, NEW);
        let mut inspector = city.device(INSPECTOR_W);
        inspector.sync().unwrap();
        inspector.add_note(mine.uuid(), "the neighbours complain");
        inspector.sync().unwrap();
        let mut crew = city.device(CREW_OLD);
        crew.sync().unwrap();
        let kinds: std::collections::BTreeMap<&str, usize> = ["ticket", "work_order", "note", "conflict", "photo"]
            .into_iter()
            .map(|k| (k, crew.state.copy.list(k).count()))
            .filter(|(_, n)| *n > 0)
            .collect();
        assert_eq!(kinds, [("ticket", 1), ("work_order", 1)].into());
        // What one may not know of is answered as what is not there.
        let mut new = city.device(CREW_NEW);
        new.sync().unwrap();
        let stranger = new.act("note.add", mine.uuid(), json!({"note": new.new_id::<()>(), "text": "x"}));
        let nothing = new.act("note.add", new.new_id::<()>().uuid(), json!({"note": new.new_id::<()>(), "text": "x"}));
        new.sync().unwrap();
        let told = |m| new.state.outbox.result(m).map(|r| (r.status, r.code, r.detail.clone(), r.state.clone(), r.v)).unwrap();
        assert_eq!(told(stranger), told(nothing));
        // No row names another organisation's people or conflicts.
        let text = crew.state.copy.rows().map(|(_, _, r)| r.row.to_string()).collect::<String>();
        assert!(!text.contains("radius") && !text.contains("caller"));
    });
}
