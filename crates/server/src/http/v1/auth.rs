//! Logging in and out.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{Anyone, May, Own, address},
    body::Body,
    problem::Answer,
};
use bazdid_domain::account::Role;
use bazdid_protocol::{error::Error, ids::AccountId};
use bazdid_service::auth;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(login).service(refresh).service(logout);
}

/// Who wants to log in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginBody {
    /// Login name.
    #[schema(example = "operator")]
    pub login: String,
    /// Password.
    pub password: String,
}

/// A refresh token to exchange.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    /// Good for one exchange; a second use ends the session.
    pub refresh_token: String,
}

/// Tokens for a client to work with.
#[derive(Serialize, ToSchema)]
pub struct TokenAnswer {
    /// For the header `Authorization: Bearer …`.
    pub access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Life of the access token, seconds.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// For `POST /v1/auth/refresh`.
    pub refresh_token: String,
    /// Who it is.
    pub account: TokenAccount,
}

/// Who has logged in.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAccount {
    /// Identity.
    pub id: AccountId,
    /// Login name.
    pub login: String,
    /// Name that colleagues see.
    pub display_name: String,
    /// Roles in force.
    pub roles: Vec<Role>,
}

impl From<auth::Tokens> for TokenAnswer {
    fn from(t: auth::Tokens) -> Self {
        let account = TokenAccount { id: t.account.id, login: t.account.login, display_name: t.account.display_name, roles: t.roles };
        Self { access_token: t.access_token, token_type: "Bearer", expires_in: t.expires_in, refresh_token: t.refresh_token, account }
    }
}

fn tokens(tokens: auth::Tokens) -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(TokenAnswer::from(tokens))
}

/// Log in
///
/// Exchanges login and password for an access token (15 minutes) and a refresh token. Too many failed attempts for a login or from an
/// address are answered 429 with `Retry-After`.
#[utoipa::path(tag = "auth", request_body = LoginBody, responses((status = 200, body = TokenAnswer)), extensions(("x-permission" = json!("public"))))]
#[post("/v1/auth/login")]
async fn login(req: HttpRequest, state: web::Data<State>, ctx: Anyone, body: Body<LoginBody>) -> Answer {
    let Anyone(ctx) = ctx;
    let LoginBody { login, password } = body.value;
    let command = auth::Login { login, password, address: address(&req, state.limits.proxies) };
    let for_admit = ctx.clone();
    let attempt = state.db.write(move |tx| auth::admit(tx, &for_admit, &command)).await??;
    let for_verify = ctx.clone();
    let verified = web::block(move || attempt.verify(&for_verify)).await;
    let verified = verified.map_err(|e| Error::internal("the look at a password was cut off").caused_by(e))??;
    Ok(tokens(state.db.write(move |tx| auth::login(tx, &ctx, &verified)).await??))
}

/// Exchange a refresh token
///
/// Gives a new pair of tokens. A refresh token is good for one exchange; repeated within 30 seconds it gives the same new one, used again
/// later it ends the login, because it may have been stolen (`token_reused`).
#[utoipa::path(tag = "auth", request_body = RefreshBody, responses((status = 200, body = TokenAnswer)), extensions(("x-permission" = json!("public"))))]
#[post("/v1/auth/refresh")]
async fn refresh(state: web::Data<State>, ctx: Anyone, body: Body<RefreshBody>) -> Answer {
    let Anyone(ctx) = ctx;
    Ok(tokens(state.db.write(move |tx| auth::refresh(tx, &ctx, &body.value.refresh_token)).await??))
}

/// Log out
///
/// Ends the login that the access token belongs to: its refresh token and its access tokens are refused from now on.
#[utoipa::path(tag = "auth", responses((status = 204)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/auth/logout")]
async fn logout(state: web::Data<State>, ctx: May<Own>) -> Answer {
    let session = ctx.session();
    let ctx = ctx.ctx();
    state.db.write(move |tx| auth::logout(tx, &ctx, session)).await?;
    Ok(HttpResponse::NoContent().finish())
}
