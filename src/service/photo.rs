//! Photos: what the capture says of them and what the checks found.

pub mod content;
pub mod link;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    domain::{
        actor::Scope,
        ids::{AreaId, PhotoId, TicketId},
        photo::{Photo, Verdict},
        policy::Permission,
    },
    error::{Code, Error, Result},
    service::{Ctx, reach::reach},
    store::{self, Tx, photo::PhotoFilter},
};

/// A page of photos within reach, newest first.
///
/// # Errors
/// No permission; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, filter: &PhotoFilter) -> Result<Vec<Photo>> {
    let actor = ctx.actor()?;
    if !actor.may(Permission::TicketRead) {
        return Err(Error::new(Code::Forbidden));
    }
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, Permission::TicketRead)?;
    let photos = store::photo::list_photos(tx, filter, &reach)?;
    let Scope::Within { areas, .. } = &reach.scope else { return Ok(photos) };
    let tickets: BTreeSet<TicketId> = photos.iter().map(|p| p.ticket_id).collect();
    let places = store::ticket::area::list_areas_of(tx, &tickets.into_iter().collect::<Vec<_>>())?;
    Ok(photos.into_iter().map(|p| if answers_for(areas, &places, p.ticket_id) { p } else { without_figures(p) }).collect())
}

/// A photo.
///
/// # Errors
/// There is none within reach; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: PhotoId) -> Result<Photo> {
    let found = list(tx, ctx, &PhotoFilter { id: Some(id), limit: 1, ..PhotoFilter::default() })?;
    found.into_iter().next().ok_or_else(|| Error::not_found("photo"))
}

/// Whether somebody is responsible for one of a ticket's areas: he judges the evidence, so he sees what the verdicts rest on.
fn answers_for(areas: &BTreeSet<AreaId>, places: &BTreeMap<TicketId, BTreeSet<AreaId>>, ticket: TicketId) -> bool {
    places.get(&ticket).is_some_and(|here| !here.is_disjoint(areas))
}

/// Figures name thresholds and other people's photos: who took the photo learns what the checks say, not what they rest on.
fn without_figures(photo: Photo) -> Photo {
    let verdicts = photo.verdicts.into_iter().map(|v| Verdict { figures: Value::Null, ..v }).collect();
    Photo { verdicts, ..photo }
}
