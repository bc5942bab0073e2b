//! The audit log.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::{
    State,
    auth::{AuditRead, May},
    params::{List, Listed, Paging},
    problem::Answer,
    reply,
};
use bazdid_domain::audit::AuditEntry;
use bazdid_protocol::{
    ids::{AccountId, AuditId},
    time::Timestamp,
};
use bazdid_service::audit;
use bazdid_store::audit::AuditFilter;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list);
}

/// Who did what to what.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditView {
    /// Identity.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who; absent: the system.
    #[schema(required = true)]
    pub actor: Option<AccountId>,
    /// What was done.
    #[schema(example = "conflict.resolve")]
    pub action: String,
    /// Kind of the thing it was done to.
    #[schema(example = "conflict")]
    pub entity_kind: String,
    /// The thing.
    pub entity: Uuid,
    /// More, such as codes, numbers and ids: each `action` has members of its own. No personal data and no free text,
    /// but the address and the program that somebody logged in from.
    #[schema(value_type = Object, additional_properties = true)]
    pub detail: Value,
    /// Of which request.
    #[schema(required = true)]
    pub request_id: Option<Uuid>,
}

impl From<AuditEntry> for AuditView {
    fn from(e: AuditEntry) -> Self {
        let AuditEntry { id, at, actor, action, entity_kind, entity_id, detail, request_id } = e;
        Self { id, at, actor, action, entity_kind, entity: entity_id, detail, request_id }
    }
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Done to things of this kind.
    entity_kind: Option<String>,
    /// Done to this thing.
    entity: Option<Uuid>,
    /// Done by this person.
    actor: Option<AccountId>,
    /// This was done.
    #[param(example = "conflict.resolve")]
    action: Option<String>,
    /// At or after.
    from: Option<Timestamp>,
    /// Before.
    to: Option<Timestamp>,
}

/// List entries of the audit log
///
/// Newest first: who did what to what, in which request. The log holds no personal data and no free text beside the address and the
/// program of each login; it is never changed.
#[utoipa::path(tag = "audit", params(AuditQuery, Paging), responses((status = 200, body = Listed<AuditView>)), extensions(("x-permission" = json!("audit.read"))))]
#[get("/v1/audit")]
async fn list(state: web::Data<State>, ctx: May<AuditRead>, query: List<AuditQuery>) -> Answer {
    let ctx = ctx.ctx();
    let (before, limit) = (query.after::<(Timestamp, AuditId)>()?, query.limit);
    let AuditQuery { entity_kind, entity, actor, action, from, to } = query.filter;
    let filter = AuditFilter { entity_kind, entity, actor, action, from, to, before, limit: limit + 1 };
    let found = state.db.read(move |tx| audit::list(tx, &ctx, &filter)).await?;
    Ok(reply::plain(&Listed::page(found, limit, |e| (e.at, e.id))?.map(AuditView::from)))
}
