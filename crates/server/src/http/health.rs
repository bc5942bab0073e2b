//! Whether the server lives, whether it can serve, and which one it is.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{State, problem::Answer};
use bazdid_protocol::error::{Code, Error};
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
/// For a load balancer. The database has to answer, and no migration may be waiting; otherwise the answer is 503.
#[utoipa::path(tag = "health", responses((status = 200, body = Health)), extensions(("x-permission" = json!("public"))))]
#[get("/readyz")]
async fn readyz(state: web::Data<State>) -> Answer {
    let url = state.database_url.clone();
    let waiting = web::block(move || store::pending(&url)).await.map_err(|e| Error::internal("the check was cut off").caused_by(e))??;
    state.db.read(|_| Ok(())).await?;
    if !waiting.is_empty() {
        return Err(Error::with(Code::Unavailable, "migrations wait: run `bazdid migrate up`").retry_after(30).into());
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
