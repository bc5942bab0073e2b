//! What is missing, doubled or about to end among the contracts.

use std::collections::BTreeSet;

use crate::Ctx;
use bazdid_domain::{
    contract::Contract,
    contract_report::{Ending, Gap, Overlap, ending, gaps, overlaps},
};
use bazdid_protocol::{
    error::{Error, Result},
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

/// The findings of an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reports {
    /// Districts × groups of categories in which nobody is asked first.
    pub gaps: Vec<Gap>,
    /// Coverages that say the same.
    pub overlaps: Vec<Overlap>,
    /// Contracts that end soon.
    pub ending: Vec<Ending>,
}

/// Reports on an instant; `days`: how far ahead to look for contracts that end.
///
/// # Errors
/// The number of days is out of bounds; the database fails.
pub fn reports(tx: &mut Tx<'_>, ctx: &Ctx, at: Option<Timestamp>, days: i64) -> Result<Reports> {
    if !(0..=3_660).contains(&days) {
        return Err(Error::field("?days", "must be from 0 to 3660"));
    }
    let at = at.unwrap_or(ctx.now);
    let (contracts, coverages) = (store::contract::list_contracts(tx)?, store::contract::list_coverages(tx)?);
    let (areas, categories) = (store::area::list_areas(tx)?, store::category::list_categories(tx)?);
    // Who is never asked covers nothing.
    let organisations = store::organisation::list_organisations(tx)?;
    let asked: BTreeSet<_> = organisations.iter().filter(|o| o.can_be_asked()).map(|o| o.id).collect();
    let covering: Vec<Contract> = contracts.iter().filter(|c| asked.contains(&c.organisation_id)).cloned().collect();
    Ok(Reports {
        gaps: gaps(&covering, &coverages, &areas, &categories, at),
        overlaps: overlaps(&covering, &coverages, at),
        ending: ending(&contracts, at, days),
    })
}
