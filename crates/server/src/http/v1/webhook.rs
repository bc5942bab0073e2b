//! Receivers of webhooks: who is told of which events.

use std::fmt;

use actix_web::{HttpResponse, delete, get, http::header, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, WebhookManage},
    body::Body,
    params::{List, Listed, Paging, PathId},
    precondition::IfMatch,
    problem::Answer,
    reply,
};
use bazdid_domain::webhook::{DeliveryFault, DeliveryState, WebhookState};
use bazdid_protocol::{
    event::EventKind,
    ids::{AccountId, EventId, TicketId, WebhookId, WebhookTag},
    time::Timestamp,
};
use bazdid_security::webhook::WebhookSecret;
use bazdid_service::webhook::{self, EventDelivery, OVERLAP_HOURS, Overview, WebhookData};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(get).service(update).service(remove);
    config.service(rotate).service(ping).service(deliveries).service(retry);
}

/// A receiver. Its secret is in no answer but the one that makes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    /// Identity.
    pub id: WebhookId,
    /// Revision.
    pub rev: i64,
    /// Where events are posted.
    pub url: String,
    /// What it is.
    pub description: String,
    /// Which events; null: every event, those of later versions too.
    #[schema(required = true)]
    pub events: Option<Vec<EventKind>>,
    /// Whether it is sent anything.
    pub state: WebhookState,
    /// Attempts that failed since the last success.
    pub failures: i64,
    /// When the first of them was made.
    #[schema(required = true)]
    pub failing_since: Option<Timestamp>,
    /// Why the last attempt failed, while attempts fail.
    #[schema(required = true)]
    pub fault: Option<DeliveryFault>,
    /// Before when nothing is sent.
    #[schema(required = true)]
    pub retry_at: Option<Timestamp>,
    /// The last success.
    #[schema(required = true)]
    pub succeeded_at: Option<Timestamp>,
    /// Until when the secret before the last rotation signs too.
    #[schema(required = true)]
    pub old_secret_until: Option<Timestamp>,
    /// Deliveries that are to be sent.
    pub pending: i64,
    /// Deliveries that are sent again only by `retry`.
    pub dead: i64,
    /// Who added it; null: the command line.
    #[schema(required = true)]
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Timestamp,
    /// Last change by an administrator.
    pub updated_at: Timestamp,
}

impl From<Overview> for WebhookView {
    fn from(o: Overview) -> Self {
        let Overview { webhook: w, pending, dead, fault } = o;
        Self {
            id: w.id,
            rev: w.rev,
            url: w.url,
            description: w.description,
            events: w.kinds,
            state: w.state,
            failures: w.failures,
            failing_since: w.failing_since,
            fault,
            retry_at: w.retry_at,
            succeeded_at: w.succeeded_at,
            old_secret_until: w.old_secret_until,
            pending,
            dead,
            created_by: w.created_by,
            created_at: w.created_at,
            updated_at: w.updated_at,
        }
    }
}

/// A receiver with the secret that was made for it.
#[derive(Serialize, ToSchema)]
pub struct WebhookSecretView {
    /// The receiver.
    pub webhook: WebhookView,
    /// The secret, as the libraries of Standard Webhooks take it. It is shown this once.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    pub secret: String,
}

impl fmt::Debug for WebhookSecretView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSecretView").field("webhook", &self.webhook).finish_non_exhaustive()
    }
}

/// What is said of a receiver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookBody {
    /// Where events are posted: `https://`, without user and fragment, at a public address unless the installation allows others.
    pub url: String,
    /// What it is.
    #[serde(default)]
    #[schema(default = "")]
    pub description: String,
    /// Which events; null or absent: every event, those of later versions too.
    pub events: Option<Vec<EventKind>>,
    /// Whether it is to be sent anything.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl From<WebhookBody> for WebhookData {
    fn from(b: WebhookBody) -> Self {
        let WebhookBody { url, description, events, active } = b;
        Self { url, description, events, is_active: active }
    }
}

/// How a secret is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRotateBody {
    /// How long the secret before signs too, hours.
    #[serde(default = "overlap")]
    #[schema(default = 24, minimum = 0, maximum = 336)]
    pub overlap_hours: i64,
}

const fn overlap() -> i64 {
    OVERLAP_HOURS
}

/// Which deliveries are sent again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRetryBody {
    /// The `seq` of one; null or absent: all of the receiver.
    pub seq: Option<i64>,
}

