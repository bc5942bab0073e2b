//! What a new ticket is compared with, and what the choice of an inspector looks at.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    category::EvidenceNeeds,
    organisation::ActiveState,
    ticket::Ticket,
    ticket_flow::in_hand,
    unit_of_work::UnitOfWork,
    visit::{MockFlag, Visit, VisitKind},
    work_order::{WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    document::Document,
    error::{Code, Error},
    geo::Point,
    ids::TicketId,
    text_enum::TextEnum as _,
    time::{MICROS_PER_DAY, MICROS_PER_HOUR, Timestamp},
};
use bazdid_store::{
    self as store, Tx,
    aggregate::{load_unit, save_unit},
    category::{list_categories, save_categories},
    inspector::list_inspectors,
    merge_context::{Spots, list_neighbours},
};

use crate::{
    common::TestDb,
    fixtures::{area, at, category, id, ticket},
    group_commit::{Closure, meet},
};

fn save(tx: &mut Tx<'_>, fill: impl FnOnce(&mut UnitOfWork)) {
    let mut unit = load_unit(tx, &[id(50)]).unwrap();
    fill(&mut unit);
    save_unit(tx, &unit, at(9)).unwrap();
}

/// A ticket some metres north and east of a corner of four cells.
fn beside(n: u128, north_m: f64, east_m: f64) -> Ticket {
    let corner = Point { lat: 36.269, lon: 50.004, accuracy_m: None };
    let east = east_m / 111_195.0 / corner.lat.to_radians().cos();
    Ticket { point: Point { lat: corner.lat + north_m / 111_195.0, lon: corner.lon + east, ..corner }, ..ticket(n) }
}

#[test]
fn whatever_may_be_the_same_as_a_new_ticket_is_found_and_little_else() {
    for t in TestDb::both() {
        let me = Ticket { created_at: at(0), ..beside(1, 3.0, 3.0) };
        let (inside, outside) = (me.created_at.plus_micros(MICROS_PER_DAY), me.created_at.plus_micros(MICROS_PER_DAY + 1));
        let created = |ticket: Ticket, created_at: Timestamp| Ticket { created_at, ..ticket };
        let same = [
            created(beside(50, 3.0, 3.0), inside),
            created(beside(51, 3.0, -21.9), me.created_at.plus_micros(-MICROS_PER_DAY)),
            created(beside(52, -21.9, 3.0), at(0)),
            created(beside(53, -14.0, -14.0), at(0)),
            created(beside(54, 27.9, 3.0), at(0)),
            created(beside(55, 3.0, 27.9), at(0)),
        ];
        let other = [
            created(beside(60, 3.0, 3.0), outside),
            created(beside(61, 3.0, 3.0), me.created_at.plus_micros(-MICROS_PER_DAY - 1)),
            created(Ticket { category_id: id(2), ..beside(62, 3.0, 3.0) }, at(0)),
            created(beside(63, 130.0, 3.0), at(0)),
            created(beside(64, 3.0, -130.0), at(0)),
        ];
        t.db()
            .write_blocking(move |tx| {
                category(tx);
                let first = list_categories(tx)?.remove(0);
                save_categories(tx, &[bazdid_domain::category::Category { id: id(2), code: "roads.kerb".into(), ..first }])?;
                save(tx, |unit| {
                    for t in same.iter().chain(&other) {
                        unit.tickets.put(t.clone());
                    }
                });
                let mut spots = Spots::default();
                assert_eq!(list_neighbours(tx, &spots)?, []);
                spots.add(me.category_id, &me.point, me.created_at);
                let found: BTreeSet<TicketId> = list_neighbours(tx, &spots)?.into_iter().map(|n| n.ticket).collect();
                assert_eq!(found, same.iter().map(|t| t.id).collect());
                // Of several new tickets each finds its own.
                spots.add(id(2), &other[3].point, other[0].created_at);
                let more: BTreeSet<TicketId> = list_neighbours(tx, &spots)?.into_iter().map(|n| n.ticket).collect();
                assert!(more.is_superset(&found) && more.contains(&other[0].id) && more.contains(&other[3].id), "{more:?}");
                assert!(!more.contains(&other[1].id) && !more.contains(&other[4].id), "{more:?}");
                Ok(())
            })
            .unwrap();
    }
}

