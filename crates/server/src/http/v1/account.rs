//! Accounts and what they may do.

mod code;

use actix_web::{HttpResponse, get, patch, post, web};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{AccountManage, AccountRead, May, Own},
    body::Body,
    hashing::Place,
    params::{List, Listed, Paging, PathId},
    party::Party,
    precondition::{IdempotencyKey, IfMatch},
    problem::Answer,
    reply,
};
use bazdid_domain::{
    account::{Role, RoleGrant},
    organisation::ActiveState,
    policy::Permission,
};
use bazdid_protocol::{
    ids::{AccountId, AccountTag, AreaId, GrantId, OrganisationId},
    time::Timestamp,
};
use bazdid_service::{
    Ctx,
    account::{self, AccountPatch, AccountQuery, NewAccount, Person, grant::NewGrant, password::NewPassword},
    auth::{Attempt, Verified, excuse},
    once::once,
};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(me).service(change_password);
    config.service(list).service(create).service(get).service(update).service(disable).service(enable);
    config.service(grant).service(revoke_grant).service(reset_password).service(end_sessions);
    code::routes(config);
}

/// An account with its grants. A phone number is in no answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Identity.
    pub id: AccountId,
    /// Revision.
    pub rev: i64,
    /// Login name.
    pub login: String,
    /// Name that colleagues see.
    pub display_name: String,
    /// `fa` or `en`.
    pub locale: String,
    /// May log in or not.
    pub state: ActiveState,
    /// Whether a phone number is kept.
    pub has_phone: bool,
    /// Grants, those of the past and the future too.
    pub grants: Vec<GrantView>,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Your own account.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnAccountView {
    /// The account.
    #[serde(flatten)]
    pub account: AccountView,
    /// What the roles that you hold now allow, anywhere; where they hold is in `grants`.
    pub permissions: Vec<Permission>,
}

/// A role held in some areas, for an organisation, during a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantView {
    /// Identity.
    pub id: GrantId,
    /// The role.
    pub role: Role,
    /// On whose behalf.
    #[schema(required = true)]
    pub organisation_id: Option<OrganisationId>,
    /// Areas, with all that lie below them.
    pub areas: Vec<AreaId>,
    /// First instant of validity.
    pub valid_from: Timestamp,
    /// First instant after validity; open if absent.
    #[schema(required = true)]
    pub valid_to: Option<Timestamp>,
}

impl From<RoleGrant> for GrantView {
    fn from(g: RoleGrant) -> Self {
        Self { id: g.id, role: g.role, organisation_id: g.organisation_id, areas: g.areas, valid_from: g.valid_from, valid_to: g.valid_to }
    }
}

impl From<Person> for AccountView {
    fn from(Person { account: a, grants }: Person) -> Self {
        Self {
            id: a.id,
            rev: a.rev,
            login: a.login,
            display_name: a.display_name,
            locale: a.locale,
            state: a.state,
            has_phone: a.phone_encrypted.is_some(),
            grants: grants.into_iter().map(GrantView::from).collect(),
            created_at: a.created_at,
            updated_at: a.updated_at,
        }
    }
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
pub struct NewAccountBody {
    /// Login name.
    pub login: String,
    /// Name that colleagues see.
    pub display_name: String,
    /// `fa` or `en`.
    #[serde(default = "persian")]
    #[schema(default = "fa")]
    pub locale: String,
    /// Phone as it is said, with or without country and area code; kept sealed, in no answer.
    #[schema(example = "+989121234567")]
    pub phone: Option<String>,
    /// Without one nobody can log in yet: a one-time code lets its owner choose one (`POST /v1/accounts/{id}/access-code`).
    pub password: Option<String>,
    /// Whether its owner must choose another password when they log in first.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub must_change_password: bool,
}

const fn yes() -> bool {
    true
}

fn persian() -> String {
    "fa".to_owned()
}

/// What is changed of an account; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// Name that colleagues see.
    pub display_name: Option<String>,
    /// `fa` or `en`.
    pub locale: Option<String>,
    /// Another phone; `null`: none any more.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Option<String>>,
}

