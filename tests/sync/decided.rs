//! What a supervisor decides of a conflict: through the services, seen by the devices.

use std::thread;

use bazdid_client::acts::Shot;
use bazdid_domain::{
    account::Role,
    conflict::{Conflict, ConflictKind, ConflictStatus, Resolution},
    photo::PhotoKind,
    ticket::TicketStatus,
    visit::VisitKind,
    work_order::WorkOrderState,
};
use bazdid_protocol::{
    error::{Code, Result},
    ids::{TicketId, WorkOrderId},
    outcome::{OutcomeCode, Status},
    words::inbox::InboxKind,
};
use bazdid_service::{
    Ctx, audit,
    conflict::{self, Resolve},
    inbox, photo, reference,
};
use bazdid_store::{self as store, audit::AuditFilter, conflict::ConflictFilter, listing::PageKey, photo::PhotoFilter};
use serde_json::json;
use uuid::Uuid;

use crate::city::{
    CREW_NEW, CREW_OLD, D_EAST, D_WEST, HALL, INSPECTOR_E, INSPECTOR_W, NEW, OLD, Phone, SUPERVISOR, SharedCity, WEST, category, grant, id,
    on_both, reference_rows, ticket_with_order,
};

const AUDITOR: u128 = 3;

fn resolution(resolution: Resolution) -> Resolve {
    Resolve { resolution, note: Some("عکس‌ها دیده شد".into()), value: None, into: None }
}

/// The conflicts that somebody sees.
fn seen(city: &SharedCity, by: u128) -> Vec<Conflict> {
    let ctx = city.ctx(Some(id(by)));
    let found = city.read(|tx| conflict::list(tx, &ctx, &ConflictFilter { limit: 50, ..ConflictFilter::default() }));
    found.into_iter().map(|c| c.row).collect()
}

fn decide(city: &SharedCity, by: u128, conflict: &Conflict, rev: i64, command: Resolve) -> Result<Conflict> {
    let (ctx, id) = (city.ctx(Some(id(by))), conflict.id);
    city.db.write_blocking(move |tx| conflict::resolve(tx, &ctx, id, rev, &command))
}

/// The first contractor worked out of reach while the order went to the second.
fn late_work(city: &SharedCity) -> (TicketId, WorkOrderId, Phone) {
    let (ticket, order) = ticket_with_order(city);
    let mut late = city.device(CREW_OLD);
    late.sync().unwrap();
    city.pass(10);
    late.accept(order.uuid());
    let visit = late.arrive(order.uuid(), VisitKind::Work, WEST);
    late.start(order.uuid(), visit);
    late.add_photo(order.uuid(), Some(visit), &Shot::of(PhotoKind::After, WEST));
    late.submit(order.uuid(), "done");
    city.pass(30);
    city.reassign(ticket, NEW);
    city.pass(30);
    late.sync().unwrap();
    (ticket, order, late)
}

#[test]
fn late_work_that_a_supervisor_accepts_is_the_round_to_be_verified_and_every_device_sees_it() {
    on_both(|city| {
        let (ticket, order, mut late) = late_work(city);
        let mut other = city.device(CREW_NEW);
        other.sync().unwrap();
        assert!(other.state.copy.get("work_order", order.uuid()).is_some());
        assert!(late.state.copy.get("work_order", order.uuid()).is_none(), "it is the other's by now");
        let mut office = city.device(SUPERVISOR);
        office.sync().unwrap();
        let open = seen(city, SUPERVISOR);
        assert_eq!(open.iter().map(|c| (c.kind, c.status)).collect::<Vec<_>>(), [(ConflictKind::StaleEpoch, ConflictStatus::Open)]);
        city.pass(5);

        let stale = decide(city, SUPERVISOR, &open[0], open[0].rev - 1, resolution(Resolution::AcceptWork)).unwrap_err();
        assert_eq!(stale.code, Code::PreconditionFailed);
        let decided = decide(city, SUPERVISOR, &open[0], open[0].rev, resolution(Resolution::AcceptWork)).unwrap();
        assert_eq!((decided.status, decided.resolved_by), (ConflictStatus::Resolved, Some(id(SUPERVISOR))));
        let again = decide(city, SUPERVISOR, &open[0], decided.rev, resolution(Resolution::Dismiss)).unwrap_err();
        assert_eq!(again.code, Code::Conflict, "{again}");

        let now = city.order(ticket);
        assert_eq!((now.state, now.organisation_id, now.epoch), (WorkOrderState::Submitted, Some(id(OLD)), 3));
        late.sync().unwrap();
        other.sync().unwrap();
        let (_, pulled) = office.sync().unwrap();
        assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty(), "{pulled:?}");
        assert_eq!(late.state.copy.text("work_order", order.uuid(), "state"), Some("submitted"));
        assert_eq!(late.state.copy.list("photo").count(), 1, "its evidence is there again");
        assert!(other.state.copy.get("work_order", order.uuid()).is_none(), "it was taken from the other");
        assert_eq!(office.state.copy.text("conflict", decided.id.uuid(), "status"), Some("resolved"));
        // The inspector verifies it like any other.
        let mut inspector = city.device(INSPECTOR_W);
        inspector.sync().unwrap();
        let round = city.unit(ticket).rounds.iter().next().unwrap().id;
        inspector.verify(order.uuid(), round.uuid(), "خوب است");
        inspector.sync().unwrap();
        assert_eq!(city.order(ticket).state, WorkOrderState::Verified);
    });
}

