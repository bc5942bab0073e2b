//! Sessions (families of refresh tokens), the devices that they work with, and the hashes of their tokens.

use diesel::prelude::*;

use crate::{
    schema::{refresh_tokens, session_devices, sessions},
    sql::db_error,
    tx::Tx,
};
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, DeviceId, SessionId},
    time::Timestamp,
};

/// Why a session ended whose device was revoked: with its last access token unsent work may still be handed in.
pub const LOST_DEVICE: &str = "device";

/// One login: everything that was refreshed from it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct Session {
    /// Identity.
    pub id: SessionId,
    /// Whose.
    pub account_id: AccountId,
    /// The login.
    pub created_at: Timestamp,
    /// Set when it was ended.
    pub revoked_at: Option<Timestamp>,
    /// Why: `logout`, `reuse`, `password`, `admin`, `restore`, [`LOST_DEVICE`].
    pub revoked_reason: Option<String>,
}

impl Session {
    /// Whether it ended because a device of it was revoked.
    #[must_use]
    pub fn lost_its_device(&self) -> bool {
        self.revoked_reason.as_deref() == Some(LOST_DEVICE)
    }
}

/// One refresh token, by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
pub struct RefreshToken {
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// Of which session.
    pub session_id: SessionId,
    /// When it was given out.
    pub issued_at: Timestamp,
    /// Not good from then on.
    pub expires_at: Timestamp,
    /// When it was first exchanged for its successor.
    pub used_at: Option<Timestamp>,
    /// Hash of the token that was exchanged for it. Read only by servers of the version before, which may still run beside this one.
    pub previous: Option<Vec<u8>>,
}

/// Writes a new session.
///
/// # Errors
/// The database fails.
pub fn insert_session(tx: &mut Tx<'_>, session: &Session) -> Result<()> {
    on!(tx, |c| diesel::insert_into(sessions::table).values(session).execute(c)).map(drop).map_err(db_error)
}

