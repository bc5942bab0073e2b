//! Rounds: what waits for a verdict, and the verdict.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, RoundVerify, WorkRead},
    body::Body,
    params::{List, Listed, Paging, PathId},
    precondition::IfMatch,
    problem::Answer,
    reply,
    v1::summary::{self, OrganisationNameView, PersonView, TicketSummaryView},
};
use bazdid_domain::{
    office::round::Share,
    work_order::{Defect, Round, RoundVerdict},
};
use bazdid_protocol::{
    error::Result,
    ids::{OrganisationId, RoundId, RoundTag, WorkOrderId},
    time::Timestamp,
};
use bazdid_service::{
    Ctx,
    round::{self, Verdict},
    summary::{Names, References},
    ticket::lookup,
};
use bazdid_store::{Tx, work_order::search::RoundFilter};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(get).service(verify).service(rework);
}

/// A round.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundView {
    /// Identity.
    pub id: RoundId,
    /// Revision.
    pub rev: i64,
    /// Of which work order.
    pub work_order: WorkOrderId,
    /// Of which ticket.
    pub ticket: TicketSummaryView,
    /// From 1.
    pub number: i64,
    /// The epoch in which it was submitted.
    pub epoch: i64,
    /// By whom.
    pub submitted_by: PersonView,
    /// For which organisation.
    #[schema(required = true)]
    pub submitted_org: Option<OrganisationNameView>,
    /// When.
    pub submitted_at: Timestamp,
    /// What the office says.
    pub verdict: RoundVerdict,
    /// Who said it.
    #[schema(required = true)]
    pub verdict_by: Option<PersonView>,
    /// When.
    #[schema(required = true)]
    pub verdict_at: Option<Timestamp>,
    /// Why it was returned.
    pub defects: Vec<Defect>,
    /// In words.
    #[schema(required = true)]
    pub note: Option<String>,
    /// When the next attempt is due.
    #[schema(required = true)]
    pub rework_due: Option<Timestamp>,
    /// Why it was accepted though bytes that the category asks for had not arrived.
    #[schema(required = true)]
    pub without_bytes: Option<String>,
}

impl RoundView {
    /// A round with the names of whom and what it refers to.
    ///
    /// # Errors
    /// Its ticket was not looked up.
    pub fn new(r: Round, names: &Names) -> Result<Self> {
        Ok(Self {
            id: r.id,
            rev: r.rev,
            work_order: r.work_order_id,
            ticket: summary::ticket(names, r.ticket_id)?,
            number: r.number,
            epoch: r.epoch,
            submitted_by: summary::person(names, r.submitted_by),
            submitted_org: r.submitted_org.map(|id| summary::organisation(names, id)),
            submitted_at: r.submitted_at,
            verdict: r.verdict,
            verdict_by: r.verdict_by.map(|id| summary::person(names, id)),
            verdict_at: r.verdict_at,
            defects: r.defects,
            note: r.note,
            rework_due: r.rework_due,
            without_bytes: r.without_bytes,
        })
    }
}

/// Which rounds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RoundQuery {
    /// With this verdict; `pending`: what waits.
    verdict: Option<RoundVerdict>,
    /// Submitted by people of this organisation.
    organisation: Option<OrganisationId>,
    /// Of a ticket in this area (id or code) or below it.
    area: Option<String>,
}

/// A round is accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyBody {
    /// `all`, or `part` of the quantity: then the note says which.
    #[serde(default = "all")]
    #[schema(default = "all")]
    pub accepted: Accepted,
    /// In words.
    pub note: Option<String>,
    /// Why the bytes that the category asks for are not waited for; for supervisors, who answer for it.
    pub without_bytes: Option<String>,
}

/// How much is accepted.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Accepted {
    /// All of it.
    All,
    /// Part of it.
    Part,
}

const fn all() -> Accepted {
    Accepted::All
}

/// A defect that is found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDefect)]
pub struct DefectBody {
    /// Code.
    #[schema(example = "debris_left")]
    pub code: String,
    /// In words.
    pub note: Option<String>,
}

/// A round is returned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReworkBody {
    /// Why: at least one.
    pub defects: Vec<DefectBody>,
    /// When the next attempt is due; absent: after the category's minutes.
    pub rework_due: Option<Timestamp>,
    /// In words.
    pub note: Option<String>,
}

