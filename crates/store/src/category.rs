//! The catalogue in the database.

use crate::sql::Json;
use bazdid_domain::{
    category::{Category, Checklist, EvidenceNeeds, Hazard, Priority},
    evidence::thresholds::EvidenceThresholds,
    organisation::ActiveState,
};
use bazdid_protocol::{
    ids::{CategoryId, ChecklistId, OrganisationId},
    time::Timestamp,
};
use serde_json::Value;

record! {
    /// Row of `checklists`.
    ChecklistRow of checklists, id: ChecklistId {
        rev: i64,
        code: String,
        version: i64,
        items: Json<Value>,
        updated_at: Timestamp,
    }
}

impl From<&Checklist> for ChecklistRow {
    fn from(e: &Checklist) -> Self {
        Self { id: e.id, rev: e.rev, code: e.code.clone(), version: e.version, items: Json(e.items.clone()), updated_at: e.updated_at }
    }
}

impl From<ChecklistRow> for Checklist {
    fn from(r: ChecklistRow) -> Self {
        Self { id: r.id, rev: r.rev, code: r.code, version: r.version, items: r.items.0, updated_at: r.updated_at }
    }
}

record! {
    /// Row of `categories`.
    CategoryRow of categories, id: CategoryId {
        rev: i64,
        code: String,
        parent_id: Option<CategoryId>,
        name_fa: String,
        name_en: String,
        synonyms: Json<Vec<String>>,
        owner_id: Option<OrganisationId>,
        hazard: Hazard,
        default_priority: Priority,
        evidence: Json<EvidenceNeeds>,
        needs_inspection: bool,
        accept_minutes: i64,
        resolve_minutes: i64,
        evidence_radius_m: f64,
        evidence_thresholds: Json<EvidenceThresholds>,
        checklist_id: Option<ChecklistId>,
        state: ActiveState,
        updated_at: Timestamp,
    }
}

impl From<&Category> for CategoryRow {
    fn from(e: &Category) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            code: e.code.clone(),
            parent_id: e.parent_id,
            name_fa: e.name_fa.clone(),
            name_en: e.name_en.clone(),
            synonyms: Json(e.synonyms.clone()),
            owner_id: e.owner_id,
            hazard: e.hazard,
            default_priority: e.default_priority,
            evidence: Json(e.evidence.clone()),
            needs_inspection: e.needs_inspection,
            accept_minutes: e.accept_minutes,
            resolve_minutes: e.resolve_minutes,
            evidence_radius_m: e.evidence_radius_m,
            evidence_thresholds: Json(e.evidence_thresholds),
            checklist_id: e.checklist_id,
            state: e.state,
            updated_at: e.updated_at,
        }
    }
}

impl From<CategoryRow> for Category {
    fn from(r: CategoryRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            code: r.code,
            parent_id: r.parent_id,
            name_fa: r.name_fa,
            name_en: r.name_en,
            synonyms: r.synonyms.0,
            owner_id: r.owner_id,
            hazard: r.hazard,
            default_priority: r.default_priority,
            evidence: r.evidence.0,
            needs_inspection: r.needs_inspection,
            accept_minutes: r.accept_minutes,
            resolve_minutes: r.resolve_minutes,
            evidence_radius_m: r.evidence_radius_m,
            evidence_thresholds: r.evidence_thresholds.0,
            checklist_id: r.checklist_id,
            state: r.state,
            updated_at: r.updated_at,
        }
    }
}

entity_store!(Checklist, ChecklistRow of checklists, find_checklist(ChecklistId), list_checklists, save_checklists);

entity_store!(Category, CategoryRow of categories, find_category(CategoryId), list_categories, save_categories);

find_by!(Category, CategoryRow of categories.code, find_category_by_code);
