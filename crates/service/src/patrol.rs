//! Patrols, as the office looks for them. Devices record them: [`bazdid_protocol::command::PatrolRecord`].

use crate::{Ctx, reach::reach};
use bazdid_domain::{patrol::Patrol, policy::Permission};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::AreaId,
};
use bazdid_store::{
    self as store, Tx,
    listing::Keyed,
    patrol::{PatrolFilter, PatrolKey},
};

/// A page of patrols within reach, newest first: those in the areas of one's office, and one's own; if an area is named, those in it or below it.
///
/// # Errors
/// No permission; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, area: Option<AreaId>, filter: &PatrolFilter) -> Result<Vec<Keyed<Patrol, PatrolKey>>> {
    if !ctx.actor()?.may(Permission::WorkRead) {
        return Err(Error::new(Code::Forbidden));
    }
    let reference = ctx.reference(tx)?;
    let areas = area.map(|area| reference.areas.below(area).into_iter().chain([area]).collect());
    let filter = PatrolFilter { areas, ..filter.clone() };
    store::patrol::list_patrols(tx, &filter, &reach(ctx, &reference, Permission::WorkRead)?)
}
