//! Import of a whole catalogue: organisations, checklists and categories that name each other by code.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    Ctx,
    area::Run,
    category::{CategoryData, category, check_fields},
    change,
    faults::Faults,
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

/// What an import did, or would do.
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
    lock(tx)?;
    let mut plan = Plan { ctx, existing, faults: Faults::default(), rows: ReferenceRows::default(), done: CatalogueImport::default() };
    let organisations = plan.organisations(store::organisation::list_organisations(tx)?, &catalogue.organisations);
    let checklists = plan.checklists(store::category::list_checklists(tx)?, &catalogue.checklists);
    plan.categories(store::category::list_categories(tx)?, &catalogue.categories, &organisations, &checklists);
    let Plan { faults, rows, done, .. } = plan;
    faults.finish().map_err(|e| Error { detail: Some("nothing was imported".to_owned()), ..e })?;
    if run == Run::Real {
        let detail = json!({ "created": done.created, "changed": done.changed });
        keep(tx, ctx, &rows, &[change::entry(ctx, "catalogue.import", "catalogue", ctx.request_id, detail)])?;
    }
    Ok(done)
}

struct Plan<'a> {
    ctx: &'a Ctx,
    existing: Existing,
    faults: Faults,
    rows: ReferenceRows,
    done: CatalogueImport,
}

impl Plan<'_> {
    /// Whether a thing is to be written, counted: `same` tells that what is there equals the file.
    fn wanted(&mut self, is_there: bool, same: bool) -> bool {
        match (is_there, same || self.existing == Existing::Keep) {
            (false, _) => self.done.created += 1,
            (true, true) => self.done.unchanged += 1,
            (true, false) => self.done.changed += 1,
        }
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
            self.faults.unless(|| entry.items.is_array(), &format!("/checklists/{n}/items"), "must be a list of items");
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
