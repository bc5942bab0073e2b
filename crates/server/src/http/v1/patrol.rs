//! Patrols: walks through an area without a ticket.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, WorkRead},
    params::{List, Listed, Paging},
    problem::Answer,
    reply,
};
use bazdid_domain::{
    patrol::{Patrol, PatrolOutcome},
    wire,
};
use bazdid_protocol::{
    error::Error,
    ids::{AccountId, AreaId, DeviceId, OrganisationId},
    rows::PatrolRow,
    time::Timestamp,
};
use bazdid_service::patrol;
use bazdid_store::patrol::PatrolFilter;

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list);
}

/// A patrol as the office sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PatrolView {
    /// As devices hold it.
    #[serde(flatten)]
    pub row: PatrolRow,
    /// For which contractor.
    #[schema(required = true)]
    pub organisation: Option<OrganisationId>,
    /// With which device.
    #[schema(required = true)]
    pub device: Option<DeviceId>,
    /// When the server heard of it.
    pub received_at: Timestamp,
}

impl From<Patrol> for PatrolView {
    fn from(p: Patrol) -> Self {
        Self { row: wire::patrol(&p), organisation: p.organisation_id, device: p.device_id, received_at: p.received_at }
    }
}

/// Which patrols.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PatrolQuery {
    /// In this area or below it.
    area: Option<AreaId>,
    /// Of this person.
    actor: Option<AccountId>,
    /// That came to this.
    outcome: Option<PatrolOutcome>,
    /// That ended at this instant or later.
    from: Option<Timestamp>,
    /// That ended before this instant.
    to: Option<Timestamp>,
}

/// List patrols
///
/// Newest first: those in the areas of your office, and your own. One that lies in no area is read by every office.
#[utoipa::path(tag = "patrols", params(PatrolQuery, Paging), responses((status = 200, body = Listed<PatrolView>)), extensions(("x-permission" = json!("work.read"))))]
#[get("/v1/patrols")]
async fn list(state: web::Data<State>, ctx: May<WorkRead>, query: List<PatrolQuery>) -> Answer {
    let (ctx, limit) = (ctx.ctx(), query.limit);
    let before = query.after()?;
    let PatrolQuery { area, actor, outcome, from, to } = query.filter;
    if from.zip(to).is_some_and(|(from, to)| to <= from) {
        return Err(Error::field("?to", "must be later than `from`").into());
    }
    let filter = PatrolFilter { areas: None, actor, outcome, from, to, before, limit: limit + 1 };
    let found = state.db.read(move |tx| patrol::list(tx, &ctx, area, &filter)).await?;
    Ok(reply::plain(&Listed::page(found, limit, |p| p.key)?.map(|p| PatrolView::from(p.row))))
}