fn inspector(tx: &mut Tx<'_>, n: u128, areas: &[u128]) {
    let account = Account {
        id: id(n),
        rev: 1,
        login: format!("inspector{n}"),
        display_name: "بازرس".into(),
        locale: "fa".into(),
        state: ActiveState::Active,
        phone_encrypted: None,
        created_at: at(0),
        updated_at: at(0),
    };
    let grant = RoleGrant {
        id: id(n + 100),
        account_id: id(n),
        role: Role::Inspector,
        organisation_id: None,
        areas: areas.iter().map(|a| id(*a)).collect(),
        valid_from: at(0),
        valid_to: None,
    };
    store::account::save_accounts(tx, &[account]).unwrap();
    store::account::save_grants(tx, &[grant]).unwrap();
}

pub fn order(n: u128, account: u128, state: WorkOrderState) -> WorkOrder {
    WorkOrder {
        id: id(n),
        rev: 0,
        stamp: at(5),
        ticket_id: id(50),
        kind: WorkOrderKind::Inspection,
        state,
        epoch: 1,
        round: 1,
        assignment_id: None,
        organisation_id: None,
        account_id: Some(id(account)),
        contract_id: None,
        coverage_id: None,
        explanation: Document::default(),
        evidence: EvidenceNeeds::default(),
        flags: Vec::new(),
        accept_due: None,
        resolve_due: None,
        reason: None,
        review_at: None,
        submitted_by: None,
        submitted_org: None,
        findings: None,
        created_at: at(1),
        updated_at: at(2),
    }
}

fn states() -> impl Iterator<Item = WorkOrderState> {
    WorkOrderState::ALL.iter().copied()
}

fn visit(n: u128, account: u128, arrived: Timestamp, lat: Option<f64>) -> Visit {
    Visit {
        id: id(n),
        rev: 0,
        ticket_id: id(50),
        work_order_id: None,
        kind: VisitKind::Patrol,
        actor: id(account),
        organisation_id: None,
        device_id: None,
        arrived_at: arrived,
        arrived_est: arrived,
        received_at: arrived,
        left_est: None,
        point: lat.map(|lat| Point { lat, lon: 50.0, accuracy_m: Some(5.0) }),
        mock: MockFlag::Unknown,
        distance_m: None,
        outcome: None,
        eff: arrived,
        writes: vec![],
    }
}

#[test]
fn of_inspectors_the_orders_in_hand_and_the_last_known_place_count() {
    for t in TestDb::both() {
        let now = at(10 * MICROS_PER_DAY);
        let hours_ago = move |hours: i64| now.plus_micros(-hours * MICROS_PER_HOUR);
        let found = t
            .db()
            .write_blocking(move |tx| {
                category(tx);
                store::area::save_areas(tx, &[area(7), area(8)])?;
                [(31, [7].as_slice()), (32, &[7, 8]), (33, &[8]), (34, &[7])].into_iter().for_each(|(n, areas)| inspector(tx, n, areas));
                save(tx, |unit| {
                    unit.tickets.put(ticket(50));
                    // One of every state for the first, nothing in hand for the second.
                    for (n, state) in (200..).zip(states()) {
                        unit.work_orders.put(order(n, 31, state));
                    }
                    for (n, state) in (300..).zip(states().filter(|s| !in_hand(*s))) {
                        unit.work_orders.put(order(n, 32, state));
                    }
                    // The last that says where; of two of one instant the one with the greater id.
                    unit.visits.put(visit(401, 31, hours_ago(3), Some(36.1)));
                    unit.visits.put(visit(402, 31, hours_ago(2), Some(36.2)));
                    unit.visits.put(visit(403, 31, hours_ago(2), Some(36.3)));
                    unit.visits.put(visit(404, 31, hours_ago(1), None));
                    // Too long ago.
                    unit.visits.put(visit(405, 32, hours_ago(24), Some(36.4)));
                    unit.visits.put(visit(406, 33, hours_ago(1), Some(36.5)));
                });
                list_inspectors(tx, &BTreeSet::from([id(7)]), now)
            })
            .unwrap();
        let found: BTreeMap<_, _> = found.into_iter().map(|i| (i.account, (i.load, i.position.map(|p| p.lat)))).collect();
        let in_hand = i64::try_from(states().filter(|s| in_hand(*s)).count()).unwrap();
        assert_eq!(found, BTreeMap::from([(id(31), (in_hand, Some(36.3))), (id(32), (0, None)), (id(34), (0, None))]));
    }
}

