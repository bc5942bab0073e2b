//! Tickets: registered, found, looked at, decided about.

pub mod command;
pub mod preview;
pub mod query;
mod schema;
pub mod view;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, TicketCreate, TicketManage, TicketRead},
    body::Body,
    params::{List, Listed, Paging, PathId},
    party::Party,
    precondition::IdempotencyKey,
    problem::Answer,
    reply,
    shares::{Share, spend},
    v1::{
        lists::{Counted, TotalView},
        ticket::{
            query::TicketQuery,
            view::{DetailView, SuggestionView, TicketView},
        },
        work_order::WorkOrderView,
    },
};
use bazdid_domain::ticket::PointSource;
use bazdid_protocol::{
    error::Result,
    geo::Point,
    ids::{TicketId, TicketTag},
};
use bazdid_service::{
    Ctx,
    once::once,
    summary::References,
    ticket::{self, NewTicket, lookup},
    work_order::Shown,
};
use bazdid_store::Tx;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(get).service(duplicates);
    command::routes(config);
    preview::routes(config);
}

/// A new ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTicket)]
pub struct NewTicketBody {
    /// The id, if the client made one.
    pub id: Option<TicketId>,
    /// The category's id or code.
    #[schema(example = "roads.pothole")]
    pub category: String,
    /// The citizen's words.
    pub text: String,
    /// Where.
    pub point: Point,
    /// Where, in words.
    pub address_text: Option<String>,
    /// Where the point came from.
    #[serde(default = "by_map")]
    #[schema(default = "map")]
    pub point_source: PointSource,
    /// The caller's phone as it was said, with or without country and area code; kept sealed, in no answer.
    #[schema(example = "+989121234567")]
    pub caller_phone: Option<String>,
    /// Identity in another system; the same one twice is refused.
    pub source_ref: Option<String>,
}

const fn by_map() -> PointSource {
    PointSource::Map
}

/// A ticket that was registered: the ticket, what the system made of it, what it may be the same as.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredView {
    /// The ticket.
    #[serde(flatten)]
    pub ticket: TicketView,
    /// Its work orders.
    pub work_orders: Vec<WorkOrderView>,
    /// Tickets that may be the same thing.
    pub duplicates: Vec<SuggestionView>,
}

/// Create a ticket
///
/// Registers a citizen's request. The system finds its areas, opens a work order, offers it by contract or to an inspector, and names
/// tickets that may be the same. The caller's phone number is stored encrypted and is in no response.
#[utoipa::path(tag = "tickets", request_body = NewTicketBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = RegisteredView)), extensions(("x-permission" = json!("ticket.create"))))]
#[post("/v1/tickets")]
async fn create(
    state: web::Data<State>,
    ctx: May<TicketCreate>,
    req: HttpRequest,
    key: IdempotencyKey,
    body: Body<NewTicketBody>,
) -> Answer {
    spend(&*state.shares, &req, Party::Account(ctx.account()?), Share::Tickets, 1).await?;
    let (ctx, key) = (ctx.ctx(), key.once(&body));
    let body = body.value;
    let create = move |tx: &mut Tx<'_>| once(tx, &ctx, &key, |tx| reply::created(&register(tx, &ctx, &body)?));
    Ok(reply::replayable(state.db.write(create).await?))
}

fn register(tx: &mut Tx<'_>, ctx: &Ctx, body: &NewTicketBody) -> Result<RegisteredView> {
    let new = NewTicket {
        id: body.id,
        address_text: body.address_text.clone(),
        point_source: body.point_source,
        source_ref: body.source_ref.clone(),
        caller_phone: body.caller_phone.clone(),
        ..NewTicket::new(lookup::category(tx, ctx, &body.category, "/category")?, body.text.clone(), body.point)
    };
    let made = ticket::create(tx, ctx, &new)?;
    let names = References::of(&made.orders).look_up(tx, ctx)?;
    let order = |order| WorkOrderView::as_read(Shown::new(order), &names, false);
    Ok(RegisteredView {
        ticket: made.ticket.into(),
        work_orders: made.orders.into_iter().map(order).collect::<Result<_>>()?,
        duplicates: made.duplicates.into_iter().map(SuggestionView::from).collect(),
    })
}

/// List tickets
///
/// Newest first, those within your areas. `format=geojson` answers a FeatureCollection instead.
#[utoipa::path(tag = "tickets", params(TicketQuery, Paging), responses((status = 200, content((Counted<TicketView> = "application/json"), (schema::Features = "application/geo+json")))), extensions(("x-permission" = json!("ticket.read"))))]
#[get("/v1/tickets")]
async fn list(state: web::Data<State>, ctx: May<TicketRead>, query: List<TicketQuery>) -> Answer {
    let ctx = ctx.ctx();
    let (limit, format) = (query.limit, query.filter.format);
    let before = query.after()?;
    let asked = query.filter.asked(before, limit + 1, ctx.now)?;
    let is_counted = query.filter.total;
    let read = move |tx: &mut Tx<'_>| {
        let filter = lookup::filter(tx, &ctx, &asked)?;
        let total = is_counted.then(|| ticket::count(tx, &ctx, &filter)).transpose()?;
        Ok((ticket::search(tx, &ctx, &filter)?, total))
    };
    let (found, total) = state.db.read(read).await?;
    let total = total.map(TotalView::from);
    let page = Listed::page(found, limit, |t| t.key)?.map(|t| t.row);
    if format == query::Format::Geojson {
        let features: Vec<_> = page.items.iter().map(ticket::feature).collect();
        let body =
            serde_json::json!({ "type": "FeatureCollection", "features": features, "next_cursor": page.next_cursor, "total": total });
        return Ok(HttpResponse::Ok().content_type("application/geo+json").body(body.to_string()));
    }
    Ok(reply::plain(&Counted { page: page.map(TicketView::from), total }))
}

/// Get a ticket
///
/// With its history and everything below it, as far as you may read it.
#[utoipa::path(tag = "tickets", params(("id" = TicketId, Path)), responses((status = 200, body = DetailView)), extensions(("x-permission" = json!("ticket.read"))))]
#[get("/v1/tickets/{id}")]
async fn get(state: web::Data<State>, ctx: May<TicketRead>, id: PathId<TicketTag>) -> Answer {
    let ctx = ctx.ctx();
    let read = move |tx: &mut Tx<'_>| {
        let detail = ticket::get(tx, &ctx, id.0)?;
        DetailView::new(tx, &ctx, &detail, id.0)
    };
    let view = state.db.read(read).await?;
    Ok(reply::tagged(view.ticket.rev, &view))
}

/// List possible duplicates of a ticket
///
/// Tickets of a similar category that are near in place and time and share words, the likeliest first.
#[utoipa::path(tag = "tickets", params(("id" = TicketId, Path)), responses((status = 200, body = Listed<SuggestionView>)), extensions(("x-permission" = json!("ticket.manage"))))]
#[get("/v1/tickets/{id}/duplicates")]
async fn duplicates(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.read(move |tx| ticket::duplicates(tx, &ctx, id.0)).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(SuggestionView::from).collect())))
}
