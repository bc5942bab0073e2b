//! The reference data of a town of two districts with two contractors and an emergency group.

#![allow(dead_code, reason = "each test binary uses its own part")]

use bazdid_domain::{
    area::{Area, AreaKind, AreaShape},
    category::{Category, EvidenceNeeds, Hazard, Priority},
    contract::{Contract, ContractStatus, Coverage, Descent},
    organisation::{ActiveState, Organisation, OrganisationKind},
};
use bazdid_protocol::{
    error::Result,
    ids::{Id, OrganisationId},
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};
use serde_json::json;
use uuid::Uuid;

/// The whole town.
pub const TOWN: u128 = 70;
/// The western district: 50.0 to 50.1 degrees east.
pub const WEST: u128 = 71;
/// The eastern district: 50.1 to 50.2 degrees east.
pub const EAST: u128 = 72;
/// A category of contract work.
pub const POTHOLE: u128 = 81;
/// A category that an inspector looks at first.
pub const TREE: u128 = 82;
/// A hazard.
pub const COLLAPSE: u128 = 83;

fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

/// The contractors and the emergency group that [`save_rows`] makes contracts with.
pub fn save_organisations(tx: &mut Tx<'_>, now: Timestamp, [first, second, emergency]: [OrganisationId; 3]) -> Result<()> {
    let organisation = |id: OrganisationId, kind| Organisation {
        id,
        rev: 1,
        code: format!("o{}", id.uuid().as_u128()),
        kind,
        name_fa: "پیمانکار".into(),
        name_en: "Contractor".into(),
        parent_id: None,
        state: ActiveState::Active,
        updated_at: now,
    };
    let (contractor, group) = (OrganisationKind::Contractor, OrganisationKind::EmergencyGroup);
    let organisations = [organisation(first, contractor), organisation(second, contractor), organisation(emergency, group)];
    store::organisation::save_organisations(tx, &organisations)
}

/// Areas, categories, contracts. The first contractor takes at most `cap` orders a day; nobody covers the east.
pub fn save_rows(tx: &mut Tx<'_>, now: Timestamp, [first, second, emergency]: [OrganisationId; 3], cap: Option<i64>) -> Result<()> {
    let area = move |n: u128, kind, parent: Option<u128>| Area {
        id: id(n),
        rev: 1,
        code: format!("area{n}"),
        kind,
        parent_id: parent.map(id),
        name_fa: "ناحیه".into(),
        name_en: "District".into(),
        updated_at: now,
    };
    let shape = move |n: u128, west: f64, east: f64| AreaShape {
        id: id(n + 1000),
        area_id: id(n),
        valid_from: now.plus_days(-1),
        valid_to: None,
        geometry: json!({ "type": "MultiPolygon", "coordinates":
            [[[[west, 36.2], [east, 36.2], [east, 36.3], [west, 36.3], [west, 36.2]]]] }),
        vertices: 5,
        source: "test".into(),
    };
    let category = move |n: u128, hazard| Category {
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
        updated_at: now,
    };
    let contract = move |n: u128, organisation_id| Contract {
        id: id(n),
        rev: 1,
        number: format!("K-{n}"),
        organisation_id,
        valid_from: now.plus_days(-10),
        valid_to: now.plus_days(100),
        status: ContractStatus::Active,
        daily_capacity: None,
        updated_at: now,
    };
    let coverage = move |n: u128, contract: u128, rank, category: Option<u128>, daily_capacity| Coverage {
        id: id(n),
        rev: 1,
        contract_id: id(contract),
        area_id: id(WEST),
        category_id: category.map(id),
        descent: Descent::WithDescendants,
        rank,
        valid_from: now.plus_days(-10),
        valid_to: None,
        daily_capacity,
        updated_at: now,
    };
    store::area::save_areas(
        tx,
        &[area(TOWN, AreaKind::City, None), area(WEST, AreaKind::District, Some(TOWN)), area(EAST, AreaKind::District, Some(TOWN))],
    )?;
    store::area::save_area_shapes(tx, &[shape(WEST, 50.0, 50.1), shape(EAST, 50.1, 50.2)])?;
    store::category::save_categories(
        tx,
        &[category(POTHOLE, Hazard::Low), category(TREE, Hazard::Low), category(COLLAPSE, Hazard::Critical)],
    )?;
    store::contract::save_contracts(tx, &[contract(501, first), contract(502, second), contract(503, emergency)])?;
    store::contract::save_coverages(
        tx,
        &[coverage(601, 501, 1, None, cap), coverage(602, 502, 2, None, None), coverage(603, 503, 0, Some(COLLAPSE), None)],
    )
}
