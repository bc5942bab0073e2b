//! Waking devices: a long poll and a stream of events. Both say only that something changed; a pull says what.

use std::time::Duration;

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{self, Bytes},
};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use tokio::time::{self, Interval};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, Own},
    params::Params,
    problem::Answer,
    reply,
};
use bazdid_protocol::{
    error::{Code, Error},
    ids::DeviceId,
};
use bazdid_service::{
    Ctx,
    sync::{
        limits::{MAX_WAIT_S, MAX_WAITERS},
        pull::{self, Look},
    },
};
use bazdid_store::hub::{Heads, Seat, Waiting, Woken};

/// Where a device waits for one answer.
pub(super) const WAIT: &str = "/v1/sync/wait";
/// Where it listens to a stream.
pub(super) const EVENTS: &str = "/v1/sync/events";
/// What a device that finds no place is told to wait, seconds.
const RETRY_AFTER_S: u64 = 30;
/// So much earlier than the limit of a request does a wait end, seconds.
const MARGIN_S: u64 = 5;
/// A crowd that is woken at once is answered over a tenth of a millisecond for each, and over so many milliseconds at most: a
/// change is known within a third of a second whoever waits.
const MAX_SPREAD_MS: usize = 200;
/// So many of a crowd to each millisecond.
const CROWD_PER_MS: usize = 10;
/// A stream that has nothing to tell says so: lines that are cut are noticed by it.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// After so many of these the scope is derived anew: once a minute.
const TICKS_TO_LOOK: u32 = 3;
/// A stream ends after so many of these: 15 minutes, as long as an access token lives.
const TICKS_TO_END: u32 = 45;

/// Something changed.
const CHANGED: Bytes = Bytes::from_static(b"event: changed\ndata: {}\n\n");
/// The first words of a stream: when to come back if it ends, milliseconds.
const HELLO: Bytes = Bytes::from_static(b"retry: 5000\n\n");
/// The first words of a stream whose device is behind.
const HELLO_CHANGED: Bytes = Bytes::from_static(b"retry: 5000\n\nevent: changed\ndata: {}\n\n");
/// Nothing changed.
const STILL_HERE: Bytes = Bytes::from_static(b": still here\n\n");

/// The routes of this module.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(wait).service(events);
}

/// Who waits, from where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// The device.
    device: DeviceId,
    /// The cursor of its last page; without one there is always something to pull.
    cursor: Option<String>,
    /// How long to wait, seconds; the server may answer earlier.
    #[param(minimum = 0, maximum = 55, default = 55)]
    timeout_s: Option<u64>,
}

/// Who listens, from where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The device.
    device: DeviceId,
    /// The cursor of its last page.
    cursor: Option<String>,
}

/// Whether to pull.
#[derive(Debug, Serialize, ToSchema)]
pub struct Wake {
    /// A pull from the cursor brings something.
    pub changed: bool,
}

/// Wait for changes
///
/// A long poll: answers as soon as a pull from the cursor would bring something, at the latest after `timeout_s`. It says only that
/// something changed; a pull says what.
#[utoipa::path(tag = "sync", params(WaitQuery), responses((status = 200, body = Wake)), extensions(("x-permission" = json!("own"))))]
#[get("/v1/sync/wait")]
async fn wait(state: web::Data<State>, ctx: May<Own>, query: Params<WaitQuery>) -> Answer {
    let WaitQuery { device, cursor, timeout_s } = query.0;
    let ctx = ctx.with_device(&state, device).await?;
    let seat = seat(&state)?;
    let looked = look(&state, &ctx, device, cursor).await?;
    if looked.behind {
        return Ok(reply::plain(&Wake { changed: true }));
    }
    let most = MAX_WAIT_S.min(state.limits.request_timeout_s.saturating_sub(MARGIN_S));
    let limit = Duration::from_secs(timeout_s.unwrap_or(MAX_WAIT_S).min(most));
    let mut waiting = seat.wait(device, looked.heads);
    let changed = match time::timeout(limit, waiting.woken()).await {
        Ok(Woken::Moved { crowd, .. }) => {
            time::sleep(spread(&state, crowd)).await;
            true
        }
        Ok(Woken::Released) | Err(_) => false,
    };
    Ok(reply::plain(&Wake { changed }))
}

