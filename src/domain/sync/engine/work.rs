//! Work events: append-only, fenced by the epoch that the author knew.

use serde_json::{Value, json};

use crate::domain::{
    category::EvidenceRule,
    conflict::ConflictKind,
    ids::{Id, OrganisationId, RoundId, WorkEventId, WorkOrderId},
    policy::Permission,
    sync::{
        command::Command,
        engine::{Act, Author, clash::Clash, clash::raise, is_party, target, unknown},
        outcome::{Outcome, OutcomeCode, Status},
    },
    work_order::{Answer, Assignment, Round, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderState},
    work_order_graph::{StageEvent, fold_stage},
    world::World,
};

pub(super) fn decide(world: &mut World, author: &Author, act: &Act<'_>) -> Outcome {
    let Some(kind) = kind_of(act.command) else {
        return Outcome::rejected(OutcomeCode::UnknownCommand, "/cmd: not a work event");
    };
    if !author.may(Permission::WorkPerform) {
        return Outcome::rejected(OutcomeCode::NotPermitted, "your roles do not allow this");
    }
    let Some((ticket, Some(order))) = target(world, author, act.entity) else {
        return unknown(act.entity);
    };
    let (order, shut, ticket_status) = (order.clone(), ticket.status.is_shut_by_office(), ticket.status);
    let Some(epoch) = act.epoch else {
        return Outcome::rejected(OutcomeCode::Validation, "/epoch: name the epoch that the order had when this was done");
    };
    if epoch > order.epoch {
        return Outcome::held(OutcomeCode::EpochUnknown, "/epoch: the server has not issued this epoch", act.entity);
    }
    // The holder of an epoch may report what was done in it, whoever he is now.
    let Some(assignment) = holder_of(world, &order, epoch, author) else {
        return Outcome::rejected(OutcomeCode::NotAssigned, "this order was not yours in that epoch");
    };
    if shut || order.state == WorkOrderState::Cancelled {
        record(world, author, act, &order, &assignment, (kind, epoch), Standing::Stale);
        let what = epoch.to_string();
        let clash = Clash {
            theirs: json!({ "ticket": ticket_status, "work_order": order.state }),
            mine: late_work(world, order.id, epoch),
            parties: vec![act.id],
            default_in_force: "the office's decision stands; the work and its evidence are kept",
            ..Clash::hard(ConflictKind::DeletedEntity, order.ticket_id, Some(order.id), &what)
        };
        let conflict = raise(world, act, clash);
        return kept(conflict, OutcomeCode::DeletedEntity, "the office had ended this order; a supervisor decides about your work");
    }
    if epoch < order.epoch {
        return stale(world, author, act, &order, &assignment, (kind, epoch));
    }
    current(world, author, act, order, assignment, kind)
}

fn kind_of(command: &Command) -> Option<WorkEventKind> {
    Some(match command {
        Command::WorkAccept => WorkEventKind::Accept,
        Command::WorkDecline(_) => WorkEventKind::Decline,
        Command::WorkStart(_) => WorkEventKind::Start,
        Command::WorkRequestHold(_) => WorkEventKind::RequestHold,
        Command::WorkResume => WorkEventKind::Resume,
        Command::WorkSubmit(_) => WorkEventKind::Submit,
        Command::WorkFailVisit(_) => WorkEventKind::FailVisit,
        _ => return None,
    })
}

fn holder_of(world: &World, order: &WorkOrder, epoch: i64, author: &Author) -> Option<Assignment> {
    world
        .assignments
        .iter()
        .find(|a| {
            a.work_order_id == order.id && (a.epoch..=a.until_epoch).contains(&epoch) && is_party(author, a.organisation_id, a.account_id)
        })
        .cloned()
}

fn kept(conflict: crate::domain::ids::ConflictId, code: OutcomeCode, detail: &str) -> Outcome {
    Outcome { conflict: Some(conflict), ..Outcome::of(Status::Conflict, code, detail) }
}

/// Appends the event. Its id is the mutation's, so that a repeat can never make a second one.
fn record(
    world: &mut World,
    author: &Author,
    act: &Act<'_>,
    order: &WorkOrder,
    assignment: &Assignment,
    (kind, epoch): (WorkEventKind, i64),
    standing: Standing,
) {
    let visit_id = match act.command {
        Command::WorkStart(a) => a.visit,
        Command::WorkDecline(a) | Command::WorkRequestHold(a) | Command::WorkFailVisit(a) => a.visit,
        _ => None,
    };
    world.work_events.put(WorkEvent {
        id: Id::new(act.id.uuid()),
        rev: 0,
        work_order_id: order.id,
        ticket_id: order.ticket_id,
        epoch,
        kind,
        actor: author.account,
        organisation_id: assignment.organisation_id,
        device_id: author.device,
        visit_id,
        args: act.args.clone(),
        at: act.stamp.est,
        eff: act.stamp.eff,
        standing,
    });
}

