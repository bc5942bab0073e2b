//! Uploads of photos' bytes: who may send them, within which limits, and what becomes of the photo when they have come.
//!
//! The files are somebody else's: here stands what the database and the devices are told.

use serde_json::json;

use crate::{
    Ctx,
    change::{Change, keep},
    reach::reach,
    timers::Step,
};
use bazdid_domain::{
    photo::{Photo, PhotoState},
    policy::Permission,
    upload::{self, MAX_KEPT, MAX_OPEN, Received, Upload, UploadState},
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{PhotoId, UploadId},
    phrase::Phrase,
    time::Timestamp,
};
use bazdid_store::{self as store, Tx, photo::PhotoFilter};

/// What an installation allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// Bytes of one photo.
    pub photo_bytes: u64,
    /// Bytes announced for a device within 24 hours.
    pub device_day_bytes: u64,
    /// Uploads that one account begins within 24 hours for the photos of one order, or of one ticket without an order.
    pub order_uploads: i64,
    /// How long an upload takes bytes, hours.
    pub open_hours: i64,
    /// How long wrong bytes are kept, days.
    pub mismatch_days: i64,
    /// After how long the office is told of a photo whose bytes have not come, days.
    pub missing_days: i64,
    /// How long a link to a picture is good, seconds.
    pub link_s: i64,
}

impl UploadLimits {
    /// [`UploadLimits::photo_bytes`] as declarations count them.
    #[must_use]
    pub fn max_photo_bytes(&self) -> i64 {
        i64::try_from(self.photo_bytes).unwrap_or(i64::MAX)
    }
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            photo_bytes: 64 << 20,
            device_day_bytes: 4 << 30,
            order_uploads: 200,
            open_hours: 7 * 24,
            mismatch_days: 90,
            missing_days: 7,
            link_s: 300,
        }
    }
}

/// How long it is remembered how an upload ended, days: a client that comes back late is told what became of it.
const REMEMBER_DAYS: i64 = 30;
/// Uploads in one step of the worker.
pub const STEP: i64 = 200;
/// When a device that has announced too much may ask again, seconds.
const QUOTA_RETRY_S: u64 = 3_600;

/// What a client wants to send.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Of which photo.
    pub photo: PhotoId,
    /// Bytes in all.
    pub length: u64,
    /// `Upload-Metadata`, as it came.
    pub metadata: String,
}

/// Begins an upload. If all bytes of the photo are stored already by an upload of the asker of the same length, this finished upload:
/// the answer to the first request was lost.
///
/// # Errors
/// The photo is not known or removed, or was stored by another upload; the asker may not send its bytes; a limit is reached; the database fails.
pub fn create(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewUpload) -> Result<Upload> {
    let photo = photo_to_send(tx, ctx, new.photo)?;
    let limits = ctx.shared.settings.uploads;
    if photo.bytes > limits.max_photo_bytes() || new.length > limits.photo_bytes {
        let (most, declared) = (limits.photo_bytes, photo.bytes);
        let detail = format!("a photo has at most {most} bytes, not {}; {declared} were declared", new.length);
        return Err(Error::with(Code::TooLarge, detail).fact("limit_bytes", limits.photo_bytes));
    }
    match photo.state {
        PhotoState::Stored => return finished(tx, ctx, new),
        _ if photo.removed_at.is_some() => return Err(Error::with(Code::InvalidTransition, "the photo was removed")),
        PhotoState::Promised | PhotoState::Partial | PhotoState::Failed => {}
    }
    let open: Vec<String> = store::upload::list_uploads_of(tx, photo.id)?
        .iter()
        .filter(|u| u.state == UploadState::Open && u.expires_at > ctx.now)
        .map(|u| u.id.to_string())
        .collect();
    if open.len() >= MAX_OPEN {
        return Err(Error::new(Code::TooManyUploads).fact("uploads", open));
    }
    let (account, length) = (ctx.account()?, i64::try_from(new.length).unwrap_or(i64::MAX));
    let sent = store::upload::bytes_since(tx, photo.device_id, account, ctx.now.plus_days(-1))?;
    if u64::try_from(sent.saturating_add(length)).is_ok_and(|sum| sum > limits.device_day_bytes) {
        let detail = format!("a device sends at most {} bytes in 24 hours", limits.device_day_bytes);
        return Err(Error::with(Code::UploadQuota, detail).fact("limit_bytes", limits.device_day_bytes).retry_after(QUOTA_RETRY_S));
    }
    let begun = store::upload::count_begun(tx, account, photo.ticket_id, photo.work_order_id, ctx.now.plus_days(-1))?;
    if begun >= limits.order_uploads {
        let detail = Phrase::with(
            "at most {limit} photos of one order are sent by one account in 24 hours; the others follow later",
            &[("limit", &limits.order_uploads)],
        );
        return Err(Error::with(Code::UploadQuota, detail).fact("limit_uploads", limits.order_uploads).retry_after(QUOTA_RETRY_S));
    }
    let upload = Upload {
        id: ctx.ids.id(ctx.now),
        photo_id: photo.id,
        ticket_id: photo.ticket_id,
        account_id: account,
        device_id: photo.device_id,
        length,
        metadata: new.metadata.clone(),
        state: UploadState::Open,
        created_at: ctx.now,
        expires_at: ctx.now.plus_minutes(limits.open_hours.saturating_mul(60)),
        ended_at: None,
        received_sha256: None,
        kept: false,
    };
    store::upload::insert_upload(tx, &upload)?;
    Ok(upload)
}

