//! What a channel carries and single rows of it: a device whose copy differs finds and mends exactly what differs.

use actix_web::{post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, Own},
    body::Envelope,
    problem::Answer,
    reply,
    v1::sync::schema,
};
use bazdid_protocol::repair::{FetchRequest, ManifestRequest};
use bazdid_service::sync::pull;

/// The routes of this module.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(manifest).service(fetch);
}

/// What a channel carries: types, ids and revisions without the rows
#[utoipa::path(tag = "sync", request_body = schema::Manifest, responses((status = 200, body = schema::ManifestPage)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/sync/manifest")]
async fn manifest(state: web::Data<State>, ctx: May<Own>, body: Envelope<ManifestRequest>) -> Answer {
    let (ctx, Envelope(request, pass)) = (ctx.ctx(), body);
    let answer = state.db.read(move |tx| {
        let _in_work = pass;
        pull::manifest(tx, &ctx, &request)
    });
    Ok(reply::plain(&answer.await?))
}

/// Single rows, with the channels that carry them
#[utoipa::path(tag = "sync", request_body = schema::Fetch, responses((status = 200, body = schema::Fetched)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/sync/fetch")]
async fn fetch(state: web::Data<State>, ctx: May<Own>, body: Envelope<FetchRequest>) -> Answer {
    let (ctx, Envelope(request, pass)) = (ctx.ctx(), body);
    let answer = state.db.read(move |tx| {
        let _in_work = pass;
        pull::fetch(tx, &ctx, &request)
    });
    Ok(reply::plain(&answer.await?))
}
