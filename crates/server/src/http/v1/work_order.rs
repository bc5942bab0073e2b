//! Work orders: found, looked at, decided about by the office.

pub mod evidence;
pub(in crate::http::v1) mod explanation;
pub mod view;

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub use view::{AssignmentView, WorkOrderView};

use crate::http::{
    State,
    auth::{May, WorkManage, WorkRead},
    body::Body,
    params::{List, Listed, Paging, PathId},
    precondition::IfMatch,
    problem::Answer,
    reply,
    v1::{
        lists::{self, Counted, TotalView},
        round::RoundView,
    },
};
use bazdid_domain::{evidence::arrival::EvidenceState, office::order::Target, sync::engine::flags::ALL, wire, work_order::WorkOrderKind};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{AccountId, OrganisationId, WorkOrderId, WorkOrderTag},
    phrase::Phrase,
    rows::WorkEventRow,
    time::Timestamp,
};
use bazdid_service::{
    Ctx,
    summary::References,
    ticket::lookup,
    work_order::{self, Command, Shown},
};
use bazdid_store::{
    Tx,
    work_order::search::{OrderFilter, OrderKey},
};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(get).service(offer).service(reassign).service(cancel);
    evidence::routes(config);
    config.service(hold).service(refuse_hold).service(resume).service(close).service(objection);
}

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkOrderQuery {
    /// In one of these states, separated by commas; `draft`: nobody could be asked.
    #[param(example = "offered,accepted")]
    state: Option<String>,
    /// Of this kind.
    kind: Option<WorkOrderKind>,
    /// Held by this organisation.
    organisation: Option<OrganisationId>,
    /// Held by this person.
    account: Option<AccountId>,
    /// Of a ticket in this area (id or code) or below it.
    area: Option<String>,
    /// With its evidence so far. A page may hold fewer orders than asked for, or none, and still have a `next_cursor`: go on
    /// until there is none.
    evidence: Option<EvidenceState>,
    /// Held by this organisation or person.
    held_by: Option<String>,
    /// With this flag.
    #[param(example = "hold_requested")]
    flag: Option<String>,
    /// Of a ticket of one of these priorities, separated by commas.
    priority: Option<String>,
    /// Of a ticket of one of these hazards, separated by commas.
    hazard: Option<String>,
    /// Only those whose answer, work or review was due before now.
    late: Option<bool>,
    /// Only those whose answer, work or review is due before this instant.
    due_before: Option<Timestamp>,
    /// `age`: the newest first (as without it); `due`: those of which an answer, work or a review is due, the earliest first. `-` reverses.
    #[param(example = "due")]
    sort: Option<String>,
    /// Whether to count the rows of all pages; not together with `evidence`, which is derived page by page.
    #[serde(default)]
    #[param(default = false)]
    total: bool,
}

impl WorkOrderQuery {
    fn filter(&self, before: Option<OrderKey>, limit: i64, now: Timestamp) -> Result<OrderFilter> {
        if self.total && self.evidence.is_some() {
            return Err(Error::field("?total", "orders with their evidence so far are not counted; leave out evidence or total"));
        }
        if let Some(flag) = self.flag.as_deref().filter(|flag| !ALL.contains(flag)) {
            let words = ALL.join(", ");
            let why = Phrase::with("expected one of {words}, found \"{found}\"", &[("words", &words), ("found", &flag)]);
            return Err(Error::field("?flag", why));
        }
        let sort = lists::sort(self.sort.as_deref())?;
        Ok(OrderFilter {
            states: lists::words(self.state.as_deref(), "state")?,
            id: None,
            kinds: self.kind.into_iter().collect(),
            organisation: self.organisation,
            account: self.account,
            area: None,
            held_by: lists::holder(self.held_by.as_deref())?,
            flag: self.flag.clone(),
            priorities: lists::words(self.priority.as_deref(), "priority")?,
            hazards: lists::words(self.hazard.as_deref(), "hazard")?,
            due_before: lists::due_before(self.late, self.due_before, now),
            sort,
            before: lists::fitting(before, sort)?,
            limit,
        })
    }
}

/// An order with its offers, rounds and events.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkOrderDetail {
    /// The order.
    #[serde(flatten)]
    pub order: WorkOrderView,
    /// Its offers, oldest first; of a contractor its own.
    pub assignments: Vec<AssignmentView>,
    /// Its rounds.
    pub rounds: Vec<RoundView>,
    /// What the field did with it.
    pub work_events: Vec<WorkEventRow>,
}

/// To whom an order goes: an organisation, or an inspector.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferBody {
    /// An organisation.
    pub organisation: Option<OrganisationId>,
    /// An inspector, for inspections.
    pub account: Option<AccountId>,
    /// Why.
    pub reason: String,
}

