//! Organisations: who owns categories, holds contracts and employs people.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    Ctx, change,
    faults::Faults,
    reference_change::{expect_rev, keep, lock},
};
use bazdid_domain::{
    organisation::{ActiveState, Organisation, OrganisationKind},
    reference::ReferenceRows,
};
use bazdid_protocol::{
    error::{Error, Result},
    ids::OrganisationId,
};
use bazdid_store::{self as store, Tx};

/// What a person says of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationData {
    /// Code; it stays when the organisation is changed.
    pub code: String,
    /// What it is to the city.
    pub kind: OrganisationKind,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// The organisation above.
    pub parent_id: Option<OrganisationId>,
    /// In use or not.
    pub state: ActiveState,
}

/// Organisations by kind and code, of one kind or of all; few enough for one answer.
///
/// # Errors
/// The database fails.
pub fn list_organisations(tx: &mut Tx<'_>, ctx: &Ctx, kind: Option<OrganisationKind>) -> Result<Vec<Organisation>> {
    let reference = ctx.reference(tx)?;
    let mut found: Vec<_> = reference.organisations.values().filter(|o| kind.is_none_or(|k| o.kind == k)).cloned().collect();
    found.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    Ok(found)
}

/// An organisation.
///
/// # Errors
/// There is none; the database fails.
pub fn get_organisation(tx: &mut Tx<'_>, id: OrganisationId) -> Result<Organisation> {
    store::organisation::find_organisation(tx, id)?.ok_or_else(|| Error::not_found("organisation"))
}

/// Makes an organisation.
///
/// # Errors
/// A field is wrong or the code is taken; the database fails.
pub fn create_organisation(tx: &mut Tx<'_>, ctx: &Ctx, data: &OrganisationData) -> Result<Organisation> {
    lock(tx)?;
    let made = organisation(ctx, ctx.ids.id(ctx.now), 1, data);
    let mut faults = Faults::default();
    faults.code("/code", &made.code);
    if store::organisation::find_organisation_by_code(tx, &made.code)?.is_some() {
        faults.add("/code", "is taken by another organisation");
    }
    check(tx, faults, &made)?;
    save(tx, ctx, "organisation.create", made)
}

/// Changes an organisation.
///
/// # Errors
/// A field is wrong; it has changed since it was read; there is none; the database fails.
pub fn update_organisation(tx: &mut Tx<'_>, ctx: &Ctx, id: OrganisationId, rev: i64, data: &OrganisationData) -> Result<Organisation> {
    lock(tx)?;
    let before = get_organisation(tx, id)?;
    expect_rev(before.rev, rev)?;
    let made = organisation(ctx, id, before.rev, data);
    let mut faults = Faults::default();
    faults.unless(|| made.code == before.code, "/code", "cannot be changed: other systems know the organisation by it");
    check(tx, faults, &made)?;
    if (Organisation { updated_at: before.updated_at, ..made.clone() }) == before {
        return Ok(before);
    }
    save(tx, ctx, "organisation.update", Organisation { rev: before.rev + 1, ..made })
}

fn organisation(ctx: &Ctx, id: OrganisationId, rev: i64, data: &OrganisationData) -> Organisation {
    let OrganisationData { code, kind, name_fa, name_en, parent_id, state } = data.clone();
    Organisation { id, rev, code, kind, name_fa, name_en, parent_id, state, updated_at: ctx.now }
}

fn check(tx: &mut Tx<'_>, mut faults: Faults, made: &Organisation) -> Result<()> {
    faults.name("/name_fa", &made.name_fa);
    faults.name("/name_en", &made.name_en);
    let mut seen = BTreeSet::from([made.id]);
    let mut next = made.parent_id;
    while let Some(parent) = next {
        if !seen.insert(parent) {
            faults.add("/parent_id", "the organisation would lie above itself");
            break;
        }
        match store::organisation::find_organisation(tx, parent)? {
            Some(above) => next = above.parent_id,
            None => {
                faults.add("/parent_id", "there is no such organisation");
                break;
            }
        }
    }
    faults.finish()
}

fn save(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, made: Organisation) -> Result<Organisation> {
    let audit = [change::entry(ctx, action, "organisation", made.id.uuid(), json!({ "code": made.code, "rev": made.rev }))];
    keep(tx, ctx, &ReferenceRows { organisations: vec![made.clone()], ..ReferenceRows::default() }, &audit)?;
    Ok(made)
}
