//! Devices: phones and tablets that an account enrols, and that the office takes out of service.

use serde_json::json;

use crate::{
    Ctx,
    auth::{self, Answer, Verified},
    change::entry,
};
use bazdid_domain::{
    account::{ClockTrust, Device, RETIRE_AFTER_DAYS},
    policy::Permission,
};
use bazdid_protocol::{
    error::{Code, Error, FieldError, Result},
    fold::{is_blank, trim},
    ids::{AccountId, DeviceId, SessionId},
    phrase::Phrase,
    time::Timestamp,
};
use bazdid_store::{
    self as store, Tx,
    account::{
        find_device, find_device_by_nonce, insert_device, list_devices_of, lock_device, page_devices, reinstate_device, retire_device,
        revoke_device,
    },
    session::{insert_session_device, revoke_sessions_of_device},
};

/// Most devices of one account that are in service: a person has a phone and a tablet, and each reinstallation of the app is one more.
const MAX_DEVICES: usize = 20;

/// Longest nonce, characters.
pub const MAX_NONCE: usize = 100;
/// Longest name, characters.
pub const MAX_NAME: usize = 100;
/// Longest name of a platform and version of an app, characters.
pub const MAX_PLATFORM: usize = 40;

/// What a device says of itself.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Made by the device, the same at each try.
    pub nonce: String,
    /// Human name.
    pub name: String,
    /// `android`, `ios`, …
    pub platform: String,
    /// Version of the field app.
    pub app_version: String,
}

/// Registers a device of who asks. Again with the same nonce: the same device, with its history; if it had retired it is in service
/// again. If the account has as many devices in service as it may, the one that was silent longest retires ([`Device::may_retire`]).
///
/// # Errors
/// A field is wrong (`validation`); the office took the device out of service (`device_revoked`); too many devices and none that may
/// retire (`device_limit`); no permission; the database fails.
pub fn register(tx: &mut Tx<'_>, ctx: &Ctx, new: &NewDevice) -> Result<Device> {
    let actor = ctx.actor()?;
    if !actor.may(Permission::Sync) {
        return Err(Error::new(Code::Forbidden));
    }
    let faults = faults(new);
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let account_id = actor.account_id;
    if let Some(known) = find_device_by_nonce(tx, account_id, &new.nonce)? {
        return again(tx, ctx, known);
    }
    make_room(tx, ctx, account_id)?;
    let device = Device {
        id: ctx.ids.id(ctx.now),
        rev: 1,
        account_id,
        nonce: new.nonce.clone(),
        name: trim(&new.name).to_owned(),
        platform: new.platform.clone(),
        app_version: new.app_version.clone(),
        enrolled_at: ctx.now,
        revoked_at: None,
        retired: false,
        last_pull_at: None,
        last_push_at: None,
        applied_through: 0,
        chain: "0".repeat(64),
        clock_offset_us: 0,
        clock_trust: ClockTrust::Unknown,
        last_eff: Timestamp::default(),
        pending: 0,
        acked_through: 0,
    };
    if insert_device(tx, &device)? {
        audit(tx, ctx, "device.register", device.id, json!({ "platform": device.platform, "app_version": device.app_version }))?;
        return Ok(device);
    }
    // The same device asked twice at once.
    find_device_by_nonce(tx, account_id, &new.nonce)?.ok_or_else(|| Error::internal("a device with this nonce was there and is gone"))
}

/// A device that is known by its nonce.
fn again(tx: &mut Tx<'_>, ctx: &Ctx, known: Device) -> Result<Device> {
    if known.revoked_at.is_none() {
        return Ok(known);
    }
    if !known.retired {
        let detail = "the office took this device out of service: send what waits once more, keep everything, and ask the office";
        return Err(Error::with(Code::DeviceRevoked, detail));
    }
    make_room(tx, ctx, known.account_id)?;
    if reinstate_device(tx, known.id)? {
        audit(tx, ctx, "device.reinstate", known.id, json!({ "account": known.account_id }))?;
    }
    find_device(tx, known.id)?.ok_or_else(|| Error::internal("a device that was read is gone"))
}

/// Has the device of an account that was silent longest retire, if the account has as many in service as it may.
fn make_room(tx: &mut Tx<'_>, ctx: &Ctx, account: AccountId) -> Result<()> {
    let mut in_service = list_devices_of(tx, account)?;
    in_service.retain(|d| d.revoked_at.is_none());
    if in_service.len() < MAX_DEVICES {
        return Ok(());
    }
    in_service.retain(|d| d.may_retire(ctx.now));
    in_service.sort_by_key(|d| (d.last_heard(), d.id));
    for device in in_service {
        // One that has pushed since it was read is not silent: the next.
        if retire_device(tx, &device, ctx.now)? {
            let detail = json!({ "account": account, "last_heard": device.last_heard() });
            return audit(tx, ctx, "device.retire", device.id, detail);
        }
    }
    let detail = format!(
        "the account has {MAX_DEVICES} devices in service, and none of them has been silent for {RETIRE_AFTER_DAYS} days with nothing to \
         send: ask the office to take one out of service, then register again"
    );
    Err(Error::with(Code::DeviceLimit, detail).fact("max_devices", MAX_DEVICES))
}

