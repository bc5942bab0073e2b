//! Contracts and what they cover: written as drafts, put in force, suspended, ended; never deleted.

mod coverage;
mod report;

use serde_json::json;

pub use coverage::{CoverageData, create_coverage, get_coverage, list_coverages, update_coverage};
pub use report::{Reports, reports};

use crate::{
    Ctx, change,
    faults::Faults,
    reference_change::{expect_rev, keep, lock},
};
use bazdid_domain::{
    contract::{Contract, ContractStatus},
    organisation::{ActiveState, does_contract_work},
    policy::Permission,
    reference::ReferenceRows,
    visibility::Reach,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{ContractId, OrganisationId},
    phrase::Phrase,
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

/// Most assignments a day that a cap can say.
pub(crate) const MAX_CAPACITY: i64 = 100_000;

/// What a person says of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractData {
    /// Number; it stays when the contract is changed.
    pub number: String,
    /// With whom; it stays.
    pub organisation_id: OrganisationId,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Timestamp,
    /// At most so many assignments a civil day.
    pub daily_capacity: Option<i64>,
}

/// Which contracts.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContractFilter {
    /// With one organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Of one status.
    pub status: Option<ContractStatus>,
}

/// How far who asks sees contracts. Contractor people see their own organisation's; the office, which is responsible for areas,
/// sees all of them, and so does the system itself.
fn sees(ctx: &Ctx, organisation: OrganisationId) -> bool {
    let Some(actor) = &ctx.actor else { return true };
    match Reach::of(actor.account_id, actor.grants(), Permission::ContractRead, |_| Vec::new()) {
        Reach::Everything => true,
        Reach::Parts(parts) => !parts.areas.is_empty() || parts.organisations.contains(&organisation),
    }
}

/// The contracts that who asks may see, by number; few enough for one answer.
///
/// # Errors
/// The database fails.
pub fn list_contracts(tx: &mut Tx<'_>, ctx: &Ctx, filter: ContractFilter) -> Result<Vec<Contract>> {
    let mut found = store::contract::list_contracts(tx)?;
    found.retain(|c| {
        sees(ctx, c.organisation_id)
            && filter.organisation_id.is_none_or(|o| o == c.organisation_id)
            && filter.status.is_none_or(|s| s == c.status)
    });
    found.sort_by(|a, b| a.number.cmp(&b.number));
    Ok(found)
}

/// A contract.
///
/// # Errors
/// There is none that who asks may see; the database fails.
pub fn get_contract(tx: &mut Tx<'_>, ctx: &Ctx, id: ContractId) -> Result<Contract> {
    let found = store::contract::find_contract(tx, id)?.filter(|c| sees(ctx, c.organisation_id));
    found.ok_or_else(|| Error::not_found("contract"))
}

/// Writes a contract: a draft, which covers nothing yet.
///
/// # Errors
/// A field is wrong or the number is taken; the database fails.
pub fn create_contract(tx: &mut Tx<'_>, ctx: &Ctx, data: &ContractData) -> Result<Contract> {
    lock(tx)?;
    let mut faults = Faults::default();
    if store::contract::find_contract_by_number(tx, &data.number)?.is_some() {
        faults.add("/number", "is taken by another contract");
    }
    check(tx, faults, data)?;
    let ContractData { number, organisation_id, valid_from, valid_to, daily_capacity } = data.clone();
    let (id, status) = (ctx.ids.id(ctx.now), ContractStatus::Draft);
    let made = Contract { id, rev: 1, number, organisation_id, valid_from, valid_to, status, daily_capacity, updated_at: ctx.now };
    save(tx, ctx, "contract.create", made)
}

