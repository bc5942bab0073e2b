//! Contracts with organisations, and the reports on them.

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{ContractManage, ContractRead, May},
    body::Body,
    params::{Listed, Params, PathId},
    precondition::{IdempotencyKey, IfMatch},
    problem::Answer,
    reply,
};
use bazdid_domain::contract::{Contract, ContractStatus};
use bazdid_protocol::{
    ids::{AreaId, CategoryId, ContractId, ContractTag, CoverageId, OrganisationId},
    time::Timestamp,
};
use bazdid_service::{
    contract::{self, ContractData, ContractFilter, ContractVerb, Reports, reports as report_on},
    once::once,
};
use bazdid_store::Tx;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    // `report` before `{id}`: the first route that fits is taken.
    config.service(list).service(create).service(reports).service(get).service(update);
    config.service(activate).service(suspend).service(end);
}

/// A contract.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContractView {
    /// Identity.
    pub id: ContractId,
    /// Revision.
    pub rev: i64,
    /// Number.
    pub number: String,
    /// With whom.
    pub organisation_id: OrganisationId,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Timestamp,
    /// Status.
    pub status: ContractStatus,
    /// At most so many assignments a civil day over all coverages.
    #[schema(required = true)]
    pub daily_capacity: Option<i64>,
    /// Last change.
    pub updated_at: Timestamp,
}

impl From<Contract> for ContractView {
    fn from(c: Contract) -> Self {
        let Contract { id, rev, number, organisation_id, valid_from, valid_to, status, daily_capacity, updated_at } = c;
        Self { id, rev, number, organisation_id, valid_from, valid_to, status, daily_capacity, updated_at }
    }
}

/// What is said of a contract.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractData)]
pub struct ContractBody {
    /// Number; it stays when the contract is changed.
    pub number: String,
    /// With whom; it stays.
    pub organisation_id: OrganisationId,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Timestamp,
    /// At most so many assignments a civil day over all coverages.
    pub daily_capacity: Option<i64>,
}

impl From<ContractBody> for ContractData {
    fn from(b: ContractBody) -> Self {
        let ContractBody { number, organisation_id, valid_from, valid_to, daily_capacity } = b;
        Self { number, organisation_id, valid_from, valid_to, daily_capacity }
    }
}

/// Which contracts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContractQuery {
    /// With one organisation.
    organisation_id: Option<OrganisationId>,
    /// Of one status.
    status: Option<ContractStatus>,
}

/// Reports on which instant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// The instant; absent: now.
    at: Option<Timestamp>,
    /// How many days ahead to look for contracts that end.
    days: Option<i64>,
}

/// What is missing, doubled or about to end among the contracts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContractReport {
    /// Districts × groups of categories in which nobody is asked first.
    pub gaps: Vec<GapView>,
    /// Coverages that say the same.
    pub overlaps: Vec<OverlapView>,
    /// Contracts that end soon.
    pub ending: Vec<EndingView>,
}

/// A district in which nobody is asked first for a group of categories.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapView {
    /// The district.
    pub area_id: AreaId,
    /// The group.
    pub category_id: CategoryId,
    /// Whether some categories of the group are covered.
    pub partly: bool,
}

/// Coverages that say the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverlapView {
    /// Where.
    pub area_id: AreaId,
    /// What; absent: everything.
    #[schema(required = true)]
    pub category_id: Option<CategoryId>,
    /// At which rank.
    pub rank: i64,
    /// Which.
    pub coverages: Vec<CoverageId>,
}

/// A contract that ends soon.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndingView {
    /// Which.
    pub contract_id: ContractId,
    /// When.
    pub ends_at: Timestamp,
}

impl From<Reports> for ContractReport {
    fn from(r: Reports) -> Self {
        Self {
            gaps: r.gaps.into_iter().map(|g| GapView { area_id: g.area, category_id: g.category, partly: g.partly }).collect(),
            overlaps: r
                .overlaps
                .into_iter()
                .map(|o| OverlapView { area_id: o.area, category_id: o.category, rank: o.rank, coverages: o.coverages })
                .collect(),
            ending: r.ending.into_iter().map(|e| EndingView { contract_id: e.contract, ends_at: e.at }).collect(),
        }
    }
}

/// List contracts
///
/// By number, all on one page. Contractors see their own.
#[utoipa::path(tag = "contracts", params(ContractQuery), responses((status = 200, body = Listed<ContractView>)), extensions(("x-permission" = json!("contract.read"))))]
#[get("/v1/contracts")]
async fn list(state: web::Data<State>, ctx: May<ContractRead>, query: Params<ContractQuery>) -> Answer {
    let ctx = ctx.ctx();
    let ContractQuery { organisation_id, status } = query.0;
    let found = state.db.read(move |tx| contract::list_contracts(tx, &ctx, ContractFilter { organisation_id, status })).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(ContractView::from).collect())))
}