/// One's own devices.
///
/// # Errors
/// Nobody has logged in; the database fails.
pub fn list_own(tx: &mut Tx<'_>, ctx: &Ctx) -> Result<Vec<Device>> {
    list_devices_of(tx, ctx.account()?)
}

/// A page of all devices, or of one account's, in the order of their ids.
///
/// # Errors
/// No permission; the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    of: Option<AccountId>,
    after: Option<DeviceId>,
    limit: i64,
) -> Result<(Vec<Device>, Option<DeviceId>)> {
    authorise(ctx)?;
    let mut devices = page_devices(tx, of, after, limit.saturating_add(1))?;
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = devices.len() > limit;
    devices.truncate(limit);
    let next = devices.last().filter(|_| more).map(|d| d.id);
    Ok((devices, next))
}

/// Notes that a login of who asks works with a device of theirs: it will end together with it. Tells whether it did; not for a device that is
/// revoked, nor for one that is not theirs, which whatever follows refuses.
///
/// # Errors
/// Nobody has logged in; the database fails.
pub fn note_use(tx: &mut Tx<'_>, ctx: &Ctx, session: SessionId, id: DeviceId) -> Result<bool> {
    let asks = ctx.account()?;
    // Locked: a revocation at the same time either ends this login too or is seen here.
    let known = lock_device(tx, id)?.filter(|d| d.account_id == asks && (d.revoked_at.is_none() || d.retired));
    if known.is_some() {
        insert_session_device(tx, session, id)?;
        let works = entry(ctx, "session.device", "session", session.uuid(), json!({ "account": asks, "device": id }));
        store::audit::save_audit_entries(tx, &[works])?;
    }
    Ok(known.is_some())
}

/// [`register`], in a login that works with the device from now on.
///
/// # Errors
/// As [`register`].
pub fn register_in(tx: &mut Tx<'_>, ctx: &Ctx, session: SessionId, new: &NewDevice) -> Result<Device> {
    let device = register(tx, ctx, new)?;
    if note_use(tx, ctx, session, device.id)? { Ok(device) } else { Err(Error::new(Code::DeviceRevoked)) }
}

/// Revokes a device, for the office: it gets nothing more, every login that worked with it ends, and what it still sends goes to quarantine.
///
/// # Errors
/// There is none; it was revoked already; no permission; the database fails.
pub fn revoke(tx: &mut Tx<'_>, ctx: &Ctx, id: DeviceId) -> Result<Device> {
    authorise(ctx)?;
    let device = find_device(tx, id)?.ok_or_else(|| Error::not_found("device"))?;
    end(tx, ctx, &device)?
}

/// Revokes a device of one's own, as [`revoke`] does. The password is asked for: who only found an open app does not put the owner's other
/// devices out of service. (Steps one and two are those of a change of the password: [`admit_owner`](crate::account::password::admit_owner).)
///
/// # Errors
/// The password is wrong, which is kept as a failure by step one; the database fails. In the answer: one has no such device; it was revoked already.
pub fn revoke_own(tx: &mut Tx<'_>, ctx: &Ctx, owner: &Verified, id: DeviceId) -> Result<Answer<Device>> {
    let account = ctx.account()?;
    if !auth::confirm(tx, ctx, owner, account)? {
        return Err(Error::field("/password", "is not your password"));
    }
    let Some(device) = find_device(tx, id)?.filter(|d| d.account_id == account) else { return Ok(Err(Error::not_found("device"))) };
    end(tx, ctx, &device)
}

fn end(tx: &mut Tx<'_>, ctx: &Ctx, device: &Device) -> Result<Answer<Device>> {
    if !revoke_device(tx, device.id, ctx.now)? {
        return Ok(Err(Error::with(Code::InvalidTransition, "the device is out of service already")));
    }
    let sessions = revoke_sessions_of_device(tx, device.id, ctx.now)?;
    audit(tx, ctx, "device.revoke", device.id, json!({ "account": device.account_id, "sessions": sessions }))?;
    find_device(tx, device.id)?.map(Ok).ok_or_else(|| Error::internal("a device that was read is gone"))
}

fn authorise(ctx: &Ctx) -> Result<()> {
    if ctx.actor()?.may(Permission::DeviceManage) { Ok(()) } else { Err(Error::new(Code::Forbidden)) }
}

fn faults(new: &NewDevice) -> Vec<FieldError> {
    let texts = [
        ("/nonce", &new.nonce, 8, MAX_NONCE),
        ("/name", &new.name, 1, MAX_NAME),
        ("/platform", &new.platform, 1, MAX_PLATFORM),
        ("/app_version", &new.app_version, 1, MAX_PLATFORM),
    ];
    texts
        .into_iter()
        .filter(|(_, text, min, max)| {
            is_blank(text) || !(*min..=*max).contains(&trim(text).chars().count()) || text.chars().any(char::is_control)
        })
        .map(|(pointer, _, min, max)| FieldError {
            pointer: pointer.to_owned(),
            detail: Phrase::with("must have {min} to {max} characters, no control characters", &[("min", &min), ("max", &max)]),
        })
        .collect()
}

fn audit(tx: &mut Tx<'_>, ctx: &Ctx, action: &str, id: DeviceId, detail: serde_json::Value) -> Result<()> {
    store::audit::save_audit_entries(tx, &[entry(ctx, action, "device", id.uuid(), detail)])
}
