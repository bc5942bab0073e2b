//! Tickets: registered by the office, found again, looked at.

pub mod batch;
pub mod command;
pub mod lookup;
pub mod preview;

use serde_json::{Value, json};

use crate::{
    Ctx,
    change::{Change, keep},
    phone,
    reach::{Access, reach, readable, ticket_within},
};
use bazdid_domain::{
    duplicate::{NEAR_DAYS, Subject, Suggestion, suggest},
    intake::{self, Intake},
    personal::masked,
    placement::Placement,
    policy::Permission,
    reference::Reference,
    ticket::{Boundary, Call, CallOutcome, PointSource, StatusChange, Ticket, TicketOrigin},
    ticket_history::{self, Written},
    unit_of_work::UnitOfWork,
    visibility::Reach,
    visit::Note,
    work_order::WorkOrder,
};
use bazdid_protocol::{
    error::{Code, Error, FieldError, Result},
    geo::Point,
    ids::{AccountId, CallId, CategoryId, OrganisationId, TicketId, name_uuid},
    rows::WireRow as _,
    time::Timestamp,
};
use bazdid_store::{
    self as store, Tx,
    listing::{Keyed, Total},
    ticket::search::{TicketFilter, TicketKey, count_tickets, list_neighbours, list_status_changes, list_tickets},
};

/// What a new ticket is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTicket {
    /// Its id, if whoever registers it made one.
    pub id: Option<TicketId>,
    /// What it is about.
    pub category: CategoryId,
    /// The citizen's words.
    pub text: String,
    /// Where, in words.
    pub address_text: Option<String>,
    /// Where.
    pub point: Point,
    /// Where the point came from.
    pub point_source: PointSource,
    /// Where the ticket came from.
    pub origin: TicketOrigin,
    /// When the citizen asked; absent: now.
    pub created_at: Option<Timestamp>,
    /// Identity in the system that it was imported from; the same one twice is one ticket.
    pub source_ref: Option<String>,
    /// Who called; kept sealed, for the office only.
    pub caller_phone: Option<String>,
}

impl NewTicket {
    /// A call about a place on the map, of which nothing else is known.
    #[must_use]
    pub const fn new(category: CategoryId, text: String, point: Point) -> Self {
        Self {
            id: None,
            category,
            text,
            address_text: None,
            point,
            point_source: PointSource::Map,
            origin: TicketOrigin::Call,
            created_at: None,
            source_ref: None,
            caller_phone: None,
        }
    }
}

/// A ticket that was registered.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The ticket.
    pub ticket: Ticket,
    /// What the system made of it.
    pub orders: Vec<WorkOrder>,
    /// What it may be the same as, of those that the actor may know of.
    pub duplicates: Vec<Suggestion>,
}

/// The account under which the system itself registers tickets (imports on the command line).
#[must_use]
pub fn system_account() -> AccountId {
    AccountId::new(name_uuid("account|system"))
}

/// Registers a ticket: finds its areas, names what it may duplicate, and lets the system give the work to somebody.
///
/// # Errors
/// A field cannot be accepted; the point lies in areas for which the actor does not register; the id is taken; the database fails.
pub fn create(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewTicket) -> Result<Registered> {
    let reference = ctx.reference(tx)?;
    let intake = intake_of(ctx, new)?;
    let phone = phone_of(ctx, new)?;
    let faults = intake::faults(&intake, &reference);
    if !faults.is_empty() {
        return Err(invalid(faults));
    }
    check_place(ctx, &reference, &reference.locate(&intake.point))?;
    if !store::aggregate::find_taken_ids(tx, &[intake.id.uuid()])?.is_empty() {
        return Err(Error::with(Code::AlreadyExists, "this id names something that exists; make another"));
    }
    let mut unit = UnitOfWork::default();
    let duplicates = duplicates_of(tx, ctx, &reference, &intake)?;
    let id = intake.id;
    intake::register(&mut unit, &reference, intake);
    let mut change = Change::default();
    let likely = duplicates.iter().filter(|d| d.likeness == bazdid_domain::duplicate::Likeness::Likely).count();
    change.audit(ctx, "ticket.create", "ticket", id.uuid(), json!({ "category": new.category, "likely_duplicates": likely }));
    // The call refers to the ticket, so the ticket is kept first.
    keep(tx, ctx, &mut unit, change)?;
    if let Some(phone) = phone {
        let call = sealed_call(ctx, Some(id), CallOutcome::Registered, Some(&phone))?;
        store::ticket::save_calls(tx, &[call], ctx.now)?;
    }
    let ticket = unit.tickets.get(id).cloned().ok_or_else(|| Error::internal("a new ticket is not in its unit of work"))?;
    Ok(Registered { ticket, orders: unit.work_orders.iter().cloned().collect(), duplicates })
}

