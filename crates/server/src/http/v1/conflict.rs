//! Conflicts: what a person must decide.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{ConflictRead, ConflictResolve, May},
    body::Body,
    params::{List, Listed, Paging, PathId},
    precondition::IfMatch,
    problem::Answer,
    reply,
    v1::summary::{self, PersonView, TicketSummaryView},
};
use bazdid_domain::{
    conflict::{Conflict, ConflictKind, ConflictStatus, Resolution, Severity},
    office::resolution::accepted,
};
use bazdid_protocol::{
    error::Result,
    ids::{AreaId, CauseId, ConflictId, ConflictTag, TicketId, WorkOrderId},
    sides::{ConflictBase, ConflictMine, ConflictTheirs},
    time::Timestamp,
};
use bazdid_service::{
    Ctx,
    conflict::{self, Resolve},
    summary::{Names, References},
};
use bazdid_store::{Tx, conflict::ConflictFilter};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(get).service(resolve);
}

/// A conflict.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictView {
    /// Identity.
    pub id: ConflictId,
    /// Revision, for `If-Match` of the decision.
    pub rev: i64,
    /// Class.
    pub kind: ConflictKind,
    /// How much it matters.
    pub severity: Severity,
    /// At which ticket.
    pub ticket: TicketSummaryView,
    /// At which work order.
    #[schema(required = true)]
    pub work_order: Option<WorkOrderId>,
    /// The smallest areas of the ticket.
    pub areas: Vec<AreaId>,
    /// What both had seen; its members depend on `kind`: section 7 of `api-spec/sync.md`.
    #[schema(value_type = ConflictBase)]
    pub base: Value,
    /// What stood; its members depend on `kind`.
    #[schema(value_type = ConflictTheirs)]
    pub theirs: Value,
    /// What came; its members depend on `kind`. A list where several came.
    #[schema(value_type = ConflictMine)]
    pub mine: Value,
    /// The first of the mutations (or rows) involved.
    pub mutation: CauseId,
    /// The second.
    #[schema(required = true)]
    pub other_mutation: Option<CauseId>,
    /// What holds until somebody decides.
    pub default_in_force: String,
    /// Decided or not.
    pub status: ConflictStatus,
    /// How it may be decided.
    pub accepts: &'static [Resolution],
    /// How it was.
    #[schema(required = true)]
    pub resolution: Option<Resolution>,
    /// By whom; absent though resolved: its cause went away by itself.
    #[schema(required = true)]
    pub resolved_by: Option<PersonView>,
    /// When.
    #[schema(required = true)]
    pub resolved_at: Option<Timestamp>,
    /// In words.
    #[schema(required = true)]
    pub note: Option<String>,
    /// When it was raised.
    pub raised_at: Timestamp,
}

impl ConflictView {
    /// A conflict with the names of whom and what it refers to.
    ///
    /// # Errors
    /// Its ticket was not looked up.
    pub fn new(c: Conflict, names: &Names) -> Result<Self> {
        let [base, theirs, mine] = c.sides.values();
        Ok(Self {
            id: c.id,
            rev: c.rev,
            kind: c.kind,
            severity: c.severity,
            ticket: summary::ticket(names, c.ticket_id)?,
            work_order: c.work_order_id,
            areas: c.areas,
            base,
            theirs,
            mine,
            mutation: c.mutation_id,
            other_mutation: c.other_mutation_id,
            default_in_force: c.default_in_force,
            status: c.status,
            accepts: accepted(c.kind),
            resolution: c.resolution,
            resolved_by: c.resolved_by.map(|id| summary::person(names, id)),
            resolved_at: c.resolved_at,
            note: c.note,
            raised_at: c.raised_at,
        })
    }
}

