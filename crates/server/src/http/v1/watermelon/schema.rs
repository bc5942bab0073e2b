//! The tables of WatermelonDB as they stand in the document. Rows are flat; ids are texts of the library, instants are milliseconds since
//! 1970, nested things are JSON in a text.

#![expect(dead_code, reason = "these types are only described, never made")]

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

use bazdid_domain::{
    category::{Hazard, Priority},
    conflict::Severity,
    photo::{PhotoKind, PhotoState},
    ticket::{Boundary, PointSource, TicketOrigin, TicketStatus},
    visit::{Audience, MockFlag, VisitKind, VisitOutcome},
    work_order::{Standing, WorkEventKind, WorkOrderKind, WorkOrderState},
};

/// Milliseconds since 1970.
type Ms = i64;

macro_rules! tables {
    ($($(#[$doc:meta])* $row:ident $table:ident { $($(#[$cdoc:meta])* $column:ident: $ty:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(ToSchema)]
        struct $row {
            /// Identity: 16 letters and digits of the library, or a UUID.
            id: String,
            $($(#[$cdoc])* #[schema(required = true)] $column: $ty),+
        }

        /// What changed in a table.
        #[derive(ToSchema)]
        struct $table {
            /// Always empty: set `sendCreatedAsUpdated`.
            #[schema(max_items = 0)]
            created: Vec<String>,
            /// Rows as they stand.
            updated: Vec<$row>,
            /// Ids of rows that the device does not see any more.
            deleted: Vec<String>,
        }
    )+};
}

tables! {
    /// What citizens ask for.
    WatermelonTicket WatermelonTicketChanges {
        code: String,
        category_id: String,
        text: String,
        address_text: Option<String>,
        point_source: PointSource,
        /// Areas that hold the point, as JSON.
        areas: String,
        boundary: Boundary,
        priority: Priority,
        hazard: Hazard,
        status: TicketStatus,
        status_reason: Option<String>,
        origin: TicketOrigin,
        promise_at: Option<Ms>,
        duplicate_of: Option<String>,
        supporters: i64,
        actor_id: Option<String>,
        created_at: Ms,
        updated_at: Ms,
        lat: Option<f64>,
        lon: Option<f64>,
        accuracy_m: Option<f64>,
    }
    /// What is to be done.
    WatermelonWorkOrder WatermelonWorkOrderChanges {
        ticket_id: String,
        kind: WorkOrderKind,
        state: WorkOrderState,
        epoch: i64,
        round: i64,
        assignment_id: Option<String>,
        organisation_id: Option<String>,
        account_id: Option<String>,
        /// What a submission must bring, as JSON.
        evidence: Option<String>,
        /// What a verifier must know, as JSON.
        flags: Option<String>,
        accept_due: Option<Ms>,
        resolve_due: Option<Ms>,
        reason: Option<String>,
        review_at: Option<Ms>,
        /// Findings of an inspection, as JSON.
        findings: Option<String>,
        created_at: Ms,
    }
    /// What somebody did with an order.
    WatermelonWorkEvent WatermelonWorkEventChanges {
        work_order_id: String,
        ticket_id: String,
        epoch: i64,
        kind: WorkEventKind,
        actor_id: String,
        visit_id: Option<String>,
        at: Ms,
        standing: Standing,
        reason: Option<String>,
        review_at: Option<Ms>,
        summary: Option<String>,
        /// Quantities, as JSON.
        quantities: Option<String>,
    }
    /// Who was where.
    WatermelonVisit WatermelonVisitChanges {
        ticket_id: String,
        work_order_id: Option<String>,
        kind: VisitKind,
        actor_id: String,
        arrived_at: Ms,
        left_at: Option<Ms>,
        mock: MockFlag,
        distance_m: Option<f64>,
        outcome: Option<VisitOutcome>,
        lat: Option<f64>,
        lon: Option<f64>,
        accuracy_m: Option<f64>,
    }
    /// What a photo declares.
    WatermelonPhoto WatermelonPhotoChanges {
        ticket_id: String,
        work_order_id: Option<String>,
        visit_id: Option<String>,
        kind: PhotoKind,
        actor_id: String,
        sha256: String,
        bytes: i64,
        mime: String,
        width: Option<i64>,
        height: Option<i64>,
        captured_at: Ms,
        heading_deg: Option<f64>,
        mock: MockFlag,
        state: PhotoState,
        /// What the checks found, as JSON.
        verdicts: Option<String>,
        lat: Option<f64>,
        lon: Option<f64>,
        accuracy_m: Option<f64>,
    }
    /// What was measured.
    WatermelonMeasurement WatermelonMeasurementChanges {
        ticket_id: String,
        work_order_id: Option<String>,
        visit_id: Option<String>,
        epoch: Option<i64>,
        item: String,
        quantity: f64,
        unit: String,
        supersedes: Option<String>,
        actor_id: String,
        at: Ms,
    }
    /// What somebody wrote.
    WatermelonNote WatermelonNoteChanges {
        ticket_id: String,
        work_order_id: Option<String>,
        actor_id: Option<String>,
        audience: Audience,
        text: String,
        at: Ms,
    }
    /// What the person must know: an answer that was not plain, or a conflict.
    WatermelonSyncMessage WatermelonSyncMessageChanges {
        /// `result` or `conflict`.
        kind: String,
        /// What became of it, or whether the conflict is decided.
        status: String,
        /// Why, or the class of the conflict.
        code: Option<String>,
        severity: Option<Severity>,
        subject_table: Option<String>,
        subject_id: Option<String>,
        ticket_id: Option<String>,
        work_order_id: Option<String>,
        detail: Option<String>,
        /// Both sides of a conflict, as JSON.
        data: Option<String>,
        at: Ms,
    }
}

/// What changed, by table; every table is there.
#[derive(ToSchema)]
#[schema(as = WatermelonPulledTables)]
pub(super) struct PulledTables {
    tickets: WatermelonTicketChanges,
    work_orders: WatermelonWorkOrderChanges,
    work_events: WatermelonWorkEventChanges,
    visits: WatermelonVisitChanges,
    photos: WatermelonPhotoChanges,
    measurements: WatermelonMeasurementChanges,
    notes: WatermelonNoteChanges,
    sync_messages: WatermelonSyncMessageChanges,
}

/// What an app changed: `changes` as the library makes it, or an object that has it under this name.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(as = WatermelonPush)]
pub(super) enum PushedBody {
    /// Under its name.
    Named(PushedChanges),
    /// As it is.
    Bare(PushedTables),
}

/// What an app changed, under its name.
#[derive(ToSchema)]
#[schema(as = WatermelonPushedChanges)]
pub(super) struct PushedChanges {
    /// What changed, by table.
    changes: PushedTables,
}

/// What an app changed, by table. Tables that the server does not know are the app's own and are passed over; so are columns.
#[derive(ToSchema)]
#[schema(as = WatermelonPushedTables)]
pub(super) struct PushedTables {
    tickets: Option<SentChanges>,
    work_events: Option<SentChanges>,
    visits: Option<SentChanges>,
    photos: Option<SentChanges>,
    measurements: Option<SentChanges>,
    notes: Option<SentChanges>,
}

/// What an app changed in a table.
#[derive(ToSchema)]
#[schema(as = WatermelonSentChanges)]
struct SentChanges {
    /// New rows: the columns of the table as in a pull, as far as the app has them, beside those of the library. Each row is read by itself,
    /// and what cannot be used of it is told, so any value may stand there.
    created: Vec<BTreeMap<String, Value>>,
    /// Rows as the app has them now.
    updated: Vec<BTreeMap<String, Value>>,
    /// Ids of rows that the app deleted.
    deleted: Vec<String>,
}
