//! Whole tickets in and out, and what their changes mean to the channels.

use bazdid_domain::{
    membership::{Stay, moves},
    visit::{Audience, Note},
};
use bazdid_protocol::{channel::Channel, error::Code};
use bazdid_store::aggregate::{find_roots, load_unit, load_unit_without_notes, save_unit};
use uuid::Uuid;

use crate::{
    common::TestDb,
    fixtures::{at, category, id, ticket},
};

/// A note at ticket 50.
fn note(n: u128, audience: Audience) -> Note {
    Note {
        id: id(n),
        rev: 0,
        ticket_id: id(50),
        work_order_id: None,
        actor: Some(id(3)),
        organisation_id: None,
        audience,
        text: "شماره تماس ثبت شد".into(),
        eff: at(9),
        removed_at: None,
        writes: vec![],
    }
}

#[test]
fn a_ticket_comes_back_as_it_was_saved_with_what_lies_below_it() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                category(tx);
                let mut unit = load_unit(tx, &[id(50)])?;
                unit.tickets.put(ticket(50));
                unit.notes.put(note(60, Audience::Office));
                let channels: Vec<_> = moves(&unit).into_iter().map(|m| (m.kind, m.channel, m.stays)).collect();
                assert_eq!(channels, [("ticket", Channel::Area(id(7)), Stay::Carried), ("note", Channel::Office(id(7)), Stay::Carried)]);
                save_unit(tx, &unit, at(9))
            })
            .unwrap();
        let (unit, roots) = t
            .db()
            .write_blocking(|tx| Ok((load_unit(tx, &[id(50)])?, find_roots(tx, &[Uuid::from_u128(60), Uuid::from_u128(50)])?)))
            .unwrap();
        let mut expected = ticket(50);
        expected.rev = 1;
        assert_eq!(unit.tickets.get(id(50)), Some(&expected));
        assert_eq!(unit.notes.iter().count(), 1);
        assert_eq!(roots.len(), 2);
        assert!(roots.iter().all(|(_, root)| *root == id(50)));
    }
}

/// On PostgreSQL somebody else may have given the id away after it was looked for.
#[test]
fn a_new_row_is_not_written_over_one_that_was_not_seen() {
    for t in TestDb::both() {
        let save = |text: &'static str, seen: bool| {
            t.db().write_blocking(move |tx| {
                let mut unit = if seen { load_unit(tx, &[id(50)])? } else { load_unit_without_notes(tx, &[id(50)])? };
                unit.tickets.put(ticket(50));
                unit.notes.put(Note { text: text.into(), ..note(60, Audience::Field) });
                unit.notes.put(Note { text: text.into(), ..note(if seen { 61 } else { 62 }, Audience::Field) });
                save_unit(tx, &unit, at(9))
            })
        };
        t.db()
            .write_blocking(|tx| {
                category(tx);
                Ok(())
            })
            .unwrap();
        save("first", true).unwrap();
        assert_eq!(save("not seen", false).unwrap_err().code, Code::AlreadyExists);
        let texts = || -> Vec<String> {
            let unit = t.db().write_blocking(|tx| load_unit(tx, &[id(50)])).unwrap();
            unit.notes.iter().map(|n| n.text.clone()).collect()
        };
        assert_eq!(texts(), ["first", "first"], "nothing of it was written");
        save("second", true).unwrap();
        assert_eq!(texts(), ["second", "second"]);
    }
}

#[test]
fn a_ticket_that_moves_leaves_the_old_area_with_all_below_it() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                category(tx);
                let mut unit = load_unit(tx, &[id(50)])?;
                unit.tickets.put(ticket(50));
                unit.notes.put(note(61, Audience::Field));
                save_unit(tx, &unit, at(9))
            })
            .unwrap();
        t.db()
            .write_blocking(|tx| {
                let mut unit = load_unit(tx, &[id(50)])?;
                assert_eq!(moves(&unit), [], "what is only loaded moves nowhere");
                let mut moved = unit.tickets.get(id(50)).unwrap().clone();
                moved.leaf_areas = vec![id(8)];
                assert_eq!(unit.tickets.put(moved), 2);
                let stays: Vec<_> = moves(&unit).into_iter().map(|m| (m.kind, m.channel, m.stays)).collect();
                let both = |kind| [(kind, Channel::Area(id(8)), Stay::Carried), (kind, Channel::Area(id(7)), Stay::Gone)];
                assert_eq!(stays, [both("ticket"), both("note")].concat());
                save_unit(tx, &unit, at(9))
            })
            .unwrap();
    }
}
