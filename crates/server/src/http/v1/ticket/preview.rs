//! What a registration would make.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, TicketCreate},
    body::Body,
    problem::Answer,
    reply,
    v1::{
        summary::{self, OrganisationNameView, PersonView, PlaceView},
        ticket::view::SuggestionView,
        work_order::explanation::ExplanationView,
    },
};
use bazdid_domain::{
    category::{Hazard, Priority},
    dispatch::explanation::spelled_out,
    duplicate::Suggestion,
    photo::{Photo, PhotoState},
    ticket::Boundary,
    work_order::{WorkOrder, WorkOrderKind},
};
use bazdid_protocol::{error::Result, geo::Point, ids::PhotoId, time::Timestamp};
use bazdid_service::{
    Ctx, photo,
    summary::{Names, References},
    ticket::{self, NewTicket, lookup, preview::Preview},
};
use bazdid_store::{Tx, photo::PhotoFilter};

/// Photos of a likely duplicate that are looked at for one that can be shown.
const LOOKED_AT: i64 = 10;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(preview);
}

/// What is known of a call so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// The category's id or code.
    #[schema(example = "roads.pothole")]
    pub category: String,
    /// The citizen's words so far.
    #[serde(default)]
    pub text: String,
    /// Where.
    pub point: Point,
    /// Where, in words.
    pub address_text: Option<String>,
}

/// Who would be asked to do what.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewOrder {
    /// What is to be done.
    pub kind: WorkOrderKind,
    /// Which organisation would be asked; for the office of the place and for itself only.
    #[schema(required = true)]
    pub organisation: Option<OrganisationNameView>,
    /// Which person would be asked, for the same readers; if these see neither, the order would wait for the office.
    #[schema(required = true)]
    pub account: Option<PersonView>,
    /// When an answer would be due.
    #[schema(required = true)]
    pub accept_due: Option<Timestamp>,
    /// When the work would be due.
    #[schema(required = true)]
    pub resolve_due: Option<Timestamp>,
    /// Why this one and nobody else; for the office of the place only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ExplanationView>)]
    pub explanation: Option<Value>,
}

/// A ticket that the call may be about, with a picture of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LikelyDuplicate {
    /// The ticket and how near it is.
    #[serde(flatten)]
    pub suggestion: SuggestionView,
    /// Its newest photo whose bytes are stored; its picture is `/v1/photos/{id}/content`.
    #[schema(required = true)]
    pub photo: Option<PhotoId>,
}

/// What a registration would make at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// Where the point lies.
    pub place: PlaceView,
    /// How clearly the point lies in the areas.
    pub boundary: Boundary,
    /// Priority.
    pub priority: Priority,
    /// Hazard.
    pub hazard: Hazard,
    /// Until when an answer would be promised.
    #[schema(required = true)]
    pub promise_at: Option<Timestamp>,
    /// What would be asked of whom.
    pub work_orders: Vec<PreviewOrder>,
    /// Tickets that may be the same thing, the likeliest first.
    pub duplicates: Vec<LikelyDuplicate>,
}

/// Preview a ticket
///
/// What `POST /v1/tickets` would make of the same at this moment: the areas, the promise, who would be asked and why, and tickets that may
/// be the same with a photo of each. Nothing is kept and nobody is asked. The text may still be missing.
#[utoipa::path(tag = "tickets", request_body = PreviewBody, responses((status = 200, body = PreviewView)), extensions(("x-permission" = json!("ticket.create"))))]
#[post("/v1/tickets/preview")]
async fn preview(state: web::Data<State>, ctx: May<TicketCreate>, body: Body<PreviewBody>) -> Answer {
    let (ctx, body) = (ctx.ctx(), body.value);
    Ok(reply::plain(&state.db.read(move |tx| view(tx, &ctx, body)).await?))
}

fn view(tx: &mut Tx<'_>, ctx: &Ctx, body: PreviewBody) -> Result<PreviewView> {
    let category = lookup::category(tx, ctx, &body.category, "/category")?;
    let new = NewTicket { address_text: body.address_text, ..NewTicket::new(category, body.text, body.point) };
    let Preview { made, by_office } = ticket::preview::preview(tx, ctx, &new)?;
    let names = References::people_of(&made.orders).look_up(tx, ctx)?;
    let ticket = made.ticket;
    Ok(PreviewView {
        place: PlaceView::of(&ticket, &names),
        boundary: ticket.boundary,
        priority: ticket.priority,
        hazard: ticket.hazard,
        promise_at: ticket.promise_at,
        work_orders: made.orders.into_iter().map(|order| order_view(order, &names, by_office)).collect(),
        duplicates: made.duplicates.into_iter().map(|d| with_photo(tx, ctx, d)).collect::<Result<_>>()?,
    })
}

fn order_view(order: WorkOrder, names: &Names, by_office: bool) -> PreviewOrder {
    PreviewOrder {
        kind: order.kind,
        organisation: order.organisation_id.map(|id| summary::organisation(names, id)),
        account: order.account_id.map(|id| summary::person(names, id)),
        accept_due: order.accept_due,
        resolve_due: order.resolve_due,
        explanation: by_office.then(|| spelled_out(&order.explanation.value())),
    }
}

fn with_photo(tx: &mut Tx<'_>, ctx: &Ctx, suggestion: Suggestion) -> Result<LikelyDuplicate> {
    let stored = Some(PhotoState::Stored);
    let filter = PhotoFilter { ticket: Some(suggestion.ticket), state: stored, limit: LOOKED_AT, ..PhotoFilter::default() };
    let photos = photo::list(tx, ctx, &filter)?;
    let shown = |photo: &Photo| photo.removed_at.is_none();
    let photo = photos.iter().map(|found| &found.row.photo).find(|photo| shown(photo)).map(|photo| photo.id);
    Ok(LikelyDuplicate { suggestion: suggestion.into(), photo })
}