/// Stream events of changes
///
/// Server-sent events `changed`, for an app that is open. The stream ends after 15 minutes; a comment every 20 seconds shows that it is
/// alive.
#[utoipa::path(tag = "sync", params(EventsQuery), responses((status = 200, content_type = "text/event-stream", body = String)), extensions(("x-permission" = json!("own"))))]
#[get("/v1/sync/events")]
async fn events(state: web::Data<State>, ctx: May<Own>, query: Params<EventsQuery>) -> Answer {
    let EventsQuery { device, cursor } = query.0;
    let ctx = ctx.with_device(&state, device).await?;
    let line = Line::open(state, ctx, device, cursor).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Compressed, the events would wait for each other in the encoder; a proxy must not keep them either.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(line.stream()))
}

fn seat(state: &State) -> Result<Seat, Error> {
    state
        .db
        .hub()
        .enter(MAX_WAITERS)
        .ok_or_else(|| Error::with(Code::Overloaded, "too many devices wait at this server; pull now and then").retry_after(RETRY_AFTER_S))
}

async fn look(state: &State, ctx: &Ctx, device: DeviceId, cursor: Option<String>) -> Result<Look, Error> {
    let ctx = Ctx { now: state.clock.now(), ..ctx.clone() };
    state.db.read(move |tx| pull::look(tx, &ctx, device, cursor.as_deref())).await
}

/// How long one of a crowd waits with its answer: so that not all of them pull at the same instant.
fn spread(state: &State, crowd: usize) -> Duration {
    let mut random = [0_u8; 4];
    state.ids.fill(&mut random);
    let most = u64::try_from((crowd.saturating_sub(1) / CROWD_PER_MS).min(MAX_SPREAD_MS)).unwrap_or_default();
    Duration::from_millis(u64::from(u32::from_le_bytes(random)).checked_rem(most).unwrap_or_default())
}

/// An open stream.
struct Line {
    state: web::Data<State>,
    ctx: Ctx,
    device: DeviceId,
    heads: Heads,
    waiting: Waiting,
    seat: Seat,
    ticks: Interval,
    ticked: u32,
    first: Option<Bytes>,
}

impl Line {
    async fn open(state: web::Data<State>, ctx: Ctx, device: DeviceId, cursor: Option<String>) -> Result<Self, Error> {
        let seat = seat(&state)?;
        let Look { behind, heads } = look(&state, &ctx, device, cursor).await?;
        let waiting = seat.wait(device, heads.clone());
        let mut ticks = time::interval(KEEP_ALIVE);
        ticks.reset();
        let first = if behind { HELLO_CHANGED } else { HELLO };
        Ok(Self { state, ctx, device, heads, waiting, seat, ticks, ticked: 0, first: Some(first) })
    }

    fn stream(self) -> impl Stream<Item = Result<Bytes, Error>> {
        stream::unfold(self, |mut line| async move {
            let words = line.next().await?;
            Some((Ok(words), line))
        })
    }

    /// What is said next; none at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        tokio::select! {
            woken = self.waiting.woken() => match woken {
                Woken::Moved { heads, crowd } => {
                    time::sleep(spread(&self.state, crowd)).await;
                    self.heads.extend(heads);
                    self.seat.wait_again(&mut self.waiting, self.device, self.heads.clone());
                    Some(CHANGED)
                }
                Woken::Released => None,
            },
            _ = self.ticks.tick() => self.tick().await,
        }
    }

    /// Some seconds have passed.
    async fn tick(&mut self) -> Option<Bytes> {
        self.ticked += 1;
        if self.ticked >= TICKS_TO_END {
            return None;
        }
        if self.ticked.is_multiple_of(TICKS_TO_LOOK) { self.look_again().await } else { Some(STILL_HERE) }
    }

    /// Derives the scope anew: what the device reads may have changed, or that it may read at all.
    async fn look_again(&mut self) -> Option<Bytes> {
        let Look { heads, .. } = look(&self.state, &self.ctx, self.device, None).await.ok()?;
        if heads == self.heads {
            return Some(STILL_HERE);
        }
        self.heads = heads;
        self.seat.wait_again(&mut self.waiting, self.device, self.heads.clone());
        Some(CHANGED)
    }
}

#[cfg(test)]
mod tests;
