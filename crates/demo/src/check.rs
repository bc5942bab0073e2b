//! The check: what the phones did against what the server holds. Counted, never assumed.
//!
//! - A phone has **diverged** if its copy needed a repair, or if it is not, row by row, what a fresh phone of the same person
//!   gets from the server.
//! - A mutation is **lost** if it has no answer, or if its effect cannot be found among the rows that a supervisor's fresh phone
//!   gets (a refused one has none: its answer is what is kept).
//! - A photo is **lost** if its phone sent all of it and the server does not give it back as it was declared (see [`photos`]).

pub mod photos;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    check::photos::Photos,
    day::Day,
    people::{DemoResult, Person, Phone},
    stage::Stage,
};
use bazdid_client::{PullReport, copy::LocalCopy, outbox::Entry};
use bazdid_protocol::{ids::AnswerId, outcome::Status};

/// Rounds of syncing after which everybody must have everything.
const QUIET: usize = 6;

/// What was counted.
#[derive(Debug, Clone, Default)]
pub struct Count {
    /// Phones.
    pub devices: usize,
    /// Phones that hold something else than the server, with what.
    pub diverged: Vec<String>,
    /// Mutations that the server does not hold, with why.
    pub lost: Vec<String>,
    /// Mutations that were answered, and how many with which status.
    pub pushed: usize,
    /// By status.
    pub by_status: BTreeMap<String, usize>,
    /// Rows that all phones hold together.
    pub rows: usize,
    /// Answers lost on the way and asked for again.
    pub lost_answers: usize,
    /// Access tokens that expired and were renewed.
    pub renewals: usize,
    /// Phones that registered anew.
    pub forks: u32,
    /// The bytes of photos.
    pub photos: Photos,
}

/// Brings everybody up to date and counts. Returns the supervisor's copy too, for the figures of the day.
///
/// # Errors
/// The server cannot be reached or refuses.
pub fn count(day: &mut Day, stage: &Stage, supervisor: &Person) -> DemoResult<(Count, LocalCopy)> {
    let base_url = &stage.base_url;
    let mut count = Count { devices: day.phones.len(), ..Count::default() };
    let mut differing: BTreeMap<String, String> = BTreeMap::new();
    // The declarations first: nobody takes bytes of a photo that is not known.
    until_quiet(day, &mut differing)?;
    let unread = photos::send_the_rest(day)?;
    until_quiet(day, &mut differing)?;
    for phone in &mut day.phones {
        phone.device.refresh_results()?;
        let mut fresh = Phone::open(base_url, &phone.person, &day.clock, &day.ids)?;
        fresh.sync()?;
        // The server goes on by itself (offers expire): what differs may only be newer, so both sides look again.
        let mut different = difference(&phone.device.state.copy, &fresh.device.state.copy);
        for _ in 0..QUIET {
            if different.is_none() {
                break;
            }
            let (_, pulled) = phone.sync()?;
            fresh.sync()?;
            note_repairs(phone, &pulled, &mut differing);
            different = difference(&phone.device.state.copy, &fresh.device.state.copy);
        }
        if let Some(what) = different {
            differing.entry(phone.person.login.clone()).or_insert(what);
        }
        count.rows += phone.device.state.copy.len();
        count.lost_answers += phone.device.transport.lost;
        count.renewals += phone.device.transport.renewals();
        count.forks += phone.device.state.forks;
    }
    count.diverged = differing.into_iter().map(|(login, what)| format!("{login}: {what}")).collect();
    let mut office = Phone::open(base_url, supervisor, &day.clock, &day.ids)?;
    office.sync()?;
    let held = office.device.state.copy;
    count.photos = Photos { unread, ..photos::count(day, stage, &held)? };
    for phone in &day.phones {
        for entry in phone.device.state.outbox.journal() {
            if let Some(result) = &entry.result {
                count.pushed += 1;
                *count.by_status.entry(result.status.to_string()).or_default() += 1;
            }
            if let Some(why) = lost(entry, &held) {
                count.lost.push(format!("{} of {} (seq {}): {why}", entry.cmd, phone.person.login, entry.seq));
            }
        }
    }
    Ok((count, held))
}

/// Everybody syncs until nothing changes any more.
fn until_quiet(day: &mut Day, differing: &mut BTreeMap<String, String>) -> DemoResult<()> {
    for _ in 0..QUIET {
        let mut changes = 0;
        for phone in &mut day.phones {
            let (pushed, pulled) = phone.sync()?;
            changes += pushed.answered + pulled.changes;
            note_repairs(phone, &pulled, differing);
        }
        if changes == 0 {
            break;
        }
    }
    Ok(())
}

/// A copy that had to be repaired had diverged.
fn note_repairs(phone: &Phone, pulled: &PullReport, differing: &mut BTreeMap<String, String>) {
    if !pulled.repaired.is_empty() || !pulled.diverged.is_empty() {
        let channels: Vec<String> = pulled.repaired.iter().chain(&pulled.diverged).map(ToString::to_string).collect();
        differing.insert(phone.person.login.clone(), format!("its digest differed in {}", channels.join(", ")));
    }
}

