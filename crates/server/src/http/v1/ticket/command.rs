//! What the office decides about a ticket.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, TicketManage},
    body::Body,
    params::PathId,
    precondition::IfMatch,
    problem::Answer,
    reply,
    v1::{
        ticket::view::TicketView,
        work_order::{CodedReason, Reason},
    },
};
use bazdid_domain::{category::Priority, office::ticket::Triage};
use bazdid_protocol::{
    geo::Point,
    ids::{OrganisationId, TicketId, TicketTag},
    time::Timestamp,
};
use bazdid_service::ticket::{
    command::{Command, command},
    lookup,
};
use bazdid_store::Tx;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(triage).service(defer).service(refer).service(reject).service(cancel).service(merge).service(reopen);
}

/// What the office changes of a ticket; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriageBody {
    /// Priority.
    pub priority: Option<Priority>,
    /// The category's id or code.
    pub category: Option<String>,
    /// The citizen's words, as the office understands them.
    pub text: Option<String>,
    /// Where, in words.
    pub address_text: Option<String>,
    /// Where.
    pub point: Option<Point>,
    /// Until when an answer is promised.
    pub promise_at: Option<Timestamp>,
}

/// A request must wait.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeferBody {
    /// Why, for the citizen.
    pub reason: String,
    /// First instant of the planned window.
    pub planned_from: Timestamp,
    /// Last instant of it: the new promise.
    pub planned_to: Timestamp,
}

/// A partner organisation answers for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferBody {
    /// Which.
    pub organisation: OrganisationId,
    /// Why.
    pub reason: String,
}

/// It is the same as another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeBody {
    /// The ticket that stays.
    pub into: TicketId,
    /// In words.
    pub note: Option<String>,
}

/// Triage a ticket
///
/// Sets priority, category, text, place or promise; what is absent stays. A new place or category can open and withdraw work orders.
#[utoipa::path(tag = "tickets", request_body = TriageBody, params(("id" = TicketId, Path), ("If-Match" = String, Header)), responses((status = 200, body = TicketView)), extensions(("x-permission" = json!("ticket.manage"))))]
#[post("/v1/tickets/{id}/triage")]
async fn triage(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>, rev: IfMatch, body: Body<TriageBody>) -> Answer {
    let (ctx, body) = (ctx.ctx(), body.value);
    let write = move |tx: &mut Tx<'_>| {
        let triage = Triage {
            priority: body.priority,
            category: body.category.as_deref().map(|name| lookup::category(tx, &ctx, name, "/category")).transpose()?,
            text: body.text.clone(),
            address_text: body.address_text.clone(),
            point: body.point,
            promise_at: body.promise_at,
        };
        command(tx, &ctx, id.0, rev.0, &Command::Triage(triage))
    };
    let found = state.db.write(write).await?;
    Ok(reply::tagged(found.rev, &TicketView::from(found)))
}

/// Defer a ticket
///
/// Puts it off to a planned window, with a reason for the citizen; the end of the window is the new promise.
#[utoipa::path(tag = "tickets", request_body = DeferBody, params(("id" = TicketId, Path), ("If-Match" = String, Header)), responses((status = 200, body = TicketView)), extensions(("x-permission" = json!("ticket.manage"))))]
#[post("/v1/tickets/{id}/defer")]
async fn defer(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>, rev: IfMatch, body: Body<DeferBody>) -> Answer {
    let DeferBody { reason, planned_from, planned_to } = body.value;
    decide(state, ctx, id, rev, Command::Defer { reason, from: planned_from, to: planned_to }).await
}

/// Refer a ticket to a partner
///
/// A partner organisation answers for it from now on; its own work orders are cancelled.
#[utoipa::path(tag = "tickets", request_body = ReferBody, params(("id" = TicketId, Path), ("If-Match" = String, Header)), responses((status = 200, body = TicketView)), extensions(("x-permission" = json!("ticket.manage"))))]
#[post("/v1/tickets/{id}/refer")]
async fn refer(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>, rev: IfMatch, body: Body<ReferBody>) -> Answer {
    decide(state, ctx, id, rev, Command::Refer { organisation: body.value.organisation, reason: body.value.reason }).await
}

/// Reject a ticket
///
/// The request will not be done; a code says why. Its work orders are cancelled.
#[utoipa::path(tag = "tickets", request_body = CodedReason, params(("id" = TicketId, Path), ("If-Match" = String, Header)), responses((status = 200, body = TicketView)), extensions(("x-permission" = json!("ticket.manage"))))]
#[post("/v1/tickets/{id}/reject")]
async fn reject(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>, rev: IfMatch, body: Body<CodedReason>) -> Answer {
    decide(state, ctx, id, rev, Command::Reject { code: body.value.code, note: body.value.note }).await
}

/// Cancel a ticket
///
/// It was withdrawn or registered by mistake; a code says why. Its work orders are cancelled.
#[utoipa::path(tag = "tickets", request_body = CodedReason, params(("id" = TicketId, Path), ("If-Match" = String, Header)), responses((status = 200, body = TicketView)), extensions(("x-permission" = json!("ticket.manage"))))]
#[post("/v1/tickets/{id}/cancel")]
async fn cancel(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>, rev: IfMatch, body: Body<CodedReason>) -> Answer {
    decide(state, ctx, id, rev, Command::Cancel { code: body.value.code, note: body.value.note }).await
}

/// Merge a ticket into another
///
/// It becomes a duplicate of the other, which gains its supporters; orders that nobody has submitted are cancelled.
#[utoipa::path(tag = "tickets", request_body = MergeBody, params(("id" = TicketId, Path), ("If-Match" = String, Header)), responses((status = 200, body = TicketView)), extensions(("x-permission" = json!("ticket.manage"))))]
#[post("/v1/tickets/{id}/merge")]
async fn merge(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>, rev: IfMatch, body: Body<MergeBody>) -> Answer {
    decide(state, ctx, id, rev, Command::Merge { into: body.value.into, note: body.value.note }).await
}

/// Reopen a ticket
///
/// A ticket that was deferred, referred, rejected, cancelled or closed is taken up again, with a reason.
#[utoipa::path(tag = "tickets", request_body = Reason, params(("id" = TicketId, Path), ("If-Match" = String, Header)), responses((status = 200, body = TicketView)), extensions(("x-permission" = json!("ticket.manage"))))]
#[post("/v1/tickets/{id}/reopen")]
async fn reopen(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>, rev: IfMatch, body: Body<Reason>) -> Answer {
    decide(state, ctx, id, rev, Command::Reopen { reason: body.value.reason }).await
}

async fn decide(state: web::Data<State>, ctx: May<TicketManage>, id: PathId<TicketTag>, rev: IfMatch, what: Command) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.write(move |tx| command(tx, &ctx, id.0, rev.0, &what)).await?;
    Ok(reply::tagged(found.rev, &TicketView::from(found)))
}