/// Changes a contract's validity and cap. Offers that were made stay as they are while it is in force ([`crate::redispatch`]).
///
/// # Errors
/// A field is wrong; it is ended; it has changed since it was read; there is none; the database fails.
pub fn update_contract(tx: &mut Tx<'_>, ctx: &Ctx, id: ContractId, rev: i64, data: &ContractData) -> Result<Contract> {
    lock(tx)?;
    let before = get_contract(tx, ctx, id)?;
    expect_rev(before.rev, rev)?;
    let mut faults = Faults::default();
    faults.unless(|| data.number == before.number, "/number", "cannot be changed");
    faults.unless(|| data.organisation_id == before.organisation_id, "/organisation_id", "cannot be changed: write a new contract");
    check(tx, faults, data)?;
    let ContractData { valid_from, valid_to, daily_capacity, .. } = *data;
    let made = Contract { valid_from, valid_to, daily_capacity, ..before.clone() };
    if made == before {
        return Ok(before);
    }
    if before.status == ContractStatus::Ended {
        return Err(Error::with(Code::InvalidTransition, "the contract has ended; write a new one"));
    }
    save(tx, ctx, "contract.update", Contract { rev: before.rev + 1, updated_at: ctx.now, ..made })
}

bazdid_protocol::text_enum! {
    /// What can be done with a contract as a whole.
    ContractVerb {
        /// Put it in force.
        Activate = "activate",
        /// Set it aside.
        Suspend = "suspend",
        /// End it before its time.
        End = "end",
    }
}

/// Where a verb leads from a status; absent: nowhere.
#[must_use]
pub const fn follow(from: ContractStatus, verb: ContractVerb) -> Option<ContractStatus> {
    use ContractStatus::{Active, Draft, Ended, Suspended};
    match (from, verb) {
        // A draft that was agreed, or a contract whose trouble is over.
        (Draft | Suspended, ContractVerb::Activate) => Some(Active),
        // New work goes to others; what was accepted stays.
        (Active, ContractVerb::Suspend) => Some(Suspended),
        // For good.
        (Draft | Active | Suspended, ContractVerb::End) => Some(Ended),
        _ => None,
    }
}

/// Puts a contract in force, suspends or ends it.
///
/// # Errors
/// Its status does not allow it; it has changed since it was read; there is none; the database fails.
pub fn change_status(tx: &mut Tx<'_>, ctx: &Ctx, id: ContractId, rev: i64, verb: ContractVerb) -> Result<Contract> {
    lock(tx)?;
    let before = get_contract(tx, ctx, id)?;
    expect_rev(before.rev, rev)?;
    let Some(status) = follow(before.status, verb) else {
        let said = format!("{verb} is not possible for a contract that is {}", before.status);
        return Err(Error::with(Code::InvalidTransition, said));
    };
    if status == ContractStatus::Active && before.valid_to <= ctx.now {
        return Err(Error::with(Code::InvalidTransition, "its validity is over; extend it first"));
    }
    save(tx, ctx, &format!("contract.{verb}"), Contract { status, rev: before.rev + 1, updated_at: ctx.now, ..before })
}

fn check(tx: &mut Tx<'_>, mut faults: Faults, data: &ContractData) -> Result<()> {
    faults.name("/number", &data.number);
    match store::organisation::find_organisation(tx, data.organisation_id)? {
        None => faults.add("/organisation_id", "there is no such organisation"),
        Some(o) if o.state != ActiveState::Active => faults.add("/organisation_id", "is not in use any more"),
        Some(o) if !does_contract_work(o.kind) => {
            faults.add(
                "/organisation_id",
                Phrase::with(
                    "is a {kind}: only contractors and emergency groups work under contracts; to a partner a ticket is referred",
                    &[("kind", &o.kind)],
                ),
            );
        }
        Some(_) => {}
    }
    faults.unless(|| data.valid_from < data.valid_to, "/valid_to", "must be later than valid_from");
    if let Some(cap) = data.daily_capacity {
        faults.range("/daily_capacity", cap, 1..=MAX_CAPACITY);
    }
    faults.finish()
}

fn save(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, made: Contract) -> Result<Contract> {
    let detail = json!({ "number": made.number, "rev": made.rev, "status": made.status });
    let audit = [change::entry(ctx, action, "contract", made.id.uuid(), detail)];
    keep(tx, ctx, &ReferenceRows { contracts: vec![made.clone()], ..ReferenceRows::default() }, &audit)?;
    Ok(made)
}