/// How many deliveries are sent again.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookRetryView {
    /// How many.
    pub deliveries: usize,
}

/// A delivery of an event to a receiver.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryView {
    /// Identity of the event: `webhook-id`, the same at each attempt.
    pub event: EventId,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The ticket that it belongs to.
    #[schema(required = true)]
    pub ticket: Option<TicketId>,
    /// Rises from event to event of a ticket.
    pub seq: i64,
    /// What became of it.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is sent next, if it is.
    #[schema(required = true)]
    pub due_at: Option<Timestamp>,
    /// When it was last tried.
    #[schema(required = true)]
    pub tried_at: Option<Timestamp>,
    /// Why the last attempt failed.
    #[schema(required = true)]
    pub fault: Option<DeliveryFault>,
    /// The status that the receiver answered to it.
    #[schema(required = true)]
    pub status: Option<i64>,
}

impl From<EventDelivery> for WebhookDeliveryView {
    fn from(s: EventDelivery) -> Self {
        let EventDelivery { delivery: d, event } = s;
        Self {
            event: event.id,
            kind: event.kind,
            timestamp: event.timestamp,
            ticket: event.ticket,
            seq: event.seq,
            state: d.state,
            attempts: d.attempts,
            due_at: d.due_at,
            tried_at: d.tried_at,
            fault: d.fault,
            status: d.status,
        }
    }
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WebhookDeliveryQuery {
    /// In one state.
    state: Option<DeliveryState>,
}

/// List webhooks
///
/// Every receiver with how it goes with its deliveries, the oldest first, all on one page.
#[utoipa::path(tag = "webhooks", responses((status = 200, body = Listed<WebhookView>)), extensions(("x-permission" = json!("webhook.manage"))))]
#[get("/v1/webhooks")]
async fn list(state: web::Data<State>, _ctx: May<WebhookManage>) -> Answer {
    let found = state.db.read(webhook::list).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(WebhookView::from).collect())))
}

/// Add a webhook
///
/// At most 64. The answer has the secret, which is not shown again; so a repeated request is not recognised by a key. Events that are
/// committed from now on are sent to it, by Standard Webhooks: `docs/webhooks.md`.
#[utoipa::path(tag = "webhooks", request_body = WebhookBody, responses((status = 201, body = WebhookSecretView)), extensions(("x-permission" = json!("webhook.manage"))))]
#[post("/v1/webhooks")]
async fn create(state: web::Data<State>, ctx: May<WebhookManage>, body: Body<WebhookBody>) -> Answer {
    let (ctx, data) = (ctx.ctx(), body.value.into());
    let (made, secret) = state.db.write(move |tx| webhook::create(tx, &ctx, &data)).await?;
    let body = with_secret(made, &secret);
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(body))
}

fn with_secret(made: Overview, secret: &WebhookSecret) -> WebhookSecretView {
    WebhookSecretView { webhook: made.into(), secret: secret.reveal() }
}

/// Get a webhook
///
/// The receiver with how it goes with its deliveries. The secret is not in it.
#[utoipa::path(tag = "webhooks", params(("id" = WebhookId, Path)), responses((status = 200, body = WebhookView)), extensions(("x-permission" = json!("webhook.manage"))))]
#[get("/v1/webhooks/{id}")]
async fn get(state: web::Data<State>, _ctx: May<WebhookManage>, id: PathId<WebhookTag>) -> Answer {
    let found = state.db.read(move |tx| webhook::get(tx, id.0)).await?;
    Ok(reply::tagged(found.webhook.rev, &WebhookView::from(found)))
}

/// Change a webhook
///
/// All fields are replaced. A receiver that is switched on again, or goes elsewhere now, is sent at once what is pending for it.
#[utoipa::path(tag = "webhooks", request_body = WebhookBody, params(("id" = WebhookId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WebhookView)), extensions(("x-permission" = json!("webhook.manage"))))]
#[put("/v1/webhooks/{id}")]
async fn update(state: web::Data<State>, ctx: May<WebhookManage>, id: PathId<WebhookTag>, rev: IfMatch, body: Body<WebhookBody>) -> Answer {
    let (ctx, data) = (ctx.ctx(), body.value.into());
    let found = state.db.write(move |tx| webhook::update(tx, &ctx, id.0, rev.0, &data)).await?;
    Ok(reply::tagged(found.webhook.rev, &WebhookView::from(found)))
}

