//! Import of a whole catalogue: organisations, checklists and categories that name each other by code.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    Ctx,
    area::Run,
    category::{CategoryData, category, check_fields},
    change,
    faults::Faults,
    import::Taken,
    reference_change::{keep, lock},
};
use bazdid_domain::{
    catalogue::{Catalogue, CategoryEntry, ChecklistEntry, OrganisationEntry},
    category::{Category, Checklist},
    organisation::{ActiveState, Organisation},
    reference::ReferenceRows,
};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{ChecklistId, OrganisationId},
    phrase::Phrase,
};
use bazdid_store::{self as store, Tx};

/// What becomes of things that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// They are the municipality's own by now: left alone.
    Keep,
    /// They become what the file says.
    Update,
}

/// How many things an import made or changed, or would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CatalogueImport {
    /// New things.
    pub created: usize,
    /// Things that were changed.
    pub changed: usize,
    /// Things that were the same, or left alone.
    pub unchanged: usize,
}

/// Imports a catalogue, all or nothing; a second time changes nothing.
///
/// # Errors
/// Something names what is not there or has a wrong field; the database fails.
pub fn import_catalogue(tx: &mut Tx<'_>, ctx: &Ctx, catalogue: &Catalogue, existing: Existing, run: Run) -> Result<CatalogueImport> {
    Ok(count(&import_entries(tx, ctx, catalogue, existing, run)?))
}

/// Counts what became of the entries of a catalogue.
#[must_use]
pub fn count(entries: &[Taken]) -> CatalogueImport {
    let of = |taken: Taken| entries.iter().filter(|e| **e == taken).count();
    CatalogueImport { created: of(Taken::Created), changed: of(Taken::Changed), unchanged: of(Taken::Unchanged) }
}

/// Imports a catalogue like [`import_catalogue`], and answers for each entry: organisations, then checklists, then categories.
///
/// # Errors
/// Something names what is not there or has a wrong field; the database fails.
pub fn import_entries(tx: &mut Tx<'_>, ctx: &Ctx, catalogue: &Catalogue, existing: Existing, run: Run) -> Result<Vec<Taken>> {
    lock(tx)?;
    let mut plan = Plan { ctx, existing, faults: Faults::default(), rows: ReferenceRows::default(), done: Vec::new() };
    let organisations = plan.organisations(store::organisation::list_organisations(tx)?, &catalogue.organisations);
    let known = store::category::list_checklists(tx)?;
    let first = plan.done.len();
    let checklists = plan.checklists(known.clone(), &catalogue.checklists);
    let mut categories = store::category::list_categories(tx)?;
    plan.categories(categories.clone(), &catalogue.categories, &organisations, &checklists);
    categories.extend(plan.rows.categories.iter().cloned());
    plan.attach(first, categories, &known, &catalogue.checklists, &checklists);
    let Plan { faults, rows, done, .. } = plan;
    faults.finish().map_err(|e| Error { detail: Some("nothing was imported".into()), ..e })?;
    let counts = count(&done);
    if run == Run::Real && counts.created + counts.changed > 0 {
        let detail = json!({ "created": counts.created, "changed": counts.changed });
        keep(tx, ctx, &rows, &[change::entry(ctx, "catalogue.import", "catalogue", ctx.request_id, detail)])?;
    }
    Ok(done)
}

struct Plan<'a> {
    ctx: &'a Ctx,
    existing: Existing,
    faults: Faults,
    rows: ReferenceRows,
    done: Vec<Taken>,
}