/// Tells `null` from absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A role to grant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGrant)]
pub struct NewGrantBody {
    /// The role.
    pub role: Role,
    /// On whose behalf.
    pub organisation_id: Option<OrganisationId>,
    /// Where, with all that lies below.
    #[serde(default)]
    pub areas: Vec<AreaId>,
    /// First instant; absent: now.
    pub valid_from: Option<Timestamp>,
    /// First instant after; absent: open.
    pub valid_to: Option<Timestamp>,
}

/// Which grant ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantToRevoke {
    /// The grant.
    pub grant_id: GrantId,
}

/// A new password for somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// The new password.
    pub password: String,
}

/// A new password of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The one in force.
    pub old_password: String,
    /// The new one.
    pub new_password: String,
}

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountListQuery {
    /// Part of the login or of the name.
    text: Option<String>,
    /// Active or disabled only.
    state: Option<ActiveState>,
    /// Only who holds this role now.
    role: Option<Role>,
}

/// Get your own account
///
/// Answers the account of the access token, with all its grants and what they allow now.
#[utoipa::path(tag = "accounts", responses((status = 200, body = OwnAccountView)), extensions(("x-permission" = json!("own"))))]
#[get("/v1/me")]
async fn me(state: web::Data<State>, ctx: May<Own>) -> Answer {
    let ctx = ctx.ctx();
    let permissions = ctx.actor()?.permissions();
    let person = state.db.read(move |tx| account::me(tx, &ctx)).await?;
    Ok(reply::tagged(person.account.rev, &OwnAccountView { account: person.into(), permissions }))
}

/// Change your own password
///
/// Asks for the password in force, from which the new one must differ. Every other login of the account ends; this one goes on.
#[utoipa::path(tag = "accounts", request_body = PasswordChange, responses((status = 204)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/me/change-password")]
async fn change_password(state: web::Data<State>, ctx: May<Own>, body: Body<PasswordChange>) -> Answer {
    let place = state.hashing.enter(Party::Account(ctx.account()?))?;
    let session = ctx.session();
    let ctx = ctx.ctx();
    let PasswordChange { old_password, new_password } = body.value;
    let for_admit = ctx.clone();
    let attempt = state.db.write(move |tx| account::password::admit_owner(tx, &for_admit, session, &old_password)).await??;
    let (old, new) = looked_at(&state, place, &ctx, attempt, Some(new_password)).await?;
    state.db.write(move |tx| account::password::change(tx, &ctx, &old, new.as_ref(), Some(session))).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Looks at the password of an attempt, and at the one that is to take its place. If that is refused, the attempt was no wrong one all the same.
pub(super) async fn looked_at(
    state: &State,
    place: Place,
    ctx: &Ctx,
    attempt: Attempt,
    new_password: Option<String>,
) -> bazdid_protocol::error::Result<(Verified, Option<NewPassword>)> {
    let for_look = ctx.clone();
    let look = move || {
        let verified = attempt.verify(&for_look)?;
        let new = new_password.map(|typed| verified.renewed(&for_look, &typed)).transpose();
        Ok((verified, new.map(Option::flatten)))
    };
    let (verified, new) = place.hash(look).await?;
    match new {
        Ok(new) => Ok((verified, new)),
        Err(refusal) => {
            let ctx = ctx.clone();
            state.db.write(move |tx| excuse(tx, &ctx, &verified)).await?;
            Err(refusal)
        }
    }
}

/// List accounts
///
/// By login. Who manages only some areas or one organisation sees the accounts with a grant there.
#[utoipa::path(tag = "accounts", params(AccountListQuery, Paging), responses((status = 200, body = Listed<AccountView>)), extensions(("x-permission" = json!("account.read"))))]
#[get("/v1/accounts")]
async fn list(state: web::Data<State>, ctx: May<AccountRead>, query: List<AccountListQuery>) -> Answer {
    let (ctx, after) = (ctx.ctx(), query.after()?);
    let AccountListQuery { text, state: active, role } = query.filter;
    let query = AccountQuery { text, state: active, role, after, limit: query.limit };
    let (people, next) = state.db.read(move |tx| account::list(tx, &ctx, &query)).await?;
    Ok(reply::plain(&Listed::new(people.into_iter().map(AccountView::from).collect(), next)?))
}

/// Create an account
///
/// The account has no grant yet and so may do nothing; without a password nobody can log in to it. The phone number is stored encrypted
/// and is in no response.
#[utoipa::path(tag = "accounts", request_body = NewAccountBody, params(("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = AccountView)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/accounts")]
async fn create(state: web::Data<State>, ctx: May<AccountManage>, key: IdempotencyKey, body: Body<NewAccountBody>) -> Answer {
    let place = state.hashing.enter(Party::Account(ctx.account()?))?;
    let (ctx, key) = (ctx.ctx(), key.once(&body));
    let NewAccountBody { login, display_name, locale, phone, password, must_change_password } = body.value;
    let for_hash = ctx.clone();
    let for_login = login.clone();
    let hash = move || {
        let new = password.map(|p| NewPassword::new(&for_hash, &p, &for_login, "/password")).transpose()?;
        Ok(new.map(|new| if must_change_password { new.to_be_changed() } else { new }))
    };
    let new = NewAccount { login, display_name, locale, phone, password: place.hash(hash).await? };
    let create = move |tx: &mut bazdid_store::Tx<'_>| {
        once(tx, &ctx, &key, |tx| reply::created(&AccountView::from(account::create(tx, &ctx, &new)?)))
    };
    Ok(reply::replayable(state.db.write(create).await?))
}