/// How many orders each inspector has in hand, as the transaction sees it.
fn open_order_counts(tx: &mut Tx<'_>) -> Vec<(u128, i64)> {
    let all = list_inspectors(tx, &BTreeSet::from([id(7)]), at(MICROS_PER_DAY)).unwrap();
    all.into_iter().map(|i| (i.account.uuid().as_u128(), i.load)).collect()
}

/// What is counted once in a transaction, and by closures that share it, is what it would be if it were counted each time: whatever is
/// written, and taken back.
#[test]
fn counts_follow_what_the_transaction_writes_and_takes_back() {
    for t in TestDb::both() {
        let write = |n: u128, account: u128, state: WorkOrderState| {
            move |unit: &mut UnitOfWork| {
                unit.work_orders.put(order(n, account, state));
            }
        };
        t.db()
            .write_blocking(move |tx| {
                category(tx);
                store::area::save_areas(tx, &[area(7)])?;
                [31, 32].into_iter().for_each(|n| inspector(tx, n, &[7]));
                save(tx, |unit| {
                    unit.tickets.put(ticket(50));
                });
                assert_eq!(open_order_counts(tx), [(31, 0), (32, 0)]);
                save(tx, write(200, 31, WorkOrderState::Accepted));
                save(tx, write(201, 31, WorkOrderState::InProgress));
                assert_eq!(open_order_counts(tx), [(31, 2), (32, 0)]);
                // From one to the other, and out of hand.
                save(tx, write(200, 32, WorkOrderState::Accepted));
                save(tx, write(201, 31, WorkOrderState::Cancelled));
                assert_eq!(open_order_counts(tx), [(31, 0), (32, 1)]);
                let refused = tx.step(|tx| {
                    save(tx, write(202, 31, WorkOrderState::Accepted));
                    assert_eq!(open_order_counts(tx), [(31, 1), (32, 1)]);
                    Err::<(), _>(Error::new(Code::Conflict))
                });
                assert!(refused.is_err());
                assert_eq!(open_order_counts(tx), [(31, 0), (32, 1)]);
                tx.step(|tx| {
                    save(tx, write(203, 32, WorkOrderState::Rework));
                    Ok(())
                })?;
                assert_eq!(open_order_counts(tx), [(31, 0), (32, 2)]);
                Ok(())
            })
            .unwrap();
        // Closures of one commit: the second fails after it has counted, and the third sees nothing of it.
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let place = |n: u128, account: u128, refuse: bool| -> Closure<()> {
            let seen = Arc::clone(&seen);
            Box::new(move |tx| {
                // On PostgreSQL the ticket's lock keeps other groups from writing in between.
                load_unit(tx, &[id(50)])?;
                let before = open_order_counts(tx);
                save(tx, write(n, account, WorkOrderState::Accepted));
                seen.lock().unwrap().push((account, refuse, before, open_order_counts(tx)));
                if refuse { Err(Error::new(Code::Conflict)) } else { Ok(()) }
            })
        };
        let done = meet(&runtime, t.db(), vec![place(210, 31, false), place(211, 31, true), place(212, 31, false), place(213, 32, false)]);
        let kept: Vec<bool> = done.into_iter().map(|answer| runtime.block_on(answer).unwrap().is_ok()).collect();
        assert_eq!(kept, [true, false, true, true]);
        // What was seen is compared here: a closure that panics would be run again by itself, with nothing counted. In the order of their
        // runs each saw what the ones before had kept.
        let mut stands = vec![(31, 0), (32, 2)];
        for (account, refuse, before, after) in seen.lock().unwrap().iter() {
            let grown: Vec<(u128, i64)> = before.iter().map(|(a, load)| (*a, load + i64::from(a == account))).collect();
            assert_eq!((before, after), (&stands, &grown));
            if !refuse {
                stands.clone_from(after);
            }
        }
        assert_eq!(t.db().write_blocking(|tx| Ok(open_order_counts(tx))).unwrap(), [(31, 2), (32, 3)]);
    }
}