/// The intake of a new ticket, before its fields are judged.
fn intake_of(ctx: &Ctx, new: &NewTicket) -> Result<Intake> {
    let created_at = new.created_at.unwrap_or(ctx.now);
    if created_at > ctx.now {
        return Err(Error::field("/created_at", "must not lie in the future"));
    }
    Ok(Intake {
        id: new.id.unwrap_or_else(|| ctx.ids.id(created_at)),
        category: new.category,
        text: new.text.clone(),
        address_text: new.address_text.clone(),
        point: new.point,
        point_source: new.point_source,
        origin: new.origin,
        created_by: ctx.actor.as_ref().map_or_else(system_account, |a| a.account_id),
        created_org: contractor_of(ctx),
        created_at,
        source_ref: new.source_ref.clone(),
        now: ctx.now,
        code: None,
        mutation: None,
    })
}

/// The contractor for which somebody registers a ticket.
fn contractor_of(ctx: &Ctx) -> Option<OrganisationId> {
    let actor = ctx.actor.as_ref()?;
    let organisations: Vec<OrganisationId> = actor.grants().iter().filter_map(|g| g.organisation_id).collect();
    intake::contractor_of(&actor.roles().into_iter().collect::<Vec<_>>(), &organisations)
}

fn phone_of(ctx: &Ctx, new: &NewTicket) -> Result<Option<String>> {
    new.caller_phone.as_deref().map(|typed| phone::read(ctx, typed, "/caller_phone")).transpose()
}

/// A call with its caller's phone as keyed hash and sealed value.
///
/// # Errors
/// The phone cannot be sealed.
pub fn sealed_call(ctx: &Ctx, ticket_id: Option<TicketId>, outcome: CallOutcome, phone: Option<&str>) -> Result<Call> {
    let id: CallId = ctx.ids.id(ctx.now);
    let vault = &ctx.shared.vault;
    let sealed = phone
        .map(|phone| {
            let mut nonce = [0_u8; 12];
            ctx.ids.fill(&mut nonce);
            vault.seal(phone.as_bytes(), nonce, id.uuid().as_bytes())
        })
        .transpose()?;
    Ok(Call {
        id,
        ticket_id,
        outcome,
        caller_hash: phone.map(|p| vault.phone_hash(p)),
        caller_encrypted: sealed,
        taken_by: ctx.actor.as_ref().map_or_else(system_account, |a| a.account_id),
        taken_at: ctx.now,
    })
}

fn invalid(faults: Vec<intake::Fault>) -> Error {
    Error::invalid(faults.into_iter().map(|(pointer, detail)| FieldError { pointer, detail }).collect())
}

/// Whoever is responsible for areas registers there and outside every area; contractor people register what they find anywhere.
fn check_place(ctx: &Ctx, reference: &Reference, place: &Placement) -> Result<()> {
    if ctx.actor.is_none() {
        return Ok(());
    }
    let reach = reach(ctx, reference, Permission::TicketCreate)?;
    let anywhere = matches!(&reach, Reach::Parts(parts) if !parts.organisations.is_empty());
    if anywhere || place.boundary == Boundary::Outside || reach.meets(&place.areas, None) {
        return Ok(());
    }
    Err(Error::with(Code::Forbidden, "the point lies in an area for which you do not register tickets"))
}

