//! The sync of devices: push, pull, registration, answers, configuration. The protocol is written down in `api-spec/sync.md`.

mod repair;
mod schema;
mod wake;

use std::sync::Arc;

use actix_web::{HttpRequest, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, Own, Sync},
    body::{Body, Envelope, Parts},
    edge::language_of,
    params::Params,
    party::Party,
    problem::Answer,
    reply,
    shares::{Share, spend},
};
use bazdid_domain::account::Device;
use bazdid_protocol::{
    envelope::{EnvelopeFault, PullRequest, PullResponse, PushRequest, PushResponse, ResultItem},
    error::{Code, Error, FieldError, Result},
    ids::DeviceId,
    text_enum::TextEnum as _,
    time::Timestamp,
};
use bazdid_service::{
    Ctx, device,
    sync::{
        self,
        restore::{Sign, renew_feed},
    },
};
use bazdid_texts::{Language, phrase::translate_english};

/// Where a device sends what was done with it.
pub const PUSH: &str = "/v1/sync/push";

/// Whether a path is one at which devices wait until something changes.
#[must_use]
pub fn is_wait(path: &str) -> bool {
    matches!(path, wake::WAIT | wake::EVENTS)
}

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(push).service(pull).service(register).service(results).service(settings);
    repair::routes(config);
    wake::routes(config);
}

/// What a device says of itself.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DeviceRegistration)]
pub struct DeviceBody {
    /// Made by the device, the same at each try: registering again gives the same device.
    #[schema(example = "0192f000-0000-7000-8000-000000000001")]
    pub nonce: String,
    /// Human name.
    pub name: String,
    /// `android`, `ios`, …
    #[schema(example = "android")]
    pub platform: String,
    /// Version of the field app.
    pub app_version: String,
}

/// A registered device.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredDevice {
    /// Its id, for push and pull.
    pub id: DeviceId,
    /// The highest seq that the server has of it.
    pub applied_through: i64,
    /// The chain after that.
    pub chain: String,
    /// When it was registered first.
    pub enrolled_at: Timestamp,
}

impl From<Device> for RegisteredDevice {
    fn from(d: Device) -> Self {
        Self { id: d.id, applied_through: d.applied_through, chain: d.chain, enrolled_at: d.enrolled_at }
    }
}

/// Which answers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResultsQuery {
    /// Of which device.
    device: DeviceId,
    /// Those after this seq.
    #[serde(default)]
    after: i64,
    /// At most so many of the device itself.
    limit: Option<i64>,
}

/// Push mutations
///
/// Sends the commands of a device in the order of their `seq`, at most 500 and 8 MiB. Each is answered by itself; one that cannot be read
/// or decided does not block the others. Sending the same again is safe: the answers are those of the first time. Section 2 of
/// `api-spec/sync.md` describes the protocol.
#[utoipa::path(tag = "sync", request_body = PushRequest, responses((status = 200, body = PushResponse)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/sync/push")]
async fn push(state: web::Data<State>, ctx: May<Own>, req: HttpRequest, body: Parts) -> Answer {
    let request = PushRequest::read(&body.text()).map_err(bad_envelope)?;
    let Parts { pass, .. } = body;
    spend_push(&state, &req, &ctx, request.device, request.mutations.len()).await?;
    let new = request.mutations.iter().filter(|sent| sent.as_ref().is_ok_and(|m| m.get("cmd").is_some_and(|c| c == "ticket.create")));
    spend(&*state.shares, &req, Party::Account(ctx.account()?), Share::Tickets, new.count()).await?;
    let ctx = ctx.with_device(&state, request.device).await?;
    let batch = sync::push::Batch::read(&ctx, request)?;
    let answer = state.db.write_together(move |tx| {
        // In work until the database is done with it, though nobody may wait for the answer any more.
        let _in_work = &pass;
        sync::push::push(tx, &ctx, &batch)
    });
    let mut answer = answer.await?;
    let language = language_of(&req);
    for result in &mut answer.results {
        say(result, language);
        metrics::counter!("bazdid_sync_push_results_total", "status" => result.status.as_str()).increment(1);
    }
    Ok(reply::spoken(language, &answer))
}

/// Takes what a push sends from the shares of its device and its account. An empty push, which looks how far the server is, takes nothing.
///
/// # Errors
/// `rate_limited`: one of both has sent too much.
pub async fn spend_push(state: &State, req: &HttpRequest, ctx: &Ctx, device: DeviceId, mutations: usize) -> Result<()> {
    let account = ctx.account()?;
    for party in [Party::Device(account, device), Party::Account(account)] {
        spend(&*state.shares, req, party, Share::Mutations, mutations).await?;
    }
    Ok(())
}