/// Which conflicts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConflictQuery {
    /// Decided or not.
    status: Option<ConflictStatus>,
    /// Of this class.
    kind: Option<ConflictKind>,
    /// Mattering so much.
    severity: Option<Severity>,
    /// At a ticket in this area or below it.
    area: Option<AreaId>,
    /// At this ticket.
    ticket: Option<TicketId>,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveBody {
    /// How; the conflict's `accepts` names what its kind takes.
    pub resolution: Resolution,
    /// Why, in words.
    pub note: Option<String>,
    /// Of `set` the third value, as its field takes it; of `take_other` the id of the side to take, where there are several.
    pub value: Option<Value>,
    /// Of `merge_into` the ticket that stays; absent: the older one.
    pub into: Option<TicketId>,
}

/// List conflicts
///
/// Newest first, those at tickets within your areas. `status=open` is what waits for a decision.
#[utoipa::path(tag = "conflicts", params(ConflictQuery, Paging), responses((status = 200, body = Listed<ConflictView>)), extensions(("x-permission" = json!("conflict.read"))))]
#[get("/v1/conflicts")]
async fn list(state: web::Data<State>, ctx: May<ConflictRead>, query: List<ConflictQuery>) -> Answer {
    let ctx = ctx.ctx();
    let ConflictQuery { status, kind, severity, area, ticket } = query.filter;
    let before = query.after()?;
    let limit = query.limit;
    let filter = ConflictFilter { status, kind, severity, area, ticket, before, limit: limit + 1, ..ConflictFilter::default() };
    let read = move |tx: &mut Tx<'_>| {
        let found = conflict::list(tx, &ctx, &filter)?;
        let names = References::of(found.iter().map(|c| &c.row)).look_up(tx, &ctx)?;
        Listed::page(found, limit, |c| c.key)?.try_map(|c| ConflictView::new(c.row, &names))
    };
    Ok(reply::plain(&state.db.read(read).await?))
}

/// Get a conflict
///
/// With both sides, what holds until somebody decides, and the resolutions that it accepts.
#[utoipa::path(tag = "conflicts", params(("id" = ConflictId, Path)), responses((status = 200, body = ConflictView)), extensions(("x-permission" = json!("conflict.read"))))]
#[get("/v1/conflicts/{id}")]
async fn get(state: web::Data<State>, ctx: May<ConflictRead>, id: PathId<ConflictTag>) -> Answer {
    let ctx = ctx.ctx();
    let read = move |tx: &mut Tx<'_>| {
        let found = conflict::get(tx, &ctx, id.0)?;
        view(tx, &ctx, found)
    };
    let conflict = state.db.read(read).await?;
    Ok(reply::tagged(conflict.rev, &conflict))
}

/// Resolve a conflict
///
/// `accepts` of the conflict names the resolutions that its kind takes; section 7 of `api-spec/sync.md` says what follows from each.
/// Nobody decides about their own work or that of their organisation. A conflict that somebody else has resolved is 409.
#[utoipa::path(tag = "conflicts", params(("id" = ConflictId, Path), ("If-Match" = String, Header)), request_body = ResolveBody, responses((status = 200, body = ConflictView)), extensions(("x-permission" = json!("conflict.resolve"))))]
#[post("/v1/conflicts/{id}/resolve")]
async fn resolve(
    state: web::Data<State>,
    ctx: May<ConflictResolve>,
    id: PathId<ConflictTag>,
    seen: IfMatch,
    body: Body<ResolveBody>,
) -> Answer {
    let ctx = ctx.ctx();
    let ResolveBody { resolution, note, value, into } = body.value;
    let command = Resolve { resolution, note, value, into };
    let write = move |tx: &mut Tx<'_>| {
        let decided = conflict::resolve(tx, &ctx, id.0, seen.0, &command)?;
        view(tx, &ctx, decided)
    };
    let conflict = state.db.write(write).await?;
    Ok(reply::tagged(conflict.rev, &conflict))
}

fn view(tx: &mut Tx<'_>, ctx: &Ctx, conflict: Conflict) -> Result<ConflictView> {
    let names = References::of([&conflict]).look_up(tx, ctx)?;
    ConflictView::new(conflict, &names)
}
