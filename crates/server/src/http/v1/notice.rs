//! What administrators are told of each other.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{AccountManage, May},
    params::{List, Listed, Paging, PathId},
    problem::Answer,
    reply,
};
use bazdid_protocol::{
    ids::{AccountId, NoticeId, NoticeTag},
    time::Timestamp,
    words::account::NoticeKind,
};
use bazdid_service::notice;
use bazdid_store::notice::Notice;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_notices).service(acknowledge_notice);
}

/// Something that one administrator did and the others should know.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    /// Identity.
    pub id: NoticeId,
    /// What happened.
    pub kind: NoticeKind,
    /// Whose account it is about.
    pub account_id: AccountId,
    /// The administrator who did it: absent only of a notice of a former version, about themselves.
    #[schema(required = true)]
    pub raised_by: Option<AccountId>,
    /// When.
    pub raised_at: Timestamp,
    /// The administrator who has seen it.
    #[schema(required = true)]
    pub seen_by: Option<AccountId>,
    /// When they said so.
    #[schema(required = true)]
    pub seen_at: Option<Timestamp>,
}

impl From<Notice> for NoticeView {
    fn from(n: Notice) -> Self {
        let Notice { id, kind, account_id, raised_at, seen_by, seen_at, raised_by } = n;
        Self { id, kind, account_id, raised_by, raised_at, seen_by, seen_at }
    }
}

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Only those that nobody has seen.
    #[serde(default)]
    open: bool,
}

/// List notices to administrators
///
/// Newest first. `reveal_granted`: an administrator has granted somebody, or themselves, a role that sees who called. `reveal_access`: they have made a
/// one-time code or set a password for an account that holds such a role, and so may have logged in with it.
#[utoipa::path(tag = "accounts", params(NoticeQuery, Paging), responses((status = 200, body = Listed<NoticeView>)), extensions(("x-permission" = json!("account.manage"))))]
#[get("/v1/notices")]
async fn list_notices(state: web::Data<State>, ctx: May<AccountManage>, query: List<NoticeQuery>) -> Answer {
    let ctx = ctx.ctx();
    let (before, limit, open) = (query.after::<(Timestamp, NoticeId)>()?, query.limit, query.filter.open);
    let found = state.db.read(move |tx| notice::list(tx, &ctx, open, before, limit + 1)).await?;
    Ok(reply::plain(&Listed::page(found, limit, |n| (n.raised_at, n.id))?.map(NoticeView::from)))
}

/// Acknowledge a notice
///
/// Says that you have seen it. A notice about yourself or about what you did is for another administrator (409), and one that somebody has seen stays as
/// it is (409).
#[utoipa::path(tag = "accounts", params(("id" = NoticeId, Path)), responses((status = 200, body = NoticeView)), extensions(("x-permission" = json!("account.manage"))))]
#[post("/v1/notices/{id}/acknowledge")]
async fn acknowledge_notice(state: web::Data<State>, ctx: May<AccountManage>, id: PathId<NoticeTag>) -> Answer {
    let ctx = ctx.ctx();
    let seen = state.db.write(move |tx| notice::acknowledge(tx, &ctx, id.0)).await?;
    Ok(reply::plain(&NoticeView::from(seen)))
}