/// Says what became of a mutation in a language; the journal has it in English.
fn say(result: &mut ResultItem, language: Language) {
    result.detail = result.detail.take().map(|detail| translate_english(language, &detail));
}

fn bad_envelope(EnvelopeFault { pointer, detail }: EnvelopeFault) -> Error {
    Error { fields: vec![FieldError { pointer, detail: detail.into() }], ..Error::new(Code::BadEnvelope) }
}

/// Pull changes
///
/// Answers one page of what changed since the cursor, of the channels that the user may read now. Ask again at once while `more` is true,
/// and compare the digests when `complete` is. Section 4 of `api-spec/sync.md` describes how to apply a page.
#[utoipa::path(tag = "sync", request_body = PullRequest, responses((status = 200, body = PullResponse)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/sync/pull")]
async fn pull(state: web::Data<State>, ctx: May<Own>, body: Envelope<PullRequest>) -> Answer {
    let Envelope(request, pass) = body;
    let device = request.device;
    let (ctx, request, pass) = (ctx.with_device(&state, device).await?, Arc::new(request), Arc::new(pass));
    let noted = ctx.clone();
    let page = || {
        let (ctx, request, pass) = (ctx.clone(), Arc::clone(&request), Arc::clone(&pass));
        state.db.read(move |tx| {
            let _in_work = pass;
            sync::pull::pull(tx, &ctx, &request)
        })
    };
    let mut pulled = page().await?;
    if let Some(epoch) = pulled.put_back.take() {
        let ctx = ctx.clone();
        if state.db.write(move |tx| renew_feed(tx, &ctx, &epoch, Sign::Cursor)).await? {
            tracing::warn!(device.id = %device, "the database was put back to an earlier state: the feed has a new epoch, every device begins anew");
        }
        pulled = page().await?;
    }
    if pulled.note
        && let Err(error) = state.db.write(move |tx| sync::pull::note(tx, &noted, device)).await
    {
        tracing::debug!(device.id = %device, error = %error, "a pull was not noted");
    }
    Ok(reply::plain(&pulled.page))
}

/// Register a device
///
/// The device makes a nonce and sends the same at each attempt: registering again gives the same device. An account may have 20 devices in
/// service; one that was silent for long makes room, otherwise the answer is 409 `device_limit`.
#[utoipa::path(tag = "sync", request_body = DeviceBody, responses((status = 200, body = RegisteredDevice)), extensions(("x-permission" = json!("sync"))))]
#[post("/v1/sync/devices")]
async fn register(state: web::Data<State>, ctx: May<Sync>, body: Body<DeviceBody>) -> Answer {
    let (session, ctx) = (ctx.session(), ctx.ctx());
    let DeviceBody { nonce, name, platform, app_version } = body.value;
    let new = device::NewDevice { nonce, name, platform, app_version };
    let device = state.db.write(move |tx| device::register_in(tx, &ctx, session, &new)).await?;
    Ok(reply::plain(&RegisteredDevice::from(device)))
}

/// List results of mutations
///
/// The answers that the device has not acknowledged, those to mutations that are still held, and those that were changed later.
#[utoipa::path(tag = "sync", params(ResultsQuery), responses((status = 200, body = schema::Results)), extensions(("x-permission" = json!("own"))))]
#[get("/v1/sync/results")]
async fn results(state: web::Data<State>, ctx: May<Own>, req: HttpRequest, query: Params<ResultsQuery>) -> Answer {
    let ResultsQuery { device, after, limit } = query.0;
    let ctx = ctx.with_device(&state, device).await?;
    let mut found = state.db.read(move |tx| sync::results::list_results(tx, &ctx, device, after, limit)).await?;
    let language = language_of(&req);
    found.items.iter_mut().for_each(|result| say(result, language));
    Ok(reply::spoken(language, &found))
}

/// Get limits and versions of the sync
///
/// What a device has to know before it syncs: versions of the protocol and limits of requests. It changes only with the configuration of
/// the server.
#[utoipa::path(tag = "sync", responses((status = 200, body = schema::Config)), extensions(("x-permission" = json!("own"))))]
#[get("/v1/sync/config")]
async fn settings(state: web::Data<State>, ctx: May<Own>) -> Answer {
    let ctx = ctx.ctx();
    Ok(reply::plain(&state.db.read(move |tx| sync::config::sync_config(tx, &ctx)).await?))
}
