//! Areas and where a point lies among them.

use actix_web::{HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{AreaManage, AreaRead, May},
    body::Body,
    params::{Listed, Params, PathId},
    precondition::IfMatch,
    problem::Answer,
    reply,
};
use bazdid_domain::{
    area::{Area, AreaKind},
    ticket::Boundary,
};
use bazdid_protocol::{
    error::{Code, Error},
    geo::Point,
    ids::{AreaId, AreaTag},
    time::Timestamp,
};
use bazdid_service::area::{self, AreaData, AreaFilter};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    // `locate` before `{id}`: the first route that fits is taken.
    config.service(list).service(locate).service(get).service(update).service(outline);
}

/// An area, without its outline.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaView {
    /// Identity.
    pub id: AreaId,
    /// Revision.
    pub rev: i64,
    /// Code.
    pub code: String,
    /// Level.
    pub kind: AreaKind,
    /// The area above.
    #[schema(required = true)]
    pub parent_id: Option<AreaId>,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Last change.
    pub updated_at: Timestamp,
}

impl From<Area> for AreaView {
    fn from(a: Area) -> Self {
        let Area { id, rev, code, kind, parent_id, name_fa, name_en, updated_at } = a;
        Self { id, rev, code, kind, parent_id, name_fa, name_en, updated_at }
    }
}

/// What is said of an area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AreaData)]
pub struct AreaBody {
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// The area above.
    pub parent_id: Option<AreaId>,
}

/// Which areas.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AreaQuery {
    /// Of one level.
    kind: Option<AreaKind>,
    /// Directly below one area.
    parent_id: Option<AreaId>,
}

/// A point.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LocateQuery {
    /// Latitude, WGS84.
    lat: f64,
    /// Longitude, WGS84.
    lon: f64,
    /// Accuracy, metres.
    accuracy_m: Option<f64>,
}

/// Where a point lies.
#[derive(Debug, Serialize, ToSchema)]
pub struct LocateAnswer {
    /// Every area that holds the point.
    pub areas: Vec<AreaId>,
    /// Those of them that nothing lies below.
    pub leaf_areas: Vec<AreaId>,
    /// Inside, near a border, outside but near, or outside everything.
    pub boundary: Boundary,
}

/// The outline of an area as a feature of GeoJSON (RFC 7946).
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct AreaFeature {
    r#type: AreaFeatureType,
    /// The area.
    id: AreaId,
    /// Its outline.
    geometry: AreaGeometry,
    /// What it is.
    properties: AreaProperties,
}

/// `Feature`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
enum AreaFeatureType {
    Feature,
}

/// Where an area lies.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct AreaGeometry {
    r#type: AreaGeometryType,
    /// Polygons of rings, the outer one first, of positions: longitude, latitude and perhaps a height.
    coordinates: Vec<Vec<Vec<Vec<f64>>>>,
}

/// `MultiPolygon`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
enum AreaGeometryType {
    MultiPolygon,
}

/// What an area is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made")]
struct AreaProperties {
    /// Code.
    code: String,
    /// Persian name.
    name_fa: String,
    /// English name.
    name_en: String,
    /// Level.
    kind: AreaKind,
    /// Where the outline comes from, with its licence; `synthetic` if it was made.
    source: String,
    /// First instant of validity.
    valid_from: Timestamp,
    /// First instant after validity.
    #[schema(required = true)]
    valid_to: Option<Timestamp>,
}

/// List areas
///
/// By level and code, without their outlines, all on one page.
#[utoipa::path(tag = "areas", params(AreaQuery), responses((status = 200, body = Listed<AreaView>)), extensions(("x-permission" = json!("area.read"))))]
#[get("/v1/areas")]
async fn list(state: web::Data<State>, ctx: May<AreaRead>, query: Params<AreaQuery>) -> Answer {
    let ctx = ctx.ctx();
    let AreaQuery { kind, parent_id } = query.0;
    let found = state.db.read(move |tx| area::list_areas(tx, &ctx, AreaFilter { kind, parent_id })).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(AreaView::from).collect())))
}

