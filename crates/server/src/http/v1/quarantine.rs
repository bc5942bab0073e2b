//! What devices sent that is kept aside and belongs to nothing that the server knows.

use actix_web::{HttpRequest, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::{
    State,
    auth::{ConflictRead, ConflictResolve, May},
    body::Body,
    edge::language_of,
    params::{List, Listed, NoFilter, Paging, PathId},
    problem::Answer,
    reply,
};
use bazdid_domain::sync::journal::Journaled;
use bazdid_protocol::{
    ids::{AccountId, DeviceId, MutationId, MutationTag},
    outcome::{OutcomeCode, Status},
    time::Timestamp,
};
use bazdid_service::quarantine::{self, Decision};
use bazdid_texts::{Language, phrase::translate_english};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(adopt).service(discard);
}

/// A mutation that is kept aside.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantinedView {
    /// Identity.
    pub id: MutationId,
    /// What became of it: `conflict` as long as nobody has decided.
    pub status: Status,
    /// Why it is kept aside, or what became of it.
    #[schema(required = true)]
    pub code: Option<OutcomeCode>,
    /// In a sentence.
    #[schema(required = true)]
    pub detail: Option<String>,
    /// Who did it.
    pub actor: AccountId,
    /// With which device.
    pub device: DeviceId,
    /// The command; `?` if it could not be read.
    #[schema(example = "note.add")]
    pub cmd: String,
    /// What it names.
    pub entity: Uuid,
    /// The arguments as the device sent them; of what could not be read, all of it. So it may be any JSON.
    pub args: Value,
    /// By the device's clock.
    pub at: Timestamp,
    /// The estimated true time.
    pub est: Timestamp,
    /// First receipt.
    pub received_at: Timestamp,
}

impl QuarantinedView {
    /// A mutation for who reads a language; the journal has sentences in English.
    #[must_use]
    pub fn of(r: Journaled, language: Language) -> Self {
        Self {
            id: r.id,
            status: r.status,
            code: r.code,
            detail: r.detail.map(|detail| translate_english(language, &detail)),
            actor: r.actor,
            device: r.device_id,
            cmd: r.cmd,
            entity: r.entity,
            args: r.args,
            at: r.at,
            est: r.est,
            received_at: r.received_at,
        }
    }
}

/// What something is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptBody {
    /// The ticket or work order that it is about, if not the one that its author named. Only for what somebody saw: a note, visit,
    /// photo, measurement or answer.
    pub about: Option<Uuid>,
}

/// List quarantined mutations
///
/// Newest first: what devices sent that is set aside and belongs to nothing that the server knows.
#[utoipa::path(tag = "inbox", params(Paging), responses((status = 200, body = Listed<QuarantinedView>)), extensions(("x-permission" = json!("conflict.read"))))]
#[get("/v1/quarantine")]
async fn list(state: web::Data<State>, ctx: May<ConflictRead>, req: HttpRequest, query: List<NoFilter>) -> Answer {
    let (ctx, language) = (ctx.ctx(), language_of(&req));
    let (before, limit) = (query.after::<(Timestamp, MutationId)>()?, query.limit);
    let found = state.db.read(move |tx| quarantine::list(tx, &ctx, before, limit + 1)).await?;
    let page = Listed::page(found, limit, |r| (r.received_at, r.id))?;
    Ok(reply::spoken(language, &page.map(|r| QuarantinedView::of(r, language))))
}

/// Adopt a quarantined mutation
///
/// It is decided again, with what its author was allowed then; the device finds the new answer among its results. `about` names the
/// ticket or work order if it is not the one that the author named. Nobody decides about their own work or that of their organisation.
#[utoipa::path(tag = "inbox", params(("id" = MutationId, Path)), request_body = AdoptBody, responses((status = 200, body = QuarantinedView)), extensions(("x-permission" = json!("conflict.resolve"))))]
#[post("/v1/quarantine/{id}/adopt")]
async fn adopt(
    state: web::Data<State>,
    ctx: May<ConflictResolve>,
    req: HttpRequest,
    id: PathId<MutationTag>,
    body: Body<AdoptBody>,
) -> Answer {
    decide(&state, ctx, &req, id, Decision::Adopt { about: body.value.about }).await
}

/// Discard a quarantined mutation
///
/// It is rejected; the journal keeps it with its payload. Nobody decides about their own work or that of their organisation.
#[utoipa::path(tag = "inbox", params(("id" = MutationId, Path)), responses((status = 200, body = QuarantinedView)), extensions(("x-permission" = json!("conflict.resolve"))))]
#[post("/v1/quarantine/{id}/discard")]
async fn discard(state: web::Data<State>, ctx: May<ConflictResolve>, req: HttpRequest, id: PathId<MutationTag>) -> Answer {
    decide(&state, ctx, &req, id, Decision::Discard).await
}

async fn decide(state: &State, ctx: May<ConflictResolve>, req: &HttpRequest, id: PathId<MutationTag>, decision: Decision) -> Answer {
    let (ctx, language) = (ctx.ctx(), language_of(req));
    let decided = state.db.write(move |tx| quarantine::decide(tx, &ctx, id.0, decision)).await?;
    Ok(reply::spoken(language, &QuarantinedView::of(decided, language)))
}