impl OfferBody {
    fn target(&self) -> Result<Option<Target>> {
        match (self.organisation, self.account) {
            (Some(organisation), None) => Ok(Some(Target::Organisation(organisation))),
            (None, Some(account)) => Ok(Some(Target::Inspector(account))),
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(Error::field("/account", "name an organisation or an account, not both")),
        }
    }
}

/// Why something is ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodedReason {
    /// Code.
    #[schema(example = "not_needed")]
    pub code: String,
    /// In words.
    pub note: Option<String>,
}

/// Why, in words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In words.
    pub reason: String,
}

/// A hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldBody {
    /// Why.
    pub reason: String,
    /// When it is looked at again, and ends if nobody prolongs it.
    pub review_at: Timestamp,
}

/// An objection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionBody {
    /// Why.
    pub reason: String,
    /// When the next attempt is due.
    pub rework_due: Option<Timestamp>,
}

/// List work orders
///
/// Newest first, those within your areas or held by your organisation. `state=draft` is what nobody could be asked to do.
#[utoipa::path(tag = "work-orders", params(WorkOrderQuery, Paging), responses((status = 200, body = Counted<WorkOrderView>)), extensions(("x-permission" = json!("work.read"))))]
#[get("/v1/work-orders")]
async fn list(state: web::Data<State>, ctx: May<WorkRead>, query: List<WorkOrderQuery>) -> Answer {
    let (ctx, limit) = (ctx.ctx(), query.limit);
    let filter = query.filter.filter(query.after()?, limit, ctx.now)?;
    let WorkOrderQuery { area, evidence, total: is_counted, .. } = query.filter;
    let read = move |tx: &mut Tx<'_>| {
        let area = area.as_deref().map(|name| lookup::area(tx, &ctx, name, "?area")).transpose()?;
        let filter = OrderFilter { area, ..filter.clone() };
        let page = work_order::list(tx, &ctx, &filter, evidence)?;
        let total = is_counted.then(|| work_order::count(tx, &ctx, &filter)).transpose()?.map(TotalView::from);
        let explained = work_order::explained(tx, &ctx, &page.orders)?;
        let names = References::of(&page.orders).look_up(tx, &ctx)?;
        let page = Listed::new(page.orders, page.next)?.try_map(|shown| {
            let is_explained = explained.contains(&shown.order.id);
            WorkOrderView::as_read(shown, &names, is_explained)
        })?;
        Ok(Counted { page, total })
    };
    Ok(reply::plain(&state.db.read(read).await?))
}

/// Get a work order
///
/// With its offers, rounds and events, as far as you may read them; contractors see their own offers.
#[utoipa::path(tag = "work-orders", params(("id" = WorkOrderId, Path)), responses((status = 200, body = WorkOrderDetail)), extensions(("x-permission" = json!("work.read"))))]
#[get("/v1/work-orders/{id}")]
async fn get(state: web::Data<State>, ctx: May<WorkRead>, id: PathId<WorkOrderTag>) -> Answer {
    let ctx = ctx.ctx();
    let body = state.db.read(move |tx| detail(tx, &ctx, id.0)).await?;
    Ok(reply::tagged(body.order.rev, &body))
}

fn detail(tx: &mut Tx<'_>, ctx: &Ctx, id: WorkOrderId) -> Result<WorkOrderDetail> {
    let (order, detail) = work_order::get(tx, ctx, id)?;
    let office = detail.is_office();
    let (holder, person) = (order.organisation_id, order.account_id);
    let unit = &detail.unit;
    let mut offers: Vec<_> = unit
        .assignments
        .iter()
        .filter(|a| a.work_order_id == id && (office || (a.organisation_id, a.account_id) == (holder, person)))
        .collect();
    offers.sort_by_key(|a| a.epoch);
    let rounds: Vec<_> = unit.rounds.iter().filter(|r| r.work_order_id == id && detail.shows("round", r.id.uuid())).collect();
    let events = unit.work_events.iter().filter(|e| e.work_order_id == id && detail.shows("work_event", e.id.uuid()));
    let names = References::of([&order]).and(offers.iter().copied()).and(rounds.iter().copied()).look_up(tx, ctx)?;
    Ok(WorkOrderDetail {
        assignments: offers.into_iter().map(|a| AssignmentView::new(a, &names)).collect(),
        rounds: rounds.into_iter().map(|r| RoundView::new(r.clone(), &names)).collect::<Result<_>>()?,
        work_events: events.map(wire::work_event).collect(),
        order: WorkOrderView::as_read(Shown::within(unit, order), &names, office)?,
    })
}