#[test]
fn of_two_supervisors_at_once_one_decides() {
    on_both(|city| {
        let (ticket, ..) = late_work(city);
        let open = seen(city, SUPERVISOR).remove(0);
        let ctx = city.ctx(Some(id(SUPERVISOR)));
        let outcomes: Vec<Result<Conflict>> = thread::scope(|scope| {
            let both = [Resolution::AcceptWork, Resolution::Dismiss].map(|r| {
                let (db, ctx, id, rev) = (city.db.clone(), ctx.clone(), open.id, open.rev);
                scope.spawn(move || db.write_blocking(move |tx| conflict::resolve(tx, &ctx, id, rev, &resolution(r))))
            });
            both.map(|t| t.join().unwrap()).into()
        });
        let won: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().ok()).collect();
        let lost: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().err()).map(|e| e.code).collect();
        assert_eq!((won.len(), lost), (1, vec![Code::PreconditionFailed]));
        let submitted = won[0].resolution == Some(Resolution::AcceptWork);
        assert_eq!(city.order(ticket).state == WorkOrderState::Submitted, submitted);
    });
}

#[test]
fn a_conflict_is_seen_and_decided_by_those_who_answer_for_its_area() {
    on_both(|city| {
        let (ticket, ..) = late_work(city);
        city.write(|tx| {
            store::account::save_grants(
                tx,
                &[grant(702, INSPECTOR_W, Role::Supervisor, OLD, &[D_WEST]), grant(703, INSPECTOR_E, Role::Supervisor, HALL, &[D_EAST])],
            )
        });
        let open = seen(city, SUPERVISOR).remove(0);
        let refused = |by, command| decide(city, by, &open, open.rev, command).unwrap_err().code;
        assert_eq!(refused(CREW_NEW, resolution(Resolution::Dismiss)), Code::Forbidden);
        assert_eq!(refused(INSPECTOR_E, resolution(Resolution::Dismiss)), Code::NotFound, "another district's");
        assert_eq!(seen(city, INSPECTOR_E).len(), 0);
        assert_eq!(seen(city, INSPECTOR_W).len(), 1);
        assert_eq!(refused(INSPECTOR_W, resolution(Resolution::AcceptWork)), Code::Forbidden, "their organisation's work");
        assert_eq!(refused(SUPERVISOR, resolution(Resolution::Keep)), Code::Validation);
        let long = Resolve { note: Some("x".repeat(2_001)), ..resolution(Resolution::Dismiss) };
        assert_eq!(refused(SUPERVISOR, long), Code::Validation);
        let ctx = city.ctx(Some(id(INSPECTOR_E)));
        assert_eq!(city.db.read_blocking(|tx| conflict::get(tx, &ctx, open.id)).unwrap_err().code, Code::NotFound);

        let ctx = city.ctx(Some(id(SUPERVISOR)));
        let count = |filter: ConflictFilter| city.read(|tx| conflict::list(tx, &ctx, &ConflictFilter { limit: 9, ..filter })).len();
        let none = ConflictFilter::default;
        for (filter, found) in [
            (ConflictFilter { area: Some(id(D_WEST)), ..none() }, 1),
            (ConflictFilter { area: Some(id(D_EAST)), ..none() }, 0),
            (ConflictFilter { ticket: Some(ticket), kind: Some(ConflictKind::StaleEpoch), ..none() }, 1),
            (ConflictFilter { kind: Some(ConflictKind::PointMoved), ..none() }, 0),
            (ConflictFilter { status: Some(ConflictStatus::Open), severity: Some(open.severity), ..none() }, 1),
            (ConflictFilter { before: Some(PageKey::Former((open.raised_at, open.id))), ..none() }, 0),
            (ConflictFilter { before: Some(PageKey::Former((open.raised_at.plus_micros(1), open.id))), ..none() }, 1),
        ] {
            assert_eq!(count(filter.clone()), found, "{filter:?}");
        }
    });
}

