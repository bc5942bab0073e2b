//! Links to a picture that need no access token: for the `<img>` of a page and for viewers that cannot send a header.
//!
//! A link is good for a few minutes, for one photo in one size, and for nothing else. It stands for who asked for it: each time that it is
//! used their login must be going on and their grants must reach the photo, as with a token.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{
    Ctx,
    auth::{self, Authenticated},
    photo::content,
};
use bazdid_domain::photo::ContentSize;
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{PhotoId, SessionId},
    text_enum::TextEnum as _,
    time::{MICROS_PER_SECOND, Timestamp},
};
use bazdid_store::Tx;

/// Bytes of what a link says: the login and when it ends.
const SAID: usize = 24;

/// A link.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// What is signed, with its signature.
    pub token: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Makes a link to a picture that the asker may see now.
///
/// # Errors
/// They may not, or there is none to see; the database fails.
pub fn make(tx: &mut Tx<'_>, ctx: &Ctx, session: SessionId, photo: PhotoId, size: ContentSize) -> Result<Link> {
    content::get(tx, ctx, photo, size)?;
    let expires_at = ctx.now.plus_micros(ctx.shared.settings.uploads.link_s.saturating_mul(MICROS_PER_SECOND));
    let mut bytes = Vec::with_capacity(SAID + 32);
    bytes.extend_from_slice(session.uuid().as_bytes());
    bytes.extend_from_slice(&expires_at.micros().to_be_bytes());
    bytes.extend(ctx.shared.vault.sign_link(&signed(photo, size, &bytes)));
    Ok(Link { token: BASE64_URL_SAFE_NO_PAD.encode(bytes), expires_at })
}

/// Who a link to a picture stands for, with the grants in force now.
///
/// # Errors
/// It was made for something else or changed; its time is over; the login that it was made in has ended; the account is disabled;
/// the database fails.
pub fn authenticate(tx: &mut Tx<'_>, ctx: &Ctx, photo: PhotoId, size: ContentSize, token: &str) -> Result<Authenticated> {
    let invalid = || Error::new(Code::LinkInvalid);
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
    let (said, tag) = bytes.split_at_checked(SAID).ok_or_else(invalid)?;
    if !ctx.shared.vault.is_link(&signed(photo, size, said), tag) {
        return Err(invalid());
    }
    let (session, expires) = said.split_first_chunk::<16>().ok_or_else(invalid)?;
    let expires = expires.first_chunk::<8>().map(|b| i64::from_be_bytes(*b)).ok_or_else(invalid)?;
    if expires <= ctx.now.micros() {
        return Err(Error::new(Code::LinkExpired));
    }
    let session = SessionId::new(Uuid::from_bytes(*session));
    let ended = || Error::with(Code::LinkExpired, "the login that it was made in has ended");
    let opened = auth::of_session(tx, session)?.ok_or_else(ended)?;
    auth::in_force(tx, ctx, opened).map_err(|e| match e.code {
        Code::Unauthenticated | Code::DeviceRevoked => ended(),
        _ => e,
    })
}

/// What a signature is about: the picture, and what the link says.
fn signed(photo: PhotoId, size: ContentSize, said: &[u8]) -> Vec<u8> {
    [photo.uuid().as_bytes(), size.as_str().as_bytes(), b"|", said].concat()
}
