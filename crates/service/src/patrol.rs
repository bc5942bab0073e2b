//! Patrols, as the office looks for them. Devices record them: [`bazdid_protocol::command::PatrolRecord`].

use crate::{Ctx, reach::reach};
use bazdid_domain::{
    patrol::{Patrol, PatrolOutcome},
    policy::Permission,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, AreaId},
    time::Timestamp,
};
use bazdid_store::{
    self as store, Tx,
    listing::Keyed,
    patrol::{PatrolFilter, PatrolKey},
};

/// Which patrols are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct PatrolQuery {
    /// In this area or below it.
    pub area: Option<AreaId>,
    /// Of this person.
    pub actor: Option<AccountId>,
    /// That came to this.
    pub outcome: Option<PatrolOutcome>,
    /// That ended at this instant or later.
    pub from: Option<Timestamp>,
    /// That ended before this instant.
    pub to: Option<Timestamp>,
}

/// A page of patrols within reach, newest first: those in the areas of one's office, and one's own.
///
/// # Errors
/// No permission; the period ends before it begins; the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    query: PatrolQuery,
    before: Option<PatrolKey>,
    limit: i64,
) -> Result<Vec<Keyed<Patrol, PatrolKey>>> {
    if !ctx.actor()?.may(Permission::WorkRead) {
        return Err(Error::new(Code::Forbidden));
    }
    let PatrolQuery { area, actor, outcome, from, to } = query;
    if from.zip(to).is_some_and(|(from, to)| to <= from) {
        return Err(Error::field("?to", "must be later than `from`"));
    }
    let reference = ctx.reference(tx)?;
    let areas = area.map(|area| reference.areas.below(area).into_iter().chain([area]).collect());
    let filter = PatrolFilter { areas, actor, outcome, from, to, before, limit };
    store::patrol::list_patrols(tx, &filter, &reach(ctx, &reference, Permission::WorkRead)?)
}
