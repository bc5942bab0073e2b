//! Coverages: area × category × rank of a contract.

use serde_json::json;

use crate::{
    Ctx, change,
    contract::{MAX_CAPACITY, get_contract, sees},
    faults::Faults,
    reference_change::{expect_rev, keep, lock},
};
use bazdid_domain::{
    contract::{Contract, ContractStatus, Coverage, Descent},
    organisation::ActiveState,
    reference::ReferenceRows,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AreaId, CategoryId, ContractId, CoverageId},
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

/// What a person says of a coverage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageData {
    /// Of which contract; it stays when the coverage is changed.
    pub contract_id: ContractId,
    /// Where.
    pub area_id: AreaId,
    /// What; everything if absent.
    pub category_id: Option<CategoryId>,
    /// Whether the categories below count.
    pub descent: Descent,
    /// 1 is asked first.
    pub rank: i64,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Option<Timestamp>,
    /// At most so many assignments a civil day.
    pub daily_capacity: Option<i64>,
}

/// The coverages that who asks may see, of one contract or of all, by id.
///
/// # Errors
/// There is no such contract; the database fails.
pub fn list_coverages(tx: &mut Tx<'_>, ctx: &Ctx, contract: Option<ContractId>) -> Result<Vec<Coverage>> {
    if let Some(contract) = contract {
        get_contract(tx, ctx, contract)?;
    }
    let seen: Vec<ContractId> =
        store::contract::list_contracts(tx)?.into_iter().filter(|c| sees(ctx, c.organisation_id)).map(|c| c.id).collect();
    let mut found = store::contract::list_coverages(tx)?;
    found.retain(|c| contract.is_none_or(|id| c.contract_id == id) && seen.contains(&c.contract_id));
    Ok(found)
}

/// A coverage.
///
/// # Errors
/// There is none that who asks may see; the database fails.
pub fn get_coverage(tx: &mut Tx<'_>, ctx: &Ctx, id: CoverageId) -> Result<Coverage> {
    let found = store::contract::find_coverage(tx, id)?.ok_or_else(|| Error::not_found("coverage"))?;
    get_contract(tx, ctx, found.contract_id).map_err(|e| if e.code == Code::NotFound { Error::not_found("coverage") } else { e })?;
    Ok(found)
}

/// Adds a coverage to a contract.
///
/// # Errors
/// A field is wrong; the contract has ended; the database fails.
pub fn create_coverage(tx: &mut Tx<'_>, ctx: &Ctx, data: &CoverageData) -> Result<Coverage> {
    lock(tx)?;
    let made = coverage(ctx, ctx.ids.id(ctx.now), 1, data);
    check(tx, Faults::default(), &made)?;
    save(tx, ctx, "coverage.create", made)
}

/// Changes a coverage; `valid_to` ends it. Offers that were made stay as they are.
///
/// # Errors
/// A field is wrong; the contract has ended; it has changed since it was read; there is none; the database fails.
pub fn update_coverage(tx: &mut Tx<'_>, ctx: &Ctx, id: CoverageId, rev: i64, data: &CoverageData) -> Result<Coverage> {
    lock(tx)?;
    let before = get_coverage(tx, ctx, id)?;
    expect_rev(before.rev, rev)?;
    let made = coverage(ctx, id, before.rev, data);
    let mut faults = Faults::default();
    faults.unless(|| made.contract_id == before.contract_id, "/contract_id", "cannot be changed: end this coverage and add another");
    check(tx, faults, &made)?;
    if (Coverage { updated_at: before.updated_at, ..made.clone() }) == before {
        return Ok(before);
    }
    save(tx, ctx, "coverage.update", Coverage { rev: before.rev + 1, ..made })
}

fn coverage(ctx: &Ctx, id: CoverageId, rev: i64, data: &CoverageData) -> Coverage {
    let CoverageData { contract_id, area_id, category_id, descent, rank, valid_from, valid_to, daily_capacity } = data.clone();
    Coverage { id, rev, contract_id, area_id, category_id, descent, rank, valid_from, valid_to, daily_capacity, updated_at: ctx.now }
}

fn check(tx: &mut Tx<'_>, mut faults: Faults, made: &Coverage) -> Result<()> {
    match store::contract::find_contract(tx, made.contract_id)? {
        None => faults.add("/contract_id", "there is no such contract"),
        Some(contract) if contract.status == ContractStatus::Ended => {
            return Err(Error::with(Code::InvalidTransition, "the contract has ended; write a new one"));
        }
        Some(contract) => {
            check_time(&mut faults, made, &contract);
            let others = store::contract::list_coverages(tx)?;
            if others.iter().any(|other| other.id != made.id && says_the_same(other, made)) {
                faults.add("/category_id", "another coverage of the contract has this area and category at an overlapping time");
            }
        }
    }
    if store::area::find_area(tx, made.area_id)?.is_none() {
        faults.add("/area_id", "there is no such area");
    }
    if let Some(category) = made.category_id {
        match store::category::find_category(tx, category)? {
            None => faults.add("/category_id", "there is no such category"),
            Some(c) if c.state != ActiveState::Active => faults.add("/category_id", "is not in use any more"),
            Some(_) => {}
        }
    } else if made.descent == Descent::Exact {
        faults.add("/descent", "must be with_descendants where everything is covered");
    }
    faults.range("/rank", made.rank, 1..=100);
    if let Some(cap) = made.daily_capacity {
        faults.range("/daily_capacity", cap, 1..=MAX_CAPACITY);
    }
    faults.finish()
}

fn check_time(faults: &mut Faults, made: &Coverage, contract: &Contract) {
    faults.unless(|| made.valid_to.is_none_or(|end| made.valid_from < end), "/valid_to", "must be later than valid_from");
    faults.unless(|| made.valid_from < contract.valid_to, "/valid_from", "lies after the contract's end");
    faults.unless(|| made.valid_to.is_none_or(|end| contract.valid_from < end), "/valid_to", "lies before the contract's begin");
}

/// Whether two coverages of one contract would be one: the second could never be asked.
fn says_the_same(a: &Coverage, b: &Coverage) -> bool {
    let begins_before_end = |a: &Coverage, b: &Coverage| b.valid_to.is_none_or(|end| a.valid_from < end);
    (a.contract_id, a.area_id, a.category_id) == (b.contract_id, b.area_id, b.category_id)
        && begins_before_end(a, b)
        && begins_before_end(b, a)
}

fn save(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, made: Coverage) -> Result<Coverage> {
    let detail =
        json!({ "contract": made.contract_id, "area": made.area_id, "category": made.category_id, "rank": made.rank, "rev": made.rev });
    let audit = [change::entry(ctx, action, "coverage", made.id.uuid(), detail)];
    keep(tx, ctx, &ReferenceRows { coverages: vec![made.clone()], ..ReferenceRows::default() }, &audit)?;
    Ok(made)
}
