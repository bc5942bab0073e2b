//! The rest of the day: managers answer offers, crews and inspectors work through what they hold, mostly without a network, and
//! the supervisor looks at what they hand in.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    day::{Day, Job, Style, Who, uuid_of},
    people::DemoResult,
};
use bazdid_domain::{account::Role, visit::VisitOutcome};
use bazdid_protocol::{
    geo::Point,
    ids::{TicketId, VisitId},
};

/// Every so manieth offer is declined, every so manieth round returned, every so manieth answer lost.
const DECLINED: usize = 25;
const RETURNED: usize = 8;
const LOST: usize = 6;
/// Verdicts that the supervisor gives in one sitting.
const SITTING: usize = 60;

/// One tour: answers, work, verdicts.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn tour(day: &mut Day) -> DemoResult<()> {
    answer_offers(day)?;
    let begun = begin_work(day)?;
    day.pass(18);
    let jobs = finish_work(day, begun)?;
    let judged = judge(day)?;
    day.say(&format!("{jobs} jobs done without a network, {} accepted and {} returned by the supervisor", judged.0, judged.1));
    Ok(())
}

fn in_field(day: &Day, roles: &[Role]) -> Vec<Who> {
    day.phones.iter().enumerate().filter(|(_, p)| roles.contains(&p.person.role)).map(|(n, _)| Who(n)).collect()
}

/// The orders of a phone in one of the states, without those that a scene needs.
fn orders(day: &mut Day, who: Who, states: &[&str]) -> Vec<Uuid> {
    let reserved = day.reserved.clone();
    let copy = &day.phone(who).device.state.copy;
    let is = |row: &Value| row.get("state").and_then(Value::as_str).is_some_and(|s| states.contains(&s));
    copy.list("work_order").filter(|(id, r)| is(&r.row) && !reserved.contains(id)).map(|(id, _)| id).collect()
}

fn answer_offers(day: &mut Day) -> DemoResult<()> {
    for who in in_field(day, &[Role::ContractorManager]) {
        day.sync(who)?;
        let offers = orders(day, who, &["offered"]);
        if offers.is_empty() {
            continue;
        }
        day.phone(who).lose_network();
        for order in offers.into_iter().take(12) {
            if day.dice.below(DECLINED) == 0 {
                day.phone(who).device.decline(order, "no_capacity");
            } else {
                day.phone(who).device.accept(order);
            }
        }
        day.sync(who)?;
    }
    Ok(())
}

/// Work that was begun.
struct Begun {
    who: Who,
    job: Job,
    visit: VisitId,
    inspection: bool,
}

fn begin_work(day: &mut Day) -> DemoResult<Vec<Begun>> {
    let mut begun = Vec::new();
    let mut taken = BTreeSet::new();
    for who in in_field(day, &[Role::Crew, Role::Inspector]) {
        day.sync(who)?;
        let inspector = day.phone(who).person.role == Role::Inspector;
        let me = day.phone(who).device.state.account.to_string();
        let mut mine = orders(day, who, &["accepted", "rework"]);
        if inspector {
            let copy = &day.phone(who).device.state.copy;
            mine.retain(|o| copy.text("work_order", *o, "account") == Some(&me));
        }
        // Two crews of one contractor talk to each other, mostly.
        let Some(order) = mine.into_iter().find(|o| inspector || taken.insert(*o)) else { continue };
        let Some(job) = job(day, who, order) else { continue };
        day.phone(who).lose_network();
        let (visit, _) = day.begin(who, &job, &Style::default())?;
        begun.push(Begun { who, job, visit, inspection: inspector });
    }
    Ok(begun)
}

/// The job behind an order, from what the phone knows.
fn job(day: &mut Day, who: Who, order: Uuid) -> Option<Job> {
    let copy = &day.phone(who).device.state.copy;
    let ticket = uuid_of(&copy.get("work_order", order)?.row, "ticket").ok()?;
    let row = &copy.get("ticket", ticket)?.row;
    let point: Point = serde_json::from_value(row.get("point")?.clone()).ok()?;
    let code = row.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Job { ticket: TicketId::new(ticket), code, order, point })
}

fn finish_work(day: &mut Day, begun: Vec<Begun>) -> DemoResult<usize> {
    let jobs = begun.len();
    for Begun { who, job, visit, inspection } in begun {
        if inspection {
            fill_in_checklist(day, who, &job, visit);
            let findings = ["confirmed", "confirmed", "confirmed", "not_found", "needs_other"];
            let found = findings.get(day.dice.below(findings.len())).copied().unwrap_or("confirmed");
            day.phone(who).device.submit_inspection(job.order, found);
            day.phone(who).device.leave(job.order, visit, VisitOutcome::Done);
        } else {
            day.finish(who, &job, visit, &Style::default())?;
        }
        if day.dice.below(LOST) == 0 {
            day.phone(who).device.transport.lose = 1;
        }
        day.sync(who)?;
    }
    Ok(jobs)
}

/// Answers the checklist of the category, as the phone has it; few categories have one.
pub(crate) fn fill_in_checklist(day: &mut Day, who: Who, job: &Job, visit: VisitId) {
    let copy = &day.phone(who).device.state.copy;
    let row = |kind: &str, id: Uuid| copy.get(kind, id).map(|r| r.row.clone());
    let found = row("ticket", job.ticket.uuid())
        .and_then(|ticket| uuid_of(&ticket, "category").ok())
        .and_then(|category| uuid_of(&row("category", category)?, "checklist").ok())
        .and_then(|checklist| Some((checklist, row("checklist", checklist)?)));
    let Some((checklist, list)) = found else { return };
    for item in list.get("items").and_then(Value::as_array).into_iter().flatten() {
        let text = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default();
        let value = match text("kind") {
            "yes_no" => json!(day.dice.below(3) == 0),
            _ => json!("مورد خاصی دیده نشد"),
        };
        day.phone(who).device.answer(job.order, visit, checklist, text("code"), value);
    }
}

/// The supervisor accepts or returns what waits: (accepted, returned).
fn judge(day: &mut Day) -> DemoResult<(usize, usize)> {
    let waiting = day.supervisor.list("/v1/rounds?verdict=pending")?;
    let (mut accepted, mut returned) = (0, 0);
    for round in waiting.into_iter().take(SITTING) {
        let (id, order) = (uuid_of(&round, "id")?, uuid_of(&round, "work_order")?);
        if day.reserved.contains(&order) {
            continue;
        }
        if day.dice.below(RETURNED) == 0 {
            let body = json!({ "defects": [{ "code": "not_clean" }], "note": "محل تمیز نشده است" });
            day.supervisor.command(&format!("/v1/rounds/{id}"), "rework", &body)?;
            returned += 1;
        } else if bytes_are_there(day, order)? {
            day.supervisor.command(&format!("/v1/rounds/{id}"), "verify", &json!({}))?;
            accepted += 1;
        }
    }
    Ok((accepted, returned))
}

/// Whether the bytes have come that the category asks for before a round is accepted; until then the supervisor leaves it.
fn bytes_are_there(day: &mut Day, order: Uuid) -> DemoResult<bool> {
    let order = day.supervisor.get(&format!("/v1/work-orders/{order}"))?;
    let asked = order.pointer("/evidence_needs/stored").and_then(Value::as_bool).unwrap_or_default();
    Ok(!asked || order.get("evidence").and_then(Value::as_str) == Some("complete"))
}
