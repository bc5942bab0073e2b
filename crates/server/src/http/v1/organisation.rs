//! Organisations.

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{CatalogueManage, CatalogueRead, May},
    body::Body,
    params::{Listed, Params, PathId},
    precondition::{IdempotencyKey, IfMatch},
    problem::Answer,
    reply,
};
use bazdid_domain::organisation::{ActiveState, Organisation, OrganisationKind};
use bazdid_protocol::{
    ids::{OrganisationId, OrganisationTag},
    time::Timestamp,
};
use bazdid_service::{
    once::once,
    organisation::{self, OrganisationData},
};
use bazdid_store::Tx;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(get).service(update);
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationView {
    /// Identity.
    pub id: OrganisationId,
    /// Revision.
    pub rev: i64,
    /// Short code.
    pub code: String,
    /// What it is to the city.
    pub kind: OrganisationKind,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// The organisation above.
    #[schema(required = true)]
    pub parent_id: Option<OrganisationId>,
    /// In use or not.
    pub state: ActiveState,
    /// Last change.
    pub updated_at: Timestamp,
}

impl From<Organisation> for OrganisationView {
    fn from(o: Organisation) -> Self {
        let Organisation { id, rev, code, kind, name_fa, name_en, parent_id, state, updated_at } = o;
        Self { id, rev, code, kind, name_fa, name_en, parent_id, state, updated_at }
    }
}

/// What is said of an organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationData)]
pub struct OrganisationBody {
    /// Short code; it stays when the organisation is changed.
    pub code: String,
    /// What it is to the city.
    pub kind: OrganisationKind,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// The organisation above.
    pub parent_id: Option<OrganisationId>,
    /// In use or not.
    #[serde(default = "active")]
    #[schema(default = "active")]
    pub state: ActiveState,
}

/// The state of what is new.
pub(super) const fn active() -> ActiveState {
    ActiveState::Active
}

impl From<OrganisationBody> for OrganisationData {
    fn from(b: OrganisationBody) -> Self {
        let OrganisationBody { code, kind, name_fa, name_en, parent_id, state } = b;
        Self { code, kind, name_fa, name_en, parent_id, state }
    }
}

/// Which organisations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrganisationQuery {
    /// Of one kind.
    kind: Option<OrganisationKind>,
}

/// List organisations
///
/// By kind and code, all on one page.
#[utoipa::path(tag = "organisations", params(OrganisationQuery), responses((status = 200, body = Listed<OrganisationView>)), extensions(("x-permission" = json!("catalogue.read"))))]
#[get("/v1/organisations")]
async fn list(state: web::Data<State>, ctx: May<CatalogueRead>, query: Params<OrganisationQuery>) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.read(move |tx| organisation::list_organisations(tx, &ctx, query.0.kind)).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(OrganisationView::from).collect())))
}

/// Create an organisation
///
/// A department, a contractor or a partner. The code is unique and stays.
#[utoipa::path(tag = "organisations", request_body = OrganisationBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = OrganisationView)), extensions(("x-permission" = json!("catalogue.manage"))))]
#[post("/v1/organisations")]
async fn create(state: web::Data<State>, ctx: May<CatalogueManage>, key: IdempotencyKey, body: Body<OrganisationBody>) -> Answer {
    let (ctx, key) = (ctx.ctx(), key.once(&body));
    let data = body.value.into();
    let create = move |tx: &mut Tx<'_>| {
        once(tx, &ctx, &key, |tx| reply::created(&OrganisationView::from(organisation::create_organisation(tx, &ctx, &data)?)))
    };
    Ok(reply::replayable(state.db.write(create).await?))
}

/// Get an organisation
///
/// Every role may read all of them: orders and tickets name them.
#[utoipa::path(tag = "organisations", params(("id" = OrganisationId, Path)), responses((status = 200, body = OrganisationView)), extensions(("x-permission" = json!("catalogue.read"))))]
#[get("/v1/organisations/{id}")]
async fn get(state: web::Data<State>, _ctx: May<CatalogueRead>, id: PathId<OrganisationTag>) -> Answer {
    let found = state.db.read(move |tx| organisation::get_organisation(tx, id.0)).await?;
    Ok(reply::tagged(found.rev, &OrganisationView::from(found)))
}

/// Change an organisation
///
/// All fields are replaced; the code stays. A disabled organisation is asked for nothing new.
#[utoipa::path(tag = "organisations", request_body = OrganisationBody, params(("id" = OrganisationId, Path), ("If-Match" = String, Header)), responses((status = 200, body = OrganisationView)), extensions(("x-permission" = json!("catalogue.manage"))))]
#[put("/v1/organisations/{id}")]
async fn update(
    state: web::Data<State>,
    ctx: May<CatalogueManage>,
    id: PathId<OrganisationTag>,
    rev: IfMatch,
    body: Body<OrganisationBody>,
) -> Answer {
    let (ctx, data) = (ctx.ctx(), body.value.into());
    let found = state.db.write(move |tx| organisation::update_organisation(tx, &ctx, id.0, rev.0, &data)).await?;
    Ok(reply::tagged(found.rev, &OrganisationView::from(found)))
}
