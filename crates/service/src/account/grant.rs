//! Grants: role × areas × organisation × validity. One is never deleted or changed, only ended: what somebody did was done under it.

use serde_json::json;

use super::{audit, authorise, claim, keep_an_administrator};
use crate::{Ctx, account::Person, notice};
use bazdid_domain::{
    account::{Role, RoleGrant},
    organisation::{ActiveState, OrganisationKind},
    reference::Reference,
};
use bazdid_protocol::{
    error::{Code, Error, FieldError, Result},
    ids::{AccountId, AreaId, GrantId, OrganisationId},
    time::Timestamp,
};
use bazdid_store::{Tx, account::save_grants};

/// Most areas of one grant: a grant of a whole city names the city.
const MAX_AREAS: usize = 500;

/// What is granted.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// The role.
    pub role: Role,
    /// On whose behalf.
    pub organisation_id: Option<OrganisationId>,
    /// Where, with all that lies below.
    pub areas: Vec<AreaId>,
    /// First instant; absent: now.
    pub valid_from: Option<Timestamp>,
    /// First instant after; absent: open.
    pub valid_to: Option<Timestamp>,
}

/// Grants a role. The other administrators are told of one that sees who called ([`notice`]).
///
/// # Errors
/// The grant makes no sense; the account has changed since it was read; no permission; the database fails.
pub fn grant(tx: &mut Tx<'_>, ctx: &Ctx, account: AccountId, rev: i64, new: &NewGrant) -> Result<(Person, GrantId)> {
    authorise(ctx)?;
    let faults = faults(&*ctx.reference(tx)?, new, ctx.now);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let mut person = claim(tx, ctx, account, rev)?;
    let mut areas = new.areas.clone();
    areas.sort_unstable();
    areas.dedup();
    let grant = RoleGrant {
        id: ctx.ids.id(ctx.now),
        account_id: account,
        role: new.role,
        organisation_id: new.organisation_id,
        areas,
        valid_from: new.valid_from.unwrap_or(ctx.now),
        valid_to: new.valid_to,
    };
    let id = grant.id;
    save_grants(tx, std::slice::from_ref(&grant))?;
    let detail = json!({
        "grant": id, "role": grant.role, "organisation": grant.organisation_id, "areas": grant.areas,
        "valid_from": grant.valid_from, "valid_to": grant.valid_to,
    });
    audit(tx, ctx, "account.grant", account, detail)?;
    notice::of_grant(tx, ctx, &grant)?;
    person.grants.push(grant);
    Ok((person, id))
}

/// Ends a grant now; one that has not begun never will.
///
/// # Errors
/// There is none, it has ended, or it is the last administrator's; the account has changed since it was read; no permission; the
/// database fails.
pub fn revoke(tx: &mut Tx<'_>, ctx: &Ctx, account: AccountId, rev: i64, id: GrantId) -> Result<Person> {
    authorise(ctx)?;
    let mut person = claim(tx, ctx, account, rev)?;
    let grant = person.grants.iter_mut().find(|g| g.id == id).ok_or_else(|| Error::not_found("grant"))?;
    if grant.valid_to.is_some_and(|end| end <= ctx.now.max(grant.valid_from)) {
        return Err(Error::with(Code::InvalidTransition, "the grant has ended already"));
    }
    keep_an_administrator(tx, ctx, |g| g.id != id)?;
    grant.valid_to = Some(ctx.now.max(grant.valid_from));
    save_grants(tx, std::slice::from_ref(grant))?;
    audit(tx, ctx, "account.revoke", account, json!({ "grant": id, "role": grant.role }))?;
    Ok(person)
}

/// Everything that is wrong with a grant.
fn faults(reference: &Reference, new: &NewGrant, now: Timestamp) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut fault = |pointer: String, detail: &'static str| found.push(FieldError { pointer, detail: detail.into() });
    let organisation = new.organisation_id.map(|id| reference.organisations.get(&id));
    match (new.role, organisation) {
        (_, Some(None)) => fault("/organisation_id".into(), "there is no such organisation"),
        (_, Some(Some(o))) if o.state != ActiveState::Active => fault("/organisation_id".into(), "the organisation is disabled"),
        // Contractor people see what is their organisation's and nothing else.
        (Role::ContractorManager | Role::Crew, Some(Some(o)))
            if !matches!(o.kind, OrganisationKind::Contractor | OrganisationKind::EmergencyGroup) =>
        {
            fault("/organisation_id".into(), "must be a contractor or an emergency group for this role");
        }
        (Role::ContractorManager | Role::Crew, None) => {
            fault("/organisation_id".into(), "this role is held for a contractor or an emergency group");
        }
        _ => {}
    }
    // The centre, the supervisors and the inspectors are responsible for areas.
    if matches!(new.role, Role::Operator | Role::Supervisor | Role::Inspector) && new.areas.is_empty() {
        fault("/areas".into(), "this role is held in areas: name at least one (the city for all of it)");
    }
    if new.areas.len() > MAX_AREAS {
        fault("/areas".into(), "at most 500 areas; an area stands for all below it");
    }
    for (n, area) in new.areas.iter().enumerate().take(MAX_AREAS) {
        if reference.areas.area(*area).is_none() {
            fault(format!("/areas/{n}"), "there is no such area");
        }
    }
    if new.valid_to.is_some_and(|end| end <= new.valid_from.unwrap_or(now)) {
        fault("/valid_to".into(), "must lie after valid_from");
    }
    found
}
