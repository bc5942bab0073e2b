//! Photos that were declared and whose bytes do not come: somebody must ask after them, once, and no longer when they are there.

use crate::{
    conflict::{Cause, ConflictKind, ConflictStatus, Resolution},
    photo::Photo,
    sync::engine::clash::{Clash, raise, withdraw},
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    ids::{ConflictId, PhotoId},
    sides::{EmptySide, PhotoSide, Sides},
    time::Timestamp,
};

/// Whether the bytes of a photo that the server heard of before an instant are still waited for: more bytes than `most`, which the
/// server takes, are not.
#[must_use]
pub fn is_overdue(photo: &Photo, before: Timestamp, most: i64) -> bool {
    photo.is_awaited() && photo.bytes <= most && photo.received_at <= before
}

/// Tells the office that the bytes of a photo have not come: one conflict a photo, ever. Nothing if the photo is not here.
pub fn report(unit: &mut UnitOfWork, now: Timestamp, photo: PhotoId) -> Option<ConflictId> {
    let photo = unit.photos.get(photo).cloned()?;
    let clash = Clash {
        subject: Some(photo.id.uuid()),
        sides: Sides::PhotoMissing {
            base: EmptySide {},
            theirs: EmptySide {},
            mine: PhotoSide {
                photo: photo.id,
                kind: photo.kind,
                actor: photo.actor,
                organisation: photo.organisation_id,
                device: photo.device_id,
                captured_at: photo.captured_est,
                received_at: photo.received_at,
            },
        },
        parties: vec![Cause::Photo(photo.id)],
        default_in_force: "the photo counts as declared; its bytes are taken whenever they come",
        ..Clash::hard(ConflictKind::PhotoMissing, photo.ticket_id, photo.work_order_id, "bytes")
    };
    Some(raise(unit, now, clash))
}

/// Closes what was asked for photos whose bytes have come meanwhile, or that were removed.
pub fn settle(unit: &mut UnitOfWork, now: Timestamp) {
    let waits = |photo: PhotoId| unit.photos.get(photo).is_some_and(Photo::is_awaited);
    let over: Vec<ConflictId> = unit
        .conflicts
        .iter()
        .filter(|c| c.status == ConflictStatus::Open)
        .filter(|c| c.missing_photo().is_some_and(|photo| !waits(photo)))
        .map(|c| c.id)
        .collect();
    for id in over {
        withdraw(unit, id, Resolution::Dismiss, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        photo::PhotoState,
        sync::engine::tests::{NOW, ORDER, commit, crew, go, id, key, photo, unit},
    };
    use bazdid_protocol::time::MICROS_PER_DAY;

    const WEEK: i64 = 7 * MICROS_PER_DAY;

    fn declared() -> (UnitOfWork, PhotoId) {
        let mut w = unit(0);
        let party = w.work_orders.get(id(ORDER)).unwrap().organisation_id.unwrap().uuid().as_u128();
        go(&mut w, &crew(5, party), 1, ORDER, 2, 100, "photo.add", photo(41));
        (commit(&w), PhotoId::new(key(41)))
    }

    #[test]
    fn it_is_overdue_when_the_days_since_its_receipt_are_over() {
        let (w, id) = declared();
        let photo = w.photos.get(id).unwrap();
        let due = photo.received_at.plus_micros(WEEK);
        let most = photo.bytes;
        assert!(is_overdue(photo, due.plus_micros(-WEEK), most) && !is_overdue(photo, due.plus_micros(-WEEK - 1), most));
        assert!(!is_overdue(photo, due, most - 1), "its bytes are not taken");
        for other in [Photo { state: PhotoState::Stored, ..photo.clone() }, Photo { removed_at: Some(NOW), ..photo.clone() }] {
            assert!(!is_overdue(&other, due, most), "{other:?}");
        }
    }

    #[test]
    fn it_is_asked_after_once_and_no_longer_when_the_bytes_are_there() {
        let (mut w, id) = declared();
        let conflict = report(&mut w, NOW, id).unwrap();
        assert_eq!(report(&mut w, NOW.plus_days(1), id), Some(conflict));
        settle(&mut w, NOW);
        assert_eq!(w.conflicts.iter().map(|c| (c.status, c.raised_at)).collect::<Vec<_>>(), [(ConflictStatus::Open, NOW)]);
        assert_eq!(report(&mut w, NOW, PhotoId::new(key(99))), None);
        for gone in [|p: Photo| Photo { state: PhotoState::Stored, ..p }, |p: Photo| Photo { removed_at: Some(NOW), ..p }] {
            let mut w = commit(&w);
            let photo = w.photos.get(id).unwrap().clone();
            w.photos.put(gone(photo));
            settle(&mut w, NOW.plus_days(2));
            let closed = w.conflicts.get(conflict).unwrap();
            assert_eq!((closed.status, closed.resolved_by, closed.resolved_at), (ConflictStatus::Resolved, None, Some(NOW.plus_days(2))));
        }
    }
}
