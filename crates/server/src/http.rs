//! HTTP: with `server.rs` the only place that says `actix_web`. Parses, calls one use case, writes the answer; no business here.
//!
//! Routes and document are one thing: what is registered in [`routes`] stands in the OpenAPI document.

mod alias;
pub mod auth;
pub mod body;
mod console;
pub mod document;
mod edge;
pub mod fair;
pub mod gate;
pub mod hashing;
mod head;
pub mod health;
mod inflate;
mod metrics;
pub mod params;
pub mod party;
pub mod precondition;
pub mod problem;
mod ready;
pub mod reply;
pub mod shares;
pub mod v1;
mod wording;

use std::sync::Arc;

use actix_web::{
    App, Error, HttpRequest, HttpResponse,
    body::BoxBody,
    dev::{ResourceDef, ServiceFactory, ServiceRequest, ServiceResponse},
    http::header,
    middleware::{Compress, from_fn},
    web,
};
use utoipa_actix_web::{AppExt as _, service_config::ServiceConfig};
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    config::{Secret, Security},
    http::{
        fair::{Early, Turns},
        gate::Gate,
        hashing::Hashing,
        problem::{Answer, Problem},
        ready::Ready,
        shares::Shares,
    },
};
use bazdid_clock::{SharedClock, SharedIds};
use bazdid_protocol::{
    error::{Code, Error as Fault},
    phrase::Phrase,
};
use bazdid_service::Shared;
use bazdid_store::Db;
use bazdid_upload::{Uploads, pace::Pacing};

/// Limits of requests.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest body of a request other than a push, bytes after decompression.
    pub body_bytes: usize,
    /// Largest body of a push, bytes after decompression.
    pub push_bytes: usize,
    /// How long one request may take, seconds.
    pub request_timeout_s: u64,
    /// How slowly a body may come.
    pub pacing: Pacing,
    /// Reverse proxies whose word on the client's address is believed.
    pub proxies: usize,
}

/// What every handler may need.
#[derive(Debug)]
pub struct State {
    /// The database.
    pub db: Db,
    /// Where the database is, for the question whether migrations wait.
    pub database_url: String,
    /// Where the master key is, for the question whether it is still the one that this process works with.
    pub security: Security,
    /// Under which address clients reach the server; empty: not configured.
    pub public_url: String,
    /// What a scraper of the figures has to send; empty: only this machine may ask.
    pub metrics_token: Secret,
    /// The time.
    pub clock: SharedClock,
    /// New ids.
    pub ids: SharedIds,
    /// What the use cases share.
    pub shared: Arc<Shared>,
    /// Limits of requests.
    pub limits: Limits,
    /// How many syncs are taken at once.
    pub gate: Arc<Gate>,
    /// The bytes of photos.
    pub uploads: Uploads,
    /// How many uploads send at once.
    pub upload_gate: Arc<Gate>,
    /// How much of what a party may ask for within a time.
    pub shares: Arc<dyn Shares>,
    /// Every party in turn.
    pub turns: Arc<Turns>,
    /// Who comes back earlier than they were told.
    pub early: Early,
    /// Where passwords are hashed.
    pub hashing: Hashing,
}

/// What a worker answers from: the same for all of them.
#[derive(Debug, Clone)]
pub struct Site {
    state: web::Data<State>,
    /// The document as it is served.
    document: Ready,
    /// The methods of each path, for 405.
    paths: Arc<Vec<(ResourceDef, Vec<&'static str>)>>,
}

impl Site {
    /// Prepares what is the same for every worker.
    ///
    /// # Errors
    /// The document cannot be written.
    pub fn new(state: State) -> Result<Self, Fault> {
        let document = Ready::new(document::text()?);
        let paths = document::operations()
            .into_iter()
            .map(|(path, methods)| (ResourceDef::new(path), methods.into_iter().map(|o| o.method).collect()))
            .collect();
        Ok(Self { state: web::Data::new(state), document, paths: Arc::new(paths) })
    }

    /// The methods of a path; nothing if nobody serves it.
    fn methods(&self, path: &str) -> Option<&[&'static str]> {
        self.paths.iter().find(|(pattern, _)| pattern.is_match(path)).map(|(_, methods)| methods.as_slice())
    }

    /// Whether a path answers `HEAD` itself.
    fn knows_head(&self, path: &str) -> bool {
        self.methods(path).is_some_and(|methods| methods.contains(&"HEAD"))
    }
}

/// Every route.
pub fn routes(config: &mut ServiceConfig<'_>) {
    health::routes(config);
    metrics::routes(config);
    v1::routes(config);
}

/// The application of one worker.
pub fn app(
    site: &Site,
) -> App<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()> + use<>> {
    let (app, _) = App::new().into_utoipa_app().configure(routes).split_for_parts();
    app.app_data(site.state.clone())
        .app_data(web::Data::new(site.clone()))
        .service(web::resource("/openapi.json").get(serve_document))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(document::page()))
        .configure(console::routes)
        .default_service(web::to(unknown))
        .wrap(from_fn(head::as_get))
        .wrap(from_fn(fair::share))
        .wrap(from_fn(auth::identify))
        .wrap(Compress::default())
        .wrap(from_fn(edge::edge))
        .wrap(from_fn(alias::rewrite))
}

async fn serve_document(req: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    site.document.answer(&req, |response| {
        response.content_type("application/json").insert_header((header::CACHE_CONTROL, "no-cache"));
    })
}

/// A path that nobody serves, or a method that its path does not know.
async fn unknown(req: HttpRequest, site: web::Data<Site>) -> Answer {
    Err(match site.methods(req.path()) {
        Some(methods) => {
            let head = (methods.contains(&"GET") && !methods.contains(&"HEAD")).then_some("HEAD");
            let methods = methods.iter().copied().chain(head).collect::<Vec<_>>().join(", ");
            let detail = Phrase::with("this resource knows {methods}", &[("methods", &methods)]);
            Problem::from(Fault::with(Code::MethodNotAllowed, detail).fact("allow", methods))
        }
        None => Problem::from(Fault::with(Code::NotFound, "there is no such path; see /openapi.json")),
    })
}