/// Create a contract
///
/// A new contract is a draft: nobody is asked by it until it is activated.
#[utoipa::path(tag = "contracts", request_body = ContractBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = ContractView)), extensions(("x-permission" = json!("contract.manage"))))]
#[post("/v1/contracts")]
async fn create(state: web::Data<State>, ctx: May<ContractManage>, key: IdempotencyKey, body: Body<ContractBody>) -> Answer {
    let (ctx, key) = (ctx.ctx(), key.once(&body));
    let data = body.value.into();
    let create =
        move |tx: &mut Tx<'_>| once(tx, &ctx, &key, |tx| reply::created(&ContractView::from(contract::create_contract(tx, &ctx, &data)?)));
    Ok(reply::replayable(state.db.write(create).await?))
}

/// Report gaps and overlaps of contracts
///
/// Districts and groups of categories for which nobody is asked first, coverages that say the same, and contracts that end within `days`.
#[utoipa::path(tag = "contracts", params(ReportQuery), responses((status = 200, body = ContractReport)), extensions(("x-permission" = json!("contract.manage"))))]
#[get("/v1/contracts/report")]
async fn reports(state: web::Data<State>, ctx: May<ContractManage>, query: Params<ReportQuery>) -> Answer {
    let ctx = ctx.ctx();
    let ReportQuery { at, days } = query.0;
    let found = state.db.read(move |tx| report_on(tx, &ctx, at, days.unwrap_or(30))).await?;
    Ok(reply::plain(&ContractReport::from(found)))
}

/// Get a contract
///
/// A contractor can only read their own.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path)), responses((status = 200, body = ContractView)), extensions(("x-permission" = json!("contract.read"))))]
#[get("/v1/contracts/{id}")]
async fn get(state: web::Data<State>, ctx: May<ContractRead>, id: PathId<ContractTag>) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.read(move |tx| contract::get_contract(tx, &ctx, id.0)).await?;
    Ok(reply::tagged(found.rev, &ContractView::from(found)))
}

/// Change validity and capacity of a contract
///
/// Number and organisation stay. A contract that has ended is not changed any more.
#[utoipa::path(tag = "contracts", request_body = ContractBody, params(("id" = ContractId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ContractView)), extensions(("x-permission" = json!("contract.manage"))))]
#[put("/v1/contracts/{id}")]
async fn update(
    state: web::Data<State>,
    ctx: May<ContractManage>,
    id: PathId<ContractTag>,
    rev: IfMatch,
    body: Body<ContractBody>,
) -> Answer {
    let (ctx, data) = (ctx.ctx(), body.value.into());
    let found = state.db.write(move |tx| contract::update_contract(tx, &ctx, id.0, rev.0, &data)).await?;
    Ok(reply::tagged(found.rev, &ContractView::from(found)))
}

async fn follow(state: &State, ctx: May<ContractManage>, id: PathId<ContractTag>, rev: IfMatch, verb: ContractVerb) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.write(move |tx| contract::change_status(tx, &ctx, id.0, rev.0, verb)).await?;
    Ok(reply::tagged(found.rev, &ContractView::from(found)))
}

/// Activate a contract
///
/// From now on its coverages are asked. A contract whose validity is over has to be extended first.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ContractView)), extensions(("x-permission" = json!("contract.manage"))))]
#[post("/v1/contracts/{id}/activate")]
async fn activate(state: web::Data<State>, ctx: May<ContractManage>, id: PathId<ContractTag>, rev: IfMatch) -> Answer {
    follow(&state, ctx, id, rev, ContractVerb::Activate).await
}

/// Suspend a contract
///
/// New work goes to others; what was accepted stays with the contractor.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ContractView)), extensions(("x-permission" = json!("contract.manage"))))]
#[post("/v1/contracts/{id}/suspend")]
async fn suspend(state: web::Data<State>, ctx: May<ContractManage>, id: PathId<ContractTag>, rev: IfMatch) -> Answer {
    follow(&state, ctx, id, rev, ContractVerb::Suspend).await
}

/// End a contract before its time
///
/// It cannot be activated again. What was accepted stays with the contractor.
#[utoipa::path(tag = "contracts", params(("id" = ContractId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ContractView)), extensions(("x-permission" = json!("contract.manage"))))]
#[post("/v1/contracts/{id}/end")]
async fn end(state: web::Data<State>, ctx: May<ContractManage>, id: PathId<ContractTag>, rev: IfMatch) -> Answer {
    follow(&state, ctx, id, rev, ContractVerb::End).await
}
