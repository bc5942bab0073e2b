//! Who an access token belongs to.

use super::{HAND_IN_DAYS, ended};
use crate::{Ctx, keys};
use bazdid_domain::{account::Account, actor::Actor, organisation::ActiveState};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::{DeviceId, SessionId},
    text_enum::TextEnum as _,
    time::MICROS_PER_SECOND,
    words::language::Language,
};
use bazdid_security::token::Claims;
use bazdid_store::{
    Tx,
    account::{find_account, list_grants_of},
    session::{Session, find_session_with_devices},
};

/// Somebody whose token is good.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who, with the grants in force.
    pub actor: Actor,
    /// The login that the token comes from.
    pub session: SessionId,
    /// The devices that it is known to work with.
    pub devices: Vec<DeviceId>,
    /// The language of the account, for those who ask for none.
    pub language: Option<Language>,
}

/// Who an access token belongs to, with the grants in force now. The database is asked each time: a revoked session, a disabled
/// account and an ended grant count at once.
///
/// # Errors
/// `unauthenticated`, `token_expired`, `device_revoked` if the login ended with its device, `account_disabled`; the database fails.
pub fn authenticate(tx: &mut Tx<'_>, ctx: &Ctx, token: &str) -> Result<Authenticated> {
    let claims = keys::ring_of(tx, ctx, token)?.verify(token, ctx.now)?;
    let opened = of_claims(tx, &claims)?;
    in_force(tx, ctx, opened)
}

/// As [`authenticate`], for handing in unsent work only: who has a disabled account, or a login that ended with its device, may still do
/// that with their last access token, for [`HAND_IN_DAYS`] after that expired. Such a person has no grants ([`Actor::handing_in`]): nothing can
/// be read or decided with them.
///
/// # Errors
/// `unauthenticated`, `token_expired`; `account_disabled` or `device_revoked` when that time is over; the database fails.
pub fn authenticate_to_hand_in(tx: &mut Tx<'_>, ctx: &Ctx, token: &str) -> Result<Authenticated> {
    let claims = keys::ring_of(tx, ctx, token)?.verify_within(token, ctx.now, i64::MAX)?;
    let opened = of_claims(tx, &claims)?;
    let expired = |days: i64| (claims.exp + days * 86_400) * MICROS_PER_SECOND <= ctx.now.micros();
    let account = find_account(tx, claims.sub)?;
    let over = match account.as_ref().map(|a| a.state) {
        Some(ActiveState::Disabled) => Code::AccountDisabled,
        _ if opened.session.lost_its_device() => Code::DeviceRevoked,
        _ if expired(0) => return Err(Error::new(Code::TokenExpired)),
        _ => return in_force(tx, ctx, opened),
    };
    if opened.session.revoked_at.is_some() && !opened.session.lost_its_device() {
        return Err(ended(&opened.session));
    }
    if expired(HAND_IN_DAYS) {
        return Err(Error::new(over));
    }
    Ok(Authenticated {
        actor: Actor::handing_in(claims.sub),
        session: claims.sid,
        devices: opened.devices,
        language: account.as_ref().and_then(language_of),
    })
}

/// A login as it stands, ended or not.
pub(crate) struct Opened {
    session: Session,
    devices: Vec<DeviceId>,
}

fn of_claims(tx: &mut Tx<'_>, claims: &Claims) -> Result<Opened> {
    let opened = of_session(tx, claims.sid)?.filter(|opened| opened.session.account_id == claims.sub);
    opened.ok_or_else(|| Error::new(Code::Unauthenticated))
}

/// A login by its id.
pub(crate) fn of_session(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Opened>> {
    Ok(find_session_with_devices(tx, id)?.map(|(session, devices)| Opened { session, devices }))
}

/// Somebody whose login goes on, with the grants in force now.
///
/// # Errors
/// It has ended; their account is disabled; the database fails.
pub(crate) fn in_force(tx: &mut Tx<'_>, ctx: &Ctx, opened: Opened) -> Result<Authenticated> {
    let Opened { session, devices } = opened;
    if session.revoked_at.is_some() {
        return Err(ended(&session));
    }
    let account = find_account(tx, session.account_id)?.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    if account.state != ActiveState::Active {
        return Err(Error::new(Code::AccountDisabled));
    }
    let grants = list_grants_of(tx, &[account.id])?;
    Ok(Authenticated { actor: Actor::new(account.id, grants, ctx.now), session: session.id, devices, language: language_of(&account) })
}

fn language_of(account: &Account) -> Option<Language> {
    Language::parse(&account.locale).ok()
}