/// Remove a webhook
///
/// Nothing more is sent to it; its deliveries are forgotten.
#[utoipa::path(tag = "webhooks", params(("id" = WebhookId, Path)), responses((status = 204)), extensions(("x-permission" = json!("webhook.manage"))))]
#[delete("/v1/webhooks/{id}")]
async fn remove(state: web::Data<State>, ctx: May<WebhookManage>, id: PathId<WebhookTag>) -> Answer {
    let ctx = ctx.ctx();
    state.db.write(move |tx| webhook::remove(tx, &ctx, id.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Exchange the secret of a webhook
///
/// The answer has the new secret, which is not shown again. For the time of the overlap each message is signed by both. A request that is
/// repeated because its answer was lost is refused: get the receiver, and exchange the secret once more.
#[utoipa::path(tag = "webhooks", request_body = WebhookRotateBody, params(("id" = WebhookId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WebhookSecretView)), extensions(("x-permission" = json!("webhook.manage"))))]
#[post("/v1/webhooks/{id}/rotate")]
async fn rotate(
    state: web::Data<State>,
    ctx: May<WebhookManage>,
    id: PathId<WebhookTag>,
    rev: IfMatch,
    body: Body<WebhookRotateBody>,
) -> Answer {
    let (ctx, hours) = (ctx.ctx(), body.value.overlap_hours);
    let (made, secret) = state.db.write(move |tx| webhook::rotate(tx, &ctx, id.0, rev.0, hours)).await?;
    Ok(reply::tagged(made.webhook.rev, &with_secret(made, &secret)))
}

/// Send a test to a webhook
///
/// An event `webhook.ping` goes the way of all others within seconds; what became of it stands among the deliveries.
#[utoipa::path(tag = "webhooks", params(("id" = WebhookId, Path)), responses((status = 202, body = WebhookDeliveryView)), extensions(("x-permission" = json!("webhook.manage"))))]
#[post("/v1/webhooks/{id}/ping")]
async fn ping(state: web::Data<State>, ctx: May<WebhookManage>, id: PathId<WebhookTag>) -> Answer {
    let ctx = ctx.ctx();
    let sent = state.db.write(move |tx| webhook::ping(tx, &ctx, id.0)).await?;
    Ok(HttpResponse::Accepted().insert_header((header::CACHE_CONTROL, "no-store")).json(WebhookDeliveryView::from(sent)))
}

/// List deliveries of a webhook
///
/// Newest first, for thirty days. `dead` ones were tried often enough and are sent again only by `retry`.
#[utoipa::path(tag = "webhooks", params(("id" = WebhookId, Path), WebhookDeliveryQuery, Paging), responses((status = 200, body = Listed<WebhookDeliveryView>)), extensions(("x-permission" = json!("webhook.manage"))))]
#[get("/v1/webhooks/{id}/deliveries")]
async fn deliveries(
    state: web::Data<State>,
    _ctx: May<WebhookManage>,
    id: PathId<WebhookTag>,
    query: List<WebhookDeliveryQuery>,
) -> Answer {
    let (before, limit, only) = (query.after::<i64>()?, query.limit, query.filter.state);
    let found = state.db.read(move |tx| webhook::deliveries(tx, id.0, only, before, limit + 1)).await?;
    Ok(reply::plain(&Listed::page(found, limit, |s| s.event.seq)?.map(WebhookDeliveryView::from)))
}

/// Send deliveries again
///
/// One or all: what is dead, with all its attempts, and what waits for its next attempt, now. What was dead may arrive after later events
/// of its ticket, as `seq` tells.
#[utoipa::path(tag = "webhooks", request_body = WebhookRetryBody, params(("id" = WebhookId, Path)), responses((status = 200, body = WebhookRetryView)), extensions(("x-permission" = json!("webhook.manage"))))]
#[post("/v1/webhooks/{id}/retry")]
async fn retry(state: web::Data<State>, ctx: May<WebhookManage>, id: PathId<WebhookTag>, body: Body<WebhookRetryBody>) -> Answer {
    let (ctx, seq) = (ctx.ctx(), body.value.seq);
    let again = state.db.write(move |tx| webhook::retry(tx, &ctx, id.0, seq)).await?;
    Ok(reply::plain(&WebhookRetryView { deliveries: again }))
}