/// A session.
///
/// # Errors
/// The database fails.
pub fn find_session(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Session>> {
    on!(tx, |c| sessions::table.filter(sessions::id.eq(id)).select(Session::as_select()).first(c).optional()).map_err(db_error)
}

/// A session with the devices that it works with, in one query.
///
/// # Errors
/// The database fails.
pub fn find_session_with_devices(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<(Session, Vec<DeviceId>)>> {
    let rows: Vec<(Session, Option<DeviceId>)> = on!(tx, |c| sessions::table
        .left_join(session_devices::table.on(session_devices::session_id.eq(sessions::id)))
        .filter(sessions::id.eq(id))
        .select((Session::as_select(), session_devices::device_id.nullable()))
        .load(c))
    .map_err(db_error)?;
    let devices = rows.iter().filter_map(|(_, device)| *device).collect();
    Ok(rows.into_iter().next().map(|(session, _)| (session, devices)))
}

/// Notes that a session works with a device.
///
/// # Errors
/// The database fails.
pub fn insert_session_device(tx: &mut Tx<'_>, session: SessionId, device: DeviceId) -> Result<()> {
    on!(tx, |c| diesel::insert_into(session_devices::table)
        .values((session_devices::session_id.eq(session), session_devices::device_id.eq(device)))
        .on_conflict((session_devices::session_id, session_devices::device_id))
        .do_nothing()
        .execute(c))
    .map(drop)
    .map_err(db_error)
}

/// Ends every open session that worked with a device. Answers how many were open.
///
/// # Errors
/// The database fails.
pub fn revoke_sessions_of_device(tx: &mut Tx<'_>, device: DeviceId, at: Timestamp) -> Result<usize> {
    let of_device = session_devices::table.filter(session_devices::device_id.eq(device)).select(session_devices::session_id);
    on!(tx, |c| diesel::update(sessions::table.filter(sessions::revoked_at.is_null().and(sessions::id.eq_any(of_device))))
        .set((sessions::revoked_at.eq(Some(at)), sessions::revoked_reason.eq(Some(LOST_DEVICE))))
        .execute(c))
    .map_err(db_error)
}

/// Ends a session. Tells whether it was still open.
///
/// # Errors
/// The database fails.
pub fn revoke_session(tx: &mut Tx<'_>, id: SessionId, at: Timestamp, reason: &str) -> Result<bool> {
    on!(tx, |c| diesel::update(sessions::table.filter(sessions::id.eq(id).and(sessions::revoked_at.is_null())))
        .set((sessions::revoked_at.eq(Some(at)), sessions::revoked_reason.eq(Some(reason))))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Ends every session of an account but one, those too that may only hand in ([`LOST_DEVICE`]). Answers how many.
///
/// # Errors
/// The database fails.
pub fn revoke_sessions(tx: &mut Tx<'_>, account: AccountId, but: Option<SessionId>, at: Timestamp, reason: &str) -> Result<usize> {
    // No session has the nil id.
    let but = but.unwrap_or_else(|| SessionId::new(uuid::Uuid::nil()));
    on!(tx, |c| diesel::update(
        sessions::table.filter(
            sessions::account_id
                .eq(account)
                .and(sessions::revoked_at.is_null().or(sessions::revoked_reason.eq(LOST_DEVICE)))
                .and(sessions::id.ne(but))
        )
    )
    .set((sessions::revoked_at.eq(Some(at)), sessions::revoked_reason.eq(Some(reason))))
    .execute(c))
    .map_err(db_error)
}

/// Ends every session, those too that may only hand in ([`LOST_DEVICE`]). Answers how many.
///
/// # Errors
/// The database fails.
pub fn revoke_all_sessions(tx: &mut Tx<'_>, at: Timestamp, reason: &str) -> Result<usize> {
    let goes_on = sessions::revoked_at.is_null().or(sessions::revoked_reason.eq(LOST_DEVICE));
    on!(tx, |c| diesel::update(sessions::table.filter(goes_on))
        .set((sessions::revoked_at.eq(Some(at)), sessions::revoked_reason.eq(Some(reason))))
        .execute(c))
    .map_err(db_error)
}

/// Writes a refresh token, unless it is there: a repeated exchange gives the same one.
///
/// # Errors
/// The database fails.
pub fn insert_refresh_token(tx: &mut Tx<'_>, token: &RefreshToken) -> Result<()> {
    on!(tx, |c| diesel::insert_into(refresh_tokens::table).values(token).on_conflict(refresh_tokens::hash).do_nothing().execute(c))
        .map(drop)
        .map_err(db_error)
}

/// The token with a hash.
///
/// # Errors
/// The database fails.
pub fn find_refresh_token(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<RefreshToken>> {
    on!(tx, |c| refresh_tokens::table.filter(refresh_tokens::hash.eq(hash)).select(RefreshToken::as_select()).first(c).optional())
        .map_err(db_error)
}

/// Marks a token as exchanged. Of several at once exactly one is told that it did.
///
/// # Errors
/// The database fails.
pub fn use_refresh_token(tx: &mut Tx<'_>, hash: &[u8], at: Timestamp) -> Result<bool> {
    on!(tx, |c| diesel::update(refresh_tokens::table.filter(refresh_tokens::hash.eq(hash).and(refresh_tokens::used_at.is_null())))
        .set(refresh_tokens::used_at.eq(Some(at)))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// Forgets tokens that expired before an instant: by then they are refused as unknown instead of as expired.
///
/// # Errors
/// The database fails.
pub fn delete_refresh_tokens(tx: &mut Tx<'_>, expired_before: Timestamp) -> Result<usize> {
    on!(tx, |c| diesel::delete(refresh_tokens::table.filter(refresh_tokens::expires_at.lt(expired_before))).execute(c)).map_err(db_error)
}
