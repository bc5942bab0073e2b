//! What the office decides, on both databases: revisions, scopes, rounds, two people at once.

use std::thread;

use bazdid_domain::{
    assigning::{Submission, round as new_round},
    office::{order::Target, round::Share},
    ticket::{CallOutcome, TicketStatus},
    work_order::{Answer, Defect, RoundVerdict, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AccountId, RoundId, TicketId},
};
use bazdid_service::{
    call::{self, NewCall},
    round::{self, Verdict},
    ticket::command::{Command as TicketCommand, command as ticket_command},
    timers::expire_offers,
    work_order::{self, Command},
};
use bazdid_store::{
    ticket::call::CallFilter,
    work_order::search::{OrderFilter, RoundFilter},
};

use crate::{
    city::id,
    town::{PHONE, POTHOLE, TREE, Town, new_ticket, west},
};

fn code<T: std::fmt::Debug>(result: Result<T>) -> Code {
    result.unwrap_err().code
}

fn decide(town: &Town, by: AccountId, order: &WorkOrder, command: Command) -> Result<WorkOrder> {
    let (id, rev) = (order.id, order.rev);
    town.act(by, move |tx, ctx| work_order::command(tx, ctx, id, rev, &command)).map(|shown| shown.order)
}

fn about(town: &Town, by: AccountId, ticket: TicketId, command: TicketCommand) -> Result<TicketStatus> {
    let rev = town.ticket(ticket).rev;
    town.act(by, move |tx, ctx| ticket_command(tx, ctx, ticket, rev, &command)).map(|t| t.status)
}

/// What stands in the audit log, by name: the test's clock stands still.
fn written(town: &Town) -> Vec<String> {
    let mut actions = town.city.audit();
    actions.sort();
    actions
}

fn reassign(to: Option<Target>) -> Command {
    Command::Reassign { to, reason: "پاسخ نمی‌دهد".into() }
}

/// The crew of the first contractor has submitted.
fn submitted(town: &Town) -> (WorkOrder, RoundId) {
    let ticket = town.create(POTHOLE, west()).ticket.id;
    let order = town.order(ticket);
    let (crew, first, now) = (town.crew, town.first, town.city.now());
    let round = new_round(&order, &Submission { number: 1, by: crew, organisation: Some(first), at: now, event: id(77) });
    let round_id = round.id;
    town.happen(ticket, move |unit| {
        let mut row = unit.work_orders.iter().next().unwrap().clone();
        row.state = WorkOrderState::Submitted;
        unit.work_orders.put(row);
        unit.rounds.put(round.clone());
    });
    (town.order(ticket), round_id)
}

#[test]
fn an_expired_offer_goes_to_the_next_and_then_to_the_office() {
    for town in Town::both(None) {
        let ticket = town.create(POTHOLE, west()).ticket.id;
        let first = town.order(ticket);
        for (held, epoch) in [(Some(town.second), 2), (None, 3)] {
            town.city.clock.advance_minutes(61);
            let ctx = town.city.ctx();
            let step = town.city.write(move |tx| expire_offers(tx, &ctx));
            assert_eq!((step.done, step.more), (1, false));
            let order = town.order(ticket);
            assert_eq!((order.organisation_id, order.epoch), (held, epoch));
        }
        assert_eq!(town.order(ticket).state, WorkOrderState::Draft);
        let asked = town.unit(ticket).assignments.get(first.assignment_id.unwrap()).unwrap().answer;
        assert_eq!(asked, Some(Answer::Expired));
        let drafts = OrderFilter { states: vec![WorkOrderState::Draft], limit: 10, ..OrderFilter::default() };
        assert_eq!(town.look(town.operator, |tx, ctx| work_order::list(tx, ctx, &drafts, None)).unwrap().orders.len(), 1);
        assert!(town.look(town.crew, |tx, ctx| work_order::list(tx, ctx, &drafts, None)).unwrap().orders.is_empty());

        // By hand it is offered all the same.
        let order = town.order(ticket);
        let offered =
            decide(&town, town.operator, &order, Command::Offer { to: Target::Organisation(town.first), reason: "دوباره".into() });
        assert_eq!(offered.unwrap().state, WorkOrderState::Offered);
        assert_eq!(town.order(ticket).contract_id, first.contract_id);
    }
}

