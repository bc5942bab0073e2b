//! What the bytes of photos say, brought to the photos: verdicts on each photo with a content, and on those that are compared with it.
//!
//! A verdict is a function of what is stored, never of the order in which it came: of two photos that are judged by one another the
//! later one has the earlier one judged anew. What has not arrived, and what was removed, is compared with nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Ctx,
    change::{Change, keep},
};
use bazdid_domain::{
    evidence::content::{Content, Similar, judge_content, with_content},
    photo::{Photo, PhotoState, Verdict},
    picture::Found,
    reference::Reference,
};
use bazdid_protocol::{
    error::Result,
    ids::{CategoryId, PhotoId, TicketId},
};
use bazdid_store::{self as store, Tx};

/// Contents by how they look.
pub trait Alike {
    /// Takes in what has been read and committed since the last time.
    ///
    /// # Errors
    /// The database fails.
    fn refresh(&self, tx: &mut Tx<'_>) -> Result<()>;

    /// Those within so many bits of a fingerprint, with the bits that they differ in, the nearest first.
    fn within(&self, fingerprint: u64, bits: u32) -> Vec<(u32, String)>;
}

/// Photos elsewhere are named in a verdict, and counted, up to so many.
const NAMED: usize = 20;
/// Of the contents that look alike so many are looked at, the nearest first.
const ALIKE: usize = 500;

/// The photos to be judged because of a content, by their tickets: those that have it, those of other tickets that look alike, and those
/// that the same devices took just before and after.
///
/// # Errors
/// The database fails.
pub fn concerned(tx: &mut Tx<'_>, ctx: &Ctx, sha256: &str, near: &dyn Alike) -> Result<BTreeMap<TicketId, BTreeSet<PhotoId>>> {
    near.refresh(tx)?;
    let reference = ctx.reference(tx)?;
    let widest = reference.categories.values().map(|c| c.evidence_thresholds.all().similar_bits).max().unwrap_or_default();
    let found = store::picture::find_picture(tx, sha256)?.and_then(|p| p.found);
    let mut hashes: BTreeSet<String> = found.map_or_else(BTreeSet::new, |found| alike(&found, widest, near).into_keys().collect());
    hashes.insert(sha256.to_owned());
    let mut photos = store::photo::list_stored(tx, &hashes.into_iter().collect::<Vec<_>>())?;
    let own: Vec<Photo> = photos.iter().filter(|p| p.sha256 == sha256).cloned().collect();
    for photo in own {
        photos.extend(store::photo::list_neighbours(tx, &photo)?);
    }
    let mut concerned: BTreeMap<TicketId, BTreeSet<PhotoId>> = BTreeMap::new();
    for photo in photos {
        concerned.entry(photo.ticket_id).or_default().insert(photo.id);
    }
    Ok(concerned)
}

/// Contents that look like one, with the bits that they differ in.
fn alike(found: &Found, bits: u32, near: &dyn Alike) -> BTreeMap<String, u32> {
    let Ok(fingerprint) = found.fingerprint else { return BTreeMap::new() };
    near.within(fingerprint, bits).into_iter().take(ALIKE).map(|(bits, sha256)| (sha256, bits)).collect()
}

/// Judges the content of some photos of a ticket, under the ticket's lock; devices hear of it through the feed. Done twice it does
/// nothing the second time.
///
/// # Errors
/// The database fails.
pub fn judge(tx: &mut Tx<'_>, ctx: &Ctx, ticket: TicketId, photos: &BTreeSet<PhotoId>, near: &dyn Alike) -> Result<()> {
    let reference = ctx.reference(tx)?;
    let mut unit = store::aggregate::load_unit(tx, &[ticket])?;
    let Some(category) = unit.tickets.get(ticket).map(|t| t.category_id) else { return Ok(()) };
    // Under the lock: who judged one of the photos before us may have known more than we did then.
    near.refresh(tx)?;
    for id in photos {
        let Some(photo) = unit.photos.get(*id).filter(|p| p.state == PhotoState::Stored).cloned() else { continue };
        // Who has not been read yet is judged when they are.
        let Some(found) = store::picture::find_picture(tx, &photo.sha256)?.and_then(|p| p.found) else { continue };
        let verdicts = verdicts(tx, ctx, &reference, category, &photo, &found, near)?;
        if verdicts != photo.verdicts {
            unit.photos.put(Photo { verdicts, ..photo });
        }
    }
    keep(tx, ctx, &mut unit, Change::default())
}

/// All verdicts of a photo, those on its content anew.
fn verdicts(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    reference: &Reference,
    category: CategoryId,
    photo: &Photo,
    found: &Found,
    near: &dyn Alike,
) -> Result<Vec<Verdict>> {
    let thresholds = reference.thresholds(category);
    let similar = similar(tx, photo, found, thresholds.similar_bits, near)?;
    let neighbours = store::photo::list_neighbours(tx, photo)?;
    let content = Content {
        reading: &found.reading,
        similar: found.fingerprint.map(|_| similar.as_slice()),
        same_device: &neighbours.iter().collect::<Vec<_>>(),
        zone: ctx.shared.settings.time_zone,
    };
    Ok(with_content(photo, judge_content(photo, &content, &thresholds)))
}

/// Photos of other tickets that look alike and are not removed.
fn similar(tx: &mut Tx<'_>, photo: &Photo, found: &Found, bits: u32, near: &dyn Alike) -> Result<Vec<Similar>> {
    let alike = alike(found, bits, near);
    if alike.is_empty() {
        return Ok(Vec::new());
    }
    let stored = store::photo::list_stored(tx, &alike.keys().cloned().collect::<Vec<_>>())?;
    let elsewhere = stored.iter().filter(|p| p.ticket_id != photo.ticket_id && p.removed_at.is_none());
    let mut similar: Vec<Similar> = elsewhere.filter_map(|p| Some(Similar { photo: p.id.uuid(), bits: *alike.get(&p.sha256)? })).collect();
    similar.sort_unstable_by_key(|s| (s.bits, s.photo));
    similar.truncate(NAMED);
    Ok(similar)
}
