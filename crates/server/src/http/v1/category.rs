//! The catalogue of requests: categories in two levels.

mod thresholds;

use std::borrow::Cow;

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use utoipa_actix_web::service_config::ServiceConfig;

use self::thresholds::ThresholdsView;
use super::organisation::active;
use crate::http::{
    State,
    auth::{CatalogueManage, CatalogueRead, May},
    body::Body,
    params::{Listed, Params, PathId},
    precondition::{IdempotencyKey, IfMatch},
    problem::Answer,
    reply,
};
use bazdid_domain::{
    category::{Category, EvidenceNeeds, EvidenceRule, Hazard, Priority, StepNeeds},
    organisation::ActiveState,
    photo::PhotoKind,
};
use bazdid_protocol::{
    ids::{CategoryId, CategoryTag, ChecklistId, OrganisationId},
    time::Timestamp,
};
use bazdid_service::{
    category::{self, CategoryData},
    once::once,
};
use bazdid_store::Tx;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(get).service(update);
}

/// Photos of one kind that a submission needs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRuleView {
    /// Kind of photo.
    pub kind: PhotoKind,
    /// At least so many.
    pub min: u32,
}

/// What a submission must bring; in the document it is the [`EvidenceNeeds`] of the rows.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceView {
    /// Photos by kind.
    pub photos: Vec<EvidenceRuleView>,
    /// Whether the bytes of these photos must be stored before a round is accepted.
    #[serde(default)]
    pub stored: bool,
    /// What each step needs, where that is not as usual.
    #[serde(default, skip_serializing_if = "is_as_usual")]
    pub steps: StepNeeds,
}

fn is_as_usual(steps: &StepNeeds) -> bool {
    *steps == StepNeeds::default()
}

impl PartialSchema for EvidenceView {
    fn schema() -> RefOr<Schema> {
        EvidenceNeeds::schema()
    }
}

impl ToSchema for EvidenceView {
    fn name() -> Cow<'static, str> {
        EvidenceNeeds::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        EvidenceNeeds::schemas(schemas);
    }
}

impl From<EvidenceNeeds> for EvidenceView {
    fn from(e: EvidenceNeeds) -> Self {
        Self {
            photos: e.photos.into_iter().map(|r| EvidenceRuleView { kind: r.kind, min: r.min }).collect(),
            stored: e.stored,
            steps: e.steps,
        }
    }
}

impl From<EvidenceView> for EvidenceNeeds {
    fn from(e: EvidenceView) -> Self {
        Self { photos: e.photos.into_iter().map(|r| EvidenceRule { kind: r.kind, min: r.min }).collect(), stored: e.stored, steps: e.steps }
    }
}

/// A category of requests.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryView {
    /// Identity.
    pub id: CategoryId,
    /// Revision.
    pub rev: i64,
    /// Code.
    #[schema(example = "roads.pothole")]
    pub code: String,
    /// The group; absent for a group.
    #[schema(required = true)]
    pub parent_id: Option<CategoryId>,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Other words for it.
    pub synonyms: Vec<String>,
    /// Which organisation answers for it.
    #[schema(required = true)]
    pub owner_id: Option<OrganisationId>,
    /// Hazard while it waits.
    pub hazard: Hazard,
    /// Priority of a new ticket.
    pub default_priority: Priority,
    /// What a submission must bring.
    pub evidence: EvidenceView,
    /// Whether an inspector looks first.
    pub needs_inspection: bool,
    /// Minutes to answer an offer.
    pub accept_minutes: i64,
    /// Minutes until the work is due.
    pub resolve_minutes: i64,
    /// How far from the ticket evidence may be taken, metres.
    pub evidence_radius_m: f64,
    /// How much else evidence may deviate, where that is not as usual. Empty for contractors and their
    /// crews.
    pub evidence_thresholds: ThresholdsView,
    /// Checklist of a visit.
    #[schema(required = true)]
    pub checklist_id: Option<ChecklistId>,
    /// In use or not.
    pub state: ActiveState,
    /// Last change.
    pub updated_at: Timestamp,
}

impl From<Category> for CategoryView {
    fn from(c: Category) -> Self {
        Self {
            id: c.id,
            rev: c.rev,
            code: c.code,
            parent_id: c.parent_id,
            name_fa: c.name_fa,
            name_en: c.name_en,
            synonyms: c.synonyms,
            owner_id: c.owner_id,
            hazard: c.hazard,
            default_priority: c.default_priority,
            evidence: c.evidence.into(),
            needs_inspection: c.needs_inspection,
            accept_minutes: c.accept_minutes,
            resolve_minutes: c.resolve_minutes,
            evidence_radius_m: c.evidence_radius_m,
            evidence_thresholds: c.evidence_thresholds.into(),
            checklist_id: c.checklist_id,
            state: c.state,
            updated_at: c.updated_at,
        }
    }
}

