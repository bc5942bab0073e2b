//! Rounds through an area without a ticket: "went round, found nothing", or found something and registered it.
//!
//! A patrol is a fact of one person. Unlike a visit it belongs to no ticket; what was found is a ticket of its own, which the patrol names.

pub use bazdid_protocol::words::visit::{MockFlag, PatrolOutcome};
use bazdid_protocol::{
    geo::Point,
    ids::{AccountId, AreaId, DeviceId, OrganisationId, PatrolId, TicketId},
    time::{MICROS_PER_DAY, Timestamp},
};

/// Longest round. One that seems longer began at an instant that nobody knows.
const LONGEST_US: i64 = MICROS_PER_DAY;

/// Somebody went round.
#[derive(Debug, Clone, PartialEq)]
pub struct Patrol {
    /// Identity.
    pub id: PatrolId,
    /// Revision.
    pub rev: i64,
    /// Who.
    pub actor: AccountId,
    /// For which contractor.
    pub organisation_id: Option<OrganisationId>,
    /// With which device.
    pub device_id: Option<DeviceId>,
    /// The area: as the person named it, else the smallest in which the round ended or began.
    pub area_id: Option<AreaId>,
    /// Beginning by the device's clock.
    pub started_at: Option<Timestamp>,
    /// Beginning as the server corrects it; absent: unknown.
    pub started_est: Option<Timestamp>,
    /// End by the device's clock.
    pub finished_at: Timestamp,
    /// End as the server corrects it.
    pub finished_est: Timestamp,
    /// When the server heard of it.
    pub received_at: Timestamp,
    /// Where it began.
    pub start_point: Option<Point>,
    /// Where it ended.
    pub end_point: Option<Point>,
    /// Whether the fixes were simulated.
    pub mock: MockFlag,
    /// What came of it.
    pub outcome: PatrolOutcome,
    /// The tickets that the person registered for what they found, as the device named them.
    pub tickets: Vec<TicketId>,
    /// In words.
    pub note: Option<String>,
    /// Effective stamp.
    pub eff: Timestamp,
}

impl Patrol {
    /// The beginning of a round that ended at an instant, if it can have been then: before the end, and at most a day before it.
    #[must_use]
    pub fn sound_start(started: Timestamp, finished: Timestamp) -> Option<Timestamp> {
        (1..=LONGEST_US).contains(&(finished - started)).then_some(started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_begins_before_it_ends_and_at_most_a_day_before() {
        let end = Timestamp::from_micros(2 * LONGEST_US);
        for (before, is_sound) in [(1, true), (LONGEST_US, true), (0, false), (-1, false), (LONGEST_US + 1, false)] {
            let start = end.plus_micros(-before);
            assert_eq!(Patrol::sound_start(start, end), is_sound.then_some(start), "{before}");
        }
    }
}
