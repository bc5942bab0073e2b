//! Categories: what citizens ask for, in two levels.

use serde_json::json;

use crate::{
    Ctx, change,
    faults::Faults,
    reference_change::{expect_rev, keep, lock},
};
use bazdid_domain::{
    category::{Category, EvidenceNeeds, Hazard, Priority},
    evidence::thresholds::EvidenceThresholds,
    organisation::ActiveState,
    policy::Permission,
    reference::ReferenceRows,
};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{CategoryId, ChecklistId, OrganisationId},
};
use bazdid_store::{self as store, Tx};

/// Longest time for anything: a year, in minutes.
const YEAR_MINUTES: i64 = 366 * 24 * 60;

/// What a person says of a category.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryData {
    /// Code; it stays when the category is changed.
    pub code: String,
    /// The group; absent for a group.
    pub parent_id: Option<CategoryId>,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Other words for it.
    pub synonyms: Vec<String>,
    /// Which organisation answers for it.
    pub owner_id: Option<OrganisationId>,
    /// Hazard.
    pub hazard: Hazard,
    /// Priority of a new ticket.
    pub default_priority: Priority,
    /// What a submission must bring.
    pub evidence: EvidenceNeeds,
    /// Whether an inspector looks first.
    pub needs_inspection: bool,
    /// Minutes to answer an offer.
    pub accept_minutes: i64,
    /// Minutes until the work is due.
    pub resolve_minutes: i64,
    /// Radius of evidence, metres.
    pub evidence_radius_m: f64,
    /// How much else evidence may deviate, where that is not as usual.
    pub evidence_thresholds: EvidenceThresholds,
    /// Checklist of a visit.
    pub checklist_id: Option<ChecklistId>,
    /// In use or not.
    pub state: ActiveState,
}

/// Categories by code, so that what belongs to a group stands below it; few enough for one answer.
///
/// # Errors
/// The database fails.
pub fn list_categories(tx: &mut Tx<'_>, ctx: &Ctx, state: Option<ActiveState>) -> Result<Vec<Category>> {
    let reference = ctx.reference(tx)?;
    let mut found: Vec<_> = reference.categories.values().filter(|c| state.is_none_or(|s| c.state == s)).cloned().collect();
    found.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(found.into_iter().map(|category| as_seen_by(ctx, category)).collect())
}

/// A category.
///
/// # Errors
/// There is none; the database fails.
pub fn get_category(tx: &mut Tx<'_>, ctx: &Ctx, id: CategoryId) -> Result<Category> {
    Ok(as_seen_by(ctx, category_of(tx, id)?))
}

fn category_of(tx: &mut Tx<'_>, id: CategoryId) -> Result<Category> {
    store::category::find_category(tx, id)?.ok_or_else(|| Error::not_found("category"))
}

/// Everybody reads the catalogue, but how much evidence may deviate is for those who judge it and for the office: whoever
/// takes the photos would know how far they may go.
fn as_seen_by(ctx: &Ctx, category: Category) -> Category {
    let sees = ctx.actor.as_ref().is_none_or(|actor| actor.may(Permission::RoundVerify) || actor.may(Permission::ConflictRead));
    if sees { category } else { Category { evidence_thresholds: EvidenceThresholds::default(), ..category } }
}

/// Makes a category.
///
/// # Errors
/// A field is wrong or the code is taken; the database fails.
pub fn create_category(tx: &mut Tx<'_>, ctx: &Ctx, data: &CategoryData) -> Result<Category> {
    lock(tx)?;
    let made = category(ctx, ctx.ids.id(ctx.now), 1, data);
    let mut faults = Faults::default();
    faults.code("/code", &made.code);
    if store::category::find_category_by_code(tx, &made.code)?.is_some() {
        faults.add("/code", "is taken by another category");
    }
    check(tx, faults, &made)?;
    save(tx, ctx, "category.create", made)
}

