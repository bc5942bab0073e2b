//! What the office decides: through its services, on the revision that it has read. What a rule refuses changes nothing.

use bazdid_domain::{
    conflict::{ConflictStatus, Resolution},
    office::order::Target,
};
use bazdid_protocol::{
    error::{Code, Result},
    ids::TicketId,
    text_enum::TextEnum as _,
};
use bazdid_service::{
    conflict::{self, Resolve},
    ticket, work_order,
};
use bazdid_store::{self as store, Tx, conflict::ConflictFilter};
use serde_json::json;

use crate::{
    city::{NEW, OLD, SUPERVISOR, SharedCity, id},
    simulation::{dice::Dice, laws},
};

/// Asks a service; a refusal is no failure, an internal error is.
fn ask<T: Send + 'static>(city: &SharedCity, what: String, f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> String {
    match city.db.write_blocking(f) {
        Ok(_) => what,
        Err(e) => {
            assert_ne!(e.code, Code::Internal, "{what}: {e} {:?} {:?}", e.internal, e.source);
            format!("{what}: refused, {}", e.code.info().slug)
        }
    }
}

/// The office decides something about a ticket or its order.
pub fn decide(city: &SharedCity, dice: &mut Dice) -> String {
    let tickets = laws::tickets(city);
    let Some(ticket) = dice.pick(&tickets) else { return "nothing to decide".into() };
    if dice.below(8) == 0 {
        return about_ticket(city, dice, &tickets, ticket);
    }
    about_order(city, dice, ticket)
}

fn about_ticket(city: &SharedCity, dice: &mut Dice, tickets: &[TicketId], ticket: TicketId) -> String {
    use ticket::command::Command;
    let ctx = city.ctx(Some(id(SUPERVISOR)));
    let rev = city.read(|tx| store::aggregate::read_unit(tx, &[ticket])).tickets.get(ticket).unwrap().rev;
    let command = match dice.below(4) {
        0 => Command::Cancel { code: "withdrawn".into(), note: None },
        1 => Command::Reject { code: "not_found".into(), note: None },
        2 => Command::Merge { into: dice.pick(tickets).unwrap(), note: None },
        _ => Command::Reopen { reason: "objection".into() },
    };
    ask(city, format!("the office about ticket {ticket}: {command:?}"), move |tx| ticket::command::command(tx, &ctx, ticket, rev, &command))
}

fn about_order(city: &SharedCity, dice: &mut Dice, ticket: TicketId) -> String {
    use work_order::Command;
    let ctx = city.ctx(Some(id(SUPERVISOR)));
    let unit = city.read(|tx| store::aggregate::read_unit(tx, &[ticket]));
    let orders: Vec<_> = unit.work_orders.iter().map(|o| (o.id, o.rev)).collect();
    let Some((order, rev)) = dice.pick(&orders) else { return "no order to decide about".into() };
    let to = Target::Organisation(id(if dice.below(2) == 0 { NEW } else { OLD }));
    let command = match dice.below(10) {
        0..=3 => Command::Reassign { to: Some(to), reason: "too slow".into() },
        4 => Command::Offer { to, reason: "by hand".into() },
        5 => Command::Hold { reason: "rain".into(), review_at: ctx.now.plus_minutes(600) },
        6 => Command::Resume,
        7 => Command::Cancel { code: "not_needed".into(), note: None },
        8 => Command::Close,
        _ => Command::Object { reason: "objection".into(), due: None },
    };
    ask(city, format!("the office about order {order}: {command:?}"), move |tx| work_order::command(tx, &ctx, order, rev, &command))
}

/// A supervisor decides a conflict, as well as they can.
pub fn resolve(city: &SharedCity, dice: &mut Dice) -> String {
    let ctx = city.ctx(Some(id(SUPERVISOR)));
    let filter = ConflictFilter { status: Some(ConflictStatus::Open), limit: 50, ..ConflictFilter::default() };
    let open = city.read(|tx| conflict::list(tx, &ctx, &filter));
    let picked: Vec<_> = open.iter().map(|c| (c.id, c.rev, c.kind)).collect();
    let Some((conflict, rev, kind)) = dice.pick(&picked) else { return "no conflict to decide".into() };
    // Most of the resolutions do not fit the kind: several are tried.
    for _ in 0..4 {
        let resolution = dice.pick(Resolution::ALL).unwrap();
        let value = (resolution == Resolution::Set).then(|| json!({"text": "از دفتر"}));
        let command = Resolve { resolution, note: None, value, into: None };
        let ctx = ctx.clone();
        let what = format!("the office decides {kind} {conflict}: {resolution}");
        let done = ask(city, what.clone(), move |tx| conflict::resolve(tx, &ctx, conflict, rev, &command));
        if done == what {
            return done;
        }
    }
    format!("the office cannot decide {kind} {conflict}")
}
