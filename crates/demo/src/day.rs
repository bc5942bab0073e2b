//! The day: who is there, what time it is, and the steps that every scene is made of.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    camera::{Camera, Oddity, View},
    clock::{DayClock, Dice},
    people::{DemoResult, OfficeClient, Phone},
    sending::Reception,
    shutter::place,
};
use bazdid_clock::{Clock as _, SharedIds};
use bazdid_command::{Failure, out};
use bazdid_demo_data::Outline;
use bazdid_domain::{
    photo::PhotoKind,
    visit::{VisitKind, VisitOutcome},
};
use bazdid_protocol::{
    geo::Point,
    ids::{MutationId, PhotoId, TicketId, VisitId},
};

/// Metres of one degree of latitude.
const METRES_PER_DEGREE: f64 = 111_195.0;
/// Metres from a ticket's point to where somebody stands there.
pub const NEAR_M: f64 = 3.0;

/// Which phone, by its place in [`Day::phones`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who(pub usize);

/// A ticket with the order that came of it.
#[derive(Debug, Clone)]
pub struct Job {
    /// The ticket.
    pub ticket: TicketId,
    /// Its code.
    pub code: String,
    /// The order.
    pub order: Uuid,
    /// Where.
    pub point: Point,
}

impl Job {
    /// What a camera sees there.
    #[must_use]
    pub fn view(&self, done: bool) -> View {
        View { place: place(&format!("{} {} {}", self.code, self.point.lat, self.point.lon)), done }
    }
}

/// How somebody does a job.
#[derive(Debug, Clone, Default)]
pub struct Style {
    /// Metres between the ticket and the photo after the work.
    pub far_m: f64,
    /// What is odd about the file of the photo after the work.
    pub oddity: Oddity,
    /// The photo after the work is taken first.
    pub reversed: bool,
    /// The position is simulated.
    pub mock: bool,
    /// No photo after the work: a colleague has it.
    pub without_after: bool,
}

/// The field day.
#[derive(Debug)]
pub struct Day {
    /// Its clock.
    pub clock: Arc<DayClock>,
    /// New ids.
    pub ids: SharedIds,
    /// Chance.
    pub dice: Dice,
    /// The city's time zone.
    pub zone: chrono_tz::Tz,
    /// The districts where people work today.
    pub staffed: Vec<Outline>,
    /// Registers and dispatches.
    pub operator: OfficeClient,
    /// Verifies and decides.
    pub supervisor: OfficeClient,
    /// Reads everything.
    pub auditor: OfficeClient,
    /// Ids of the categories, by code.
    pub categories: BTreeMap<String, Value>,
    /// Ids of the organisations, by code.
    pub organisations: BTreeMap<String, Value>,
    /// Who is in the field.
    pub phones: Vec<Phone>,
    /// What they take pictures with.
    pub camera: Camera,
    /// Where something went otherwise than the story says.
    pub surprises: Vec<String>,
    /// Answers that were `held` and came right later.
    pub released: usize,
    /// Work that is not to be touched by the rest of the day.
    pub reserved: Vec<Uuid>,
    /// Photos of which a phone has lost the file.
    pub lost_files: Vec<PhotoId>,
    /// An order whose evidence is worth a look, and a photo of it.
    pub example: Option<(Uuid, Uuid)>,
}

impl Day {
    /// Tells something, with the time.
    pub fn say(&self, text: &str) {
        out(format_args!("{}  {text}", self.clock.now().to_chrono().with_timezone(&self.zone).format("%H:%M")));
    }

    /// Tells something that belongs to what was told before.
    pub fn more(&self, text: &str) {
        out(format_args!("       {text}"));
    }

    /// Begins a scene.
    pub fn scene(&self, title: &str) {
        out("");
        out(format_args!("{}  ── {title}", self.clock.now().to_chrono().with_timezone(&self.zone).format("%H:%M")));
    }

    /// Lets minutes pass.
    pub fn pass(&self, minutes: i64) {
        self.clock.pass(minutes);
    }