/// What a new ticket may be the same as, as far as the actor may know of it.
fn duplicates_of(tx: &mut Tx<'_>, ctx: &Ctx, reference: &Reference, intake: &Intake) -> Result<Vec<Suggestion>> {
    if ctx.actor.is_none() {
        return Ok(Vec::new());
    }
    let reach = reach(ctx, reference, Permission::TicketRead)?;
    let since = intake.created_at.plus_days(-NEAR_DAYS);
    let mut known = list_neighbours(tx, &intake.point, &group_of(reference, intake.category), since, &reach)?;
    known.retain(|n| n.id != intake.id);
    let text = format!("{} {}", intake.text, intake.address_text.as_deref().unwrap_or_default());
    let subject = Subject { category: intake.category, point: &intake.point, created_at: intake.created_at, text: &text };
    Ok(suggest(&subject, &known))
}

/// The categories of the group that a category belongs to.
fn group_of(reference: &Reference, category: CategoryId) -> Vec<CategoryId> {
    let parent = reference.categories.get(&category).and_then(|c| c.parent_id);
    let in_group =
        |c: &&bazdid_domain::category::Category| c.id == category || Some(c.id) == parent || (parent.is_some() && c.parent_id == parent);
    reference.categories.values().filter(in_group).map(|c| c.id).collect()
}

/// The categories of a filter: one with those below it.
///
/// # Errors
/// There is no such category.
pub fn with_those_below(reference: &Reference, category: CategoryId) -> Result<Vec<CategoryId>> {
    if !reference.categories.contains_key(&category) {
        return Err(Error::field("?category", "there is no such category"));
    }
    let within = |c: &&bazdid_domain::category::Category| c.id == category || c.parent_id == Some(category);
    Ok(reference.categories.values().filter(within).map(|c| c.id).collect())
}

/// What a ticket may be the same as, asked at any time.
///
/// # Errors
/// There is no such ticket within reach; the database fails.
pub fn duplicates(tx: &mut Tx<'_>, ctx: &Ctx, id: TicketId) -> Result<Vec<Suggestion>> {
    let unit = ticket_within(tx, ctx, id, Permission::TicketManage, Access::Read)?;
    let reference = ctx.reference(tx)?;
    let Some(ticket) = unit.tickets.get(id) else { return Ok(Vec::new()) };
    let reach = reach(ctx, &reference, Permission::TicketRead)?;
    let since = ticket.created_at.plus_days(-NEAR_DAYS);
    let mut known = list_neighbours(tx, &ticket.point, &group_of(&reference, ticket.category_id), since, &reach)?;
    known.retain(|n| n.id != id);
    let text = format!("{} {}", ticket.text, ticket.address_text.as_deref().unwrap_or_default());
    let subject = Subject { category: ticket.category_id, point: &ticket.point, created_at: ticket.created_at, text: &text };
    Ok(suggest(&subject, &known))
}

/// A page of the tickets that the actor may know of; one more than the limit says that there is more.
///
/// # Errors
/// Somebody outside the office searches for digits; the database fails.
pub fn search(tx: &mut Tx<'_>, ctx: &Ctx, filter: &TicketFilter) -> Result<Vec<Keyed<Ticket, TicketKey>>> {
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, Permission::TicketRead)?;
    check_words(&reach, filter)?;
    let mut found = list_tickets(tx, filter, &reach)?;
    found.iter_mut().filter(|keyed| !reach.is_office_of(&keyed.row)).for_each(|keyed| mask(&mut keyed.row));
    Ok(found)
}

/// A number that somebody sees masked is not to be found out by searching for its digits.
fn check_words(reach: &Reach, filter: &TicketFilter) -> Result<()> {
    let has_digit = |word: &String| word.chars().any(|c| c.is_ascii_digit());
    if filter.words.iter().any(has_digit) && !reach.is_office_everywhere() {
        return Err(Error::field("?q", "digits in texts are searched for by the office only; leave them out"));
    }
    Ok(())
}