/// The asker's own upload by which the photo was stored.
fn finished(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewUpload) -> Result<Upload> {
    let account = ctx.account()?;
    let same = |u: &Upload| u.state == UploadState::Stored && u.account_id == account && u64::try_from(u.length) == Ok(new.length);
    store::upload::list_uploads_of(tx, new.photo)?.into_iter().rfind(same).ok_or_else(|| Error::new(Code::AlreadyStored))
}

/// A photo whose bytes the asker may send: its author, a colleague of the organisation that it was taken for, or whoever manages
/// its ticket. A photo that is not there and one that they may not know of are the same: push its declaration first.
fn photo_to_send(tx: &mut Tx<'_>, ctx: &Ctx, id: PhotoId) -> Result<Photo> {
    let unknown = || Error::new(Code::PhotoUnknown);
    let actor = ctx.actor()?;
    let photo = store::photo::find_photo(tx, id)?.ok_or_else(unknown)?;
    if photo.is_of_side(actor) {
        return Ok(photo);
    }
    let reference = ctx.reference(tx)?;
    let filter = PhotoFilter { id: Some(id), limit: 1, ..PhotoFilter::default() };
    for (permission, refusal) in [(Permission::TicketManage, None), (Permission::TicketRead, Some(Code::Forbidden))] {
        if actor.may(permission) && !store::photo::list_photos(tx, &filter, &reach(ctx, &reference, permission)?)?.is_empty() {
            return refusal.map_or(Ok(photo), |code| Err(Error::with(code, "you may see this photo, but its bytes are others' to send")));
        }
    }
    Err(unknown())
}

/// The asker's own upload.
///
/// # Errors
/// There is none; the database fails.
pub fn get(tx: &mut Tx<'_>, ctx: &Ctx, id: UploadId) -> Result<Upload> {
    let account = ctx.account()?;
    store::upload::find_upload(tx, id)?.filter(|u| u.account_id == account).ok_or_else(|| Error::not_found("upload"))
}

/// An upload that takes bytes.
///
/// # Errors
/// Its time is over, the client ended it, or what came was wrong.
pub fn must_take(upload: &Upload, now: Timestamp) -> Result<()> {
    let why = match upload.state {
        UploadState::Open if upload.expires_at > now => return Ok(()),
        UploadState::Stored => return Ok(()),
        UploadState::Open | UploadState::Expired => "its time is over; begin a new one",
        UploadState::Terminated => "it was ended; begin a new one",
        UploadState::Mismatch => "all of it came and it was not what was declared; send the original in a new one",
    };
    Err(Error::with(Code::UploadGone, why).fact("state", upload.state.to_string()))
}

/// Some bytes of an upload are there.
///
/// # Errors
/// The database fails.
pub fn begin(tx: &mut Tx<'_>, ctx: &Ctx, upload: &Upload) -> Result<()> {
    if store::photo::find_photo(tx, upload.photo_id)?.is_some_and(|p| upload::begin(&p).is_some()) {
        change_photo(tx, ctx, upload, upload::begin, Change::default())?;
    }
    Ok(())
}

/// What the bytes of an upload are compared with.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The declaration.
    pub photo: Photo,
    /// Whether wrong bytes would be kept.
    pub keeps: bool,
}

/// What the bytes of an upload are compared with.
///
/// # Errors
/// The database fails.
pub fn expected(tx: &mut Tx<'_>, upload: &Upload) -> Result<Expected> {
    let photo = store::photo::find_photo(tx, upload.photo_id)?.ok_or_else(|| Error::internal("the photo of an upload is gone"))?;
    let kept = store::upload::list_uploads_of(tx, photo.id)?.iter().filter(|u| u.kept).count();
    Ok(Expected { photo, keeps: kept < MAX_KEPT })
}

