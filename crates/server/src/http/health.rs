//! Whether the server lives, whether it can serve, and which one it is.

use std::sync::Arc;

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    http::{State, problem::Answer},
    key,
};
use bazdid_protocol::error::{Code, Error};
use bazdid_service::master_key;
use bazdid_store as store;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(livez).service(readyz).service(version);
}

/// The server's health.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`; a server that is not answers with a problem.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Which server this is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// `bazdid`.
    pub name: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Version of the sync protocol.
    pub schema: u32,
}

/// Check that the process answers
///
/// For a supervisor of processes. It looks at nothing else: a server that is alive may still be unable to serve (`/readyz`).
#[utoipa::path(tag = "health", responses((status = 200, body = Health)), extensions(("x-permission" = json!("public"))))]
#[get("/livez")]
async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Check that the server can serve
///
/// For a load balancer. The database has to answer, no migration may be waiting, and the master key has to be that of the database and of the key
/// file; otherwise the answer is 503.
#[utoipa::path(tag = "health", responses((status = 200, body = Health)), extensions(("x-permission" = json!("public"))))]
#[get("/readyz")]
async fn readyz(state: web::Data<State>) -> Answer {
    let (url, security, shared) = (state.database_url.clone(), state.security.clone(), Arc::clone(&state.shared));
    let look = move || Ok::<_, Error>((store::pending(&url)?, key::is_replaced(&security, &shared.vault)));
    let (waiting, replaced) = web::block(look).await.map_err(|e| Error::internal("the check was cut off").caused_by(e))??;
    if !waiting.is_empty() {
        return Err(Error::with(Code::Unavailable, "migrations wait: run `bazdid migrate up`").retry_after(30).into());
    }
    let shared = Arc::clone(&state.shared);
    state.db.read(move |tx| master_key::require(tx, &shared.vault)).await?;
    if replaced {
        return Err(master_key::changed().into());
    }
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}

/// Get name and version of the server
///
/// Tells the version of the program, the kind of database and the newest version of the sync protocol.
#[utoipa::path(tag = "health", responses((status = 200, body = Version)), extensions(("x-permission" = json!("public"))))]
#[get("/version")]
async fn version(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(Version { name: "bazdid", version: env!("CARGO_PKG_VERSION"), database: state.db.kind(), schema: 1 })
}
