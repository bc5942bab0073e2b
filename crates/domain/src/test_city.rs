//! A small city for the tests of rules: one district, two contractors, an emergency group, two inspectors.

use serde_json::json;
use uuid::Uuid;

use crate::{
    area::{Area, AreaKind},
    category::{Category, EvidenceNeeds, Hazard, Priority},
    contract::{Contract, ContractStatus, Coverage, Descent},
    follow_up::{self, FollowUpContext, Inspector, Taken},
    organisation::{ActiveState, Organisation, OrganisationKind},
    reference::{Reference, ReferenceRows},
    ticket::{Boundary, Ticket},
    unit_of_work::UnitOfWork,
    work_order::{WorkOrder, WorkOrderKind},
};
use bazdid_protocol::{geo::Point, ids::Id, time::Timestamp};

pub const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
pub const CITY: u128 = 6;
pub const DISTRICT: u128 = 7;
pub const POTHOLE: u128 = 11;
pub const TREE: u128 = 12;
pub const COLLAPSE: u128 = 13;
pub const FIRST: u128 = 101;
pub const SECOND: u128 = 102;
pub const EMERGENCY: u128 = 103;
pub const TICKET: u128 = 50;

pub fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

pub fn category(n: u128, hazard: Hazard) -> Category {
    Category {
        id: id(n),
        rev: 1,
        code: format!("c{n}"),
        parent_id: None,
        name_fa: "چاله".into(),
        name_en: "Pothole".into(),
        synonyms: vec![],
        owner_id: None,
        hazard,
        default_priority: Priority::Normal,
        evidence: EvidenceNeeds::default(),
        needs_inspection: n == TREE,
        accept_minutes: 60,
        resolve_minutes: 600,
        evidence_radius_m: 30.0,
        evidence_thresholds: Default::default(),
        checklist_id: None,
        state: ActiveState::Active,
        updated_at: NOW,
    }
}

fn organisation(n: u128, kind: OrganisationKind) -> Organisation {
    Organisation {
        id: id(n),
        rev: 1,
        code: format!("o{n}"),
        kind,
        name_fa: "پیمانکار".into(),
        name_en: "Contractor".into(),
        parent_id: None,
        state: ActiveState::Active,
        updated_at: NOW,
    }
}

fn contract(organisation: u128) -> Contract {
    Contract {
        id: id(organisation + 100),
        rev: 1,
        number: format!("{organisation}"),
        organisation_id: id(organisation),
        valid_from: NOW.plus_days(-10),
        valid_to: NOW.plus_days(10),
        status: ContractStatus::Active,
        daily_capacity: None,
        updated_at: NOW,
    }
}

fn coverage(organisation: u128, rank: i64, cap: Option<i64>) -> Coverage {
    Coverage {
        id: id(organisation + 200),
        rev: 1,
        contract_id: id(organisation + 100),
        area_id: id(DISTRICT),
        category_id: None,
        descent: Descent::WithDescendants,
        rank,
        valid_from: NOW.plus_days(-10),
        valid_to: None,
        daily_capacity: cap,
        updated_at: NOW,
    }
}

fn area(n: u128, kind: AreaKind, parent: Option<u128>) -> Area {
    Area {
        id: id(n),
        rev: 1,
        code: format!("a{n}"),
        kind,
        parent_id: parent.map(id),
        name_fa: "قزوین".into(),
        name_en: "Qazvin".into(),
        updated_at: NOW,
    }
}

/// The reference data; the first contractor takes at most `cap` orders a day.
pub fn reference(cap: Option<i64>) -> Reference {
    let rows = ReferenceRows {
        areas: vec![area(CITY, AreaKind::City, None), area(DISTRICT, AreaKind::District, Some(CITY))],
        shapes: vec![],
        categories: vec![category(POTHOLE, Hazard::Low), category(TREE, Hazard::Low), category(COLLAPSE, Hazard::Critical)],
        checklists: vec![],
        organisations: vec![
            organisation(FIRST, OrganisationKind::Contractor),
            organisation(SECOND, OrganisationKind::Contractor),
            organisation(EMERGENCY, OrganisationKind::EmergencyGroup),
        ],
        contracts: vec![contract(FIRST), contract(SECOND), contract(EMERGENCY)],
        coverages: vec![
            coverage(FIRST, 1, cap),
            coverage(SECOND, 2, None),
            Coverage { category_id: Some(id(COLLAPSE)), ..coverage(EMERGENCY, 0, None) },
        ],
    };
    Reference::build("1".into(), rows, NOW, 100.0).unwrap()
}

pub fn ticket(n: u128, category: u128) -> Ticket {
    let point = Point { lat: 36.2688, lon: 50.0041, accuracy_m: Some(5.0) };
    Ticket {
        areas: vec![id(CITY), id(DISTRICT)],
        leaf_areas: vec![id(DISTRICT)],
        boundary: Boundary::Clear,
        hazard: if category == COLLAPSE { Hazard::Critical } else { Hazard::Low },
        ..Ticket::new(id(n), format!("{n:010}"), id(category), "چاله".into(), point, id(1), NOW)
    }
}

pub fn inspectors() -> Vec<Inspector> {
    [(1, CITY), (2, DISTRICT), (3, DISTRICT)]
        .map(|(n, area)| Inspector { account: id(n), areas: vec![id(area)], load: 0, position: None })
        .to_vec()
}

/// Lets the system follow up.
pub fn follow(unit: &mut UnitOfWork, reference: &Reference, now: Timestamp) -> Taken {
    follow_up::reconsider(unit, reference, now);
    let plan = follow_up::plan(unit, reference);
    let inspectors = if plan.inspection.is_empty() { vec![] } else { inspectors() };
    follow_up::run(unit, &mut FollowUpContext { reference, now, usage: Default::default(), inspectors }, &plan)
}

/// A unit of work after a new ticket of a category was followed up, as the database would load it again.
pub fn registered(category: u128) -> UnitOfWork {
    let mut unit = UnitOfWork::default();
    unit.tickets.put(ticket(TICKET, category));
    follow(&mut unit, &reference(None), NOW);
    reload(&unit)
}

/// The unit of work as the next transaction loads it.
pub fn reload(unit: &UnitOfWork) -> UnitOfWork {
    let mut loaded = UnitOfWork::default();
    macro_rules! again { ($($table:ident),+) => { $(loaded.$table.load(unit.$table.iter().cloned());)+ } }
    again!(tickets, field_edits, work_orders, assignments, work_events, rounds, visits, notes, measurements, answers, photos, conflicts);
    loaded
}

/// The only order of a kind.
pub fn order(unit: &UnitOfWork, kind: WorkOrderKind) -> WorkOrder {
    let mut found = unit.work_orders.iter().filter(|o| o.kind == kind);
    let order = found.next().unwrap_or_else(|| panic!("no order of kind {kind}")).clone();
    assert!(found.next().is_none(), "one order of kind {kind}");
    order
}

/// Changes the only order of a kind.
pub fn change(unit: &mut UnitOfWork, kind: WorkOrderKind, f: impl FnOnce(&mut WorkOrder)) {
    let mut row = order(unit, kind);
    f(&mut row);
    unit.work_orders.put(row);
}

/// Findings as an inspector submits them.
pub fn findings(found: &str) -> serde_json::Value {
    json!({ "findings": found, "duplicate_of": Id::<()>::new(Uuid::from_u128(51)) })
}
