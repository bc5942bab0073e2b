//! The small city that the vectors begin with, and its people.

use std::collections::BTreeSet;

use bazdid_domain::{
    account::Role,
    area::{Area, AreaKind, AreaShape},
    category::{Category, EvidenceNeeds, EvidenceRule, Hazard, Priority},
    contract::{Contract, ContractStatus},
    organisation::ActiveState,
    photo::PhotoKind,
    reference::{Reference, ReferenceRows},
    sync::engine::{Author, Authority},
    ticket::{Boundary, PointSource, StatusChange, Ticket, TicketStatus},
    unit_of_work::UnitOfWork,
    visibility::{Parts, Reach},
    work_order::{Answer, Assignment, WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{geo::Point, ids::Id, time::Timestamp};
use serde_json::json;
use uuid::Uuid;

/// When the server hears of everything.
pub const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
pub const AREA: u128 = 7;
pub const TICKET: u128 = 10;
pub const MASTER: u128 = 11;
pub const ORDER: u128 = 20;
/// The contractor that held epoch 1.
pub const OLD: u128 = 101;
/// The contractor that holds epoch 2.
pub const NEW: u128 = 102;
/// The offer of epoch 1 and the one of epoch 2.
pub const OFFER_1: u128 = 31;
pub const OFFER_2: u128 = 32;
/// A category that asks for nothing, one that asks for a photo before and one after, and a third.
pub const POTHOLE: u128 = 1;
pub const TREE: u128 = 2;
pub const PAVEMENT: u128 = 3;
/// A contract that ended a hundred minutes ago.
pub const CONTRACT: u128 = 80;

pub fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

pub fn key(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// Who may act in a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    CrewA,
    CrewB,
    Manager,
    OldCrew,
    OldCrewRevoked,
    InspectorA,
    InspectorB,
    Operator,
}

impl Who {
    pub const ALL: [Self; 8] =
        [Self::CrewA, Self::CrewB, Self::Manager, Self::OldCrew, Self::OldCrewRevoked, Self::InspectorA, Self::InspectorB, Self::Operator];

    pub const fn name(self) -> &'static str {
        match self {
            Self::CrewA => "crew_a",
            Self::CrewB => "crew_b",
            Self::Manager => "manager",
            Self::OldCrew => "old_crew",
            Self::OldCrewRevoked => "old_crew_revoked",
            Self::InspectorA => "inspector_a",
            Self::InspectorB => "inspector_b",
            Self::Operator => "operator",
        }
    }

    pub fn author(self) -> Author {
        let (account, role, organisation) = match self {
            Self::CrewA => (5, Role::Crew, Some(NEW)),
            Self::CrewB => (6, Role::Crew, Some(NEW)),
            Self::Manager => (7, Role::ContractorManager, Some(NEW)),
            Self::OldCrew => (4, Role::Crew, Some(OLD)),
            Self::OldCrewRevoked => (8, Role::Crew, Some(OLD)),
            Self::InspectorA => (50, Role::Inspector, None),
            Self::InspectorB => (51, Role::Inspector, None),
            Self::Operator => (60, Role::Operator, None),
        };
        Author {
            account: id(account),
            device: Some(id(account + 1000)),
            roles: vec![role],
            reach: Reach::Parts(Parts {
                areas: if organisation.is_some() { BTreeSet::new() } else { [id(AREA)].into() },
                offices: if self == Self::Operator { [id(AREA)].into() } else { BTreeSet::new() },
                every_office: self == Self::Operator,
                organisations: organisation.map(id).into_iter().collect(),
                person: Some(id(account)),
            }),
            organisations: organisation.map(id).into_iter().collect(),
            manages: organisation.filter(|_| role == Role::ContractorManager).map(id).into_iter().collect(),
            authority: if self == Self::OldCrewRevoked { Authority::Revoked } else { Authority::InForce },
        }
    }
}

fn category(n: u128, hazard: Hazard, photos: &[PhotoKind]) -> Category {
    Category {
        id: id(n),
        rev: 1,
        code: format!("c{n}"),
        parent_id: None,
        name_fa: "رسته".into(),
        name_en: "Category".into(),
        synonyms: vec![],
        owner_id: None,
        hazard,
        default_priority: Priority::Normal,
        evidence: EvidenceNeeds {
            photos: photos.iter().map(|kind| EvidenceRule { kind: *kind, min: 1 }).collect(),
            ..EvidenceNeeds::default()
        },
        needs_inspection: false,
        accept_minutes: 60,
        resolve_minutes: 600,
        evidence_radius_m: 30.0,
        evidence_thresholds: Default::default(),
        checklist_id: None,
        state: ActiveState::Active,
        updated_at: NOW,
    }
}

pub fn reference_rows() -> ReferenceRows {
    ReferenceRows {
        areas: vec![Area {
            id: id(AREA),
            rev: 1,
            code: "1-1".into(),
            kind: AreaKind::District,
            parent_id: None,
            name_fa: "ناحیهٔ ۱".into(),
            name_en: "District 1".into(),
            updated_at: NOW,
        }],
        shapes: vec![AreaShape {
            id: id(AREA),
            area_id: id(AREA),
            valid_from: Timestamp::from_micros(0),
            valid_to: None,
            geometry: json!({"type": "MultiPolygon",
                "coordinates": [[[[50.0, 36.0], [50.1, 36.0], [50.1, 36.5], [50.0, 36.5], [50.0, 36.0]]]]}),
            vertices: 5,
            source: "synthetic".into(),
        }],
        categories: vec![
            category(POTHOLE, Hazard::Low, &[]),
            category(TREE, Hazard::High, &[PhotoKind::Before, PhotoKind::After]),
            category(PAVEMENT, Hazard::Low, &[]),
        ],
        contracts: vec![Contract {
            id: id(CONTRACT),
            rev: 1,
            number: "80".into(),
            organisation_id: id(NEW),
            valid_from: Timestamp::from_micros(0),
            valid_to: NOW.plus_minutes(-100),
            status: ContractStatus::Active,
            daily_capacity: None,
            updated_at: NOW,
        }],
        ..ReferenceRows::default()
    }
}

pub fn reference() -> Reference {
    Reference::build("1".into(), reference_rows(), NOW, 0.0).unwrap()
}

pub fn ticket(n: u128) -> Ticket {
    let point = Point { lat: 36.2688, lon: 50.0041, accuracy_m: Some(5.0) };
    Ticket {
        rev: 3,
        point_source: PointSource::Gps,
        areas: vec![id(AREA)],
        leaf_areas: vec![id(AREA)],
        boundary: Boundary::Clear,
        status: TicketStatus::InWork,
        ..Ticket::new(id(n), format!("{n:010}"), id(POTHOLE), "چاله".into(), point, id(1), NOW.plus_minutes(-900))
    }
}

pub fn offer(n: u128, organisation: u128, epoch: i64) -> Assignment {
    Assignment {
        id: id(n),
        rev: 1,
        work_order_id: id(ORDER),
        ticket_id: id(TICKET),
        epoch,
        until_epoch: epoch,
        organisation_id: Some(id(organisation)),
        account_id: None,
        contract_id: None,
        coverage_id: None,
        rank: 1,
        offered_at: NOW.plus_minutes(-600),
        expires_at: Some(NOW.plus_minutes(-60)),
        answer: None,
        reason: None,
        answered_at: None,
    }
}

/// A ticket with an order that the old contractor held in epoch 1 and that is offered to the new one in epoch 2; the offer is
/// open until an hour ago.
pub fn unit() -> UnitOfWork {
    let mut unit = UnitOfWork::default();
    unit.tickets.load([ticket(TICKET)]);
    unit.work_orders.load([WorkOrder {
        id: id(ORDER),
        rev: 4,
        stamp: NOW.plus_minutes(-900),
        ticket_id: id(TICKET),
        kind: WorkOrderKind::Repair,
        state: WorkOrderState::Offered,
        epoch: 2,
        round: 1,
        assignment_id: Some(id(OFFER_2)),
        organisation_id: Some(id(NEW)),
        account_id: None,
        contract_id: None,
        coverage_id: None,
        explanation: (&json!({})).into(),
        evidence: EvidenceNeeds::default(),
        flags: vec![],
        accept_due: None,
        resolve_due: None,
        reason: None,
        review_at: None,
        submitted_by: None,
        submitted_org: None,
        findings: None,
        created_at: NOW.plus_minutes(-900),
        updated_at: NOW.plus_minutes(-900),
    }]);
    let withdrawn = Assignment { answer: Some(Answer::Withdrawn), answered_at: Some(NOW.plus_minutes(-450)), ..offer(OFFER_1, OLD, 1) };
    unit.assignments.load([withdrawn, offer(OFFER_2, NEW, 2)]);
    unit
}

/// Changes the order.
pub fn order(unit: &mut UnitOfWork, change: impl FnOnce(&mut WorkOrder)) {
    let mut row = unit.work_orders.get(id(ORDER)).unwrap().clone();
    change(&mut row);
    unit.work_orders.put(row);
}

/// Changes an offer.
pub fn assignment(unit: &mut UnitOfWork, n: u128, change: impl FnOnce(&mut Assignment)) {
    let mut row = unit.assignments.get(id(n)).unwrap().clone();
    change(&mut row);
    unit.assignments.put(row);
}

/// The office ends the ticket, `minutes` before now.
pub fn ended(unit: &mut UnitOfWork, to: TicketStatus, minutes: i64) {
    let at = NOW.plus_minutes(-minutes);
    unit.tickets.put(Ticket { status: to, duplicate_of: (to == TicketStatus::Duplicate).then_some(id(MASTER)), ..ticket(TICKET) });
    let from = Some(TicketStatus::InWork);
    unit.status_changes.put(StatusChange { id: id(1), ticket_id: id(TICKET), from, to, actor: Some(id(1)), reason: None, at });
}

/// What a transaction wrote is what the next one loads.
pub fn commit(unit: &UnitOfWork) -> UnitOfWork {
    let mut next = UnitOfWork::default();
    macro_rules! again { ($($table:ident),+) => { $(next.$table.load(unit.$table.iter().cloned());)+ } }
    again!(
        tickets,
        status_changes,
        field_edits,
        work_orders,
        assignments,
        work_events,
        rounds,
        visits,
        notes,
        measurements,
        answers,
        photos,
        conflicts,
        patrols
    );
    next
}
