//! Logging in and out.

use actix_web::{HttpRequest, HttpResponse, http::header, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{Anyone, May, Own, address},
    body::Body,
    party::Party,
    problem::Answer,
    v1::account::looked_at,
};
use bazdid_domain::account::Role;
use bazdid_protocol::ids::AccountId;
use bazdid_service::{account::access_code, auth};

/// Characters of a `User-Agent` that the audit log keeps.
const MAX_AGENT: usize = 200;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(login).service(redeem).service(refresh).service(logout);
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
    /// Another one, which takes its place at once and ends every other login. Asked for by `password_change_required`.
    #[schema(required = false, nullable = false)]
    pub new_password: Option<String>,
    /// `known_client` of the client's last login: with it what strangers try at this login does not lock the client out.
    #[schema(required = false, nullable = false)]
    pub known_client: Option<String>,
}

/// A one-time code that the office handed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemBody {
    /// As it was handed over; case, spaces and hyphens do not count.
    #[schema(example = "7K3M-9QX2-ABCD-0101")]
    pub code: String,
    /// The password from now on, if the code is for setting one.
    #[schema(required = false, nullable = false)]
    pub new_password: Option<String>,
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
    /// Opens nothing, and is good until the password changes. Keep it when the person logs out, and send it with their next login; after a login only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub known_client: Option<String>,
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
        Self {
            access_token: t.access_token,
            token_type: "Bearer",
            expires_in: t.expires_in,
            refresh_token: t.refresh_token,
            account,
            known_client: t.known_client,
        }
    }
}

fn tokens(tokens: auth::Tokens) -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(TokenAnswer::from(tokens))
}

/// Log in
///
/// Exchanges login and password for an access token (15 minutes) and a refresh token. Too many failed attempts are answered 429 with
/// `Retry-After`; a client that sends `known_client` is counted by itself. If somebody else has set the password, the answer is 403
/// `password_change_required` until `new_password` comes with it.
#[utoipa::path(tag = "auth", request_body = LoginBody, responses((status = 200, body = TokenAnswer)), extensions(("x-permission" = json!("public"))))]
#[post("/v1/auth/login")]
async fn login(req: HttpRequest, state: web::Data<State>, ctx: Anyone, body: Body<LoginBody>) -> Answer {
    let Anyone(ctx) = ctx;
    // Before the attempt counts: who is sent away has not tried.
    let place = state.hashing.enter(Party::at_address(&req))?;
    let LoginBody { login, password, new_password, known_client } = body.value;
    let command = auth::Login { login, password, origin: origin(&req, &state), known_client };
    let for_admit = ctx.clone();
    let attempt = state.db.write(move |tx| auth::admit(tx, &for_admit, &command)).await??;
    let (verified, new) = looked_at(&state, place, &ctx, attempt, new_password).await?;
    Ok(tokens(state.db.write(move |tx| auth::login(tx, &ctx, &verified, new.as_ref())).await??))
}

/// Exchange a one-time code
///
/// The office hands it over: to set a password (for the first time or because it was forgotten), or to log in on a phone that scans it. It is good once.
/// The answer is that of a login. Setting a password ends every other login.
#[utoipa::path(tag = "auth", request_body = RedeemBody, responses((status = 200, body = TokenAnswer)), extensions(("x-permission" = json!("public"))))]
#[post("/v1/auth/redeem")]
async fn redeem(req: HttpRequest, state: web::Data<State>, ctx: Anyone, body: Body<RedeemBody>) -> Answer {
    let Anyone(ctx) = ctx;
    let place = state.hashing.enter(Party::at_address(&req))?;
    let (RedeemBody { code, new_password }, origin) = (body.value, origin(&req, &state));
    let for_look = ctx.clone();
    let presented = state.db.read(move |tx| access_code::present(tx, &for_look, &code)).await?;
    let for_hash = ctx.clone();
    let (presented, new) = place
        .hash(move || {
            let new = presented.password(&for_hash, new_password.as_deref())?;
            Ok((presented, new))
        })
        .await?;
    Ok(tokens(state.db.write(move |tx| access_code::redeem(tx, &ctx, &presented, new.as_ref(), &origin)).await??))
}

/// From where a request comes.
fn origin(req: &HttpRequest, state: &State) -> auth::Origin {
    let agent = req.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    auth::Origin { address: address(req, state.limits.proxies), agent: agent.map(|text| text.chars().take(MAX_AGENT).collect()) }
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
