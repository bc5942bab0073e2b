//! What follows from all rows of a ticket together, computed anew when a batch is done: verdicts on photos, distances of visits,
//! flags of work orders, conflicts that a later row made pointless. Because it looks at the whole set, the order of arrival
//! does not matter; running it twice changes nothing more.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::{
    account::ClockTrust,
    evidence::{Circumstances, judge},
    photo::Photo,
    sync::{engine::flags, merge_context::MergeContext},
    unit_of_work::UnitOfWork,
    visit::Visit,
};
use bazdid_protocol::{
    ids::{PhotoId, TicketId},
    time::Timestamp,
};

/// Radius where the category is not known any more, metres.
const RADIUS_M: f64 = 50.0;
/// At most so many photos with the same bytes are named in a verdict.
const NAMED: usize = 20;

/// [`rejudge`] for every ticket of a unit of work: the end of a batch, and of an office's command that moved a ticket or changed what it
/// is about.
pub fn settle(unit: &mut UnitOfWork, context: &MergeContext<'_>, now: Timestamp) {
    let tickets: Vec<TicketId> = unit.tickets.iter().map(|t| t.id).collect();
    rejudge_all(unit, context, &tickets.into_iter().collect(), now);
}

/// Computes anew what follows from all rows of a ticket together.
pub fn rejudge(unit: &mut UnitOfWork, context: &MergeContext<'_>, ticket: TicketId, now: Timestamp) {
    rejudge_all(unit, context, &BTreeSet::from([ticket]), now);
}

fn rejudge_all(unit: &mut UnitOfWork, context: &MergeContext<'_>, tickets: &BTreeSet<TicketId>, now: Timestamp) {
    measure(unit, tickets);
    photos(unit, context, tickets);
    flags::derive(unit, context, tickets, now);
    areas_of_conflicts(unit, tickets);
}

/// The office of a ticket's areas sees its conflicts: also after the ticket has moved.
fn areas_of_conflicts(unit: &mut UnitOfWork, tickets: &BTreeSet<TicketId>) {
    let moved: Vec<_> = unit
        .conflicts
        .iter()
        .filter(|c| tickets.contains(&c.ticket_id))
        .filter_map(|c| {
            let areas = &unit.tickets.get(c.ticket_id)?.leaf_areas;
            (*areas != c.areas).then(|| crate::conflict::Conflict { areas: areas.clone(), ..c.clone() })
        })
        .collect();
    for conflict in moved {
        unit.conflicts.put(conflict);
    }
}

/// Distances of visits to where their ticket is now.
fn measure(unit: &mut UnitOfWork, tickets: &BTreeSet<TicketId>) {
    let moved: Vec<_> = unit
        .visits
        .iter()
        .filter(|v| tickets.contains(&v.ticket_id))
        .filter_map(|v| {
            let ticket = unit.tickets.get(v.ticket_id)?;
            let distance_m = Visit::metres_to(v.point, &ticket.point);
            (distance_m != v.distance_m).then(|| Visit { distance_m, ..v.clone() })
        })
        .collect();
    for visit in moved {
        unit.visits.put(visit);
    }
}

/// Verdicts on every photo of some tickets.
///
/// The skew of the very report says more than the trust in the device's clock, which changes from day to day: the verdict rests
/// on the former alone, so that it does not depend on when it is computed. The same bytes under another name prove nothing
/// else, wherever the other photo belongs; removed ones do not count.
fn photos(unit: &mut UnitOfWork, context: &MergeContext<'_>, tickets: &BTreeSet<TicketId>) {
    let mut by_ticket: BTreeMap<TicketId, Vec<&Photo>> = BTreeMap::new();
    let mut by_bytes: BTreeMap<&str, BTreeSet<PhotoId>> = BTreeMap::new();
    for photo in unit.photos.iter() {
        if photo.removed_at.is_none() {
            by_bytes.entry(&photo.sha256).or_default().insert(photo.id);
        }
        if tickets.contains(&photo.ticket_id) {
            by_ticket.entry(photo.ticket_id).or_default().push(photo);
        }
    }
    let mut changed = Vec::new();
    for (ticket, photos) in &by_ticket {
        let Some(ticket) = unit.tickets.get(*ticket) else { continue };
        let radius_m = context.category(ticket.category_id).map_or(RADIUS_M, |c| c.evidence_radius_m);
        let thresholds = context.reference.thresholds(ticket.category_id);
        for photo in photos {
            let same_order: Vec<&Photo> = photos.iter().copied().filter(|p| p.work_order_id == photo.work_order_id).collect();
            let removed = |p: &PhotoId| unit.photos.get(*p).is_some_and(|p| p.removed_at.is_some());
            let elsewhere = context.same_bytes(&photo.sha256, photo.id).into_iter().filter(|p| !removed(p));
            let here = by_bytes.get(photo.sha256.as_str()).into_iter().flatten().copied().filter(|p| *p != photo.id);
            let same_bytes: BTreeSet<Uuid> = elsewhere.chain(here).map(PhotoId::uuid).collect();
            let same_bytes: Vec<Uuid> = same_bytes.into_iter().take(NAMED).collect();
            let circumstances = Circumstances {
                ticket_point: Some(&ticket.point),
                radius_m,
                visit: photo.visit_id.and_then(|v| unit.visits.get(v)),
                same_order: &same_order,
                same_bytes: &same_bytes,
                skew_us: Some(photo.captured_at - photo.captured_est),
                clock_trust: ClockTrust::Unknown,
            };
            let verdicts = judge(photo, &circumstances, &thresholds);
            if verdicts != photo.verdicts {
                changed.push(Photo { verdicts, ..(*photo).clone() });
            }
        }
    }
    for photo in changed {
        unit.photos.put(photo);
    }
}

#[cfg(test)]
mod tests;