#[test]
fn a_decision_is_made_on_what_was_read_and_within_reach() {
    for town in Town::both(None) {
        let order = town.order(town.create(POTHOLE, west()).ticket.id);
        let old = WorkOrder { rev: order.rev - 1, ..order.clone() };
        let late = decide(&town, town.operator, &old, reassign(None)).unwrap_err();
        assert_eq!((late.code, late.facts["rev"].as_i64()), (Code::PreconditionFailed, Some(order.rev)));
        assert_eq!(code(decide(&town, town.east_operator, &order, reassign(None))), Code::NotFound);
        let moved = decide(&town, town.operator, &order, reassign(None)).unwrap();
        assert_eq!((moved.organisation_id, moved.epoch), (Some(town.second), 2));
        let wrong = decide(&town, town.operator, &moved, Command::Close).unwrap_err();
        assert_eq!((wrong.code, wrong.facts["from"].as_str()), (Code::InvalidTransition, Some("offered")));
        assert_eq!(written(&town), ["ticket.create", "work_order.reassign"]);

        let inspection = town.order(town.create(TREE, west()).ticket.id);
        let stranger = decide(&town, town.operator, &inspection, reassign(Some(Target::Inspector(town.crew)))).unwrap_err();
        assert_eq!(stranger.fields[0].pointer, "/account");
    }
}

#[test]
fn of_two_supervisors_at_once_one_is_told_that_he_was_late() {
    for town in Town::both(None) {
        let (_, round) = submitted(&town);
        let verdicts = [
            (town.supervisor, Verdict::Verify { share: Share::All, note: None, without_bytes: None }),
            (town.other_supervisor, Verdict::Rework { defects: vec![Defect { code: "other".into(), note: None }], due: None, note: None }),
        ];
        let town = &town;
        let answers: Vec<Result<_>> = thread::scope(|s| {
            let judges: Vec<_> = verdicts
                .into_iter()
                .map(|(by, verdict)| s.spawn(move || town.act(by, move |tx, ctx| round::judge(tx, ctx, round, 1, &verdict))))
                .collect();
            judges.into_iter().map(|j| j.join().unwrap()).collect()
        });
        let (fine, late): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((fine.len(), late.len()), (1, 1));
        let late: Vec<Error> = late.into_iter().filter_map(Result::err).collect();
        assert_eq!(late[0].code, Code::PreconditionFailed);
    }
}

#[test]
fn a_returned_round_begins_the_next_and_a_verified_one_resolves_the_ticket() {
    for town in Town::both(None) {
        let (order, round) = submitted(&town);
        let judge = |by, rev, verdict: Verdict| town.act(by, move |tx, ctx| round::judge(tx, ctx, round, rev, &verdict));
        let rework = Verdict::Rework { defects: vec![Defect { code: "debris_left".into(), note: None }], due: None, note: None };
        let verify = Verdict::Verify { share: Share::All, note: None, without_bytes: None };
        let waiting = RoundFilter { verdict: Some(RoundVerdict::Pending), limit: 10, ..RoundFilter::default() };
        for by in [town.supervisor, town.inspector, town.crew] {
            assert_eq!(town.look(by, |tx, ctx| round::list(tx, ctx, &waiting)).unwrap().len(), 1);
        }
        assert!(town.look(town.second_crew, |tx, ctx| round::list(tx, ctx, &waiting)).unwrap().is_empty());
        assert_eq!(code(town.look(town.second_crew, |tx, ctx| round::get(tx, ctx, round))), Code::NotFound);

        let judged = judge(town.inspector, 1, rework.clone()).unwrap();
        assert_eq!((judged.verdict, judged.rev, judged.verdict_by), (RoundVerdict::Rework, 2, Some(town.inspector)));
        let again = town.order(order.ticket_id);
        assert_eq!((again.state, again.round, again.epoch), (WorkOrderState::Rework, 2, 2));
        assert_eq!(town.assignment(&again).until_epoch, 2, "the same holder, a new epoch");
        assert_eq!(code(judge(town.supervisor, 2, verify)), Code::InvalidTransition);

        let (order, round) = submitted(&town);
        let verify = |by| {
            town.act(by, move |tx, ctx| {
                round::judge(tx, ctx, round, 1, &Verdict::Verify { share: Share::All, note: None, without_bytes: None })
            })
        };
        town.city.grant(town.supervisor, bazdid_domain::account::Role::Supervisor, Some(town.first), &[id(70)]);
        assert_eq!(code(verify(town.supervisor)), Code::Forbidden, "four eyes");
        verify(town.other_supervisor).unwrap();
        assert_eq!(town.ticket(order.ticket_id).status, TicketStatus::Resolved);
        let closed = decide(&town, town.other_supervisor, &town.order(order.ticket_id), Command::Close).unwrap();
        assert_eq!((closed.state, town.ticket(order.ticket_id).status), (WorkOrderState::Closed, TicketStatus::Closed));
        let back = Command::Object { reason: "دوباره خراب شد".into(), due: None };
        assert_eq!(decide(&town, town.other_supervisor, &closed, back).unwrap().round, 2);
        assert_eq!(town.ticket(order.ticket_id).status, TicketStatus::InWork);
    }
}