/// All bytes of an upload are there and kept where they belong. Done twice it does nothing the second time.
///
/// # Errors
/// The upload was ended meanwhile; the database fails.
pub fn finish(tx: &mut Tx<'_>, ctx: &Ctx, id: UploadId, received: &Received, kept: bool) -> Result<Upload> {
    let upload = store::upload::find_upload(tx, id)?.ok_or_else(|| Error::not_found("upload"))?;
    let photo = store::photo::find_photo(tx, upload.photo_id)?.ok_or_else(|| Error::internal("the photo of an upload is gone"))?;
    let agrees = received.agrees(&photo);
    let state = if agrees { UploadState::Stored } else { UploadState::Mismatch };
    let ended =
        Upload { state, ended_at: Some(ctx.now), received_sha256: Some(received.sha256.clone()), kept: kept && !agrees, ..upload.clone() };
    if !store::upload::end_upload(tx, &ended)? {
        return if upload.state == state { Ok(upload) } else { must_take(&upload, ctx.now).map(|()| upload) };
    }
    let mut change = Change::default();
    if !agrees {
        let detail = json!({ "upload": id, "declared_sha256": photo.sha256, "received_sha256": received.sha256, "kept": ended.kept });
        change.audit(ctx, "photo.bytes_mismatch", "photo", photo.id.uuid(), detail);
    }
    change_photo(tx, ctx, &ended, |p| upload::settle(p, received, ended.kept), change)?;
    Ok(ended)
}

/// Ends the asker's own upload; what has arrived is given up.
///
/// # Errors
/// It is not there or has ended; the database fails.
pub fn terminate(tx: &mut Tx<'_>, ctx: &Ctx, id: UploadId) -> Result<()> {
    let upload = get(tx, ctx, id)?;
    if upload.state == UploadState::Stored {
        return Err(Error::with(Code::InvalidTransition, "the photo is stored; what is stored is not taken back"));
    }
    must_take(&upload, ctx.now)?;
    give_up(tx, ctx, &upload, UploadState::Terminated).map(drop)
}

/// Ends an upload whose time is over; `false` if it was not open any more.
///
/// # Errors
/// The database fails.
pub fn expire(tx: &mut Tx<'_>, ctx: &Ctx, upload: &Upload) -> Result<bool> {
    give_up(tx, ctx, upload, UploadState::Expired)
}

fn give_up(tx: &mut Tx<'_>, ctx: &Ctx, upload: &Upload, state: UploadState) -> Result<bool> {
    if !store::upload::end_upload(tx, &Upload { state, ended_at: Some(ctx.now), ..upload.clone() })? {
        return Ok(false);
    }
    let others = store::upload::list_uploads_of(tx, upload.photo_id)?.iter().any(|u| u.state == UploadState::Open);
    if !others {
        change_photo(tx, ctx, upload, upload::give_up, Change::default())?;
    }
    Ok(true)
}

/// Uploads that ended so long ago that they may be forgotten, with what is kept of their bytes.
///
/// # Errors
/// The database fails.
pub fn list_forgettable(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Vec<Upload>> {
    let kept = ctx.shared.settings.uploads.mismatch_days.max(REMEMBER_DAYS);
    store::upload::list_ended(tx, ctx.now.plus_days(-REMEMBER_DAYS), ctx.now.plus_days(-kept), STEP)
}

/// Forgets uploads whose bytes are gone.
///
/// # Errors
/// The database fails.
pub fn forget(tx: &mut Tx<'_>, ids: &[UploadId]) -> Result<Step> {
    let done = store::upload::delete_uploads(tx, ids)?;
    Ok(Step { done, more: i64::try_from(ids.len()).is_ok_and(|n| n >= STEP) })
}

/// Changes the photo of an upload under its ticket's lock; devices hear of it through the feed.
fn change_photo(tx: &mut Tx<'_>, ctx: &Ctx, upload: &Upload, rule: impl Fn(&Photo) -> Option<Photo>, change: Change) -> Result<()> {
    let mut unit = store::aggregate::load_unit(tx, &[upload.ticket_id])?;
    if let Some(changed) = unit.photos.get(upload.photo_id).and_then(rule) {
        unit.photos.put(changed);
    }
    keep(tx, ctx, &mut unit, change)
}
