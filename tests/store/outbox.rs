//! The outbox, its leases and deliveries: what is of one ticket goes in order, and what a process that died had taken is taken again.

use bazdid_domain::{
    event::DomainEvent,
    webhook::{Attempt, Delivery, DeliveryFault, DeliveryState, MAX_ATTEMPTS, Webhook, WebhookState},
};
use bazdid_protocol::{
    event::{EventKind, TicketMerged},
    ids::{TicketId, WebhookId},
    time::Timestamp,
};
use bazdid_store::{
    Tx,
    lease::{Lease, release, take},
    outbox::{append, find_position, forget_open, forget_relayed, list_events, list_open, set_relayed},
    webhook::{
        add_deliveries, count_deliveries, delete_webhook, find_delivery, forget_old_secrets, give_up, list_due, list_webhooks,
        page_deliveries, revive, save_deliveries, save_health, save_webhooks,
    },
};

use crate::{
    common::TestDb,
    fixtures::{at, id},
};

fn lease(holder: u128) -> Lease {
    Lease { name: "worker".into(), holder: uuid::Uuid::from_u128(holder), lasts_us: 100 }
}

fn event(n: u128, ticket: Option<u128>) -> DomainEvent {
    DomainEvent { id: id(n), ticket: ticket.map(id), occurred_at: at(0), payload: TicketMerged { into: id(7) }.into() }
}

fn webhook(n: u128) -> Webhook {
    Webhook {
        id: id(n),
        rev: 1,
        url: "https://example.org".into(),
        description: "d".into(),
        kinds: Some(vec![EventKind::TicketMerged]),
        other_kinds: Vec::new(),
        state: WebhookState::Active,
        secret: vec![1, 2],
        old_secret: Some(vec![3]),
        old_secret_until: Some(at(5)),
        failures: 2,
        failing_since: Some(at(1)),
        retry_at: Some(at(2)),
        succeeded_at: Some(at(3)),
        created_by: Some(id(9)),
        created_at: at(0),
        updated_at: at(4),
    }
}

#[test]
fn a_lease_is_one_holders_until_it_ends() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                assert!(take(tx, &lease(1), at(0))?);
                assert!(!take(tx, &lease(2), at(0))? && !take(tx, &lease(2), at(99))?);
                assert!(take(tx, &lease(1), at(40))?, "more than half of it is left: it stays as it is");
                assert!(take(tx, &lease(1), at(60))?, "prolonged");
                assert!(!take(tx, &lease(2), at(159))?);
                assert!(take(tx, &lease(2), at(160))?, "over, whatever became of the first");
                assert!(!take(tx, &lease(1), at(161))?, "the first has lost it");
                release(tx, &lease(1))?;
                assert!(!take(tx, &lease(1), at(162))?, "who does not hold it cannot give it back");
                release(tx, &lease(2))?;
                assert!(take(tx, &lease(1), at(163))?);
                let other = Lease { name: "outbox".into(), ..lease(2) };
                assert!(take(tx, &other, at(163))?, "each name by itself");
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn of_two_who_take_a_lease_at_once_one_has_it() {
    for t in TestDb::both() {
        let taken: Vec<bool> = std::thread::scope(|scope| {
            let both = [1, 2, 3, 4].map(|n| {
                scope.spawn({
                    let db = t.db().clone();
                    move || db.write_blocking(move |tx| take(tx, &lease(n), at(0))).unwrap()
                })
            });
            both.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "{taken:?}");
    }
}

#[test]
fn positions_rise_and_are_never_given_twice() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                append(tx, &[])?;
                let many: Vec<DomainEvent> = (1..=150).map(|n| event(n, Some(1))).collect();
                append(tx, &many)?;
                let open = list_open(tx, 1000)?;
                assert_eq!(open.iter().map(|e| e.id).collect::<Vec<_>>(), many.iter().map(|e| e.id).collect::<Vec<_>>());
                assert!(open.windows(2).all(|w| w[0].seq < w[1].seq));
                let first = &open[0];
                assert_eq!((first.kind, first.ticket, first.timestamp), (EventKind::TicketMerged, Some(id(1)), at(0)));
                assert_eq!(first.data["into"], id::<()>(7).to_string());
                let last = open[149].seq;
                assert_eq!(find_position(tx, id(150))?, Some(last));
                assert_eq!(list_open(tx, 2)?.len(), 2);

                let positions: Vec<i64> = open.iter().map(|e| e.seq).collect();
                set_relayed(tx, &positions[..100], at(10))?;
                assert_eq!(list_open(tx, 1000)?.len(), 50);
                assert_eq!(forget_relayed(tx, at(10), 1000)?, 0, "not before");
                assert_eq!(forget_relayed(tx, at(11), 60)?, 60);
                assert_eq!(forget_relayed(tx, at(11), 1000)?, 40, "what was not passed on stays");
                set_relayed(tx, &positions, at(20))?;
                assert_eq!(forget_relayed(tx, at(21), 1000)?, 50);
                append(tx, &[event(200, None)])?;
                let next = list_open(tx, 10)?;
                assert!(next[0].seq > last && next[0].ticket.is_none());
                assert_eq!(forget_open(tx, at(0), 10)?, 0, "not before");
                assert_eq!(forget_relayed(tx, at(99), 10)?, 0);
                append(tx, &[event(201, None)])?;
                assert_eq!(forget_open(tx, at(1), 1)?, 1, "what nobody passes on is forgotten too");
                let next = list_open(tx, 10)?;
                assert_eq!((next.len(), next[0].id), (1, id(201)));
                assert_eq!(list_events(tx, &[next[0].seq, 1])?.len(), 1);
                Ok(())
            })
            .unwrap();
    }
}

