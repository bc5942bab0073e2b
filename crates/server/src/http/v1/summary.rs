//! What a person reads in the place of ids.

use serde::Serialize;
use utoipa::ToSchema;

use bazdid_domain::{
    category::{Hazard, Priority},
    personal::masked,
    ticket::Ticket,
};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{AccountId, AreaId, CategoryId, OrganisationId, TicketId},
    time::Timestamp,
};
use bazdid_service::summary::Names;

/// A person by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Identity.
    pub id: AccountId,
    /// The name that they show; `null`: the system itself, or, for people of a contractor, somebody who is none of theirs.
    #[schema(required = true, example = "مریم احمدی")]
    pub name: Option<String>,
}

/// An organisation by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganisationName)]
pub struct OrganisationNameView {
    /// Identity.
    pub id: OrganisationId,
    /// Its name, in the language of the reader.
    pub name: String,
}

/// An area by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AreaName)]
pub struct AreaNameView {
    /// Identity.
    pub id: AreaId,
    /// Its name, in the language of the reader.
    pub name: String,
}

/// A category by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategoryName)]
pub struct CategoryNameView {
    /// Identity.
    pub id: CategoryId,
    /// Code.
    #[schema(example = "roads.pothole")]
    pub code: String,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
}

/// Where a ticket is, for people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Place)]
pub struct PlaceView {
    /// In words, without numbers that look like phones or national ids.
    #[schema(required = true)]
    pub address: Option<String>,
    /// The areas that hold the point.
    pub areas: Vec<AreaNameView>,
}

impl PlaceView {
    /// The place of a ticket.
    #[must_use]
    pub fn of(t: &Ticket, names: &Names) -> Self {
        // Rows are for contractors too; whoever may read a number in an address opens the ticket.
        let address = t.address_text.as_deref().map(|text| masked(text).into_owned());
        Self { address, areas: t.areas.iter().map(|id| area(names, *id)).collect() }
    }
}

/// A ticket in short: what a person recognizes it by.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TicketSummary)]
pub struct TicketSummaryView {
    /// Identity.
    pub id: TicketId,
    /// Code that can be said by phone.
    #[schema(example = "0485123976")]
    pub code: String,
    /// What it is about.
    pub category: CategoryNameView,
    /// Where.
    pub place: PlaceView,
    /// Priority.
    pub priority: Priority,
    /// Hazard.
    pub hazard: Hazard,
    /// Until when an answer was promised.
    #[schema(required = true)]
    pub promise_at: Option<Timestamp>,
}

impl TicketSummaryView {
    fn of(t: &Ticket, names: &Names) -> Self {
        Self {
            id: t.id,
            code: t.code.clone(),
            category: category(names, t.category_id),
            place: PlaceView::of(t, names),
            priority: t.priority,
            hazard: t.hazard,
            promise_at: t.promise_at,
        }
    }
}

/// The ticket that a row refers to.
///
/// # Errors
/// It was not looked up: a row without its ticket does not exist.
pub fn ticket(names: &Names, id: TicketId) -> Result<TicketSummaryView> {
    ticket_if_seen(names, id).ok_or_else(|| Error::internal("the ticket of a row was not looked up"))
}

/// The ticket that a row refers to, if its reader may see it.
#[must_use]
pub fn ticket_if_seen(names: &Names, id: TicketId) -> Option<TicketSummaryView> {
    names.ticket(id).map(|t| TicketSummaryView::of(t, names))
}

/// A person.
#[must_use]
pub fn person(names: &Names, id: AccountId) -> PersonView {
    PersonView { id, name: names.person(id).map(str::to_owned) }
}

/// An organisation.
#[must_use]
pub fn organisation(names: &Names, id: OrganisationId) -> OrganisationNameView {
    OrganisationNameView { id, name: names.organisation(id).unwrap_or_default().to_owned() }
}

fn area(names: &Names, id: AreaId) -> AreaNameView {
    AreaNameView { id, name: names.area(id).unwrap_or_default().to_owned() }
}

fn category(names: &Names, id: CategoryId) -> CategoryNameView {
    let known = names.reference().categories.get(&id);
    CategoryNameView {
        id,
        code: known.map(|c| c.code.clone()).unwrap_or_default(),
        name_fa: known.map(|c| c.name_fa.clone()).unwrap_or_default(),
        name_en: known.map(|c| c.name_en.clone()).unwrap_or_default(),
    }
}
