//! What contracts cover: area × category × rank.

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
use bazdid_domain::contract::{Coverage, Descent};
use bazdid_protocol::{
    ids::{AreaId, CategoryId, ContractId, CoverageId, CoverageTag},
    time::Timestamp,
};
use bazdid_service::{
    contract::{self as coverage, CoverageData},
    once::once,
};
use bazdid_store::Tx;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(get).service(update);
}

/// A coverage of a contract.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageView {
    /// Identity.
    pub id: CoverageId,
    /// Revision.
    pub rev: i64,
    /// Of which contract.
    pub contract_id: ContractId,
    /// Where, with all that lies below.
    pub area_id: AreaId,
    /// What; absent: everything.
    #[schema(required = true)]
    pub category_id: Option<CategoryId>,
    /// Whether the categories below count.
    pub descent: Descent,
    /// 1 is asked first.
    pub rank: i64,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    #[schema(required = true)]
    pub valid_to: Option<Timestamp>,
    /// At most so many assignments a civil day.
    #[schema(required = true)]
    pub daily_capacity: Option<i64>,
    /// Last change.
    pub updated_at: Timestamp,
}

impl From<Coverage> for CoverageView {
    fn from(c: Coverage) -> Self {
        Self {
            id: c.id,
            rev: c.rev,
            contract_id: c.contract_id,
            area_id: c.area_id,
            category_id: c.category_id,
            descent: c.descent,
            rank: c.rank,
            valid_from: c.valid_from,
            valid_to: c.valid_to,
            daily_capacity: c.daily_capacity,
            updated_at: c.updated_at,
        }
    }
}

/// What is said of a coverage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CoverageData)]
pub struct CoverageBody {
    /// Of which contract; it stays when the coverage is changed.
    pub contract_id: ContractId,
    /// Where, with all that lies below.
    pub area_id: AreaId,
    /// What; absent: everything.
    pub category_id: Option<CategoryId>,
    /// Whether the categories below count.
    #[serde(default = "with_descendants")]
    #[schema(default = "with_descendants")]
    pub descent: Descent,
    /// 1 is asked first.
    pub rank: i64,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity.
    pub valid_to: Option<Timestamp>,
    /// At most so many assignments a civil day.
    pub daily_capacity: Option<i64>,
}

const fn with_descendants() -> Descent {
    Descent::WithDescendants
}

impl From<CoverageBody> for CoverageData {
    fn from(b: CoverageBody) -> Self {
        let CoverageBody { contract_id, area_id, category_id, descent, rank, valid_from, valid_to, daily_capacity } = b;
        Self { contract_id, area_id, category_id, descent, rank, valid_from, valid_to, daily_capacity }
    }
}

/// Which coverages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageQuery {
    /// Of one contract.
    contract_id: Option<ContractId>,
}

/// List coverages
///
/// What contracts cover: area, category and rank. All on one page.
#[utoipa::path(tag = "coverages", params(CoverageQuery), responses((status = 200, body = Listed<CoverageView>)), extensions(("x-permission" = json!("contract.read"))))]
#[get("/v1/coverages")]
async fn list(state: web::Data<State>, ctx: May<ContractRead>, query: Params<CoverageQuery>) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.read(move |tx| coverage::list_coverages(tx, &ctx, query.0.contract_id)).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(CoverageView::from).collect())))
}

/// Add a coverage to a contract
///
/// Rank 1 is asked first. Without a category it covers everything in its area.
#[utoipa::path(tag = "coverages", request_body = CoverageBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = CoverageView)), extensions(("x-permission" = json!("contract.manage"))))]
#[post("/v1/coverages")]
async fn create(state: web::Data<State>, ctx: May<ContractManage>, key: IdempotencyKey, body: Body<CoverageBody>) -> Answer {
    let (ctx, key) = (ctx.ctx(), key.once(&body));
    let data = body.value.into();
    let create =
        move |tx: &mut Tx<'_>| once(tx, &ctx, &key, |tx| reply::created(&CoverageView::from(coverage::create_coverage(tx, &ctx, &data)?)));
    Ok(reply::replayable(state.db.write(create).await?))
}

/// Get a coverage
///
/// A contractor can only read those of their own contracts.
#[utoipa::path(tag = "coverages", params(("id" = CoverageId, Path)), responses((status = 200, body = CoverageView)), extensions(("x-permission" = json!("contract.read"))))]
#[get("/v1/coverages/{id}")]
async fn get(state: web::Data<State>, ctx: May<ContractRead>, id: PathId<CoverageTag>) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.read(move |tx| coverage::get_coverage(tx, &ctx, id.0)).await?;
    Ok(reply::tagged(found.rev, &CoverageView::from(found)))
}

/// Change a coverage
///
/// All fields are replaced; the contract stays. A coverage of a contract that has ended is not changed any more.
#[utoipa::path(tag = "coverages", request_body = CoverageBody, params(("id" = CoverageId, Path), ("If-Match" = String, Header)), responses((status = 200, body = CoverageView)), extensions(("x-permission" = json!("contract.manage"))))]
#[put("/v1/coverages/{id}")]
async fn update(
    state: web::Data<State>,
    ctx: May<ContractManage>,
    id: PathId<CoverageTag>,
    rev: IfMatch,
    body: Body<CoverageBody>,
) -> Answer {
    let (ctx, data) = (ctx.ctx(), body.value.into());
    let found = state.db.write(move |tx| coverage::update_coverage(tx, &ctx, id.0, rev.0, &data)).await?;
    Ok(reply::tagged(found.rev, &CoverageView::from(found)))
}