/// List rounds
///
/// Newest first, those within your areas. `verdict=pending` is what waits to be verified.
#[utoipa::path(tag = "rounds", params(RoundQuery, Paging), responses((status = 200, body = Listed<RoundView>)), extensions(("x-permission" = json!("work.read"))))]
#[get("/v1/rounds")]
async fn list(state: web::Data<State>, ctx: May<WorkRead>, query: List<RoundQuery>) -> Answer {
    let (ctx, limit, before) = (ctx.ctx(), query.limit, query.after()?);
    let RoundQuery { verdict, organisation, area } = query.filter;
    let read = move |tx: &mut Tx<'_>| {
        let area = area.as_deref().map(|name| lookup::area(tx, &ctx, name, "?area")).transpose()?;
        let found =
            round::list(tx, &ctx, &RoundFilter { verdict, organisation, area, before, limit: limit + 1, ..RoundFilter::default() })?;
        let names = References::of(found.iter().map(|r| &r.row)).look_up(tx, &ctx)?;
        Listed::page(found, limit, |r| r.key)?.try_map(|r| RoundView::new(r.row, &names))
    };
    Ok(reply::plain(&state.db.read(read).await?))
}

/// Get a round
///
/// One submission of a work order with its verdict.
#[utoipa::path(tag = "rounds", params(("id" = RoundId, Path)), responses((status = 200, body = RoundView)), extensions(("x-permission" = json!("work.read"))))]
#[get("/v1/rounds/{id}")]
async fn get(state: web::Data<State>, ctx: May<WorkRead>, id: PathId<RoundTag>) -> Answer {
    let ctx = ctx.ctx();
    let read = move |tx: &mut Tx<'_>| {
        let found = round::get(tx, &ctx, id.0)?;
        view(tx, &ctx, found)
    };
    let round = state.db.read(read).await?;
    Ok(reply::tagged(round.rev, &round))
}

/// Accept a round
///
/// All of it, or part of the quantity. Nobody accepts their own round or that of their organisation. Where the category asks for stored
/// photos it is 409 `evidence_pending` until their bytes are there, unless a supervisor says in `without_bytes` why they do not wait.
#[utoipa::path(tag = "rounds", request_body = VerifyBody, params(("id" = RoundId, Path), ("If-Match" = String, Header)), responses((status = 200, body = RoundView)), extensions(("x-permission" = json!("round.verify"))))]
#[post("/v1/rounds/{id}/verify")]
async fn verify(state: web::Data<State>, ctx: May<RoundVerify>, id: PathId<RoundTag>, rev: IfMatch, body: Body<VerifyBody>) -> Answer {
    let share = match body.value.accepted {
        Accepted::All => Share::All,
        Accepted::Part => Share::Part,
    };
    let verdict = Verdict::Verify { share, note: body.value.note, without_bytes: body.value.without_bytes };
    judge(state, ctx, (id.0, rev.0), verdict).await
}

/// Return a round with defects
///
/// The next round of the same holder begins, with a new epoch. Nobody judges their own round or that of their organisation.
#[utoipa::path(tag = "rounds", request_body = ReworkBody, params(("id" = RoundId, Path), ("If-Match" = String, Header)), responses((status = 200, body = RoundView)), extensions(("x-permission" = json!("round.verify"))))]
#[post("/v1/rounds/{id}/rework")]
async fn rework(state: web::Data<State>, ctx: May<RoundVerify>, id: PathId<RoundTag>, rev: IfMatch, body: Body<ReworkBody>) -> Answer {
    let ReworkBody { defects, rework_due, note } = body.value;
    let defects = defects.into_iter().map(|d| Defect { code: d.code, note: d.note }).collect();
    judge(state, ctx, (id.0, rev.0), Verdict::Rework { defects, due: rework_due, note }).await
}

/// Judges the round with an id as it was read at a revision.
async fn judge(state: web::Data<State>, ctx: May<RoundVerify>, (id, rev): (RoundId, i64), verdict: Verdict) -> Answer {
    let ctx = ctx.ctx();
    let write = move |tx: &mut Tx<'_>| {
        let found = round::judge(tx, &ctx, id, rev, &verdict)?;
        view(tx, &ctx, found)
    };
    let round = state.db.write(write).await?;
    Ok(reply::tagged(round.rev, &round))
}

fn view(tx: &mut Tx<'_>, ctx: &Ctx, round: Round) -> Result<RoundView> {
    let names = References::of([&round]).look_up(tx, ctx)?;
    RoundView::new(round, &names)
}