#[test]
fn what_was_set_aside_counts_once_a_supervisor_lets_it_in_and_its_device_is_told() {
    on_both(|city| {
        let ctx = city.ctx(None);
        let (ticket, order) = ticket_with_order(city);
        let mut crew = city.device(CREW_OLD);
        crew.sync().unwrap();
        city.pass(10);
        let ended = city.now();
        city.write(move |tx| {
            let mut contracts = reference_rows().contracts;
            contracts[0].valid_to = ended;
            store::contract::save_contracts(tx, &contracts)?;
            reference::bump(tx, &ctx)
        });
        city.pass(10);
        crew.accept(order.uuid());
        let visit = crew.arrive(order.uuid(), VisitKind::Work, WEST);
        crew.start(order.uuid(), visit);
        crew.add_photo(order.uuid(), Some(visit), &Shot::of(PhotoKind::After, WEST));
        let submit = crew.submit(order.uuid(), "done");
        crew.sync().unwrap();
        let result = crew.state.outbox.result(submit).unwrap();
        assert_eq!((result.status, result.code), (Status::Conflict, Some(OutcomeCode::Quarantined)));
        assert_eq!(city.order(ticket).state, WorkOrderState::Offered);
        let aside = seen(city, SUPERVISOR).remove(0);
        assert_eq!(aside.kind, ConflictKind::Quarantined);
        city.pass(5);
        decide(city, SUPERVISOR, &aside, aside.rev, resolution(Resolution::Adopt)).unwrap();
        assert_eq!(city.order(ticket).state, WorkOrderState::Submitted);
        assert_eq!(city.unit(ticket).photos.iter().count(), 1);
        crew.refresh_results().unwrap();
        assert_eq!(crew.state.outbox.result(submit).unwrap().status, Status::Applied);
        let (_, pulled) = crew.sync().unwrap();
        assert!(pulled.diverged.is_empty(), "{pulled:?}");
        assert_eq!(crew.state.copy.text("work_order", order.uuid(), "state"), Some("submitted"));
    });
}

#[test]
fn what_was_set_aside_stays_out_when_it_is_discarded() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let mut crew = city.device(CREW_OLD);
        crew.sync().unwrap();
        let now = city.now();
        city.write(move |tx| {
            let ended = bazdid_domain::account::RoleGrant { valid_to: Some(now), ..grant(604, CREW_OLD, Role::Crew, OLD, &[]) };
            store::account::save_grants(tx, &[ended, grant(605, CREW_NEW, Role::Crew, NEW, &[])])
        });
        city.pass(10);
        let accept = crew.accept(order.uuid());
        drop(crew.sync());
        let aside = seen(city, SUPERVISOR).into_iter().find(|c| c.kind == ConflictKind::Quarantined).unwrap();
        decide(city, SUPERVISOR, &aside, aside.rev, resolution(Resolution::Discard)).unwrap();
        let kept = city.read(|tx| store::mutation::find_mutations(tx, &[accept])).remove(0);
        assert_eq!((kept.status, kept.revised_at), (Status::Rejected, Some(city.now())));
        assert_eq!(city.order(ticket).state, WorkOrderState::Offered);
    });
}

