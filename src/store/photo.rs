//! Photos in the database.

use crate::{
    domain::{
        geo::Point,
        ids::{AccountId, DeviceId, OrganisationId, PhotoId, TicketId, VisitId, WorkOrderId},
        photo::{Photo, PhotoKind, PhotoState, Verdict},
        time::Timestamp,
        visit::MockFlag,
    },
    store::sql::Json,
};

record! {
    /// Row of `photos`.
    PhotoRow of photos, id: PhotoId {
        rev: i64,
        ticket_id: TicketId,
        work_order_id: Option<WorkOrderId>,
        visit_id: Option<VisitId>,
        kind: PhotoKind,
        actor: AccountId,
        organisation_id: Option<OrganisationId>,
        device_id: Option<DeviceId>,
        sha256: String,
        bytes: i64,
        mime: String,
        width: Option<i64>,
        height: Option<i64>,
        captured_at: Timestamp,
        captured_est: Timestamp,
        lat: Option<f64>,
        lon: Option<f64>,
        accuracy_m: Option<f64>,
        heading_deg: Option<f64>,
        mock: MockFlag,
        state: PhotoState,
        verdicts: Json<Vec<Verdict>>,
        eff: Timestamp,
        removed_at: Option<Timestamp>,
    }
}

impl From<&Photo> for PhotoRow {
    fn from(e: &Photo) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            ticket_id: e.ticket_id,
            work_order_id: e.work_order_id,
            visit_id: e.visit_id,
            kind: e.kind,
            actor: e.actor,
            organisation_id: e.organisation_id,
            device_id: e.device_id,
            sha256: e.sha256.clone(),
            bytes: e.bytes,
            mime: e.mime.clone(),
            width: e.width,
            height: e.height,
            captured_at: e.captured_at,
            captured_est: e.captured_est,
            lat: e.point.map(|p| p.lat),
            lon: e.point.map(|p| p.lon),
            accuracy_m: e.point.and_then(|p| p.accuracy_m),
            heading_deg: e.heading_deg,
            mock: e.mock,
            state: e.state,
            verdicts: Json(e.verdicts.clone()),
            eff: e.eff,
            removed_at: e.removed_at,
        }
    }
}

impl From<PhotoRow> for Photo {
    fn from(r: PhotoRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            ticket_id: r.ticket_id,
            work_order_id: r.work_order_id,
            visit_id: r.visit_id,
            kind: r.kind,
            actor: r.actor,
            organisation_id: r.organisation_id,
            device_id: r.device_id,
            sha256: r.sha256,
            bytes: r.bytes,
            mime: r.mime,
            width: r.width,
            height: r.height,
            captured_at: r.captured_at,
            captured_est: r.captured_est,
            point: r.lat.zip(r.lon).map(|(lat, lon)| Point { lat, lon, accuracy_m: r.accuracy_m }),
            heading_deg: r.heading_deg,
            mock: r.mock,
            state: r.state,
            verdicts: r.verdicts.0,
            eff: r.eff,
            removed_at: r.removed_at,
        }
    }
}