/// Offer a work order by hand
///
/// An order that nobody holds goes to an organisation, or an inspection to an inspector, with a reason.
#[utoipa::path(tag = "work-orders", request_body = OfferBody, params(("id" = WorkOrderId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WorkOrderView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/work-orders/{id}/offer")]
async fn offer(state: web::Data<State>, ctx: May<WorkManage>, id: PathId<WorkOrderTag>, rev: IfMatch, body: Body<OfferBody>) -> Answer {
    let to = body.value.target()?.ok_or_else(|| Error::field("/organisation", "name an organisation or an account"))?;
    decide(state, ctx, id, rev, Command::Offer { to, reason: body.value.reason }).await
}

/// Reassign a work order
///
/// Takes it from its holder and gives it a new epoch; without a target the next candidate is asked. What the former holder still reports
/// is kept as late work.
#[utoipa::path(tag = "work-orders", request_body = OfferBody, params(("id" = WorkOrderId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WorkOrderView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/work-orders/{id}/reassign")]
async fn reassign(state: web::Data<State>, ctx: May<WorkManage>, id: PathId<WorkOrderTag>, rev: IfMatch, body: Body<OfferBody>) -> Answer {
    let to = body.value.target()?;
    decide(state, ctx, id, rev, Command::Reassign { to, reason: body.value.reason }).await
}

/// Cancel a work order
///
/// A code says why. What the field still reports is kept as evidence, for a supervisor.
#[utoipa::path(tag = "work-orders", request_body = CodedReason, params(("id" = WorkOrderId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WorkOrderView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/work-orders/{id}/cancel")]
async fn cancel(state: web::Data<State>, ctx: May<WorkManage>, id: PathId<WorkOrderTag>, rev: IfMatch, body: Body<CodedReason>) -> Answer {
    decide(state, ctx, id, rev, Command::Cancel { code: body.value.code, note: body.value.note }).await
}

/// Put a work order on hold
///
/// Until `review_at`, when the hold ends unless somebody prolongs it.
#[utoipa::path(tag = "work-orders", request_body = HoldBody, params(("id" = WorkOrderId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WorkOrderView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/work-orders/{id}/hold")]
async fn hold(state: web::Data<State>, ctx: May<WorkManage>, id: PathId<WorkOrderTag>, rev: IfMatch, body: Body<HoldBody>) -> Answer {
    decide(state, ctx, id, rev, Command::Hold { reason: body.value.reason, review_at: body.value.review_at }).await
}

/// Refuse a requested hold
///
/// The field has asked for a hold (`hold_requested` in `flags`); the work goes on.
#[utoipa::path(tag = "work-orders", request_body = Reason, params(("id" = WorkOrderId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WorkOrderView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/work-orders/{id}/refuse-hold")]
async fn refuse_hold(state: web::Data<State>, ctx: May<WorkManage>, id: PathId<WorkOrderTag>, rev: IfMatch, body: Body<Reason>) -> Answer {
    decide(state, ctx, id, rev, Command::RefuseHold { reason: body.value.reason }).await
}

/// End the hold of a work order
///
/// Before its date; the order is again in the state that the field has reported.
#[utoipa::path(tag = "work-orders", params(("id" = WorkOrderId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WorkOrderView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/work-orders/{id}/resume")]
async fn resume(state: web::Data<State>, ctx: May<WorkManage>, id: PathId<WorkOrderTag>, rev: IfMatch) -> Answer {
    decide(state, ctx, id, rev, Command::Resume).await
}

/// Close a work order
///
/// Verified work is done with.
#[utoipa::path(tag = "work-orders", params(("id" = WorkOrderId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WorkOrderView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/work-orders/{id}/close")]
async fn close(state: web::Data<State>, ctx: May<WorkManage>, id: PathId<WorkOrderTag>, rev: IfMatch) -> Answer {
    decide(state, ctx, id, rev, Command::Close).await
}

/// Object to verified work
///
/// Verified or closed work is taken up again, by the same holder with a new round.
#[utoipa::path(tag = "work-orders", request_body = ObjectionBody, params(("id" = WorkOrderId, Path), ("If-Match" = String, Header)), responses((status = 200, body = WorkOrderView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/work-orders/{id}/object")]
async fn objection(
    state: web::Data<State>,
    ctx: May<WorkManage>,
    id: PathId<WorkOrderTag>,
    rev: IfMatch,
    body: Body<ObjectionBody>,
) -> Answer {
    decide(state, ctx, id, rev, Command::Object { reason: body.value.reason, due: body.value.rework_due }).await
}

async fn decide(state: web::Data<State>, ctx: May<WorkManage>, id: PathId<WorkOrderTag>, rev: IfMatch, command: Command) -> Answer {
    let ctx = ctx.ctx();
    let write = move |tx: &mut Tx<'_>| {
        let found = work_order::command(tx, &ctx, id.0, rev.0, &command)?;
        let names = References::of([&found]).look_up(tx, &ctx)?;
        WorkOrderView::as_read(found, &names, true)
    };
    let order = state.db.write(write).await?;
    Ok(reply::tagged(order.rev, &order))
}