#[test]
fn tickets_that_are_one_are_merged_and_their_finder_sees_it() {
    on_both(|city| {
        let (first, _) = ticket_with_order(city);
        city.pass(20);
        let mut inspector = city.device(INSPECTOR_W);
        let second = inspector.create_ticket(category(), "همان چاله", WEST, None);
        inspector.sync().unwrap();
        let twins = seen(city, SUPERVISOR).into_iter().find(|c| c.kind == ConflictKind::PossibleDuplicate).unwrap();
        decide(city, SUPERVISOR, &twins, twins.rev, resolution(Resolution::MergeInto)).unwrap();
        let merged = city.unit(second).tickets.get(second).unwrap().clone();
        assert_eq!((merged.status, merged.duplicate_of), (TicketStatus::Duplicate, Some(first)));
        assert_eq!(city.unit(first).tickets.get(first).unwrap().supporters, 2);
        assert_eq!(city.order(second).state, WorkOrderState::Cancelled);
        inspector.sync().unwrap();
        assert_eq!(inspector.state.copy.text("ticket", second.uuid(), "status"), Some("duplicate"));
    });
}

#[test]
fn another_value_that_the_office_takes_reaches_the_devices() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (mut one, mut other) = (city.device(INSPECTOR_W), city.device(SUPERVISOR));
        one.sync().unwrap();
        other.sync().unwrap();
        one.edit_ticket(ticket, json!({ "text": "یک" }));
        city.pass(1);
        other.edit_ticket(ticket, json!({ "text": "دو" }));
        other.sync().unwrap();
        one.sync().unwrap();
        let open = seen(city, SUPERVISOR).into_iter().find(|c| c.kind == ConflictKind::ParallelUpdate).unwrap();
        city.pass(1);
        decide(city, SUPERVISOR, &open, open.rev, resolution(Resolution::TakeOther)).unwrap();
        one.sync().unwrap();
        assert_eq!(one.state.copy.text("ticket", ticket.uuid(), "text"), Some("یک"));
    });
}

/// What waits in the inbox, which is counted as it is listed.
pub fn waiting(city: &SharedCity, ctx: &Ctx) -> Vec<(InboxKind, Uuid)> {
    let (page, counts) = city.read(|tx| Ok((inbox::list(tx, ctx, &[], None, 50)?, inbox::count(tx, ctx)?)));
    let listed: Vec<_> = page.items.iter().map(|i| (i.id.kind, i.id.subject)).collect();
    for (kind, total) in counts {
        let of_kind = listed.iter().filter(|(k, _)| *k == kind).count();
        assert_eq!((total.count, total.is_exact), (i64::try_from(of_kind).unwrap(), true), "{kind}: {listed:?}");
    }
    assert!(page.next.is_none());
    listed
}