/// Masks the numbers in the texts of a ticket.
fn mask(ticket: &mut Ticket) {
    ticket.text = masked(&ticket.text).into_owned();
    ticket.address_text = ticket.address_text.as_deref().map(|text| masked(text).into_owned());
}

/// How many tickets of a filter without words the actor may know of, as far as they are counted.
///
/// # Errors
/// The filter has words: every text would have to be read; the database fails.
pub fn count(tx: &mut Tx<'_>, ctx: &Ctx, filter: &TicketFilter) -> Result<Total> {
    let reference = ctx.reference(tx)?;
    if !filter.words.is_empty() {
        return Err(Error::field("?total", "tickets with words are not counted; leave out q or total"));
    }
    let reach = reach(ctx, &reference, Permission::TicketRead)?;
    count_tickets(tx, filter, &reach)
}

/// A ticket with all below it and the history of its status, as far as the actor may read.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The ticket with everything below it.
    pub unit: UnitOfWork,
    /// The rows that the actor may read; absent: all.
    pub readable: Option<std::collections::BTreeSet<(&'static str, uuid::Uuid)>>,
    /// The history of the status, oldest first.
    pub history: Vec<StatusChange>,
    /// The values that were written more than once, oldest first.
    pub values: Vec<Written>,
}

impl Detail {
    /// Whether the actor may read a row.
    #[must_use]
    pub fn shows(&self, kind: &'static str, id: uuid::Uuid) -> bool {
        self.readable.as_ref().is_none_or(|rows| rows.contains(&(kind, id)))
    }

    /// Whether the actor reads what the office reads.
    #[must_use]
    pub const fn is_office(&self) -> bool {
        self.readable.is_none()
    }
}

/// A ticket with all below it.
///
/// # Errors
/// There is no such ticket within reach; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: TicketId) -> Result<Detail> {
    let mut unit = ticket_within(tx, ctx, id, Permission::TicketRead, Access::Read)?;
    let reference = ctx.reference(tx)?;
    let readable = readable(ctx, &reference, &unit)?;
    let mut history = list_status_changes(tx, id)?;
    let mut values = ticket_history::values(&unit, id);
    if let Some(rows) = &readable {
        // Who in the office decided is the office's to know.
        history.iter_mut().for_each(|h| h.actor = None);
        // Of a row that they may not read nothing is told, and of a field's other writers only that there were some.
        values.retain(|v| v.row.is_none_or(|row| rows.contains(&row)));
        if let Some(mut ticket) = unit.tickets.get(id).cloned() {
            mask(&mut ticket);
            unit.tickets.load([ticket]);
        }
        let notes: Vec<Note> = unit.notes.iter().map(|n| Note { text: masked(&n.text).into_owned(), ..n.clone() }).collect();
        unit.notes.load(notes);
        let me = ctx.actor()?.account_id;
        for value in &mut values {
            if let Value::String(text) = &mut value.value {
                *text = masked(text).into_owned();
            }
            let is_field = value.row.is_none();
            for writer in std::iter::once(&mut value.writer).chain(&mut value.overruled_by) {
                if is_field && writer.actor != Some(me) {
                    (writer.actor, writer.device) = (None, None);
                }
            }
        }
    }
    Ok(Detail { unit, readable, history, values })
}

/// A ticket as GeoJSON.
#[must_use]
pub fn feature(ticket: &Ticket) -> Value {
    let mut properties = bazdid_domain::wire::ticket(ticket).to_value();
    if let Some(map) = properties.as_object_mut() {
        map.insert("text".into(), json!(ticket.text));
        map.insert("address_text".into(), json!(ticket.address_text));
        map.remove("id");
        map.remove("point");
        map.insert("accuracy_m".into(), json!(ticket.point.accuracy_m));
        map.insert("rev".into(), json!(ticket.rev));
    }
    json!({
        "type": "Feature", "id": ticket.id, "properties": properties,
        "geometry": { "type": "Point", "coordinates": [ticket.point.lon, ticket.point.lat] },
    })
}
