//! The arguments of `patrol.record`.

use crate::{
    command::{Fault, args::Args, invalid, read::THEN},
    geo::Point,
    ids::{AreaId, TicketId},
    time::Timestamp,
    words::visit::{MockFlag, PatrolOutcome},
};

/// Most tickets that one patrol names.
const MAX_TICKETS: usize = 100;

/// `patrol.record`, when the round is over: the entity is the new patrol's id.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PatrolRecord {
    /// What came of it.
    pub outcome: PatrolOutcome,
    /// The tickets that were registered for what was found; needed if the outcome is `reported`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<TicketId>>, max_items = 100))]
    pub tickets: Vec<TicketId>,
    /// In which area of one's own; absent: where the points lie.
    pub area: Option<AreaId>,
    /// Beginning by the device's clock.
    pub started_at: Option<Timestamp>,
    /// End by the device's clock; absent: when the mutation was made.
    pub finished_at: Option<Timestamp>,
    /// Where it began.
    pub start_point: Option<Point>,
    /// Where it ended.
    pub end_point: Option<Point>,
    /// Whether the fixes were simulated.
    #[cfg_attr(feature = "openapi", schema(required = false, value_type = crate::openapi::MockArgument))]
    pub mock: MockFlag,
    /// In words.
    pub note: Option<String>,
}

pub(super) fn read(a: &mut Args<'_, '_>) -> Result<PatrolRecord, Fault> {
    let outcome = a.word::<PatrolOutcome>("outcome")?;
    let tickets = a.ids("tickets", MAX_TICKETS);
    if outcome == PatrolOutcome::Reported && tickets.is_empty() {
        return Err(invalid("/args/tickets", "name at least one ticket that was registered, or say another outcome"));
    }
    Ok(PatrolRecord {
        outcome,
        tickets,
        area: a.optional_id("area"),
        started_at: a.instant("started_at", false, "when it began counts as unknown"),
        finished_at: a.instant("finished_at", true, THEN),
        start_point: a.optional_point("start_point"),
        end_point: a.optional_point("end_point"),
        mock: a.mock(),
        note: a.optional_text("note"),
    })
}