impl Plan<'_> {
    /// Whether a thing is to be written, counted: `same` tells that what is there equals the file.
    fn wanted(&mut self, is_there: bool, same: bool) -> bool {
        self.done.push(match (is_there, same || self.existing == Existing::Keep) {
            (false, _) => Taken::Created,
            (true, true) => Taken::Unchanged,
            (true, false) => Taken::Changed,
        });
        !is_there || !(same || self.existing == Existing::Keep)
    }

    fn organisations(&mut self, known: Vec<Organisation>, entries: &[OrganisationEntry]) -> BTreeMap<String, OrganisationId> {
        let mut ids: BTreeMap<String, OrganisationId> = known.iter().map(|o| (o.code.clone(), o.id)).collect();
        let known: BTreeMap<String, Organisation> = known.into_iter().map(|o| (o.code.clone(), o)).collect();
        for (n, entry) in entries.iter().enumerate() {
            let at = |field: &str| format!("/organisations/{n}/{field}");
            let before = known.get(&entry.code);
            self.faults.code(&at("code"), &entry.code);
            self.faults.name(&at("name_fa"), &entry.name_fa);
            self.faults.name(&at("name_en"), &entry.name_en);
            let parent_id = entry.parent.as_ref().and_then(|p| ids.get(p)).copied();
            self.faults.unless(
                || entry.parent.is_some() == parent_id.is_some(),
                &at("parent"),
                "there is no such organisation before this one",
            );
            let made = Organisation {
                id: before.map_or_else(|| self.ctx.ids.id(self.ctx.now), |o| o.id),
                rev: before.map_or(0, |o| o.rev),
                code: entry.code.clone(),
                kind: entry.kind,
                name_fa: entry.name_fa.clone(),
                name_en: entry.name_en.clone(),
                parent_id,
                state: before.map_or(ActiveState::Active, |o| o.state),
                updated_at: before.map_or(self.ctx.now, |o| o.updated_at),
            };
            if ids.insert(made.code.clone(), made.id).is_some() && before.is_none() {
                self.faults.add(&at("code"), "stands in the file twice");
            }
            if self.wanted(before.is_some(), before == Some(&made)) {
                self.rows.organisations.push(Organisation { rev: made.rev + 1, updated_at: self.ctx.now, ..made });
            }
        }
        ids
    }

    /// A checklist that differs becomes a new version: answers pin the one that they were given to.
    fn checklists(&mut self, known: Vec<Checklist>, entries: &[ChecklistEntry]) -> BTreeMap<String, ChecklistId> {
        let mut newest: BTreeMap<String, Checklist> = BTreeMap::new();
        for checklist in known {
            if newest.get(&checklist.code).is_none_or(|n| n.version < checklist.version) {
                newest.insert(checklist.code.clone(), checklist);
            }
        }
        for (n, entry) in entries.iter().enumerate() {
            self.faults.code(&format!("/checklists/{n}/code"), &entry.code);
            if let Some(fault) = items_fault(&entry.items) {
                self.faults.add(&format!("/checklists/{n}/items"), fault);
            }
            let before = newest.get(&entry.code).cloned();
            if self.wanted(before.is_some(), before.as_ref().is_some_and(|b| b.items == entry.items)) {
                let made = Checklist {
                    id: self.ctx.ids.id(self.ctx.now),
                    rev: 1,
                    code: entry.code.clone(),
                    version: before.map_or(1, |b| b.version + 1),
                    items: entry.items.clone(),
                    updated_at: self.ctx.now,
                };
                self.rows.checklists.push(made.clone());
                newest.insert(made.code.clone(), made);
            }
        }
        newest.into_iter().map(|(code, c)| (code, c.id)).collect()
    }

    /// Gives categories the checklists that name them. A category that has another checklist is the municipality's own: it keeps it,
    /// unless the import is to update what is there.
    fn attach(
        &mut self,
        first: usize,
        categories: Vec<Category>,
        known: &[Checklist],
        entries: &[ChecklistEntry],
        checklists: &BTreeMap<String, ChecklistId>,
    ) {
        // Of a category that this import changes, the changed row comes last and counts.
        let mut all: BTreeMap<String, Category> = categories.into_iter().map(|c| (c.code.clone(), c)).collect();
        for (n, entry) in entries.iter().enumerate() {
            let Some(id) = checklists.get(&entry.code).copied() else { continue };
            let of_code = |c: &Category| known.iter().any(|k| Some(k.id) == c.checklist_id && k.code == entry.code);
            for code in &entry.categories {
                let Some(category) = all.get_mut(code) else {
                    self.faults
                        .add(&format!("/checklists/{n}/categories"), Phrase::with("there is no category \"{code}\"", &[("code", code)]));
                    continue;
                };
                let free = category.checklist_id.is_none() || of_code(category) || self.existing == Existing::Update;
                if category.checklist_id == Some(id) || !free {
                    continue;
                }
                category.checklist_id = Some(id);
                category.updated_at = self.ctx.now;
                match self.rows.categories.iter_mut().find(|row| row.id == category.id) {
                    Some(row) => row.checklist_id = Some(id),
                    None => {
                        category.rev += 1;
                        self.rows.categories.push(category.clone());
                    }
                }
                if let Some(done) = self.done.get_mut(first + n).filter(|d| **d == Taken::Unchanged) {
                    *done = Taken::Changed;
                }
            }
        }
        self.rows.categories.sort_by_key(|c| c.parent_id.is_some());
    }

    fn categories(
        &mut self,
        known: Vec<Category>,
        entries: &[CategoryEntry],
        organisations: &BTreeMap<String, OrganisationId>,
        checklists: &BTreeMap<String, ChecklistId>,
    ) {
        let mut all: BTreeMap<String, Category> = known.into_iter().map(|c| (c.code.clone(), c)).collect();
        let there: Vec<String> = all.keys().cloned().collect();
        for (n, entry) in entries.iter().enumerate() {
            let at = |field: &str| format!("/categories/{n}/{field}");
            let before = all.get(&entry.code).cloned();
            let is_there = there.contains(&entry.code);
            self.faults.code(&at("code"), &entry.code);
            self.faults.unless(|| is_there || before.is_none(), &at("code"), "stands in the file twice");
            let group = entry.parent.as_ref().and_then(|p| all.get(p));
            let fits = entry.parent.is_none() || group.is_some_and(|g| g.parent_id.is_none() && g.code != entry.code);
            self.faults.unless(|| fits, &at("parent"), "there is no such group before this one");
            let owner_id = entry.owner.as_ref().and_then(|o| organisations.get(o)).copied();
            self.faults.unless(|| entry.owner.is_some() == owner_id.is_some(), &at("owner"), "there is no such organisation");
            let checklist_id = entry.checklist.as_ref().and_then(|c| checklists.get(c)).copied();
            self.faults.unless(|| entry.checklist.is_some() == checklist_id.is_some(), &at("checklist"), "there is no such checklist");
            let data = CategoryData {
                code: entry.code.clone(),
                parent_id: group.map(|g| g.id),
                name_fa: entry.name_fa.clone(),
                name_en: entry.name_en.clone(),
                synonyms: entry.synonyms.clone(),
                owner_id,
                hazard: entry.hazard,
                default_priority: entry.default_priority,
                evidence: entry.evidence.clone(),
                needs_inspection: entry.needs_inspection,
                accept_minutes: entry.accept_minutes,
                resolve_minutes: entry.resolve_minutes,
                evidence_radius_m: entry.evidence_radius_m,
                evidence_thresholds: entry.evidence_thresholds,
                checklist_id,
                state: before.as_ref().map_or(ActiveState::Active, |b| b.state),
            };
            let id = before.as_ref().map_or_else(|| self.ctx.ids.id(self.ctx.now), |b| b.id);
            let mut made = category(self.ctx, id, before.as_ref().map_or(0, |b| b.rev), &data);
            let mut own = Faults::default();
            check_fields(&mut own, &made);
            self.faults.append(&format!("/categories/{n}"), own);
            let same = before.as_ref().is_some_and(|b| Category { updated_at: b.updated_at, ..made.clone() } == *b);
            if self.wanted(is_there, same) {
                made.rev += 1;
                self.rows.categories.push(made.clone());
                all.insert(made.code.clone(), made);
            }
        }
        // Groups first: a foreign key may look at once.
        self.rows.categories.sort_by_key(|c| c.parent_id.is_some());
    }
}

/// What is wrong with the items of a checklist, if anything.
fn items_fault(items: &serde_json::Value) -> Option<String> {
    let Some(items) = items.as_array().filter(|items| !items.is_empty()) else { return Some("must be a list of items".to_owned()) };
    let mut codes = BTreeSet::new();
    for (n, item) in items.iter().enumerate() {
        let text = |field: &str| item.get(field).and_then(serde_json::Value::as_str).map(str::trim).filter(|t| !t.is_empty());
        if let Some(field) = ["code", "name_fa", "name_en", "kind"].into_iter().find(|field| text(field).is_none()) {
            return Some(format!("item {} has no \"{field}\": an item is {{code, name_fa, name_en, kind}}, all of them texts", n + 1));
        }
        if !codes.insert(text("code")) {
            return Some(format!("item {} has a code that another item has", n + 1));
        }
    }
    None
}