/// Changes a category. Tickets keep what they were given; new ones follow the new values.
///
/// # Errors
/// A field is wrong; it has changed since it was read; there is none; the database fails.
pub fn update_category(tx: &mut Tx<'_>, ctx: &Ctx, id: CategoryId, rev: i64, data: &CategoryData) -> Result<Category> {
    lock(tx)?;
    let before = category_of(tx, id)?;
    expect_rev(before.rev, rev)?;
    let made = category(ctx, id, before.rev, data);
    let mut faults = Faults::default();
    faults.unless(|| made.code == before.code, "/code", "cannot be changed: other systems know the category by it");
    check(tx, faults, &made)?;
    if (Category { updated_at: before.updated_at, ..made.clone() }) == before {
        return Ok(before);
    }
    save(tx, ctx, "category.update", Category { rev: before.rev + 1, ..made })
}

pub(crate) fn category(ctx: &Ctx, id: CategoryId, rev: i64, data: &CategoryData) -> Category {
    let d = data.clone();
    Category {
        id,
        rev,
        code: d.code,
        parent_id: d.parent_id,
        name_fa: d.name_fa,
        name_en: d.name_en,
        synonyms: d.synonyms,
        owner_id: d.owner_id,
        hazard: d.hazard,
        default_priority: d.default_priority,
        evidence: d.evidence,
        needs_inspection: d.needs_inspection,
        accept_minutes: d.accept_minutes,
        resolve_minutes: d.resolve_minutes,
        evidence_radius_m: d.evidence_radius_m,
        evidence_thresholds: d.evidence_thresholds,
        checklist_id: d.checklist_id,
        state: d.state,
        updated_at: ctx.now,
    }
}

/// What can be told from the category alone.
pub(crate) fn check_fields(faults: &mut Faults, made: &Category) {
    faults.name("/name_fa", &made.name_fa);
    faults.name("/name_en", &made.name_en);
    faults.unless(|| made.synonyms.len() <= 100, "/synonyms", "must be at most 100 words");
    for (n, word) in made.synonyms.iter().enumerate() {
        faults.name(&format!("/synonyms/{n}"), word);
    }
    for (n, rule) in made.evidence.photos.iter().enumerate() {
        faults.range(&format!("/evidence/photos/{n}/min"), rule.min.into(), 1..=20);
        let first = made.evidence.photos.iter().position(|r| r.kind == rule.kind);
        faults.unless(|| first == Some(n), &format!("/evidence/photos/{n}/kind"), "stands in the list already");
    }
    faults.range("/accept_minutes", made.accept_minutes, 1..=YEAR_MINUTES);
    faults.range("/resolve_minutes", made.resolve_minutes, 1..=YEAR_MINUTES);
    faults.unless(
        || made.evidence_radius_m.is_finite() && (1.0..=10_000.0).contains(&made.evidence_radius_m),
        "/evidence_radius_m",
        "must be metres, from 1 to 10000",
    );
    for (field, fault) in made.evidence_thresholds.faults() {
        faults.add(&format!("/evidence_thresholds/{field}"), fault);
    }
}

fn check(tx: &mut Tx<'_>, mut faults: Faults, made: &Category) -> Result<()> {
    check_fields(&mut faults, made);
    if let Some(parent) = made.parent_id {
        match store::category::find_category(tx, parent)? {
            None => faults.add("/parent_id", "there is no such category"),
            Some(group) if group.id == made.id || group.parent_id.is_some() => {
                faults.add("/parent_id", "must be a group: there are two levels of categories");
            }
            Some(_) => {}
        }
        let is_group = store::category::list_categories(tx)?.iter().any(|c| c.parent_id == Some(made.id));
        faults.unless(|| !is_group, "/parent_id", "the category is a group itself: there are two levels of categories");
    }
    if let Some(owner) = made.owner_id {
        let found = store::organisation::find_organisation(tx, owner)?;
        faults.unless(|| found.is_some(), "/owner_id", "there is no such organisation");
    }
    if let Some(checklist) = made.checklist_id {
        let found = store::category::find_checklist(tx, checklist)?;
        faults.unless(|| found.is_some(), "/checklist_id", "there is no such checklist");
    }
    faults.finish()
}

fn save(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, made: Category) -> Result<Category> {
    let audit = [change::entry(ctx, action, "category", made.id.uuid(), json!({ "code": made.code, "rev": made.rev }))];
    keep(tx, ctx, &ReferenceRows { categories: vec![made.clone()], ..ReferenceRows::default() }, &audit)?;
    Ok(made)
}
