//! `patrol.record`: a round without a ticket. It is kept however little is known of it; only the area that it names must be one in which
//! the author works.

use crate::{
    intake::contractor_of,
    patrol::Patrol,
    sync::{
        engine::{Act, Author, facts::recorded_at},
        merge_context::MergeContext,
    },
    unit_of_work::UnitOfWork,
    visibility::Reader,
};
use bazdid_protocol::{
    command::PatrolRecord,
    ids::{AreaId, PatrolId},
    outcome::{Outcome, OutcomeCode},
    warning::{Warning, WarningCode},
};

pub(super) fn record(unit: &mut UnitOfWork, context: &MergeContext<'_>, author: &Author, act: &Act<'_>, args: &PatrolRecord) -> Outcome {
    if let Some(area) = args.area {
        if context.reference.areas.area(area).is_none() {
            return Outcome::rejected(OutcomeCode::Validation, "/args/area: the server does not know this area");
        }
        if !works_in(context, author, act, area) {
            let detail = "/args/area: you do not work in this area; name one of yours, or none";
            return Outcome::rejected(OutcomeCode::NotPermitted, detail);
        }
    }
    let (finished_at, finished_est) = recorded_at(act, args.finished_at);
    let started_est = args.started_at.map(|at| recorded_at(act, Some(at)).1);
    let sound = started_est.and_then(|start| Patrol::sound_start(start, finished_est));
    let points = [args.end_point, args.start_point];
    let located = || points.iter().flatten().find_map(|point| context.locate(point).leaf_areas.first().copied());
    let v = unit.patrols.put(Patrol {
        id: PatrolId::new(act.entity),
        rev: 0,
        actor: author.account,
        organisation_id: contractor_of(&author.roles, &author.organisations),
        device_id: author.device,
        area_id: args.area.or_else(located),
        started_at: args.started_at,
        started_est: sound,
        finished_at,
        finished_est,
        received_at: act.received_at,
        start_point: args.start_point,
        end_point: args.end_point,
        mock: args.mock,
        outcome: args.outcome,
        tickets: args.tickets.clone(),
        note: args.note.clone(),
        eff: act.stamp.eff,
    });
    let mut outcome = Outcome::applied(v);
    if started_est.is_some() && sound.is_none() {
        let detail = "it is not before the end, or more than a day before it; when the round began counts as unknown";
        outcome.warnings.push(Warning::new("/args/started_at", WarningCode::UnusableValue, detail));
    }
    outcome
}

/// Whether an area is among those that the author's grants name, or a contract of theirs was in force in it when they acted.
fn works_in(context: &MergeContext<'_>, author: &Author, act: &Act<'_>, area: AreaId) -> bool {
    author.reach.includes(Reader::Area(area)) || context.reference.book.covers(&author.organisations, area, act.stamp.est)
}

#[cfg(test)]
mod tests;
