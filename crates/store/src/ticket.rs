//! Tickets, their history, calls in the database.

pub mod area;
pub mod call;
pub mod search;

use std::collections::BTreeMap;

use crate::sql::Json;
use bazdid_domain::{
    category::{Hazard, Priority},
    ticket::{
        Boundary, Call, CallOutcome, FieldEdit, PointSource, Register, StatusChange, Ticket, TicketField, TicketOrigin, TicketStatus,
    },
};
use bazdid_protocol::{
    geo::Point,
    ids::{AccountId, AreaId, CallId, CategoryId, DeviceId, FieldEditId, OrganisationId, StatusChangeId, TicketId, WriteId},
    time::Timestamp,
};
use serde_json::Value;

record! {
    /// Row of `tickets`.
    TicketRow of tickets, id: TicketId, listed {
        rev: i64,
        stamp: Timestamp,
        code: String,
        category_id: CategoryId,
        text: String,
        address_text: Option<String>,
        lat: f64,
        lon: f64,
        accuracy_m: Option<f64>,
        point_source: PointSource,
        areas: Json<Vec<AreaId>>,
        leaf_areas: Json<Vec<AreaId>>,
        boundary: Boundary,
        priority: Priority,
        hazard: Hazard,
        status: TicketStatus,
        status_reason: Option<String>,
        origin: TicketOrigin,
        created_by: AccountId,
        created_device: Option<DeviceId>,
        created_org: Option<OrganisationId>,
        created_at: Timestamp,
        promise_at: Option<Timestamp>,
        duplicate_of: Option<TicketId>,
        supporters: i64,
        source_ref: Option<String>,
        registers: Json<BTreeMap<String, Register>>,
        updated_at: Timestamp,
        text_folded: String,
        cell: i64,
    }
}

/// What a ticket is found by.
fn folded_text(text: &str, address: Option<&str>) -> String {
    bazdid_domain::fold::fold(&format!("{text} {}", address.unwrap_or_default()))
}

impl From<&Ticket> for TicketRow {
    fn from(e: &Ticket) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            stamp: e.stamp,
            code: e.code.clone(),
            category_id: e.category_id,
            text: e.text.clone(),
            address_text: e.address_text.clone(),
            lat: e.point.lat,
            lon: e.point.lon,
            accuracy_m: e.point.accuracy_m,
            point_source: e.point_source,
            areas: Json(e.areas.clone()),
            leaf_areas: Json(e.leaf_areas.clone()),
            boundary: e.boundary,
            priority: e.priority,
            hazard: e.hazard,
            status: e.status,
            status_reason: e.status_reason.clone(),
            origin: e.origin,
            created_by: e.created_by,
            created_device: e.created_device,
            created_org: e.created_org,
            created_at: e.created_at,
            promise_at: e.promise_at,
            duplicate_of: e.duplicate_of,
            supporters: e.supporters,
            source_ref: e.source_ref.clone(),
            registers: Json(e.registers.clone()),
            updated_at: e.updated_at,
            text_folded: folded_text(&e.text, e.address_text.as_deref()),
            cell: bazdid_protocol::geo::cell(&e.point),
        }
    }
}

impl From<TicketRow> for Ticket {
    fn from(r: TicketRow) -> Self {
        Self {
            id: r.id,
            rev: r.rev,
            stamp: r.stamp,
            code: r.code,
            category_id: r.category_id,
            text: r.text,
            address_text: r.address_text,
            point: Point { lat: r.lat, lon: r.lon, accuracy_m: r.accuracy_m },
            point_source: r.point_source,
            areas: r.areas.0,
            leaf_areas: r.leaf_areas.0,
            boundary: r.boundary,
            priority: r.priority,
            hazard: r.hazard,
            status: r.status,
            status_reason: r.status_reason,
            origin: r.origin,
            created_by: r.created_by,
            created_device: r.created_device,
            created_org: r.created_org,
            created_at: r.created_at,
            promise_at: r.promise_at,
            duplicate_of: r.duplicate_of,
            supporters: r.supporters,
            source_ref: r.source_ref,
            registers: r.registers.0,
            updated_at: r.updated_at,
        }
    }
}

record! {
    /// Row of `status_changes`.
    StatusChangeRow of status_changes, id: StatusChangeId {
        ticket_id: TicketId,
        from_status: Option<TicketStatus>,
        to_status: TicketStatus,
        actor: Option<AccountId>,
        reason: Option<String>,
        at: Timestamp,
    }
}

impl From<&StatusChange> for StatusChangeRow {
    fn from(e: &StatusChange) -> Self {
        Self { id: e.id, ticket_id: e.ticket_id, from_status: e.from, to_status: e.to, actor: e.actor, reason: e.reason.clone(), at: e.at }
    }
}

impl From<StatusChangeRow> for StatusChange {
    fn from(r: StatusChangeRow) -> Self {
        Self { id: r.id, ticket_id: r.ticket_id, from: r.from_status, to: r.to_status, actor: r.actor, reason: r.reason, at: r.at }
    }
}

record! {
    /// Row of `field_edits`.
    FieldEditRow of field_edits, id: FieldEditId {
        mutation_id: WriteId,
        ticket_id: TicketId,
        field: TicketField,
        value: Json<Value>,
        actor: AccountId,
        office: bool,
        base: i64,
        v: i64,
        eff: Timestamp,
        device_id: Option<DeviceId>,
    }
}

impl From<&FieldEdit> for FieldEditRow {
    fn from(e: &FieldEdit) -> Self {
        Self {
            id: e.id,
            mutation_id: e.mutation_id,
            ticket_id: e.ticket_id,
            field: e.field,
            value: Json(e.value.clone()),
            actor: e.actor,
            office: e.office,
            base: e.base,
            v: e.v,
            eff: e.eff,
            device_id: e.device_id,
        }
    }
}

impl From<FieldEditRow> for FieldEdit {
    fn from(r: FieldEditRow) -> Self {
        Self {
            id: r.id,
            mutation_id: r.mutation_id,
            ticket_id: r.ticket_id,
            field: r.field,
            value: r.value.0,
            actor: r.actor,
            office: r.office,
            base: r.base,
            v: r.v,
            eff: r.eff,
            device_id: r.device_id,
        }
    }
}

record! {
    /// Row of `calls`.
    CallRow of calls, id: CallId, listed {
        ticket_id: Option<TicketId>,
        outcome: CallOutcome,
        caller_hash: Option<Vec<u8>>,
        caller_encrypted: Option<Vec<u8>>,
        taken_by: AccountId,
        taken_at: Timestamp,
    }
}

impl From<&Call> for CallRow {
    fn from(e: &Call) -> Self {
        Self {
            id: e.id,
            ticket_id: e.ticket_id,
            outcome: e.outcome,
            caller_hash: e.caller_hash.clone(),
            caller_encrypted: e.caller_encrypted.clone(),
            taken_by: e.taken_by,
            taken_at: e.taken_at,
        }
    }
}

impl From<CallRow> for Call {
    fn from(r: CallRow) -> Self {
        Self {
            id: r.id,
            ticket_id: r.ticket_id,
            outcome: r.outcome,
            caller_hash: r.caller_hash,
            caller_encrypted: r.caller_encrypted,
            taken_by: r.taken_by,
            taken_at: r.taken_at,
        }
    }
}

entity_store!(Call, CallRow of calls, find_call(CallId), list_calls, listed save_calls);
