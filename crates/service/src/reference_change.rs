//! The one way to keep changes of reference data: rows, audit, a new version and, last in the transaction, the feed.

use crate::{Ctx, reference, sync::reference_feed};
use bazdid_domain::{audit::AuditEntry, reference::ReferenceRows};
use bazdid_protocol::error::{Code, Error, Result};
use bazdid_store::{self as store, Tx};

/// Name of the row that changes of reference data queue at.
const LOCK: &str = "reference_lock";

/// Makes changes of reference data wait for each other; call it before anything is read. They are rare, and each looks at
/// many rows (loops of parents, overlaps), so that a lock on single rows would not do.
///
/// # Errors
/// The database fails.
pub fn lock(tx: &mut Tx<'_>) -> Result<()> {
    store::state::save_state(tx, LOCK, "")
}

/// Keeps rows that were made or changed. Nothing is done where there are none, so that a second import leaves no trace.
///
/// # Errors
/// The database fails; a code or number is taken.
pub fn keep(tx: &mut Tx<'_>, ctx: &Ctx, rows: &ReferenceRows, audit: &[AuditEntry]) -> Result<()> {
    let ReferenceRows { areas, shapes, categories, checklists, organisations, contracts, coverages } = rows;
    let any = !(areas.is_empty() && shapes.is_empty() && categories.is_empty() && checklists.is_empty())
        || !(organisations.is_empty() && contracts.is_empty() && coverages.is_empty());
    if !any {
        return Ok(());
    }
    store::organisation::save_organisations(tx, organisations)?;
    store::area::save_areas(tx, areas)?;
    store::area::save_area_shapes(tx, shapes)?;
    store::category::save_checklists(tx, checklists)?;
    store::category::save_categories(tx, categories)?;
    store::contract::save_contracts(tx, contracts)?;
    store::contract::save_coverages(tx, coverages)?;
    reference::bump(tx, ctx)?;
    store::audit::save_audit_entries(tx, audit)?;
    let feed = reference_feed(rows);
    if feed.is_empty() { Ok(()) } else { store::feed::append(tx, &feed, bazdid_protocol::digest::row_hash) }
}

/// Whether the caller saw the revision that stands.
///
/// # Errors
/// They did not.
pub fn expect_rev(found: i64, expected: i64) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::new(Code::PreconditionFailed).fact("current", found)) }
}