/// The first difference between two copies, in a sentence.
#[must_use]
pub fn difference(mine: &LocalCopy, fresh: &LocalCopy) -> Option<String> {
    if !mine.is_complete() || !fresh.is_complete() {
        return Some("a pull is not at its end".to_owned());
    }
    let missing = fresh.rows().find(|(kind, id, _)| mine.get(kind, *id).is_none());
    if let Some((kind, id, _)) = missing {
        return Some(format!("{kind} {id} is missing"));
    }
    mine.rows().find_map(|(kind, id, row)| match fresh.get(kind, id) {
        None => Some(format!("{kind} {id} should be gone")),
        Some(other) if other.v != row.v => Some(format!("{kind} {id} is at revision {} instead of {}", row.v, other.v)),
        Some(other) if other.row != row.row => Some(format!("{kind} {id} has other content")),
        Some(_) => None,
    })
}

/// Why a mutation is lost, if it is.
#[must_use]
pub fn lost(entry: &Entry, held: &LocalCopy) -> Option<String> {
    let Some(result) = &entry.result else { return Some("it has no answer".to_owned()) };
    match result.status {
        Status::Rejected | Status::Held => return None,
        Status::Deferred => return Some("it was put off and never sent again".to_owned()),
        Status::Applied | Status::Merged | Status::Conflict => {}
    }
    let arg = |name: &str| entry.args.get(name).and_then(Value::as_str).and_then(|t| Uuid::parse_str(t).ok());
    let row = |kind: &str, id: Option<Uuid>| id.and_then(|id| held.get(kind, id)).is_some();
    let there = match entry.cmd.as_str() {
        "ticket.create" => row("ticket", Some(entry.entity)),
        "ticket.edit" => edit_is_kept(entry, held),
        "note.add" => row("note", arg("note")),
        "visit.record" => row("visit", arg("visit")),
        "visit.leave" => {
            arg("visit").and_then(|v| held.get("visit", v)).is_some_and(|v| v.row.get("left_at").is_some_and(|l| !l.is_null()))
        }
        "photo.add" => row("photo", arg("photo")),
        "measurement.add" => row("measurement", arg("measurement")),
        "checklist.answer" => row("answer", Some(AnswerId::of(entry.id).uuid())),
        "round.verify" | "round.rework" => verdict_is_kept(entry, held, arg("round")),
        "inspection.submit" => held.get("work_order", entry.entity).is_some_and(|o| o.row.get("findings").is_some_and(|f| !f.is_null())),
        _ => row("work_event", Some(entry.id.uuid())),
    };
    (!there).then(|| format!("answered {} but its effect is nowhere", result.status))
}

/// Every value that was written is current, in a note or in a conflict.
fn edit_is_kept(entry: &Entry, held: &LocalCopy) -> bool {
    let ticket = entry.entity.to_string();
    let of_ticket = |row: &Value| ["id", "ticket"].iter().any(|f| row.get(*f).and_then(Value::as_str) == Some(&ticket));
    let rows: Vec<&Value> = held
        .rows()
        .filter(|(kind, _, r)| matches!(*kind, "ticket" | "note" | "conflict") && of_ticket(&r.row))
        .map(|(_, _, r)| &r.row)
        .collect();
    let set = entry.args.get("set").and_then(Value::as_object);
    set.is_some_and(|set| set.values().all(|value| rows.iter().any(|row| mentions(row, value))))
}

/// Whether a value stands somewhere in another.
fn mentions(whole: &Value, part: &Value) -> bool {
    if whole == part {
        return true;
    }
    match (whole, part) {
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        // A point is the same point whatever else is said of it.
        (Value::Object(a), Value::Object(b)) if a.contains_key("lat") => ["lat", "lon"].iter().all(|f| a.get(*f) == b.get(*f)),
        (Value::Object(fields), _) => fields.values().any(|v| mentions(v, part)),
        (Value::Array(items), _) => items.iter().any(|v| mentions(v, part)),
        _ => false,
    }
}

/// A verdict stands in the round or in a conflict about it.
fn verdict_is_kept(entry: &Entry, held: &LocalCopy, round: Option<Uuid>) -> bool {
    let decided = round.and_then(|r| held.get("round", r)).is_some_and(|r| r.row.get("verdict").and_then(Value::as_str) != Some("pending"));
    let conflict = entry.result.as_ref().and_then(|r| r.conflict);
    decided && conflict.is_none_or(|c| held.get("conflict", c.uuid()).is_some())
}

/// How many photos' checks came out how: by result, each check by result, and the mismatches by check.
#[must_use]
pub fn verdicts(held: &LocalCopy) -> Value {
    let mut by_result: BTreeMap<String, usize> = [("ok", 0), ("mismatch", 0), ("unknown", 0)].map(|(k, n)| (k.to_owned(), n)).into();
    let mut mismatches: BTreeMap<String, usize> = BTreeMap::new();
    let mut by_check: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (_, photo) in held.list("photo") {
        for verdict in photo.row.get("verdicts").and_then(Value::as_array).into_iter().flatten() {
            let word = |f: &str| verdict.get(f).and_then(Value::as_str).unwrap_or_default().to_owned();
            *by_result.entry(word("result")).or_default() += 1;
            *by_check.entry(word("check")).or_default().entry(word("result")).or_default() += 1;
            if word("result") == "mismatch" {
                *mismatches.entry(word("check")).or_default() += 1;
            }
        }
    }
    json!({ "by_result": by_result, "by_check": by_check, "mismatch_by_check": mismatches })
}