/// The stale events of an epoch but the declines, which are right already, in the order of their stamps: the same whatever came first.
fn late_work(world: &World, order: WorkOrderId, epoch: i64) -> Value {
    let mut events: Vec<&WorkEvent> =
        world.work_events.iter().filter(|e| e.work_order_id == order && e.epoch == epoch && e.standing == Standing::Stale).collect();
    events.sort_by_key(|e| (e.eff, e.id));
    events.iter().map(|e| json!({ "event": e.id, "kind": e.kind, "at": e.at, "actor": e.actor })).collect()
}

/// An event of an epoch that has passed never changes the state.
fn stale(
    world: &mut World,
    author: &Author,
    act: &Act<'_>,
    order: &WorkOrder,
    assignment: &Assignment,
    (kind, epoch): (WorkEventKind, i64),
) -> Outcome {
    record(world, author, act, order, assignment, (kind, epoch), Standing::Stale);
    // Who declines what he no longer has is right already.
    if kind == WorkEventKind::Decline {
        return Outcome::applied(order.rev);
    }
    let double = order.submitted_by.is_some();
    let what = epoch.to_string();
    let clash = Clash {
        theirs: json!({ "epoch": order.epoch, "state": order.state, "double_work": double }),
        mine: late_work(world, order.id, epoch),
        parties: vec![act.id],
        default_in_force: "the current assignment stands; the late work and its evidence are kept",
        ..Clash::hard(ConflictKind::StaleEpoch, order.ticket_id, Some(order.id), &what)
    };
    let conflict = raise(world, act, clash);
    kept(conflict, OutcomeCode::StaleEpoch, "the order had gone on without you; a supervisor decides about your work")
}

/// An event of the epoch in force: it counts, and the stage is folded anew from all of the epoch's events.
fn current(
    world: &mut World,
    author: &Author,
    act: &Act<'_>,
    mut order: WorkOrder,
    mut assignment: Assignment,
    kind: WorkEventKind,
) -> Outcome {
    if matches!(order.state, WorkOrderState::Verified | WorkOrderState::Closed) {
        return Outcome::rejected(OutcomeCode::TerminalState, "the order is verified");
    }
    if let Some(refusal) = refuse(world, act, &order, &assignment, kind) {
        return refusal;
    }
    record(world, author, act, &order, &assignment, (kind, order.epoch), Standing::Effective);
    let events = effective(world, &order);
    let began = if order.round > 1 && assignment.epoch < order.epoch {
        WorkOrderState::Rework
    } else if assignment.answer == Some(Answer::Accepted) {
        WorkOrderState::Accepted
    } else {
        WorkOrderState::Offered
    };
    let stage = fold_stage(began, &events);
    // Only the office's leave makes a hold; going on or submitting ends it, a request alone changes nothing.
    let held = order.state == WorkOrderState::OnHold && !matches!(kind, WorkEventKind::Resume | WorkEventKind::Submit);
    if !held {
        order.state = if kind == WorkEventKind::Resume && stage != WorkOrderState::Submitted { WorkOrderState::InProgress } else { stage };
    }
    answer(world, &mut assignment, stage, order.epoch);
    if stage == WorkOrderState::Submitted {
        submit(world, &mut order);
    }
    world.assignments.put(assignment);
    order.stamp = order.stamp.max(act.stamp.eff);
    order.updated_at = order.updated_at.max(act.received_at);
    let declined_and_done = stage == WorkOrderState::Submitted && events.iter().any(|e| e.kind == WorkEventKind::Decline);
    let (id, ticket, epoch) = (order.id, order.ticket_id, order.epoch);
    let v = world.work_orders.put(order);
    if declined_and_done {
        let what = epoch.to_string();
        let clash = Clash {
            theirs: json!({ "declined": true }),
            mine: json!({ "submitted": true }),
            parties: events.iter().filter(|e| matches!(e.kind, WorkEventKind::Decline | WorkEventKind::Submit)).map(|e| e.id).collect(),
            default_in_force: "the submission stands",
            ..Clash::hard(ConflictKind::DeclinedVsSubmitted, ticket, Some(id), &what)
        };
        let conflict = raise(world, act, clash);
        return kept(conflict, OutcomeCode::ConcurrentEdit, "one of your colleagues declined what another submitted");
    }
    Outcome::applied(v)
}