/// What is said of a category.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CategoryData)]
pub struct CategoryBody {
    /// Code; it stays when the category is changed.
    pub code: String,
    /// The group; absent for a group.
    pub parent_id: Option<CategoryId>,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Other words for it.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// Which organisation answers for it.
    pub owner_id: Option<OrganisationId>,
    /// Hazard while it waits.
    pub hazard: Hazard,
    /// Priority of a new ticket.
    pub default_priority: Priority,
    /// What a submission must bring.
    #[serde(default)]
    pub evidence: EvidenceView,
    /// Whether an inspector looks first.
    pub needs_inspection: bool,
    /// Minutes to answer an offer.
    pub accept_minutes: i64,
    /// Minutes until the work is due.
    pub resolve_minutes: i64,
    /// How far from the ticket evidence may be taken, metres.
    pub evidence_radius_m: f64,
    /// How much else evidence may deviate, where that is not as usual.
    #[serde(default)]
    pub evidence_thresholds: ThresholdsView,
    /// Checklist of a visit.
    pub checklist_id: Option<ChecklistId>,
    /// In use or not.
    #[serde(default = "active")]
    #[schema(default = "active")]
    pub state: ActiveState,
}

impl From<CategoryBody> for CategoryData {
    fn from(b: CategoryBody) -> Self {
        Self {
            code: b.code,
            parent_id: b.parent_id,
            name_fa: b.name_fa,
            name_en: b.name_en,
            synonyms: b.synonyms,
            owner_id: b.owner_id,
            hazard: b.hazard,
            default_priority: b.default_priority,
            evidence: b.evidence.into(),
            needs_inspection: b.needs_inspection,
            accept_minutes: b.accept_minutes,
            resolve_minutes: b.resolve_minutes,
            evidence_radius_m: b.evidence_radius_m,
            evidence_thresholds: b.evidence_thresholds.into(),
            checklist_id: b.checklist_id,
            state: b.state,
        }
    }
}

/// Which categories.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CategoryQuery {
    /// In use or not.
    state: Option<ActiveState>,
}

/// List categories
///
/// By code, groups and the categories below them, all on one page. `evidence_thresholds` is empty for contractors and their crews.
#[utoipa::path(tag = "categories", params(CategoryQuery), responses((status = 200, body = Listed<CategoryView>)), extensions(("x-permission" = json!("catalogue.read"))))]
#[get("/v1/categories")]
async fn list(state: web::Data<State>, ctx: May<CatalogueRead>, query: Params<CategoryQuery>) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.read(move |tx| category::list_categories(tx, &ctx, query.0.state)).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(CategoryView::from).collect())))
}

/// Create a category
///
/// A category without `parent_id` is a group. The code is unique and stays.
#[utoipa::path(tag = "categories", request_body = CategoryBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = CategoryView)), extensions(("x-permission" = json!("catalogue.manage"))))]
#[post("/v1/categories")]
async fn create(state: web::Data<State>, ctx: May<CatalogueManage>, key: IdempotencyKey, body: Body<CategoryBody>) -> Answer {
    let (ctx, key) = (ctx.ctx(), key.once(&body));
    let data = body.value.into();
    let create =
        move |tx: &mut Tx<'_>| once(tx, &ctx, &key, |tx| reply::created(&CategoryView::from(category::create_category(tx, &ctx, &data)?)));
    Ok(reply::replayable(state.db.write(create).await?))
}

/// Get a category
///
/// `evidence_thresholds` is empty for contractors and their crews.
#[utoipa::path(tag = "categories", params(("id" = CategoryId, Path)), responses((status = 200, body = CategoryView)), extensions(("x-permission" = json!("catalogue.read"))))]
#[get("/v1/categories/{id}")]
async fn get(state: web::Data<State>, ctx: May<CatalogueRead>, id: PathId<CategoryTag>) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.read(move |tx| category::get_category(tx, &ctx, id.0)).await?;
    Ok(reply::tagged(found.rev, &CategoryView::from(found)))
}

/// Change a category
///
/// All fields are replaced; the code stays. Open orders keep the evidence that they asked for.
#[utoipa::path(tag = "categories", request_body = CategoryBody, params(("id" = CategoryId, Path), ("If-Match" = String, Header)), responses((status = 200, body = CategoryView)), extensions(("x-permission" = json!("catalogue.manage"))))]
#[put("/v1/categories/{id}")]
async fn update(
    state: web::Data<State>,
    ctx: May<CatalogueManage>,
    id: PathId<CategoryTag>,
    rev: IfMatch,
    body: Body<CategoryBody>,
) -> Answer {
    let (ctx, data) = (ctx.ctx(), body.value.into());
    let found = state.db.write(move |tx| category::update_category(tx, &ctx, id.0, rev.0, &data)).await?;
    Ok(reply::tagged(found.rev, &CategoryView::from(found)))
}