    /// The phone of a login such as `crew.roads.1a`.
    ///
    /// # Errors
    /// Nobody has that login.
    pub fn who(&self, login: &str) -> DemoResult<Who> {
        let at = self.phones.iter().position(|p| p.person.login == login);
        at.map(Who).ok_or_else(|| Failure::said(format!("nobody in the field has the login {login}")))
    }

    /// The id of a category.
    ///
    /// # Errors
    /// The catalogue has none of that code.
    pub fn category(&self, code: &str) -> DemoResult<Value> {
        self.categories.get(code).cloned().ok_or_else(|| Failure::said(format!("there is no category {code}")))
    }

    /// The id of an organisation.
    ///
    /// # Errors
    /// There is none of that code.
    pub fn organisation(&self, code: &str) -> DemoResult<Value> {
        self.organisations.get(code).cloned().ok_or_else(|| Failure::said(format!("there is no organisation {code}")))
    }

    /// Somebody's phone.
    ///
    /// # Panics
    /// Never: a [`Who`] comes from [`Self::who`] and nobody leaves.
    #[expect(clippy::indexing_slicing, reason = "a Who is a place in this very list, which never becomes shorter")]
    pub fn phone(&mut self, who: Who) -> &mut Phone {
        &mut self.phones[who.0]
    }

