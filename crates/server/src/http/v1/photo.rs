//! Photos: the metadata of their capture and what the checks found. The bytes have a resource of their own.

pub mod content;
mod range;
pub mod reading;
pub mod verdict;

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, TicketRead},
    params::{List, Listed, Paging, PathId},
    problem::Answer,
    reply,
    v1::{
        photo::{reading::ReadingView, verdict::VerdictView},
        summary::{self, OrganisationNameView, PersonView, TicketSummaryView},
    },
};
use bazdid_domain::{
    photo::{Photo, PhotoKind, PhotoState},
    visit::MockFlag,
};
use bazdid_protocol::{
    geo::Point,
    ids::{DeviceId, PhotoId, PhotoTag, TicketId, VisitId, WorkOrderId},
    time::Timestamp,
};
use bazdid_service::{
    photo::{self, Shown},
    summary::{Names, References},
};
use bazdid_store::{Tx, photo::PhotoFilter};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(get);
    content::routes(config);
}

/// A photo's metadata.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhotoView {
    /// Identity.
    pub id: PhotoId,
    /// Revision.
    pub rev: i64,
    /// Of which ticket.
    pub ticket_id: TicketId,
    /// The same in short; `null`: you see the photo because it is yours, and its ticket no more.
    #[schema(required = true)]
    pub ticket: Option<TicketSummaryView>,
    /// For which work order.
    #[schema(required = true)]
    pub work_order: Option<WorkOrderId>,
    /// On which visit.
    #[schema(required = true)]
    pub visit: Option<VisitId>,
    /// What it is meant to show.
    pub kind: PhotoKind,
    /// Who took it.
    pub actor: PersonView,
    /// For which organisation.
    #[schema(required = true)]
    pub organisation: Option<OrganisationNameView>,
    /// With which device.
    #[schema(required = true)]
    pub device: Option<DeviceId>,
    /// SHA-256 of the bytes, 64 hex digits.
    pub sha256: String,
    /// Number of bytes.
    pub bytes: i64,
    /// Media type.
    pub mime: String,
    /// Pixels across.
    #[schema(required = true)]
    pub width: Option<i64>,
    /// Pixels down.
    #[schema(required = true)]
    pub height: Option<i64>,
    /// Capture by the device's clock.
    pub captured_at: Timestamp,
    /// Capture as the server corrects it.
    pub captured_est: Timestamp,
    /// Where.
    #[schema(required = true)]
    pub point: Option<Point>,
    /// Compass direction of the camera, degrees from north.
    #[schema(required = true)]
    pub heading_deg: Option<f64>,
    /// Whether the fix was simulated.
    pub mock: MockFlag,
    /// Where the bytes are.
    pub state: PhotoState,
    /// What the checks found.
    pub verdicts: Vec<VerdictView>,
    /// What the bytes say, once they are stored; for those who judge the evidence only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<ReadingView>,
    /// When it was removed; the declaration is kept.
    #[schema(required = true)]
    pub removed_at: Option<Timestamp>,
    /// When the server heard of it.
    pub received_at: Timestamp,
}

impl PhotoView {
    /// A photo as somebody may see it.
    #[must_use]
    pub fn shown(shown: Shown, names: &Names) -> Self {
        Self { reading: shown.picture.map(ReadingView::from), ..Self::new(shown.photo, names) }
    }

    /// A photo's metadata with the names of whom and what it refers to.
    #[must_use]
    pub fn new(p: Photo, names: &Names) -> Self {
        Self {
            id: p.id,
            rev: p.rev,
            ticket_id: p.ticket_id,
            ticket: summary::ticket_if_seen(names, p.ticket_id),
            work_order: p.work_order_id,
            visit: p.visit_id,
            kind: p.kind,
            actor: summary::person(names, p.actor),
            organisation: p.organisation_id.map(|id| summary::organisation(names, id)),
            device: p.device_id,
            sha256: p.sha256,
            bytes: p.bytes,
            mime: p.mime,
            width: p.width,
            height: p.height,
            captured_at: p.captured_at,
            captured_est: p.captured_est,
            point: p.point,
            heading_deg: p.heading_deg,
            mock: p.mock,
            state: p.state,
            verdicts: p.verdicts.into_iter().map(VerdictView::from).collect(),
            reading: None,
            removed_at: p.removed_at,
            received_at: p.received_at,
        }
    }
}

/// Which photos.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PhotoQuery {
    /// Of this ticket.
    ticket: Option<TicketId>,
    /// For this work order.
    work_order: Option<WorkOrderId>,
    /// On this visit.
    visit: Option<VisitId>,
    /// Meant to show this.
    kind: Option<PhotoKind>,
    /// With the bytes there.
    state: Option<PhotoState>,
}

/// List photos
///
/// Newest first, their metadata and what the checks found. Contractors see those of their own people; figures and readings are for those
/// who judge the evidence.
#[utoipa::path(tag = "photos", params(PhotoQuery, Paging), responses((status = 200, body = Listed<PhotoView>)), extensions(("x-permission" = json!("ticket.read"))))]
#[get("/v1/photos")]
async fn list(state: web::Data<State>, ctx: May<TicketRead>, query: List<PhotoQuery>) -> Answer {
    let ctx = ctx.ctx();
    let (before, limit) = (query.after()?, query.limit);
    let PhotoQuery { ticket, work_order, visit, kind, state: bytes } = query.filter;
    let filter = PhotoFilter { id: None, ticket, work_order, visit, kind, state: bytes, before, limit: limit + 1 };
    let read = move |tx: &mut Tx<'_>| {
        let found = photo::list(tx, &ctx, &filter)?;
        let names = References::of(found.iter().map(|p| &p.row.photo)).look_up_within_reach(tx, &ctx)?;
        Ok(Listed::page(found, limit, |s| s.key)?.map(|s| PhotoView::shown(s.row, &names)))
    };
    Ok(reply::plain(&state.db.read(read).await?))
}

/// Get the metadata of a photo
///
/// With what the checks found. The picture itself is `/v1/photos/{id}/content`.
#[utoipa::path(tag = "photos", params(("id" = PhotoId, Path)), responses((status = 200, body = PhotoView)), extensions(("x-permission" = json!("ticket.read"))))]
#[get("/v1/photos/{id}")]
async fn get(state: web::Data<State>, ctx: May<TicketRead>, id: PathId<PhotoTag>) -> Answer {
    let ctx = ctx.ctx();
    let read = move |tx: &mut Tx<'_>| {
        let found = photo::get(tx, &ctx, id.0)?;
        let names = References::of([&found.photo]).look_up_within_reach(tx, &ctx)?;
        Ok(PhotoView::shown(found, &names))
    };
    let photo = state.db.read(read).await?;
    Ok(reply::tagged(photo.rev, &photo))
}