#[test]
fn tickets_are_merged_put_off_and_taken_up_again() {
    for town in Town::both(None) {
        let (one, two) = (town.create(POTHOLE, west()).ticket.id, town.create(POTHOLE, west()).ticket.id);
        let merge = || TicketCommand::Merge { into: two, note: None };
        assert_eq!(about(&town, town.operator, one, merge()).unwrap(), TicketStatus::Duplicate);
        assert_eq!((town.ticket(two).supporters, town.order(one).state), (2, WorkOrderState::Cancelled));
        let stranger = TicketCommand::Merge { into: id(404), note: None };
        assert_eq!(code(about(&town, town.operator, two, stranger)), Code::NotFound);
        let reopen = || TicketCommand::Reopen { reason: "دو چیز است".into() };
        assert_eq!(about(&town, town.operator, one, reopen()).unwrap(), TicketStatus::Triaged);
        assert_eq!((town.ticket(two).supporters, town.unit(one).work_orders.iter().count()), (1, 2));

        let (from, to) = (town.city.now().plus_days(2), town.city.now().plus_days(9));
        let defer = TicketCommand::Defer { reason: "بودجهٔ امسال".into(), from, to };
        assert_eq!(about(&town, town.supervisor, two, defer).unwrap(), TicketStatus::Deferred);
        assert_eq!(town.ticket(two).promise_at, Some(to));
        assert_eq!(code(about(&town, town.crew, two, reopen())), Code::NotFound, "beyond their reach");
        assert_eq!(code(about(&town, town.east_operator, two, reopen())), Code::NotFound);
    }
}

#[test]
fn who_called_is_told_to_those_who_may_ask_and_it_is_written_down() {
    for town in Town::both(None) {
        let ticket = town.create(POTHOLE, west()).ticket.id;
        let of_ticket = CallFilter { ticket: Some(ticket), limit: 10, ..CallFilter::default() };
        let calls = town.look(town.operator, |tx, ctx| call::list(tx, ctx, &of_ticket)).unwrap();
        assert_eq!((calls.len(), calls[0].outcome), (1, CallOutcome::Registered));
        assert_ne!(calls[0].caller_encrypted.as_deref(), Some(PHONE.as_bytes()));
        let call_id = calls[0].id;
        let reveal = |by, reason: &'static str| town.act(by, move |tx, ctx| call::reveal(tx, ctx, call_id, reason));
        assert_eq!(code(reveal(town.operator, " ")), Code::Validation);
        assert_eq!(code(reveal(town.east_operator, "x")), Code::NotFound);
        assert_eq!(reveal(town.operator, "تماس دوباره").unwrap(), PHONE);
        assert_eq!(written(&town), ["call.reveal", "ticket.create"]);

        let again = NewCall { outcome: CallOutcome::InformationOnly, ticket: None, phone: Some("+98 912-123 4567".into()) };
        town.act(town.operator, move |tx, ctx| call::record(tx, ctx, &again)).unwrap();
        let of_caller = |by| town.act(by, |tx, ctx| call::of_caller(tx, ctx, PHONE, 10)).unwrap().len();
        assert_eq!((of_caller(town.operator), of_caller(town.east_operator)), (2, 1), "what lies in the west is not told in the east");
        let nothing = NewCall { outcome: CallOutcome::Duplicate, ticket: None, phone: None };
        assert_eq!(code(town.act(town.operator, move |tx, ctx| call::record(tx, ctx, &nothing))), Code::Validation);
    }
}

#[test]
fn nothing_that_a_contractor_reads_holds_the_callers_phone_or_another_contractors_work() {
    for town in Town::both(None) {
        let (order, _) = submitted(&town);
        town.create(TREE, west());
        town.try_create(town.operator, new_ticket(POTHOLE, west())).unwrap();
        let everything = OrderFilter { limit: 100, ..OrderFilter::default() };
        let orders = town.look(town.crew, |tx, ctx| work_order::list(tx, ctx, &everything, None)).unwrap().orders;
        assert!(orders.iter().all(|o| o.order.organisation_id == Some(town.first)));
        let seen = format!("{orders:?}{:?}", town.look(town.crew, |tx, ctx| work_order::get(tx, ctx, order.id)).unwrap());
        assert!(!seen.contains(&PHONE[1..]));
        decide(&town, town.operator, &order, reassign(Some(Target::Organisation(town.second)))).unwrap();
        assert_eq!(code(town.look(town.crew, |tx, ctx| work_order::get(tx, ctx, order.id))), Code::NotFound, "it is another's now");
        town.look(town.second_crew, |tx, ctx| work_order::get(tx, ctx, order.id)).unwrap();
    }
}
