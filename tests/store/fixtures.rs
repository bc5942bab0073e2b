//! Small rows to write.

use bazdid_domain::{
    area::{Area, AreaKind},
    category::{Category, EvidenceNeeds, Hazard, Priority},
    organisation::ActiveState,
    ticket::{Boundary, Ticket},
};
use bazdid_protocol::{geo::Point, ids::Id, time::Timestamp};
use bazdid_store::{self as store, Tx};
use uuid::Uuid;

pub fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(1_790_000_000_000_000 + micros)
}

pub fn area(n: u128) -> Area {
    Area {
        id: id(n),
        rev: 1,
        code: format!("a{n}"),
        kind: AreaKind::District,
        parent_id: None,
        name_fa: "قزوین ۱".into(),
        name_en: "Qazvin 1".into(),
        updated_at: at(0),
    }
}

pub fn category(tx: &mut Tx<'_>) {
    let row = Category {
        id: id(1),
        rev: 1,
        code: "roads.pothole".into(),
        parent_id: None,
        name_fa: "چاله".into(),
        name_en: "Pothole".into(),
        synonyms: vec!["گودال".into()],
        owner_id: None,
        hazard: Hazard::Low,
        default_priority: Priority::Normal,
        evidence: EvidenceNeeds::default(),
        needs_inspection: false,
        accept_minutes: 60,
        resolve_minutes: 2880,
        evidence_radius_m: 30.0,
        evidence_thresholds: Default::default(),
        checklist_id: None,
        state: ActiveState::Active,
        updated_at: at(0),
    };
    store::category::save_categories(tx, &[row]).unwrap();
}

pub fn ticket(n: u128) -> Ticket {
    let point = Point { lat: 36.2688, lon: 50.0041, accuracy_m: Some(8.0) };
    Ticket {
        stamp: at(5),
        address_text: Some("خیابان ۱۲".into()),
        areas: vec![id(7)],
        leaf_areas: vec![id(7)],
        boundary: Boundary::Clear,
        promise_at: Some(at(123_456)),
        updated_at: at(2),
        ..Ticket::new(id(n), format!("{n:08}"), id(1), "چاله‌ي بزرگ".into(), point, id(3), at(1))
    }
}
