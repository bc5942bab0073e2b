//! The office's inbox.

use actix_web::{HttpRequest, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{ConflictRead, May},
    edge::language_of,
    problem::Answer,
    reply,
    v1::{conflict::ConflictView, device::DeviceView, quarantine::QuarantinedView, ticket::view::TicketView, work_order::WorkOrderView},
};
use bazdid_domain::{
    conflict::{ConflictKind, Severity},
    work_order::WorkOrderKind,
};
use bazdid_protocol::error::Result;
use bazdid_service::{
    inbox::{self, Inbox},
    summary::{Names, References},
};
use bazdid_store::Tx;
use bazdid_texts::Language;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get);
}

/// How many open conflicts there are of a kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictCount {
    /// Class.
    pub kind: ConflictKind,
    /// How much they matter.
    pub severity: Severity,
    /// How many.
    pub count: i64,
}

/// How many orders of a kind nobody could be asked to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftCount {
    /// What is to be done.
    pub kind: WorkOrderKind,
    /// How many.
    pub count: i64,
}

/// How much waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxCounts {
    /// Orders that nobody could be asked to do.
    pub drafts: Vec<DraftCount>,
    /// Open conflicts.
    pub conflicts: Vec<ConflictCount>,
    /// Tickets outside every area.
    pub outside: i64,
    /// Devices whose clock was off by more than a day.
    pub wrong_clocks: usize,
}

/// What waits for a person of the office: of each kind the first 50, and how many there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxView {
    /// How much.
    pub counts: InboxCounts,
    /// Orders that nobody could be asked to do, the oldest first.
    pub drafts: Vec<WorkOrderView>,
    /// Open hard conflicts, the newest first.
    pub conflicts: Vec<ConflictView>,
    /// Tickets outside every area, the newest first.
    pub outside: Vec<TicketView>,
    /// Devices whose clock was off by more than a day.
    pub wrong_clocks: Vec<DeviceView>,
    /// What devices sent that is kept aside and belongs to nothing that the server knows, the newest first; all of it is at
    /// `/v1/quarantine`.
    pub kept: Vec<QuarantinedView>,
}

impl InboxView {
    fn new(i: Inbox, names: &Names, language: Language) -> Result<Self> {
        Ok(Self {
            counts: InboxCounts {
                drafts: i.draft_counts.into_iter().map(|(kind, count)| DraftCount { kind, count }).collect(),
                conflicts: i.conflict_counts.into_iter().map(|(kind, severity, count)| ConflictCount { kind, severity, count }).collect(),
                outside: i.outside_count,
                wrong_clocks: i.wrong_clocks.len(),
            },
            drafts: i.drafts.into_iter().map(|o| WorkOrderView::as_read(o, names, false)).collect::<Result<_>>()?,
            conflicts: i.conflicts.into_iter().map(|c| ConflictView::new(c, names)).collect::<Result<_>>()?,
            outside: i.outside.into_iter().map(TicketView::from).collect(),
            wrong_clocks: i.wrong_clocks.into_iter().take(SHOWN).map(DeviceView::from).collect(),
            kept: i.kept.into_iter().map(|r| QuarantinedView::of(r, language)).collect(),
        })
    }
}

/// Devices that are shown.
const SHOWN: usize = 50;

/// Get the inbox of the office
///
/// What waits for a person, within your areas: of each kind the first 50, and how many there are.
#[utoipa::path(tag = "inbox", responses((status = 200, body = InboxView)), extensions(("x-permission" = json!("conflict.read"))))]
#[get("/v1/inbox")]
async fn get(state: web::Data<State>, ctx: May<ConflictRead>, req: HttpRequest) -> Answer {
    let (ctx, language) = (ctx.ctx(), language_of(&req));
    let read = move |tx: &mut Tx<'_>| {
        let found = inbox::get(tx, &ctx)?;
        let names = References::of(&found.drafts).and(&found.conflicts).look_up(tx, &ctx)?;
        InboxView::new(found, &names, language)
    };
    Ok(reply::spoken(language, &state.db.read(read).await?))
}
