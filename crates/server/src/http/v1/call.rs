//! Calls. A phone is in no answer but that of a reveal.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{CallManage, CallerReveal, May},
    body::Body,
    params::{List, Listed, Paging, PathId},
    precondition::IdempotencyKey,
    problem::Answer,
    reply,
};
use bazdid_domain::ticket::{Call, CallOutcome};
use bazdid_protocol::{
    ids::{AccountId, CallId, CallTag, TicketId},
    time::Timestamp,
};
use bazdid_service::{
    call::{self, NewCall},
    once::once,
};
use bazdid_store::{Tx, ticket::call::CallFilter};

/// At most so many calls of one caller.
const CALLS_OF_ONE: i64 = 100;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(find).service(reveal);
}

/// A call.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallView {
    /// Identity.
    pub id: CallId,
    /// The ticket that it was about.
    #[schema(required = true)]
    pub ticket: Option<TicketId>,
    /// How it ended.
    pub outcome: CallOutcome,
    /// Whether the caller's phone is kept.
    pub has_phone: bool,
    /// Who took it.
    pub taken_by: AccountId,
    /// When.
    pub taken_at: Timestamp,
}

impl From<Call> for CallView {
    fn from(c: Call) -> Self {
        let has_phone = c.caller_encrypted.is_some();
        Self { id: c.id, ticket: c.ticket_id, outcome: c.outcome, has_phone, taken_by: c.taken_by, taken_at: c.taken_at }
    }
}

/// A call that registers no ticket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCall)]
pub struct NewCallBody {
    /// How it ended.
    pub outcome: CallOutcome,
    /// The ticket that it was about.
    pub ticket: Option<TicketId>,
    /// The caller's phone as it was said, with or without country and area code; kept sealed.
    #[schema(example = "+989121234567")]
    pub phone: Option<String>,
}

/// Whose calls.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallerToFind {
    /// The caller's phone as it was said, with or without country and area code.
    #[schema(example = "+989121234567")]
    pub phone: String,
}

/// Why somebody must know.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealReason {
    /// In words; stands in the audit log.
    pub reason: String,
}

/// Who called.
#[derive(Serialize, ToSchema)]
pub struct Caller {
    /// The phone, E.164.
    pub phone: String,
}

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CallQuery {
    /// Of this ticket; absent: those that one took oneself.
    ticket: Option<TicketId>,
}

/// List calls
///
/// Newest first: those of a ticket, or without `ticket` those that you took yourself. No response has a phone number.
#[utoipa::path(tag = "calls", params(CallQuery, Paging), responses((status = 200, body = Listed<CallView>)), extensions(("x-permission" = json!("call.manage"))))]
#[get("/v1/calls")]
async fn list(state: web::Data<State>, ctx: May<CallManage>, query: List<CallQuery>) -> Answer {
    let (ctx, limit) = (ctx.ctx(), query.limit);
    let filter = CallFilter { ticket: query.filter.ticket, before: query.after()?, limit: limit + 1, ..CallFilter::default() };
    let found = state.db.read(move |tx| call::list(tx, &ctx, &filter)).await?;
    Ok(reply::plain(&Listed::page(found, limit, |c| c.key)?.map(|c| CallView::from(c.row))))
}

/// Record a call without a new ticket
///
/// For a call that registers nothing, such as a question about a ticket. The phone number is stored encrypted.
#[utoipa::path(tag = "calls", request_body = NewCallBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = CallView)), extensions(("x-permission" = json!("call.manage"))))]
#[post("/v1/calls")]
async fn create(state: web::Data<State>, ctx: May<CallManage>, key: IdempotencyKey, body: Body<NewCallBody>) -> Answer {
    let (ctx, key) = (ctx.ctx(), key.once(&body));
    let NewCallBody { outcome, ticket, phone } = body.value;
    let new = NewCall { outcome, ticket, phone };
    let create = move |tx: &mut Tx<'_>| once(tx, &ctx, &key, |tx| reply::created(&CallView::from(call::record(tx, &ctx, &new)?)));
    Ok(reply::replayable(state.db.write(create).await?))
}

/// Find the calls of a caller
///
/// At most 100, newest first. The number is in the body, so that no log and no history of a browser has it. The audit log says who looked.
#[utoipa::path(tag = "calls", request_body = CallerToFind, responses((status = 200, body = Listed<CallView>)), extensions(("x-permission" = json!("call.manage"))))]
#[post("/v1/calls/find")]
async fn find(state: web::Data<State>, ctx: May<CallManage>, body: Body<CallerToFind>) -> Answer {
    let (ctx, phone) = (ctx.ctx(), body.value.phone);
    let found = state.db.write(move |tx| call::of_caller(tx, &ctx, &phone, CALLS_OF_ONE)).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(CallView::from).collect())))
}

/// Reveal the phone number of a call
///
/// For somebody who must call back. The reason is written to the audit log, together with who asked.
#[utoipa::path(tag = "calls", request_body = RevealReason, params(("id" = CallId, Path)), responses((status = 200, body = Caller)), extensions(("x-permission" = json!("caller.reveal"))))]
#[post("/v1/calls/{id}/reveal")]
async fn reveal(state: web::Data<State>, ctx: May<CallerReveal>, id: PathId<CallTag>, body: Body<RevealReason>) -> Answer {
    let (ctx, reason) = (ctx.ctx(), body.value.reason);
    let phone = state.db.write(move |tx| call::reveal(tx, &ctx, id.0, &reason)).await?;
    Ok(reply::plain(&Caller { phone }))
}
