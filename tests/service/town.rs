//! A town of two districts with two contractors, an emergency group and its people, on a database.

#![allow(dead_code, reason = "each theme uses its own part")]

use bazdid_domain::{
    account::Role,
    organisation::OrganisationKind,
    ticket::Ticket,
    unit_of_work::UnitOfWork,
    work_order::{Assignment, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    error::Result,
    geo::Point,
    ids::{AccountId, AreaId, CategoryId, OrganisationId, TicketId, WorkOrderId},
};
use bazdid_service::{
    self as service,
    change::{Change, keep},
    reference::bump,
    ticket::{NewTicket, Registered},
};
use bazdid_store::{self as store, Tx};

pub use crate::town_rows::{COLLAPSE, EAST, POTHOLE, TREE, WEST};
use crate::{
    city::{City, id},
    town_rows::{TOWN, save_rows},
};

/// Who lives there.
pub struct Town {
    pub city: City,
    pub first: OrganisationId,
    pub second: OrganisationId,
    pub emergency: OrganisationId,
    pub operator: AccountId,
    pub supervisor: AccountId,
    pub other_supervisor: AccountId,
    pub east_operator: AccountId,
    pub inspector: AccountId,
    pub crew: AccountId,
    pub second_crew: AccountId,
}

/// A phone that must never be seen by a contractor.
pub const PHONE: &str = "+989121234567";

pub fn area(n: u128) -> AreaId {
    id(n)
}

/// In the middle of the western district.
pub fn west() -> Point {
    Point { lat: 36.25, lon: 50.05, accuracy_m: Some(8.0) }
}

/// In the middle of the eastern district.
pub fn east() -> Point {
    Point { lat: 36.25, lon: 50.15, accuracy_m: Some(8.0) }
}

pub fn new_ticket(category: u128, point: Point) -> NewTicket {
    NewTicket {
        address_text: Some("خیابان ۱۲".into()),
        caller_phone: Some(PHONE.into()),
        ..NewTicket::new(id(category), "چاله‌ي بزرگ وسط خيابان".into(), point)
    }
}

impl Town {
    /// One on each database; the first contractor takes at most `cap` orders a day.
    pub fn both(cap: Option<i64>) -> Vec<Self> {
        City::both().into_iter().map(|city| Self::found(city, cap)).collect()
    }

    fn found(city: City, cap: Option<i64>) -> Self {
        let first = city.organisation("first", OrganisationKind::Contractor);
        let second = city.organisation("second", OrganisationKind::Contractor);
        let emergency = city.organisation("emergency", OrganisationKind::EmergencyGroup);
        let office = city.organisation("office", OrganisationKind::RegionOffice);
        let (now, ctx) = (city.now(), city.ctx());
        city.write(move |tx| {
            save_rows(tx, now, [first, second, emergency], cap)?;
            bump(tx, &ctx)
        });
        let everywhere = [id(TOWN)];
        Self {
            operator: city.person("operator", Role::Operator, Some(office), &everywhere),
            supervisor: city.person("supervisor", Role::Supervisor, Some(office), &everywhere),
            other_supervisor: city.person("supervisor2", Role::Supervisor, Some(office), &everywhere),
            east_operator: city.person("east", Role::Operator, Some(office), &[id(EAST)]),
            inspector: city.person("inspector", Role::Inspector, Some(office), &[id(WEST)]),
            crew: city.person("crew", Role::Crew, Some(first), &[]),
            second_crew: city.person("crew2", Role::Crew, Some(second), &[]),
            city,
            first,
            second,
            emergency,
        }
    }

    pub fn try_create(&self, by: AccountId, new: NewTicket) -> Result<Registered> {
        let ctx = self.city.ctx_of(by);
        self.city.try_write(move |tx| service::ticket::create(tx, &ctx, &new))
    }

    #[track_caller]
    pub fn create(&self, category: u128, point: Point) -> Registered {
        self.try_create(self.operator, new_ticket(category, point)).unwrap()
    }

    pub fn unit(&self, ticket: TicketId) -> UnitOfWork {
        self.city.read(move |tx| store::aggregate::read_unit(tx, &[ticket]))
    }

    pub fn ticket(&self, id: TicketId) -> Ticket {
        self.unit(id).tickets.get(id).unwrap().clone()
    }

    /// The only order of a ticket.
    #[track_caller]
    pub fn order(&self, ticket: TicketId) -> WorkOrder {
        let unit = self.unit(ticket);
        let mut orders = unit.work_orders.iter();
        let order = orders.next().unwrap().clone();
        assert!(orders.next().is_none());
        order
    }

    pub fn assignment(&self, order: &WorkOrder) -> Assignment {
        self.unit(order.ticket_id).assignments.get(order.assignment_id.unwrap()).unwrap().clone()
    }

    /// What the field does, as far as the office's tests need it: changes a unit of work and keeps it.
    pub fn happen(&self, ticket: TicketId, mut f: impl FnMut(&mut UnitOfWork) + Send + 'static) {
        let ctx = self.city.ctx();
        self.city.write(move |tx| {
            let mut unit = store::aggregate::load_unit(tx, &[ticket])?;
            f(&mut unit);
            keep(tx, &ctx, &mut unit, Change::default())
        });
    }

    pub fn set_state(&self, order: &WorkOrder, state: WorkOrderState) {
        let (id, ticket): (WorkOrderId, TicketId) = (order.id, order.ticket_id);
        self.happen(ticket, move |unit| {
            let mut row = unit.work_orders.get(id).unwrap().clone();
            row.state = state;
            unit.work_orders.put(row);
        });
    }

    /// Somebody does something in a transaction of their own.
    pub fn act<T: Send + 'static>(
        &self,
        by: AccountId,
        mut f: impl FnMut(&mut Tx<'_>, &service::Ctx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let ctx = self.city.ctx_of(by);
        self.city.try_write(move |tx| f(tx, &ctx))
    }

    /// Somebody looks something up.
    pub fn look<T>(&self, by: AccountId, f: impl FnOnce(&mut Tx<'_>, &service::Ctx) -> Result<T>) -> Result<T> {
        let ctx = self.city.ctx_of(by);
        self.city.test_db.db().read_blocking(|tx| f(tx, &ctx))
    }
}

pub fn category(n: u128) -> CategoryId {
    id(n)
}
