//! What is sent to a device again: rows that the server overruled, or that the device may no longer see. Otherwise the device
//! would keep its own value for ever.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    change::Echo,
    sync::push::{
        batch::PushBatch,
        case::{Case, Origin},
    },
};
use bazdid_domain::membership::carried;
use bazdid_protocol::{channel::Channel, ids::DeviceId, outcome::Status};

/// The echoes of a decided batch. A row that changed and that a channel of the device carries comes with that channel anyway.
pub(super) fn echoes(batch: &PushBatch<'_>) -> Vec<Echo> {
    let changed: BTreeSet<(&str, Uuid)> = batch.unit.changed().into_iter().collect();
    let mut channels: BTreeMap<DeviceId, BTreeSet<Channel>> = BTreeMap::new();
    let mut echoes: BTreeMap<(DeviceId, &'static str, Uuid), i64> = BTreeMap::new();
    for case in &batch.cases {
        let device = case.row.device_id;
        let own = channels.entry(device).or_insert_with(|| batch.channels_of(case.row.actor, device));
        for (kind, id) in touched(batch, case) {
            let row = carried(&batch.unit, kind, id);
            let comes_anyway = changed.contains(&(kind, id)) && row.as_ref().is_some_and(|(_, carriers)| !carriers.is_disjoint(own));
            if !comes_anyway {
                echoes.insert((device, kind, id), row.map_or(0, |(v, _)| v));
            }
        }
    }
    echoes.into_iter().map(|((device, kind, entity), v)| Echo { device, kind, entity, v }).collect()
}

/// The rows of which the device may now hold something else than the server: what the mutation would have made, and what it is
/// about unless it simply went through.
fn touched(batch: &PushBatch<'_>, case: &Case) -> Vec<(&'static str, Uuid)> {
    let Some(outcome) = case.outcome.as_ref().filter(|o| o.status != Status::Held) else { return Vec::new() };
    // Nothing is told of a mutation whose id is another's.
    if matches!(case.origin, Origin::Reused(_)) {
        return Vec::new();
    }
    let mut rows: Vec<(&'static str, Uuid)> = case.creates_named().map(|new| (new.kind, new.id)).into_iter().collect();
    if outcome.status != Status::Applied {
        let id = case.row.entity;
        rows.extend(["ticket", "work_order"].into_iter().filter(|kind| carried(&batch.unit, kind, id).is_some()).map(|kind| (kind, id)));
    }
    rows
}