/// Get an account
///
/// With its grants, those of the past and the future too. The phone number is in no response.
#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path)), responses((status = 200, body = AccountView)), extensions(("x-permission" = json!("account.read"))))]
#[get("/v1/accounts/{id}")]
async fn get(state: web::Data<State>, ctx: May<AccountRead>, id: PathId<AccountTag>) -> Answer {
    let ctx = ctx.ctx();
    let person = state.db.read(move |tx| account::get(tx, &ctx, id.0)).await?;
    Ok(reply::tagged(person.account.rev, &AccountView::from(person)))
}

/// Runs a change of an account and answers with the account.
async fn change(
    state: &State,
    ctx: May<AccountManage>,
    mut f: impl FnMut(&mut bazdid_store::Tx<'_>, &Ctx) -> bazdid_protocol::error::Result<Person> + Send + 'static,
) -> Answer {
    let ctx = ctx.ctx();
    let person = state.db.write(move |tx| f(tx, &ctx)).await?;
    Ok(reply::tagged(person.account.rev, &AccountView::from(person)))
}

/// Change names, language or phone of an account
///
/// What is absent stays; `phone: null` removes the number.
#[utoipa::path(tag = "accounts", request_body = AccountChange, params(("id" = AccountId, Path), ("If-Match" = String, Header)), responses((status = 200, body = AccountView)), extensions(("x-permission" = json!("account.manage"))))]
#[patch("/v1/accounts/{id}")]
async fn update(
    state: web::Data<State>,
    ctx: May<AccountManage>,
    id: PathId<AccountTag>,
    rev: IfMatch,
    body: Body<AccountChange>,
) -> Answer {
    let AccountChange { display_name, locale, phone } = body.value;
    let patch = AccountPatch { display_name, locale, phone };
    change(&state, ctx, move |tx, ctx| account::update(tx, ctx, id.0, rev.0, &patch)).await
}

/// Disable an account
///
/// Its access tokens are refused from now on; only unsent work can still be pushed for some days. Nobody disables their own account, nor
/// the last one that manages accounts.
#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path), ("If-Match" = String, Header)), responses((status = 200, body = AccountView)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/accounts/{id}/disable")]
async fn disable(state: web::Data<State>, ctx: May<AccountManage>, id: PathId<AccountTag>, rev: IfMatch) -> Answer {
    change(&state, ctx, move |tx, ctx| account::disable(tx, ctx, id.0, rev.0)).await
}

/// Enable a disabled account
///
/// The account may log in again with the password that it had. Logins that ended stay ended.
#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path), ("If-Match" = String, Header)), responses((status = 200, body = AccountView)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/accounts/{id}/enable")]
async fn enable(state: web::Data<State>, ctx: May<AccountManage>, id: PathId<AccountTag>, rev: IfMatch) -> Answer {
    change(&state, ctx, move |tx, ctx| account::enable(tx, ctx, id.0, rev.0)).await
}

/// Grant a role to an account
///
/// A grant names a role, areas (with all that lie below them) and for some roles an organisation, for a time. It counts from the next
/// request on; no new login is needed.
#[utoipa::path(tag = "accounts", request_body = NewGrantBody, params(("id" = AccountId, Path), ("If-Match" = String, Header)), responses((status = 200, body = AccountView)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/accounts/{id}/grant")]
async fn grant(state: web::Data<State>, ctx: May<AccountManage>, id: PathId<AccountTag>, rev: IfMatch, body: Body<NewGrantBody>) -> Answer {
    let NewGrantBody { role, organisation_id, areas, valid_from, valid_to } = body.value;
    let new = NewGrant { role, organisation_id, areas, valid_from, valid_to };
    change(&state, ctx, move |tx, ctx| account::grant::grant(tx, ctx, id.0, rev.0, &new).map(|(person, _)| person)).await
}

/// End a grant of an account
///
/// The grant ends now and stays in the history. A grant that has ended already is 409, and so is the last one that manages accounts.
#[utoipa::path(tag = "accounts", request_body = GrantToRevoke, params(("id" = AccountId, Path), ("If-Match" = String, Header)), responses((status = 200, body = AccountView)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/accounts/{id}/revoke-grant")]
async fn revoke_grant(
    state: web::Data<State>,
    ctx: May<AccountManage>,
    id: PathId<AccountTag>,
    rev: IfMatch,
    body: Body<GrantToRevoke>,
) -> Answer {
    change(&state, ctx, move |tx, ctx| account::grant::revoke(tx, ctx, id.0, rev.0, body.value.grant_id)).await
}

/// Set the password of an account
///
/// All their logins end, and they must choose another one when they log in (`password_change_required`). For somebody who has forgotten theirs
/// a one-time code is better: then nobody else knows the password.
#[utoipa::path(tag = "accounts", request_body = PasswordReset, params(("id" = AccountId, Path), ("If-Match" = String, Header)), responses((status = 200, body = AccountView)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/accounts/{id}/reset-password")]
async fn reset_password(
    state: web::Data<State>,
    ctx: May<AccountManage>,
    id: PathId<AccountTag>,
    rev: IfMatch,
    body: Body<PasswordReset>,
) -> Answer {
    let place = state.hashing.enter(Party::Account(ctx.account()?))?;
    let for_get = Ctx::clone(&ctx);
    let login = state.db.read(move |tx| account::get(tx, &for_get, id.0)).await?.account.login;
    let for_hash = Ctx::clone(&ctx);
    let new =
        place.hash(move || NewPassword::new(&for_hash, &body.value.password, &login, "/password").map(NewPassword::to_be_changed)).await?;
    change(&state, ctx, move |tx, ctx| account::password::reset(tx, ctx, id.0, rev.0, &new)).await
}

/// End all logins of an account
///
/// Refresh tokens and access tokens of the account are refused from now on. Its devices stay registered; for a phone that was lost see
/// `POST /v1/devices/{id}/revoke`.
#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path), ("If-Match" = String, Header)), responses((status = 200, body = AccountView)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/accounts/{id}/end-sessions")]
async fn end_sessions(state: web::Data<State>, ctx: May<AccountManage>, id: PathId<AccountTag>, rev: IfMatch) -> Answer {
    change(&state, ctx, move |tx, ctx| account::password::end_sessions(tx, ctx, id.0, rev.0)).await
}