    /// Somebody sends and reads.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn sync(&mut self, who: Who) -> DemoResult<()> {
        self.sync_rows(who)?;
        // Pictures are large: often the line is too weak for them, and they wait for a better hour.
        if self.dice.below(3) > 0 { self.send_photos(who, Reception::Patchy) } else { Ok(()) }
    }

    /// Somebody sends and reads; pictures wait.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn sync_rows(&mut self, who: Who) -> DemoResult<()> {
        let (_, pulled) = self.phone(who).sync()?;
        if !pulled.repaired.is_empty() || !pulled.diverged.is_empty() {
            let login = self.phone(who).person.login.clone();
            self.surprises.push(format!("the copy of {login} differed from the server in {:?}", pulled.repaired));
        }
        Ok(())
    }

    /// Somebody's phone sends the pictures that wait.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn send_photos(&mut self, who: Who, reception: Reception) -> DemoResult<()> {
        let Self { phones, dice, .. } = self;
        phones.get_mut(who.0).map_or(Ok(()), |phone| phone.send_photos(dice, reception))
    }

    /// Compares what came out with the story.
    pub fn expect(&mut self, what: &str, found: &str, wanted: &str) {
        if found == wanted {
            self.more(&format!("{what}: {found}"));
        } else {
            self.more(&format!("{what}: {found} — the story says {wanted}"));
            self.surprises.push(format!("{what}: {found}, the story says {wanted}"));
        }
    }

    /// Compares the answer to a mutation with the story.
    pub fn expect_answer(&mut self, who: Who, mutation: MutationId, what: &str, wanted: &str) {
        let found = self.phone(who).answer(mutation);
        self.expect(what, &found, wanted);
    }

    /// The operator registers a request; the answer has the order that the system made of it.
    ///
    /// # Errors
    /// The server cannot be reached or refuses; no order came of it.
    pub fn register(&mut self, category: &Value, text: &str, point: Point, address: &str) -> DemoResult<Job> {
        let body = json!({ "category": category, "text": text, "point": point, "address_text": address });
        let made = self.operator.create("/v1/tickets", &body)?;
        let ticket = uuid_of(&made, "id")?;
        let code = made.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
        let order = uuid_of(made.pointer("/work_orders/0").unwrap_or(&Value::Null), "id")?;
        Ok(Job { ticket: TicketId::new(ticket), code, order, point })
    }

    /// What lies below a ticket, of one kind, as the supervisor sees it.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn below(&mut self, ticket: TicketId, what: &str) -> DemoResult<Vec<Value>> {
        let detail = self.supervisor.get(&format!("/v1/tickets/{ticket}"))?;
        Ok(detail.get(what).and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// The order of a job, as the supervisor sees it.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn order(&mut self, job: &Job) -> DemoResult<Value> {
        let orders = self.below(job.ticket, "work_orders")?;
        Ok(orders.into_iter().find(|o| uuid_of(o, "id").is_ok_and(|id| id == job.order)).unwrap_or_default())
    }

    /// A point so many metres to the north.
    #[must_use]
    pub fn north(point: Point, metres: f64) -> Point {
        Point { lat: point.lat + metres / METRES_PER_DEGREE, lon: point.lon, accuracy_m: Some(5.0) }
    }

    /// Somebody accepts an order that the phone knows.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn accept(&mut self, who: Who, order: Uuid) -> DemoResult<MutationId> {
        self.sync(who)?;
        let accepted = self.phone(who).device.accept(order);
        self.sync(who)?;
        Ok(accepted)
    }

    /// Somebody arrives, takes the photos before the work and starts.
    ///
    /// # Errors
    /// A picture cannot be made or kept.
    pub fn begin(&mut self, who: Who, job: &Job, style: &Style) -> DemoResult<(VisitId, MutationId)> {
        self.travel(who, job.point);
        let first = if style.reversed { PhotoKind::After } else { PhotoKind::Before };
        let kinds = self.photos_needed(who, job.order).into_iter().filter(|kind| *kind == first);
        let taken = kinds.map(|kind| self.expose(who, &style.snap(job, kind))).collect::<DemoResult<Vec<_>>>()?;
        let near = Self::north(job.point, NEAR_M);
        let (visit, started, photos) = self.phone(who).device.grouped(|d| {
            let visit = d.arrive(job.order, VisitKind::Work, near);
            let photos: Vec<PhotoId> = taken.iter().map(|t| d.add_photo(job.order, Some(visit), &t.shot)).collect();
            (visit, d.start(job.order, visit), photos)
        });
        for (photo, taken) in photos.into_iter().zip(&taken) {
            self.keep(who, photo, taken)?;
        }
        Ok((visit, started))
    }

    /// Takes the photos after the work, submits and leaves.
    ///
    /// # Errors
    /// A picture cannot be made or kept.
    pub fn finish(&mut self, who: Who, job: &Job, visit: VisitId, style: &Style) -> DemoResult<MutationId> {
        for kind in self.photos_needed(who, job.order) {
            let done = if style.reversed { kind == PhotoKind::After } else { kind == PhotoKind::Before };
            if done || (style.without_after && kind == PhotoKind::After) {
                continue;
            }
            self.take(who, job.order, Some(visit), &style.snap(job, kind))?;
        }
        let device = &mut self.phone(who).device;
        let submitted = device.submit(job.order, "انجام شد");
        device.leave(job.order, visit, VisitOutcome::Done);
        Ok(submitted)
    }

    /// The photos that an order asks for, one entry each.
    fn photos_needed(&mut self, who: Who, order: Uuid) -> Vec<PhotoKind> {
        let row = self.phone(who).device.state.copy.get("work_order", order);
        let rules = row.and_then(|r| r.row.pointer("/evidence/photos")).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut kinds = Vec::new();
        for rule in rules {
            let kind: Option<PhotoKind> = rule.get("kind").and_then(Value::as_str).and_then(|k| k.parse().ok());
            let times = rule.get("min").and_then(Value::as_u64).unwrap_or(1);
            for _ in 0..times {
                kinds.extend(kind);
            }
        }
        kinds
    }
}

/// An id of an answer.
///
/// # Errors
/// The answer has none.
pub fn uuid_of(value: &Value, field: &str) -> DemoResult<Uuid> {
    value
        .get(field)
        .and_then(Value::as_str)
        .and_then(|text| Uuid::parse_str(text).ok())
        .ok_or_else(|| Failure::said(format!("the answer has no id in {field}: {value}")))
}

/// An id that is a value by itself.
///
/// # Errors
/// It is no id.
pub fn id_of(value: &Value) -> DemoResult<Uuid> {
    let id = value.as_str().and_then(|text| Uuid::parse_str(text).ok());
    id.ok_or_else(|| Failure::said(format!("not an id: {value}")))
}