#[test]
fn the_inbox_and_the_audit_log_tell_what_waits_and_what_was_done() {
    on_both(|city| {
        let (ticket, ..) = late_work(city);
        city.write(|tx| store::account::save_grants(tx, &[grant(701, AUDITOR, Role::Auditor, HALL, &[])]));
        let ctx = city.ctx(Some(id(SUPERVISOR)));
        let waiting = || waiting(city, &ctx);
        let open = seen(city, SUPERVISOR).remove(0);
        assert_eq!((open.kind, waiting()), (ConflictKind::StaleEpoch, vec![(InboxKind::Conflict, open.id.uuid())]));
        decide(city, SUPERVISOR, &open, open.rev, resolution(Resolution::Dismiss)).unwrap();

        // Nobody is left to ask; a ticket outside the city; a phone that believes it is last year.
        let mut inspector = city.device(INSPECTOR_W);
        let far = bazdid_protocol::geo::Point { lat: 35.0, lon: 48.0, accuracy_m: Some(5.0) };
        inspector.create_ticket(category(), "بیرون", far, None);
        inspector.sync().unwrap();
        let crew = id(CREW_NEW);
        let device = city.device(CREW_NEW).register().unwrap();
        city.write(move |tx| {
            let row = store::account::find_device(tx, device)?.unwrap();
            assert_eq!(row.account_id, crew);
            store::account::save_devices(
                tx,
                &[bazdid_domain::account::Device { clock_trust: bazdid_domain::account::ClockTrust::Wrong, ..row }],
            )
        });
        let kinds = || waiting().into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        assert_eq!(kinds(), [InboxKind::Outside, InboxKind::Clock]);
        // The one that was chosen by hand declines, and so does the last one that the system can ask.
        for _ in 0..2 {
            city.office(ticket, |w| {
                let order = w.work_orders.iter().next().unwrap().clone();
                w.work_orders.put(bazdid_domain::work_order::WorkOrder { state: WorkOrderState::Declined, ..order });
            });
        }
        assert_eq!(kinds(), [InboxKind::Draft, InboxKind::Outside], "the contractor has no order here any more");
        let auditor = city.ctx(Some(id(AUDITOR)));
        assert_eq!(crate::decided::waiting(city, &auditor).last().map(|(kind, _)| *kind), Some(InboxKind::Clock));

        let log = |filter: AuditFilter| city.read(|tx| audit::list(tx, &auditor, &AuditFilter { limit: 50, ..filter }));
        let done = log(AuditFilter { action: Some("conflict.resolve".into()), ..AuditFilter::default() });
        assert_eq!(done.iter().map(|e| (e.entity_id, e.actor)).collect::<Vec<_>>(), [(open.id.uuid(), Some(id(SUPERVISOR)))]);
        assert_eq!(done[0].detail["resolution"], "dismiss");
        let none = AuditFilter::default;
        assert_eq!(log(AuditFilter { entity: Some(open.id.uuid()), entity_kind: Some("conflict".into()), ..none() }).len(), 1);
        assert_eq!(log(AuditFilter { actor: Some(id(SUPERVISOR)), to: Some(done[0].at), ..none() }).len(), 0);
        assert_eq!(log(AuditFilter { from: Some(done[0].at), action: Some("conflict.resolve".into()), ..none() }).len(), 1);
        assert_eq!(log(AuditFilter { before: Some((done[0].at, done[0].id)), action: Some("conflict.resolve".into()), ..none() }).len(), 0);
        assert_eq!(city.db.read_blocking(|tx| audit::list(tx, &ctx, &none())).unwrap_err().code, Code::Forbidden);
    });
}

#[test]
fn a_contractor_sees_its_own_photos_without_the_figures_and_the_area_sees_all() {
    on_both(|city| {
        let (ticket, order, _) = late_work(city);
        let mut other = city.device(CREW_NEW);
        other.sync().unwrap();
        other.add_photo(order.uuid(), None, &Shot::of(PhotoKind::Before, WEST));
        other.sync().unwrap();
        let photos = |by: u128, filter: PhotoFilter| {
            let ctx = city.ctx(Some(id(by)));
            let shown = city.read(|tx| photo::list(tx, &ctx, &PhotoFilter { limit: 50, ..filter }));
            shown.into_iter().map(|s| s.row.photo).collect::<Vec<_>>()
        };
        let all = photos(SUPERVISOR, PhotoFilter { ticket: Some(ticket), ..PhotoFilter::default() });
        assert_eq!(all.len(), 2);
        assert!(all.iter().all(|p| p.verdicts.iter().all(|v| !v.figures.is_null())));
        assert_eq!(photos(INSPECTOR_W, PhotoFilter::default()).len(), 2);
        assert_eq!(photos(INSPECTOR_E, PhotoFilter::default()).len(), 0);
        let own = photos(CREW_NEW, PhotoFilter::default());
        assert_eq!(own.iter().map(|p| (p.kind, p.organisation_id)).collect::<Vec<_>>(), [(PhotoKind::Before, Some(id(NEW)))]);
        assert!(own[0].verdicts.iter().all(|v| v.figures.is_null()) && !own[0].verdicts.is_empty());
        let ctx = city.ctx(Some(id(CREW_NEW)));
        let foreign = all.iter().find(|p| p.organisation_id == Some(id(OLD))).unwrap().id;
        assert_eq!(city.db.read_blocking(|tx| photo::get(tx, &ctx, foreign)).unwrap_err().code, Code::NotFound);
        let kind = PhotoFilter { kind: Some(PhotoKind::After), work_order: Some(order), ..PhotoFilter::default() };
        assert_eq!(photos(SUPERVISOR, kind).len(), 1);
        assert_eq!(photos(SUPERVISOR, PhotoFilter { before: Some(PageKey::Former(all[0].id)), ..PhotoFilter::default() }).len(), 1);
    });
}
