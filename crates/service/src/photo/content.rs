//! The picture of a photo for people: which file it is, and who may see it in which size.
//!
//! Who may see a photo's metadata may see its smaller pictures: they carry no EXIF. The original carries what a camera writes
//! (position, times, the device) and is for those who judge the evidence of the place, for its author, and for the organisation
//! that it was taken for. Everybody else who looks at the work has no need of it.

use serde_json::json;

use crate::{Ctx, change::entry, photo, reach::reach};
use bazdid_domain::{
    evidence::reading::{Format, Known},
    photo::{ContentSize, Photo, PhotoState},
    picture::{Picture, PictureState, Size},
    policy::Permission,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::PhotoId,
    phrase::Phrase,
};
use bazdid_store::{
    self as store, Tx,
    audit::{AuditFilter, page_audit_entries, save_audit_entries},
    photo::PhotoFilter,
};

/// When bytes that are on their way may be asked for again, seconds.
pub(crate) const BYTES_RETRY_S: u64 = 60;
/// When a smaller picture that is about to be made may be asked for again, seconds.
const PICTURE_RETRY_S: u64 = 5;

/// What the audit log says of a look at an original.
const ORIGINAL: &str = "photo.original";
/// Requests of one person for one original within so many minutes are one look.
const ONE_LOOK_MINUTES: i64 = 10;

/// A file of a photo that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Of which photo.
    pub photo: PhotoId,
    /// SHA-256 of the original.
    pub sha256: String,
    /// Which size.
    pub size: ContentSize,
    /// Bytes of the file.
    pub bytes: u64,
    /// Format of the original by its content, if somebody has looked at it already.
    pub format: Option<Known<Format>>,
}

/// The file of a photo in a size.
///
/// # Errors
/// There is no such photo within reach; its original is not for the asker; its bytes have not all arrived; the smaller picture is
/// not made yet, or cannot be made; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: PhotoId, size: ContentSize) -> Result<Content> {
    let photo = photo::get(tx, ctx, id)?.photo;
    if size == ContentSize::Original && !sees_original(tx, ctx, &photo)? {
        return Err(Error::with(
            Code::Forbidden,
            "the original is for those who judge the evidence and for its author's side; ask for size=screen",
        ));
    }
    if photo.state != PhotoState::Stored {
        return Err(Error::with(Code::PhotoNotStored, Phrase::with("its bytes are {state}", &[("state", &photo.state)]))
            .fact("state", photo.state.to_string())
            .retry_after(BYTES_RETRY_S));
    }
    let picture = store::picture::find_picture(tx, &photo.sha256)?;
    let bytes = match size {
        ContentSize::Original => photo.bytes,
        ContentSize::Screen => smaller(picture.as_ref(), Size::Screen)?,
        ContentSize::Thumb => smaller(picture.as_ref(), Size::Thumb)?,
    };
    let bytes = u64::try_from(bytes).map_err(|e| Error::internal("a file has fewer bytes than none").caused_by(e))?;
    let format = picture.filter(|p| p.state == PictureState::Read).and_then(|p| p.found).map(|f| f.reading.format);
    Ok(Content { photo: id, sha256: photo.sha256, size, bytes, format })
}

/// Whether the audit log has the look at a file already, or need not have it: only originals are noted. A viewer asks for many parts of one file, and they
/// are one look: which bytes it begins with makes no difference, so none can be had unnoted.
///
/// # Errors
/// The database fails.
pub fn is_noted(tx: &mut Tx<'_>, ctx: &Ctx, content: &Content) -> Result<bool> {
    if content.size != ContentSize::Original {
        return Ok(true);
    }
    let looked = AuditFilter {
        entity: Some(content.photo.uuid()),
        actor: Some(ctx.account()?),
        action: Some(ORIGINAL.to_owned()),
        from: Some(ctx.now.plus_minutes(-ONE_LOOK_MINUTES)),
        limit: 1,
        ..AuditFilter::default()
    };
    Ok(!page_audit_entries(tx, &looked)?.is_empty())
}

/// Notes that somebody looks at an original, for the audit log, unless it is noted ([`is_noted`]).
///
/// # Errors
/// The database fails.
pub fn note_original(tx: &mut Tx<'_>, ctx: &Ctx, content: &Content) -> Result<()> {
    if !is_noted(tx, ctx, content)? {
        let looks = entry(ctx, ORIGINAL, "photo", content.photo.uuid(), json!({ "sha256": content.sha256 }));
        save_audit_entries(tx, &[looks])?;
    }
    Ok(())
}

/// Bytes of a smaller picture.
fn smaller(picture: Option<&Picture>, size: Size) -> Result<i64> {
    let Some(found) = picture.filter(|p| p.state != PictureState::Waiting).and_then(|p| p.found.as_ref()) else {
        return Err(Error::new(Code::PictureNotReady).retry_after(PICTURE_RETRY_S));
    };
    let Some(small) = found.small else {
        let fault = picture.and_then(|p| p.fault).map(|f| f.to_string());
        let reason = fault.or_else(|| found.fingerprint.err().map(|gap| gap.to_string())).unwrap_or_default();
        return Err(Error::with(
            Code::NoPicture,
            Phrase::with("the bytes are stored and cannot be shown smaller: {reason}", &[("reason", &reason)]),
        )
        .fact("reason", reason));
    };
    Ok(match size {
        Size::Screen => small.screen_bytes,
        Size::Thumb => small.thumb_bytes,
    })
}

/// Whether somebody who sees a photo's metadata may see its original.
fn sees_original(tx: &mut Tx<'_>, ctx: &Ctx, photo: &Photo) -> Result<bool> {
    let actor = ctx.actor()?;
    if photo.is_of_side(actor) {
        return Ok(true);
    }
    if !actor.may(Permission::RoundVerify) {
        return Ok(false);
    }
    let reference = ctx.reference(tx)?;
    let filter = PhotoFilter { id: Some(photo.id), limit: 1, ..PhotoFilter::default() };
    Ok(!store::photo::list_photos(tx, &filter, &reach(ctx, &reference, Permission::RoundVerify)?)?.is_empty())
}
