//! The evidence of an order as a verifier looks at it: attempt by attempt, before beside after, and what is still waited for.

use crate::{Ctx, photo, work_order};
use bazdid_domain::{
    category::Need,
    evidence::{
        arrival::{self, Tally},
        needs,
        pairs::{self, Attempt},
    },
    photo::Photo,
    work_order::{Round, WorkOrder},
};
use bazdid_protocol::{error::Result, ids::WorkOrderId};
use bazdid_store::{Tx, photo::PhotoFilter};

/// Photos of one order that are shown; more than anybody looks at.
const SHOWN: i64 = 1_000;

/// What an order's evidence is.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The order.
    pub order: WorkOrder,
    /// What of each kind that it asks for is there.
    pub tallies: Vec<Tally>,
    /// What its newest report lacks.
    pub missing: Vec<Need>,
    /// Its attempts, with the photos of each.
    pub attempts: Vec<Attempt>,
}

/// The evidence of an order, as far as the actor may see it.
///
/// # Errors
/// There is no such order within reach; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: WorkOrderId) -> Result<Evidence> {
    let (order, detail) = work_order::get(tx, ctx, id)?;
    let shown = photo::list(tx, ctx, &PhotoFilter { work_order: Some(id), limit: SHOWN, ..PhotoFilter::default() })?;
    let photos: Vec<Photo> = shown.into_iter().map(|s| s.row.photo).collect();
    let rounds = detail.unit.rounds.iter().filter(|r| r.work_order_id == id && detail.shows("round", r.id.uuid()));
    let rounds: Vec<Round> = rounds.cloned().collect();
    let missing = needs::missing_of(&detail.unit, &*ctx.reference(tx)?, &order);
    Ok(Evidence { tallies: arrival::of_order(&detail.unit, &order), missing, attempts: pairs::attempts(&rounds, &photos), order })
}
