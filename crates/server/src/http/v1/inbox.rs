//! The office's inbox.

mod action;
mod view;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use self::view::{InboxItem, OwnerView};
use crate::http::{
    State,
    auth::{ConflictRead, May, WorkManage},
    edge::language_of,
    params::{List, Listed, Paging},
    problem::Answer,
    reply,
    v1::lists::{self, TotalView},
};
use bazdid_protocol::{
    error::{Error, Result},
    words::inbox::InboxKind,
};
use bazdid_service::{
    inbox::{self, ItemId},
    summary::References,
    work_order,
};
use bazdid_store::Tx;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get).service(claim).service(release);
}

/// Which items.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// Of these kinds, separated by commas; without it of all.
    #[param(example = "draft,failed_visit")]
    kind: Option<String>,
}

/// How many items of a kind wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxCount {
    /// Why they wait.
    pub kind: InboxKind,
    /// How many.
    #[serde(flatten)]
    pub total: TotalView,
}

/// What waits for a person of the office.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxView {
    /// The page.
    #[serde(flatten)]
    pub page: Listed<InboxItem>,
    /// How many of each kind wait, whatever `kind` says.
    pub counts: Vec<InboxCount>,
}

/// Get the inbox of the office
///
/// Everything that waits for a person within your areas, in one list: by kind in the order of `counts`, and within a kind what waits longest,
/// or is due first (of what is set aside the newest). An item is there as long as its cause lasts, with the same `id`.
#[utoipa::path(tag = "inbox", params(InboxQuery, Paging), responses((status = 200, body = InboxView)), extensions(("x-permission" = json!("conflict.read"))))]
#[get("/v1/inbox")]
async fn get(state: web::Data<State>, ctx: May<ConflictRead>, req: HttpRequest, query: List<InboxQuery>) -> Answer {
    let language = language_of(&req);
    let (ctx, limit, from) = (ctx.ctx(), query.limit, query.after()?);
    let kinds: Vec<InboxKind> = lists::words(query.filter.kind.as_deref(), "kind")?;
    let read = move |tx: &mut Tx<'_>| {
        let page = inbox::list(tx, &ctx, &kinds, from, limit)?;
        let orders: Vec<_> = page.items.iter().filter_map(|i| i.order().cloned()).collect();
        let explained = work_order::explained(tx, &ctx, &orders)?;
        let names = References::of(page.items.iter().map(|i| &i.subject)).and(page.items.iter().filter_map(|i| i.claim.as_ref()));
        let names = names.look_up(tx, &ctx)?;
        let actor = ctx.actor()?;
        let items = page.items.into_iter().map(|item| InboxItem::new(item, actor, &explained, &names, language)).collect::<Result<_>>()?;
        let counts = inbox::count(tx, &ctx)?.into_iter().map(|(kind, total)| InboxCount { kind, total: total.into() }).collect();
        Ok(InboxView { page: Listed::new(items, page.next)?, counts })
    };
    Ok(reply::spoken(language, &state.db.read(read).await?))
}

/// The item of the path.
fn item(req: &HttpRequest) -> Result<ItemId> {
    req.match_info().get("id").unwrap_or_default().parse().map_err(|e: Error| e)
}

/// Claim an item of the inbox
///
/// You look after it for half an hour, and others see that; claim it again to prolong. It does not keep others from deciding. 409 `conflict`
/// with `owner` and `until` if somebody else looks after it.
#[utoipa::path(tag = "inbox", params(("id" = String, Path, example = "draft-0197a000-0000-7000-8000-000000000001")), responses((status = 200, body = OwnerView)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/inbox/{id}/claim")]
async fn claim(state: web::Data<State>, ctx: May<WorkManage>, req: HttpRequest) -> Answer {
    let (ctx, id) = (ctx.ctx(), item(&req)?);
    let write = move |tx: &mut Tx<'_>| {
        let made = inbox::claim::claim(tx, &ctx, id)?;
        let names = References::of([&made]).look_up(tx, &ctx)?;
        Ok(OwnerView::new(&made, &names))
    };
    Ok(reply::plain(&state.db.write(write).await?))
}

/// Release an item of the inbox
///
/// You look after it no more. Nothing if you do not.
#[utoipa::path(tag = "inbox", params(("id" = String, Path, example = "draft-0197a000-0000-7000-8000-000000000001")), responses((status = 204)), extensions(("x-permission" = json!("work.manage"))))]
#[post("/v1/inbox/{id}/release")]
async fn release(state: web::Data<State>, ctx: May<WorkManage>, req: HttpRequest) -> Answer {
    let (ctx, id) = (ctx.ctx(), item(&req)?);
    state.db.write(move |tx| inbox::claim::release(tx, &ctx, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
