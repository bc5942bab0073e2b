//! Devices: everybody sees and revokes their own, the office those of everybody.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{DeviceManage, May, Own},
    body::Body,
    params::{List, Listed, Paging, PathId},
    party::Party,
    problem::Answer,
    reply,
};
use bazdid_domain::account::{ClockTrust, Device};
use bazdid_protocol::{
    ids::{AccountId, DeviceId, DeviceTag},
    time::{MICROS_PER_SECOND, Timestamp},
};
use bazdid_service::{account::password::admit_owner, device};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_own).service(revoke_own).service(list).service(revoke);
}

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceView {
    /// Identity.
    pub id: DeviceId,
    /// Who enrolled it.
    pub account_id: AccountId,
    /// Human name.
    pub name: String,
    /// `android`, `ios`, …
    pub platform: String,
    /// Version of the field app.
    pub app_version: String,
    /// Enrolment.
    pub enrolled_at: Timestamp,
    /// When it was taken out of service.
    #[schema(required = true)]
    pub revoked_at: Option<Timestamp>,
    /// Whether it is out of service only because it was silent for long and another device of the account needed its place: it comes
    /// back when it registers again with its nonce.
    pub retired: bool,
    /// Last pull.
    #[schema(required = true)]
    pub last_pull_at: Option<Timestamp>,
    /// Last push.
    #[schema(required = true)]
    pub last_push_at: Option<Timestamp>,
    /// Highest `seq` answered.
    pub applied_through: i64,
    /// Chain over all answered mutations.
    pub chain: String,
    /// How far its wall clock was off at the last push, seconds.
    pub clock_offset_s: i64,
    /// How far its wall clock is trusted.
    pub clock_trust: ClockTrust,
    /// Mutations in its outbox after the last push: those that it reported less those that the push answered.
    pub pending: i64,
}

impl From<Device> for DeviceView {
    fn from(d: Device) -> Self {
        Self {
            id: d.id,
            account_id: d.account_id,
            name: d.name,
            platform: d.platform,
            app_version: d.app_version,
            enrolled_at: d.enrolled_at,
            revoked_at: d.revoked_at,
            retired: d.retired,
            last_pull_at: d.last_pull_at,
            last_push_at: d.last_push_at,
            applied_through: d.applied_through,
            chain: d.chain,
            clock_offset_s: d.clock_offset_us / MICROS_PER_SECOND,
            clock_trust: d.clock_trust,
            pending: d.pending,
        }
    }
}

/// That it is the owner who asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnDevice {
    /// Your password.
    pub password: String,
}

/// Which devices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeviceQuery {
    /// Of one account.
    account_id: Option<AccountId>,
}

/// List your own devices
///
/// With how far each is: last push and pull, answered mutations, trust in its clock.
#[utoipa::path(tag = "sync", responses((status = 200, body = Listed<DeviceView>)), extensions(("x-permission" = json!("own"))))]
#[get("/v1/sync/devices")]
async fn list_own(state: web::Data<State>, ctx: May<Own>) -> Answer {
    let ctx = ctx.ctx();
    let found = state.db.read(move |tx| device::list_own(tx, &ctx)).await?;
    Ok(reply::plain(&Listed::all(found.into_iter().map(DeviceView::from).collect())))
}

/// Revoke one of your own devices
///
/// For a phone that you lost or gave away, and for good: it can pull nothing any more, and every login that worked with it ends. What it still
/// pushes is set aside for a supervisor for some days. Asks for your password. A device that is revoked already is 409.
#[utoipa::path(tag = "sync", request_body = OwnDevice, params(("id" = DeviceId, Path)), responses((status = 200, body = DeviceView)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/sync/devices/{id}/revoke")]
async fn revoke_own(state: web::Data<State>, ctx: May<Own>, id: PathId<DeviceTag>, body: Body<OwnDevice>) -> Answer {
    let (session, ctx) = (ctx.session(), ctx.ctx());
    let place = state.hashing.enter(Party::Account(ctx.account()?))?;
    let (for_admit, password) = (ctx.clone(), body.value.password);
    let attempt = state.db.write(move |tx| admit_owner(tx, &for_admit, session, &password)).await??;
    let for_look = ctx.clone();
    let owner = place.hash(move || attempt.verify(&for_look)).await?;
    let device = state.db.write(move |tx| device::revoke_own(tx, &ctx, &owner, id.0)).await??;
    Ok(reply::plain(&DeviceView::from(device)))
}

/// List devices
///
/// Of everybody, or of one account.
#[utoipa::path(tag = "devices", params(DeviceQuery, Paging), responses((status = 200, body = Listed<DeviceView>)), extensions(("x-permission" = json!("device.manage"))))]
#[get("/v1/devices")]
async fn list(state: web::Data<State>, ctx: May<DeviceManage>, query: List<DeviceQuery>) -> Answer {
    let (ctx, after, limit) = (ctx.ctx(), query.after()?, query.limit);
    let of = query.filter.account_id;
    let (devices, next) = state.db.read(move |tx| device::list(tx, &ctx, of, after, limit)).await?;
    Ok(reply::plain(&Listed::new(devices.into_iter().map(DeviceView::from).collect(), next)?))
}

/// Revoke a device
///
/// For a phone that was lost, and for good. It can pull nothing any more, and every login that registered it, or pulled or pushed with it, ends:
/// reading, renewing and registering are 403 `device_revoked`. What it still pushes is set aside for a supervisor for some days. A device that is
/// revoked already is 409.
#[utoipa::path(tag = "devices", params(("id" = DeviceId, Path)), responses((status = 200, body = DeviceView)), extensions(("x-permission" = json!("device.manage"))))]
#[post("/v1/devices/{id}/revoke")]
async fn revoke(state: web::Data<State>, ctx: May<DeviceManage>, id: PathId<DeviceTag>) -> Answer {
    let ctx = ctx.ctx();
    let device = state.db.write(move |tx| device::revoke(tx, &ctx, id.0)).await?;
    Ok(reply::plain(&DeviceView::from(device)))
}