/// What an event of the current epoch is refused or held for.
fn refuse(world: &World, act: &Act<'_>, order: &WorkOrder, assignment: &Assignment, kind: WorkEventKind) -> Option<Outcome> {
    if order.state == WorkOrderState::Expired {
        // Heard of late, done in time: reinstated. Done late: the offer was gone.
        let in_time = assignment.expires_at.is_none_or(|end| act.stamp.est < end);
        if !in_time && kind != WorkEventKind::Decline {
            return Some(Outcome::rejected(OutcomeCode::InvalidTransition, "the offer had expired before this was done"));
        }
    }
    match act.command {
        Command::WorkStart(start) => match start.visit {
            None => Some(Outcome::rejected(OutcomeCode::Validation, "/args/visit: name the visit that the work begins with")),
            Some(visit) if world.visits.get(visit).is_none() => {
                Some(Outcome::held(OutcomeCode::Dependency, "/args/visit: the server does not know this visit yet", visit.uuid()))
            }
            Some(_) => None,
        },
        Command::WorkSubmit(_) => missing_evidence(world, order, assignment.organisation_id).map(|rule| {
            let detail = format!("waits for at least {} photo(s) of kind {}", rule.min, rule.kind);
            Outcome::held(OutcomeCode::Dependency, detail, order.id.uuid())
        }),
        _ => None,
    }
}

/// The first rule of the order's evidence that the party's photos do not meet.
fn missing_evidence<'o>(world: &World, order: &'o WorkOrder, party: Option<OrganisationId>) -> Option<&'o EvidenceRule> {
    order.evidence.photos.iter().find(|rule| {
        let have = world
            .photos
            .iter()
            .filter(|p| p.work_order_id == Some(order.id) && p.organisation_id == party && p.kind == rule.kind && p.removed_at.is_none());
        u32::try_from(have.count()).unwrap_or(u32::MAX) < rule.min
    })
}

fn effective(world: &World, order: &WorkOrder) -> Vec<StageEvent> {
    world
        .work_events
        .iter()
        .filter(|e| {
            e.work_order_id == order.id && e.epoch == order.epoch && matches!(e.standing, Standing::Effective | Standing::Redundant)
        })
        .map(|e| StageEvent { kind: e.kind, eff: e.eff, id: Id::new(e.id.uuid()) })
        .collect()
}

/// The answer to the offer, from all events of the epoch: who began has accepted, and accepted beats declined. Of several
/// answers of one kind the earliest stands.
fn answer(world: &World, assignment: &mut Assignment, stage: WorkOrderState, epoch: i64) {
    let refused = stage == WorkOrderState::Declined;
    let counts = |kind| match kind {
        WorkEventKind::Decline => refused,
        WorkEventKind::Accept | WorkEventKind::Start | WorkEventKind::Submit | WorkEventKind::FailVisit => !refused,
        WorkEventKind::RequestHold | WorkEventKind::Resume | WorkEventKind::Retract => false,
    };
    let first = world
        .work_events
        .iter()
        .filter(|e| e.work_order_id == assignment.work_order_id && e.epoch == epoch && counts(e.kind))
        .filter(|e| matches!(e.standing, Standing::Effective | Standing::Redundant))
        .min_by_key(|e| (e.eff, e.id));
    if let Some(first) = first {
        assignment.answer = Some(if refused { Answer::Declined } else { Answer::Accepted });
        assignment.answered_at = Some(first.at);
        assignment.reason = first.args.get("reason").and_then(Value::as_str).filter(|_| refused).map(str::to_owned);
    }
}

/// Makes or mends the round of the current epoch: the earliest submission made it, later ones join it.
fn submit(world: &mut World, order: &mut WorkOrder) {
    let mut submissions: Vec<WorkEvent> = world
        .work_events
        .iter()
        .filter(|e| {
            e.work_order_id == order.id
                && e.epoch == order.epoch
                && e.kind == WorkEventKind::Submit
                && matches!(e.standing, Standing::Effective | Standing::Redundant)
        })
        .cloned()
        .collect();
    submissions.sort_by_key(|e| (e.eff, e.id));
    let mut submissions = submissions.into_iter();
    let Some(mut first) = submissions.next() else { return };
    for mut later in submissions.filter(|e| e.standing != Standing::Redundant) {
        later.standing = Standing::Redundant;
        world.work_events.put(later);
    }
    order.submitted_by = Some(first.actor);
    order.submitted_org = first.organisation_id;
    let id = round_id(order);
    world.rounds.put(Round {
        id,
        rev: 0,
        work_order_id: order.id,
        ticket_id: order.ticket_id,
        number: order.round,
        epoch: order.epoch,
        submitted_by: first.actor,
        submitted_org: first.organisation_id,
        submitted_at: first.at,
        event_id: WorkEventId::new(first.id.uuid()),
        verdict: RoundVerdict::Pending,
        verdict_by: None,
        verdict_at: None,
        verdict_mutation: None,
        defects: Vec::new(),
        note: None,
        rework_due: None,
    });
    if first.standing != Standing::Effective {
        first.standing = Standing::Effective;
        world.work_events.put(first);
    }
}

/// The id of an order's current round follows from the order and the number: any submission names the same round.
fn round_id(order: &WorkOrder) -> RoundId {
    RoundId::new(crate::domain::ids::name_uuid(&format!("round|{}|{}", order.id, order.round)))
}
