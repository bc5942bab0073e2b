//! Reference data in memory, read again when a transaction sees another version.
//!
//! The version is a fresh uuid at each change, so that a version which was rolled back can never be taken for one in force.

use std::sync::{Arc, PoisonError, RwLock};

use crate::Ctx;
use bazdid_domain::reference::{Reference, ReferenceRows};
use bazdid_protocol::error::{Error, Result};
use bazdid_store::{self as store, Tx};

/// Name of the version among the server's own values.
const VERSION: &str = "reference_version";

/// The newest version that a transaction of this process has seen.
#[derive(Debug, Default)]
pub struct ReferenceCache(RwLock<Option<Arc<Reference>>>);

impl ReferenceCache {
    /// The reference data in force in a transaction.
    ///
    /// # Errors
    /// The database fails, or a stored outline cannot be read.
    pub fn get(&self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Arc<Reference>> {
        let version = store::state::find_state(tx, VERSION)?.unwrap_or_default();
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(reference) = cached.filter(|r| r.version == version) {
            return Ok(reference);
        }
        let rows = ReferenceRows {
            areas: store::area::list_areas(tx)?,
            shapes: store::area::list_area_shapes(tx)?,
            categories: store::category::list_categories(tx)?,
            checklists: store::category::list_checklists(tx)?,
            organisations: store::organisation::list_organisations(tx)?,
            contracts: store::contract::list_contracts(tx)?,
            coverages: store::contract::list_coverages(tx)?,
        };
        let reference = Reference::build(version, rows, ctx.now, ctx.shared.settings.border_tolerance_m)
            .map_err(|fault| Error::internal("the reference data cannot be built").caused_by(fault))?;
        let reference = Arc::new(reference);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&reference));
        Ok(reference)
    }
}

/// Says that reference data has changed: in the transaction of every change of areas, outlines, categories, checklists,
/// organisations, contracts and coverages.
///
/// # Errors
/// The database fails.
pub fn bump(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<()> {
    store::state::save_state(tx, VERSION, &ctx.ids.uuid(ctx.now).to_string())
}
