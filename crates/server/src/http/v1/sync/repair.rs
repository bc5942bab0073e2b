//! What a channel carries and single rows of it: a device whose copy differs finds and mends exactly what differs.

use actix_web::{post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, Own},
    body::Envelope,
    problem::Answer,
    reply,
};
use bazdid_protocol::repair::{FetchRequest, FetchResponse, ManifestRequest, ManifestResponse};
use bazdid_service::sync::pull;

/// The routes of this module.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(manifest).service(fetch);
}

/// List the rows of a channel
///
/// Kinds, ids and revisions without the rows, at most 5,000 on a page, out of one snapshot. For a device whose digest of a channel
/// differs from the server's.
#[utoipa::path(tag = "sync", request_body = ManifestRequest, responses((status = 200, body = ManifestResponse)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/sync/manifest")]
async fn manifest(state: web::Data<State>, ctx: May<Own>, body: Envelope<ManifestRequest>) -> Answer {
    let Envelope(request, pass) = body;
    let ctx = ctx.with_device(&state, request.device).await?;
    let answer = state.db.read(move |tx| {
        let _in_work = pass;
        pull::manifest(tx, &ctx, &request)
    });
    Ok(reply::plain(&answer.await?))
}

/// Fetch single rows
///
/// At most 500, with the channels that carry them; a row that none of the device's channels carries is answered as a `drop`, whether it
/// exists or not.
#[utoipa::path(tag = "sync", request_body = FetchRequest, responses((status = 200, body = FetchResponse)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/sync/fetch")]
async fn fetch(state: web::Data<State>, ctx: May<Own>, body: Envelope<FetchRequest>) -> Answer {
    let Envelope(request, pass) = body;
    let ctx = ctx.with_device(&state, request.device).await?;
    let answer = state.db.read(move |tx| {
        let _in_work = pass;
        pull::fetch(tx, &ctx, &request)
    });
    Ok(reply::plain(&answer.await?))
}
