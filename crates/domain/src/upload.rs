//! Uploads: how a photo's bytes arrive, and what is said when all of them have.
//!
//! Bytes that do not agree with the declaration are a fact like any other: the photo gets a verdict and is asked for again, and
//! the wrong bytes are kept for a while for whoever judges the evidence. Knows nothing of files.

use serde_json::json;

use crate::{
    evidence::BYTES,
    photo::{Photo, PhotoState, Verdict, VerdictResult},
};
pub use bazdid_protocol::words::upload::UploadState;
use bazdid_protocol::{
    ids::{AccountId, DeviceId, PhotoId, TicketId, UploadId},
    time::Timestamp,
};

/// Of a photo's wrong bytes so many versions are kept; later ones are only noted.
pub const MAX_KEPT: usize = 3;
/// Uploads of one photo that may be open at once.
pub const MAX_OPEN: usize = 3;

/// One attempt to send a photo's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Identity.
    pub id: UploadId,
    /// Of which photo.
    pub photo_id: PhotoId,
    /// The photo's ticket.
    pub ticket_id: TicketId,
    /// Who sends; nobody else may go on with it.
    pub account_id: AccountId,
    /// The device that declared the photo: its bytes of a day are counted.
    pub device_id: Option<DeviceId>,
    /// Bytes that the client announced.
    pub length: i64,
    /// `Upload-Metadata` as the client sent it.
    pub metadata: String,
    /// How far it is.
    pub state: UploadState,
    /// When it began.
    pub created_at: Timestamp,
    /// Until when bytes are taken.
    pub expires_at: Timestamp,
    /// When it ended, in whatever way.
    pub ended_at: Option<Timestamp>,
    /// SHA-256 of what arrived, once all of it has.
    pub received_sha256: Option<String>,
    /// Whether wrong bytes are kept under the upload's id.
    pub kept: bool,
}

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// SHA-256, 64 hex digits in lower case.
    pub sha256: String,
    /// Number of bytes.
    pub bytes: i64,
}

impl Received {
    /// Whether this is what was declared.
    #[must_use]
    pub fn agrees(&self, photo: &Photo) -> bool {
        self.sha256 == photo.sha256 && self.bytes == photo.bytes
    }
}

/// The photo once all bytes of an upload are there. Right bytes stay right whatever comes after them: a stored photo does not
/// change. `kept` says whether wrong bytes are kept.
#[must_use]
pub fn settle(photo: &Photo, received: &Received, kept: bool) -> Option<Photo> {
    if photo.state == PhotoState::Stored {
        return None;
    }
    let agrees = received.agrees(photo);
    let (state, result) = if agrees { (PhotoState::Stored, VerdictResult::Ok) } else { (PhotoState::Failed, VerdictResult::Mismatch) };
    let mut figures = json!({
        "declared_sha256": photo.sha256, "received_sha256": received.sha256,
        "declared_bytes": photo.bytes, "received_bytes": received.bytes,
    });
    if !agrees && let Some(figures) = figures.as_object_mut() {
        figures.insert("kept".into(), kept.into());
    }
    let mut verdicts = photo.verdicts.clone();
    verdicts.retain(|v| v.check != BYTES);
    verdicts.push(Verdict { check: BYTES.to_owned(), result, figures });
    Some(Photo { state, verdicts, ..photo.clone() })
}

/// The photo once some of its bytes are there.
#[must_use]
pub fn begin(photo: &Photo) -> Option<Photo> {
    // What failed stays failed until the right bytes are there: the device sees that it is asked again.
    (photo.state == PhotoState::Promised).then(|| Photo { state: PhotoState::Partial, ..photo.clone() })
}

/// The photo once an upload ended without all its bytes and no other one is open.
#[must_use]
pub fn give_up(photo: &Photo) -> Option<Photo> {
    (photo.state == PhotoState::Partial).then(|| Photo { state: PhotoState::Promised, ..photo.clone() })
}
