//! Photos: what the capture says of them and what the checks found.

pub mod content;
pub mod link;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Ctx, reach::reach};
use bazdid_domain::{
    photo::{Photo, PhotoState, Verdict},
    picture::Picture,
    policy::Permission,
    visibility::{Reach, Reader, at_place},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{AreaId, PhotoId, TicketId},
};
use bazdid_store::{
    self as store, Tx,
    listing::Keyed,
    photo::{PhotoFilter, PhotoKey},
};

/// A photo as somebody may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The photo; without the figures of its verdicts for those who do not judge it.
    pub photo: Photo,
    /// What its bytes say, for those who judge it, once they are stored.
    pub picture: Option<Picture>,
}

/// A page of photos within reach, those first that were stored last.
///
/// # Errors
/// No permission; the database fails.
pub fn list(tx: &mut Tx<'_>, ctx: &Ctx, filter: &PhotoFilter) -> Result<Vec<Keyed<Shown, PhotoKey>>> {
    let actor = ctx.actor()?;
    if !actor.may(Permission::TicketRead) {
        return Err(Error::new(Code::Forbidden));
    }
    let reference = ctx.reference(tx)?;
    let reach = reach(ctx, &reference, Permission::TicketRead)?;
    let found = store::photo::list_photos(tx, filter, &reach)?;
    let photos = || found.iter().map(|p| &p.row);
    let tickets: BTreeSet<TicketId> = photos().map(|p| p.ticket_id).collect();
    let places = store::ticket::area::list_leaf_areas_of(tx, &tickets.into_iter().collect::<Vec<_>>())?;
    let judged: BTreeSet<PhotoId> = photos().filter(|p| answers_for(&reach, &places, p.ticket_id)).map(|p| p.id).collect();
    let stored = photos().filter(|p| judged.contains(&p.id) && p.state == PhotoState::Stored);
    let hashes: BTreeSet<String> = stored.map(|p| p.sha256.clone()).collect();
    let pictures = store::picture::list_pictures(tx, &hashes.into_iter().collect::<Vec<_>>())?;
    let pictures: BTreeMap<String, Picture> = pictures.into_iter().map(|p| (p.sha256.clone(), p)).collect();
    let shown = |photo: Photo| {
        if judged.contains(&photo.id) {
            // Who only declares the same hash does not learn what others' bytes say.
            let picture = pictures.get(&photo.sha256).filter(|_| photo.state == PhotoState::Stored).cloned();
            Shown { photo, picture }
        } else {
            Shown { photo: without_figures(photo), picture: None }
        }
    };
    Ok(found.into_iter().map(|p| p.with(shown)).collect())
}

/// A photo.
///
/// # Errors
/// There is none within reach; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: PhotoId) -> Result<Shown> {
    let found = list(tx, ctx, &PhotoFilter { id: Some(id), limit: 1, ..PhotoFilter::default() })?;
    found.into_iter().next().map(|p| p.row).ok_or_else(|| Error::not_found("photo"))
}

/// Whether somebody is responsible for a ticket's place: they judge the evidence, so they see what the verdicts rest on.
fn answers_for(reach: &Reach, places: &BTreeMap<TicketId, Vec<AreaId>>, ticket: TicketId) -> bool {
    reach.includes_any(at_place(places.get(&ticket).map_or(&[], Vec::as_slice), Reader::Area))
}

/// Figures name thresholds and other people's photos: who took the photo learns what the checks say, not what they rest on.
fn without_figures(photo: Photo) -> Photo {
    let verdicts = photo.verdicts.into_iter().map(|v| Verdict { figures: Value::Null, ..v }).collect();
    Photo { verdicts, ..photo }
}