/// Positions of five events: of ticket 1, 1, 2, none, none.
fn five(tx: &mut Tx<'_>) -> bazdid_protocol::error::Result<Vec<i64>> {
    append(tx, &[event(1, Some(1)), event(2, Some(1)), event(3, Some(2)), event(4, None), event(5, None)])?;
    save_webhooks(tx, &[webhook(21), webhook(22)])?;
    let open = list_open(tx, 10)?;
    let hook: WebhookId = id(21);
    let made: Vec<Delivery> = open.iter().map(|e| Delivery::new(e.seq, hook, e.ticket, at(0))).collect();
    save_deliveries(tx, &made)?;
    Ok(open.into_iter().map(|e| e.seq).collect())
}

fn due(tx: &mut Tx<'_>, now: Timestamp) -> bazdid_protocol::error::Result<Vec<i64>> {
    Ok(list_due(tx, id(21), now, 9)?.into_iter().map(|d| d.position).collect())
}

#[test]
fn nothing_is_due_before_an_earlier_event_of_its_ticket() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                let p = five(tx)?;
                assert!(due(tx, at(-1))?.is_empty());
                assert_eq!(due(tx, at(0))?, [p[0], p[2], p[3], p[4]], "the second of the first ticket waits; what has no ticket does not");
                assert_eq!(list_due(tx, id(21), at(0), 2)?.len(), 2);
                assert!(list_due(tx, id(22), at(0), 9)?.is_empty(), "another receiver has nothing");
                let first = find_delivery(tx, id(21), p[0])?.unwrap();
                let failed = first.clone().tried(&Attempt::failed(DeliveryFault::Timeout), at(0), 0.5);
                save_deliveries(tx, std::slice::from_ref(&failed))?;
                assert_eq!(find_delivery(tx, id(21), p[0])?, Some(failed.clone()));
                assert_eq!(due(tx, at(1))?, [p[2], p[3], p[4]], "while the first is tried again the second waits");
                assert_eq!(due(tx, failed.due_at.unwrap())?, [p[2], p[3], p[4], p[0]], "what was tried before comes last");
                assert_eq!(list_due(tx, id(21), failed.due_at.unwrap(), 1)?[0].position, p[2]);
                save_deliveries(tx, &[failed.tried(&Attempt::answered(200), at(1), 0.5)])?;
                assert_eq!(due(tx, at(1))?, [p[1], p[2], p[3], p[4]]);
                let twice: Vec<Delivery> = p.iter().map(|p| Delivery::new(*p, id(21), None, at(0))).collect();
                add_deliveries(tx, &twice)?;
                assert_eq!(due(tx, at(1))?, [p[1], p[2], p[3], p[4]], "what was delivered stays delivered");
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn what_is_dead_lets_the_next_go_and_is_sent_again_when_asked_for() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                let p = five(tx)?;
                let ticket: Option<TicketId> = Some(id(1));
                let last = Delivery { attempts: MAX_ATTEMPTS - 1, ..Delivery::new(p[0], id(21), ticket, at(0)) };
                let dead = last.tried(&Attempt::answered(500), at(3), 0.5);
                assert_eq!(dead.state, DeliveryState::Dead);
                save_deliveries(tx, &[dead])?;
                assert_eq!(due(tx, at(3))?, [p[1], p[2], p[3], p[4]]);
                assert_eq!(count_deliveries(tx, DeliveryState::Dead)?, [(id(21), 1)]);
                let listed = page_deliveries(tx, id(21), Some(DeliveryState::Dead), None, 9)?;
                assert_eq!((listed.len(), listed[0].status, listed[0].tried_at), (1, Some(500), Some(at(3))));
                let all: Vec<i64> = page_deliveries(tx, id(21), None, None, 9)?.iter().map(|d| d.position).collect();
                assert_eq!(all, [p[4], p[3], p[2], p[1], p[0]], "newest first");
                assert_eq!(page_deliveries(tx, id(21), None, Some(p[2]), 1)?[0].position, p[1]);

                assert_eq!(revive(tx, id(21), Some(p[1]), at(9))?, 0, "it is not dead");
                assert_eq!(revive(tx, id(22), None, at(9))?, 0);
                assert_eq!(revive(tx, id(21), Some(p[0]), at(9))?, 1);
                let again = find_delivery(tx, id(21), p[0])?.unwrap();
                assert_eq!((again.state, again.attempts, again.due_at), (DeliveryState::Pending, 0, Some(at(9))));
                assert_eq!(due(tx, at(9))?[0], p[0]);
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn receivers_come_back_as_they_were_saved_and_take_their_deliveries_with_them() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                let p = five(tx)?;
                assert_eq!(list_webhooks(tx)?, [webhook(21), webhook(22)]);
                let worse = Webhook { failures: 3, state: WebhookState::Failed, ..webhook(21) };
                save_health(tx, &worse)?;
                assert_eq!(list_webhooks(tx)?[0], Webhook { failures: 3, ..webhook(21) }, "the state is not its affair");
                assert!(give_up(tx, id(21))? && !give_up(tx, id(21))?);
                assert_eq!(list_webhooks(tx)?[0], Webhook { rev: 2, ..worse });
                assert_eq!(forget_old_secrets(tx, at(4))?, 0, "it signs still");
                assert_eq!(forget_old_secrets(tx, at(5))?, 2);
                let forgotten = Webhook { old_secret: None, old_secret_until: None, ..webhook(22) };
                assert_eq!(list_webhooks(tx)?[1], forgotten);
                delete_webhook(tx, id(21))?;
                assert_eq!(list_webhooks(tx)?, [forgotten]);
                assert!(page_deliveries(tx, id(21), None, None, 9)?.is_empty());
                save_deliveries(tx, &[Delivery::new(p[0], id(22), None, at(0))])?;
                set_relayed(tx, &p, at(0))?;
                assert_eq!(forget_relayed(tx, at(1), 9)?, 5);
                assert!(find_delivery(tx, id(22), p[0])?.is_none(), "what is forgotten is not delivered any more");
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn kinds_of_events_of_a_newer_server_are_left_to_it() {
    for t in TestDb::both() {
        let db = t.db();
        db.write_blocking(|tx| {
            save_webhooks(tx, &[webhook(1)])?;
            append(tx, &[event(11, Some(7)), event(12, Some(7))])
        })
        .unwrap();
        t.run_sql("UPDATE webhooks SET kinds = [json_array|jsonb_build_array]('ticket.merged', 'ticket.of_tomorrow')");
        t.run_sql("UPDATE outbox SET kind = 'ticket.of_tomorrow' WHERE position = (SELECT min(position) FROM outbox)");
        let positions: Vec<i64> = db
            .write_blocking(|tx| {
                let known = Webhook { other_kinds: vec!["ticket.of_tomorrow".into()], ..webhook(1) };
                assert_eq!(list_webhooks(tx)?, std::slice::from_ref(&known), "what this version knows of it, and the word of the other");
                save_webhooks(tx, &[Webhook { rev: 2, ..known.clone() }])?;
                assert_eq!(list_webhooks(tx)?[0].other_kinds, known.other_kinds, "it is kept when this version writes the row");
                let open = list_open(tx, 10)?;
                assert_eq!(open.iter().map(|e| e.id).collect::<Vec<_>>(), [id(12)]);
                let last = open[0].seq;
                let of = |position, ticket| Delivery::new(position, known.id, Some(id(ticket)), at(0));
                add_deliveries(tx, &[of(last - 1, 8), of(last, 7)])?;
                Ok(vec![last - 1, last])
            })
            .unwrap();
        db.read_blocking(|tx| {
            let due = list_due(tx, webhook(1).id, at(1_000_000), 10)?;
            assert_eq!(due.iter().map(|d| d.position).collect::<Vec<_>>(), positions[1..], "the other is the newer server's to send");
            assert_eq!(list_events(tx, &positions)?.len(), 1);
            Ok(())
        })
        .unwrap();
    }
}
