//! One-time codes for accounts.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{AccountManage, May},
    body::Body,
    params::PathId,
    problem::Answer,
};
use bazdid_protocol::{
    ids::{AccountId, AccountTag},
    time::Timestamp,
    words::account::CodePurpose,
};
use bazdid_service::account::access_code;

/// The routes of this module.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(make_code);
}

/// What a one-time code is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeToMake {
    /// `password` or `phone`.
    pub purpose: CodePurpose,
}

/// A one-time code; whoever has it gets into the account.
#[derive(Serialize, ToSchema)]
pub struct AccessCode {
    /// To hand over.
    #[schema(example = "7K3M-9QX2-ABCD-0101")]
    pub code: String,
    /// What for.
    pub purpose: CodePurpose,
    /// Not good from then on.
    pub expires_at: Timestamp,
    /// The text of a QR for a phone: the address of the server and the code. Absent if `server.public_url` is not configured.
    #[schema(required = true)]
    pub qr: Option<String>,
}

/// Create a one-time code for an account
///
/// For the office to hand over: `password` invites somebody or lets them set a password that they have forgotten (good for 24 hours), `phone` logs in on a
/// phone that scans it (1 hour). It is good once, takes the place of the last one for the same purpose, and is shown only here. The phone or
/// page sends it to `POST /v1/auth/redeem`.
#[utoipa::path(tag = "accounts", request_body = CodeToMake, params(("id" = AccountId, Path)), responses((status = 201, body = AccessCode)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/accounts/{id}/access-code")]
async fn make_code(state: web::Data<State>, ctx: May<AccountManage>, id: PathId<AccountTag>, body: Body<CodeToMake>) -> Answer {
    let (ctx, purpose) = (ctx.ctx(), body.value.purpose);
    let made = state.db.write(move |tx| access_code::create(tx, &ctx, id.0, purpose)).await?;
    let qr = (!state.public_url.is_empty()).then(|| made.payload(&state.public_url));
    let answer = AccessCode { code: made.code, purpose, expires_at: made.expires_at, qr };
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(answer))
}
