//! What is due: the column that the database derives is what the domain says.

use bazdid_domain::{
    ticket::{Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    visibility::Reach,
    work_order::{WorkOrder, WorkOrderState},
};
use bazdid_protocol::{ids::Id, text_enum::TextEnum as _, time::Timestamp};
use bazdid_store::{
    aggregate::save_unit,
    listing::{Direction, Sort},
    ticket::search::{TicketFilter, count_tickets, list_tickets},
    work_order::search::{OrderFilter, count_work_orders, list_work_orders},
};

use crate::{
    choice::order,
    common::TestDb,
    fixtures::{at, category, id, ticket},
};

/// Two tickets in each status and two orders in each state, with all instants that they can have and without any.
fn filled(t: &TestDb) -> (Vec<Ticket>, Vec<WorkOrder>) {
    let mut unit = UnitOfWork::default();
    let (mut tickets, mut orders) = (Vec::new(), Vec::new());
    for (n, status) in (0_u32..).zip(TicketStatus::ALL) {
        let n = u128::from(n);
        let promised = at(1_000 - i64::try_from(n % 4).unwrap());
        tickets.push(Ticket { status: *status, promise_at: Some(promised), ..ticket(100 + n) });
        tickets.push(Ticket { status: *status, promise_at: None, ..ticket(200 + n) });
    }
    let of_nobody = |n, state| WorkOrder { ticket_id: id(100), account_id: None, ..order(n, 0, state) };
    for (n, state) in (0_u32..).zip(WorkOrderState::ALL) {
        let (n, of) = (u128::from(n), i64::from(n % 3));
        let dues = |accept, resolve, review| (Some(at(accept + of)), Some(at(resolve + of)), Some(at(review + of)));
        let (accept_due, resolve_due, review_at) = dues(10, 20, 30);
        orders.push(WorkOrder { accept_due, resolve_due, review_at, ..of_nobody(300 + n, *state) });
        orders.push(of_nobody(400 + n, *state));
    }
    for ticket in &tickets {
        unit.tickets.put(ticket.clone());
    }
    for order in &orders {
        unit.work_orders.put(order.clone());
    }
    t.db()
        .write_blocking(move |tx| {
            category(tx);
            save_unit(tx, &unit, at(0))
        })
        .unwrap();
    (tickets, orders)
}

/// The ids of rows that are due, in an order.
fn expected<T>(rows: &[T], due: impl Fn(&T) -> (Option<Timestamp>, Id<()>), direction: Direction) -> Vec<Id<()>> {
    let mut due: Vec<_> = rows.iter().map(due).filter_map(|(at, id)| Some((at?, id))).collect();
    due.sort();
    if direction == Direction::Descending {
        due.reverse();
    }
    due.into_iter().map(|(_, id)| id).collect()
}

#[test]
fn what_is_due_is_listed_and_counted_as_the_domain_says() {
    for t in TestDb::both() {
        let (tickets, orders) = filled(&t);
        for direction in [Direction::Ascending, Direction::Descending] {
            let sort = Sort::Due(direction);
            let wanted = expected(&tickets, |t| (t.due_at(), Id::new(t.id.uuid())), direction);
            assert_eq!(wanted.len(), 6);
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let filter = TicketFilter { sort, before, limit: 2, ..TicketFilter::default() };
                let page = t.db().read_blocking(|tx| list_tickets(tx, &filter, &Reach::Everything)).unwrap();
                let Some(last) = page.last() else { break };
                before = Some(last.key);
                found.extend(page.iter().map(|t| Id::<()>::new(t.row.id.uuid())));
            }
            assert_eq!(found, wanted, "{direction:?} on {}", t.db().kind());
            let wanted = expected(&orders, |o| (o.due_at(), Id::new(o.id.uuid())), direction);
            assert_eq!(wanted.len(), 6);
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let filter = OrderFilter { sort, before, limit: 2, ..OrderFilter::default() };
                let page = t.db().read_blocking(|tx| list_work_orders(tx, &filter, &Reach::Everything)).unwrap();
                let Some(last) = page.last() else { break };
                before = Some(last.key);
                found.extend(page.iter().map(|o| Id::<()>::new(o.row.id.uuid())));
            }
            assert_eq!(found, wanted, "{direction:?} on {}", t.db().kind());
        }
        for micros in [0, 11, 21, 31, 998, 999, 1_001] {
            let due_before = Some(at(micros));
            let late = |due: Option<Timestamp>| due.is_some_and(|due| due < at(micros));
            let filter = TicketFilter { due_before, ..TicketFilter::default() };
            let total = t.db().read_blocking(|tx| count_tickets(tx, &filter, &Reach::Everything)).unwrap();
            assert_eq!(total.count, i64::try_from(tickets.iter().filter(|t| late(t.due_at())).count()).unwrap());
            let filter = OrderFilter { due_before, ..OrderFilter::default() };
            let total = t.db().read_blocking(|tx| count_work_orders(tx, &filter, &Reach::Everything)).unwrap();
            assert_eq!(total.count, i64::try_from(orders.iter().filter(|o| late(o.due_at())).count()).unwrap());
        }
    }
}

#[test]
fn lists_run_both_ways() {
    for t in TestDb::both() {
        let (tickets, _) = filled(&t);
        let list = |direction| {
            let filter = TicketFilter { sort: Sort::Stored(direction), limit: 100, ..TicketFilter::default() };
            let page = t.db().read_blocking(|tx| list_tickets(tx, &filter, &Reach::Everything)).unwrap();
            page.into_iter().map(|t| t.row.id).collect::<Vec<_>>()
        };
        let (mut up, down) = (list(Direction::Ascending), list(Direction::Descending));
        assert_eq!(up.len(), tickets.len());
        up.reverse();
        assert_eq!(up, down);
    }
}
