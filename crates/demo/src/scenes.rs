//! The scenes: what a field day does to a sync, each played out and compared with what the specification promises.

pub mod collisions;
pub mod devices;
pub mod judging;
pub mod office;
pub mod pictures;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    day::{Day, Job, Style, Who, uuid_of},
    people::DemoResult,
};
use bazdid_protocol::{
    geo::Point,
    ids::{MutationId, TicketId},
};

/// Minutes that a job takes.
const WORK_MINUTES: i64 = 12;

/// A scene.
type Scene = fn(&mut Day) -> DemoResult<()>;

/// The scenes before the rest of the day.
const SCENES: [Scene; 16] = [
    office::declined,
    collisions::reassigned_and_accepted,
    collisions::reassigned_and_given_back,
    collisions::two_inspectors,
    collisions::two_crews,
    collisions::declined_and_submitted,
    collisions::category,
    collisions::cancelled,
    collisions::duplicates,
    collisions::moved_and_measured,
    devices::lost_answers,
    devices::wrong_clock,
    devices::photo_of_a_colleague,
    devices::restored_phone,
    judging::rework,
    judging::inspection,
];
/// The scenes after it: hours pass in them, and offers do not wait so long.
const PICTURES: [Scene; 3] = [pictures::odd_files, pictures::hours_later, pictures::never_finished];

/// Plays the scenes before the rest of the day.
pub fn play(day: &mut Day) {
    play_all(day, &SCENES);
}

/// Plays the scenes of pictures.
pub fn play_pictures(day: &mut Day) {
    play_all(day, &PICTURES);
}

/// Plays scenes. One that cannot be played to its end is noted, and the day goes on.
fn play_all(day: &mut Day, scenes: &[Scene]) {
    for scene in scenes {
        if let Err(failure) = scene(day) {
            let what = format!("a scene could not be played to its end: {}", failure.text());
            day.more(&what);
            day.surprises.push(what);
        }
    }
}

impl Day {
    /// A place well inside a district.
    fn spot(&self, district: usize) -> Point {
        let mut dice = || self.dice.share();
        let Some(outline) = self.staffed.get(district % self.staffed.len().max(1)) else {
            return Point { lat: 0.0, lon: 0.0, accuracy_m: None };
        };
        let inside = |p: &Point| {
            [(90.0, 0.0), (-90.0, 0.0), (0.0, 0.001), (0.0, -0.001)]
                .iter()
                .all(|(north, east)| outline.holds(p.lat + north / 111_195.0, p.lon + east))
        };
        let mut spot = outline.point(&mut dice);
        for _ in 0..100 {
            if inside(&spot) {
                break;
            }
            spot = outline.point(&mut dice);
        }
        Point { accuracy_m: Some(6.0), ..spot }
    }

    /// A request in a district, registered by the operator and kept out of the rest of the day.
    fn job(&mut self, district: usize, category: &str, text: &str) -> DemoResult<Job> {
        let point = self.spot(district);
        let name = self.staffed.get(district % self.staffed.len().max(1)).map(|o| o.name_fa.clone()).unwrap_or_default();
        let category = self.category(category)?;
        let job = self.register(&category, text, point, &name)?;
        self.reserved.push(job.order);
        Ok(job)
    }

    /// Login of somebody of a staffed district, such as (`crew.roads`, 0, `a`) → `crew.roads.1a`.
    fn of(&self, what: &str, district: usize, which: &str) -> DemoResult<Who> {
        self.who(&format!("{what}.{}{which}", district % self.staffed.len().max(1) + 1))
    }

    /// A job that the contractor's manager has accepted and that the crew has on its phone.
    fn accepted(&mut self, district: usize, trade: &str, category: &str, text: &str, crews: &[Who]) -> DemoResult<Job> {
        let job = self.job(district, category, text)?;
        let manager = self.of(&format!("manager.{trade}"), district, "")?;
        self.accept(manager, job.order)?;
        for crew in crews {
            self.sync(*crew)?;
        }
        Ok(job)
    }

    /// Somebody does a whole job without a network.
    fn offline_job(&mut self, who: Who, job: &Job, style: &Style) -> DemoResult<(MutationId, MutationId)> {
        self.phone(who).lose_network();
        let (visit, started) = self.begin(who, job, style)?;
        self.pass(WORK_MINUTES);
        let submitted = self.finish(who, job, visit, style)?;
        Ok((started, submitted))
    }

    /// The office gives an order to another organisation.
    fn reassign(&mut self, order: Uuid, organisation: &str, reason: &str) -> DemoResult<Value> {
        let to = self.organisation(organisation)?;
        self.operator.command(&format!("/v1/work-orders/{order}"), "reassign", &json!({ "organisation": to, "reason": reason }))
    }

    /// The open conflict of a kind at a ticket.
    fn conflict(&mut self, kind: &str, ticket: TicketId) -> DemoResult<Option<Value>> {
        let is = |c: &Value, field: &str, word: &str| c.get(field).and_then(Value::as_str) == Some(word);
        let conflicts = self.below(ticket, "conflicts")?;
        Ok(conflicts.into_iter().find(|c| is(c, "kind", kind) && is(c, "status", "open")))
    }

    /// Compares with the story that a conflict of a kind is open at a ticket.
    fn expect_conflict(&mut self, kind: &str, job: &Job) -> DemoResult<()> {
        let found = if self.conflict(kind, job.ticket)?.is_some() { "is open for the office" } else { "is not there" };
        self.expect(&format!("the conflict {kind}"), found, "is open for the office");
        Ok(())
    }

    /// The supervisor decides the open conflict of a kind at a ticket.
    fn decide(&mut self, kind: &str, job: &Job, resolution: &str, note: &str) -> DemoResult<()> {
        let Some(conflict) = self.conflict(kind, job.ticket)? else {
            self.expect(&format!("the conflict {kind}"), "is not there", "is open");
            return Ok(());
        };
        let id = uuid_of(&conflict, "id")?;
        self.supervisor.command(&format!("/v1/conflicts/{id}"), "resolve", &json!({ "resolution": resolution, "note": note }))?;
        self.more(&format!("the supervisor decides {kind}: {resolution}"));
        Ok(())
    }

    /// The state of an order, as the office sees it.
    fn state_of(&mut self, job: &Job) -> DemoResult<String> {
        Ok(self.order(job)?.get("state").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// The current round of an order.
    fn round_of(&mut self, job: &Job) -> DemoResult<Uuid> {
        let rounds = self.below(job.ticket, "rounds")?;
        let of_order = rounds.iter().filter(|r| uuid_of(r, "work_order").is_ok_and(|o| o == job.order));
        uuid_of(of_order.max_by_key(|r| r.get("number").and_then(Value::as_i64)).unwrap_or(&Value::Null), "id")
    }
}