/// Find the areas of a point
///
/// Answers every area that contains the point, and how clearly it lies in them. The accuracy decides what is near a border.
#[utoipa::path(tag = "areas", params(LocateQuery), responses((status = 200, body = LocateAnswer)), extensions(("x-permission" = json!("area.read"))))]
#[get("/v1/areas/locate")]
async fn locate(state: web::Data<State>, ctx: May<AreaRead>, query: Params<LocateQuery>) -> Answer {
    let ctx = ctx.ctx();
    let LocateQuery { lat, lon, accuracy_m } = query.0;
    let point = Point { lat, lon, accuracy_m };
    if let Some((name, what)) = point.fault() {
        return Err(Error::field(format!("?{name}"), what).into());
    }
    let placement = state.db.read(move |tx| Ok(ctx.reference(tx)?.locate(&point))).await?;
    Ok(reply::plain(&LocateAnswer { areas: placement.areas, leaf_areas: placement.leaf_areas, boundary: placement.boundary }))
}

/// Get an area
///
/// Without its outline: that is `/v1/areas/{id}/outline`.
#[utoipa::path(tag = "areas", params(("id" = AreaId, Path)), responses((status = 200, body = AreaView)), extensions(("x-permission" = json!("area.read"))))]
#[get("/v1/areas/{id}")]
async fn get(state: web::Data<State>, _ctx: May<AreaRead>, id: PathId<AreaTag>) -> Answer {
    let found = state.db.read(move |tx| area::get_area(tx, id.0)).await?;
    Ok(reply::tagged(found.rev, &AreaView::from(found)))
}

/// Change names and parent of an area
///
/// The outline stays; outlines are imported with `bazdid import areas`. Tickets keep the areas that they had when they were created or
/// moved.
#[utoipa::path(tag = "areas", request_body = AreaBody, params(("id" = AreaId, Path), ("If-Match" = String, Header)), responses((status = 200, body = AreaView)), extensions(("x-permission" = json!("area.manage"))))]
#[put("/v1/areas/{id}")]
async fn update(state: web::Data<State>, ctx: May<AreaManage>, id: PathId<AreaTag>, rev: IfMatch, body: Body<AreaBody>) -> Answer {
    let ctx = ctx.ctx();
    let AreaBody { name_fa, name_en, parent_id } = body.value;
    let data = AreaData { name_fa, name_en, parent_id };
    let found = state.db.write(move |tx| area::update_area(tx, &ctx, id.0, rev.0, &data)).await?;
    Ok(reply::tagged(found.rev, &AreaView::from(found)))
}

/// Get the outline of an area
///
/// The outline in force as a GeoJSON feature, WGS84, longitude first. An area without an outline of its own is 404.
#[utoipa::path(tag = "areas", params(("id" = AreaId, Path)), responses((status = 200, body = AreaFeature, content_type = "application/geo+json")), extensions(("x-permission" = json!("area.read"))))]
#[get("/v1/areas/{id}/outline")]
async fn outline(state: web::Data<State>, ctx: May<AreaRead>, id: PathId<AreaTag>) -> Answer {
    let ctx = ctx.ctx();
    let (area, shape) = state.db.read(move |tx| area::find_outline(tx, &ctx, id.0)).await?;
    let shape = shape.ok_or_else(|| Error::with(Code::NotFound, "the area has no outline of its own"))?;
    let feature = json!({
        "type": "Feature",
        "id": area.id,
        "geometry": shape.geometry,
        "properties": {
            "code": area.code, "name_fa": area.name_fa, "name_en": area.name_en, "kind": area.kind,
            "source": shape.source, "valid_from": shape.valid_from, "valid_to": shape.valid_to,
        },
    });
    Ok(HttpResponse::Ok().content_type("application/geo+json").body(feature.to_string()))
}
