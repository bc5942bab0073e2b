//! Patrols in the database.

use diesel::prelude::*;

use crate::{
    keys::Keys,
    listing::{Keyed, PageKey},
    schema::patrols,
    sql::{Json, db_error},
    tx::{LIST, Tx},
};
use bazdid_domain::{
    patrol::{MockFlag, Patrol, PatrolOutcome},
    visibility::Reach,
};
use bazdid_protocol::{
    error::Result,
    geo::Point,
    ids::{AccountId, AreaId, DeviceId, OrganisationId, PatrolId, TicketId},
    time::Timestamp,
};

record! {
    /// Row of `patrols`.
    PatrolRow of patrols, id: PatrolId, listed newer {
        rev: i64,
        actor: AccountId,
        organisation_id: Option<OrganisationId>,
        device_id: Option<DeviceId>,
        area_id: Option<AreaId>,
        started_at: Option<Timestamp>,
        started_est: Option<Timestamp>,
        finished_at: Timestamp,
        finished_est: Timestamp,
        received_at: Timestamp,
        start_lat: Option<f64>,
        start_lon: Option<f64>,
        start_accuracy_m: Option<f64>,
        end_lat: Option<f64>,
        end_lon: Option<f64>,
        end_accuracy_m: Option<f64>,
        mock: MockFlag,
        outcome: PatrolOutcome,
        tickets: Json<Vec<TicketId>>,
        note: Option<String>,
        eff: Timestamp,
    }
}

impl From<&Patrol> for PatrolRow {
    fn from(e: &Patrol) -> Self {
        Self {
            id: e.id,
            rev: e.rev,
            actor: e.actor,
            organisation_id: e.organisation_id,
            device_id: e.device_id,
            area_id: e.area_id,
            started_at: e.started_at,
            started_est: e.started_est,
            finished_at: e.finished_at,
            finished_est: e.finished_est,
            received_at: e.received_at,
            start_lat: e.start_point.map(|p| p.lat),
            start_lon: e.start_point.map(|p| p.lon),
            start_accuracy_m: e.start_point.and_then(|p| p.accuracy_m),
            end_lat: e.end_point.map(|p| p.lat),
            end_lon: e.end_point.map(|p| p.lon),
            end_accuracy_m: e.end_point.and_then(|p| p.accuracy_m),
            mock: e.mock,
            outcome: e.outcome,
            tickets: Json(e.tickets.clone()),
            note: e.note.clone(),
            eff: e.eff,
        }
    }
}

impl From<PatrolRow> for Patrol {
    fn from(r: PatrolRow) -> Self {
        let point = |at: Option<(f64, f64)>, accuracy_m| at.map(|(lat, lon)| Point { lat, lon, accuracy_m });
        Self {
            id: r.id,
            rev: r.rev,
            actor: r.actor,
            organisation_id: r.organisation_id,
            device_id: r.device_id,
            area_id: r.area_id,
            started_at: r.started_at,
            started_est: r.started_est,
            finished_at: r.finished_at,
            finished_est: r.finished_est,
            received_at: r.received_at,
            start_point: point(r.start_lat.zip(r.start_lon), r.start_accuracy_m),
            end_point: point(r.end_lat.zip(r.end_lon), r.end_accuracy_m),
            mock: r.mock,
            outcome: r.outcome,
            tickets: r.tickets.0,
            note: r.note,
            eff: r.eff,
        }
    }
}

/// Patrols by their ids; those that there are not are left out.
///
/// # Errors
/// The database fails.
pub fn find_patrols(tx: &mut Tx<'_>, ids: &[PatrolId]) -> Result<Vec<Patrol>> {
    let mut found = Vec::new();
    for ids in ids.chunks(LIST) {
        let keys = Keys::new(ids);
        let rows: Vec<PatrolRow> =
            on!(tx, |c| patrols::table.filter(keys.hold(patrols::id)).select(PatrolRow::as_select()).load(c)).map_err(db_error)?;
        found.extend(rows.into_iter().map(Into::into));
    }
    Ok(found)
}

/// The place of a patrol in the list.
pub type PatrolKey = PageKey<PatrolId, PatrolId>;

/// Which patrols are asked for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct PatrolFilter {
    /// In one of these areas.
    pub areas: Option<Vec<AreaId>>,
    /// Of this person.
    pub actor: Option<AccountId>,
    /// That came to this.
    pub outcome: Option<PatrolOutcome>,
    /// That ended at this instant or later.
    pub from: Option<Timestamp>,
    /// That ended before this instant.
    pub to: Option<Timestamp>,
    /// After this place of the list.
    pub before: Option<PatrolKey>,
    /// At most so many.
    pub limit: i64,
}

/// Patrols by filter and reach, those first that were stored last.
///
/// # Errors
/// The database fails.
pub fn list_patrols(tx: &mut Tx<'_>, filter: &PatrolFilter, reach: &Reach) -> Result<Vec<Keyed<Patrol, PatrolKey>>> {
    let rows: Vec<(PatrolRow, Timestamp)> = on!(tx, |c| {
        let mut query = visible_patrols!(patrols::table.select((PatrolRow::as_select(), patrols::stored_at)), reach);
        if let Some(areas) = &filter.areas {
            query = query.filter(patrols::area_id.eq_any(areas.iter().copied().map(Some).collect::<Vec<_>>()));
        }
        if let Some(actor) = filter.actor {
            query = query.filter(patrols::actor.eq(actor));
        }
        if let Some(outcome) = filter.outcome {
            query = query.filter(patrols::outcome.eq(outcome));
        }
        if let Some(from) = filter.from {
            query = query.filter(patrols::finished_est.ge(from));
        }
        if let Some(to) = filter.to {
            query = query.filter(patrols::finished_est.lt(to));
        }
        newest_first!(query, patrols, filter.before, former by id).limit(filter.limit).load(c)
    })
    .map_err(db_error)?;
    let keyed = |(row, stored_at): (PatrolRow, Timestamp)| Keyed {
        key: PageKey::of(filter.before.as_ref(), stored_at, row.id, row.id),
        row: row.into(),
    };
    Ok(rows.into_iter().map(keyed).collect())
}
