//! Pull: what changed since a cursor, page by page, each page out of one snapshot of the database.
//!
//! Channels are derived from the grants anew at every pull; a cursor holds no permission. The cost is that of the changes and
//! the channels, never that of all rows.

mod fetch;
mod look;
mod manifest;
mod page;
pub(super) mod positions;
pub(super) mod scope;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Ctx,
    sync::{
        limits::PAGE,
        pull::{
            positions::Positions,
            scope::{Scope, check_schema},
        },
    },
};
use bazdid_domain::{
    account::Device,
    sync::cursor::{Cursor, Position},
};
use bazdid_protocol::{
    channel::Channel,
    digest::ChannelDigest,
    envelope::{DigestItem, Progress, PullRequest, PullResponse, PulledDevice},
    error::Result,
    ids::DeviceId,
    time::MICROS_PER_MINUTE,
};
use bazdid_store::{self as store, Tx, feed};

pub use fetch::fetch;
pub use look::{Look, look};
pub use manifest::manifest;

/// A page, and whether the device's last pull is to be noted.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// The page.
    pub page: PullResponse,
    /// Whether [`note`] is worth a write: at most once a minute.
    pub note: bool,
    /// The feed's epoch, if the device has read further in it than it goes: the database was put back to an earlier state. A new epoch is
    /// to be made ([`renew_feed`](super::restore::renew_feed)) and the page asked for again.
    pub put_back: Option<String>,
}

/// Answers one page.
///
/// # Errors
/// The device may not pull, or the app is too old.
pub fn pull(tx: &mut Tx<'_>, ctx: &Ctx, request: &PullRequest) -> Result<Pulled> {
    check_schema(request.schema)?;
    let sign = |bytes: &[u8]| ctx.shared.vault.sign_cursor(bytes);
    let scope = Scope::of(tx, ctx, request.device)?;
    let cursor = scope.open(ctx, request.cursor.as_deref());
    // A cursor is this server's own word, so nobody can make up that it lost something.
    let beyond = |(channel, at): (&Channel, &Position)| at.seq > scope.rows.get(channel).map_or(0, |row| row.head);
    let read = cursor.as_ref().and_then(|c| c.as_ref());
    let put_back = read.is_some_and(|c| c.positions.iter().filter(|(c, _)| scope.channels.contains(c)).any(beyond));
    let put_back = put_back.then(|| scope.epoch.clone());
    let again: BTreeSet<Channel> = request.reset.iter().filter_map(|name| name.parse().ok()).collect();
    let mut positions = Positions::new(&scope.channels, &scope.rows, cursor, &again);
    let limit = usize::try_from(request.limit.unwrap_or(PAGE).clamp(1, ctx.shared.settings.sync.max_page)).unwrap_or(1);
    let entries = positions.read(tx, limit)?;
    let changes = page::render(tx, &scope, &positions.read_to, entries)?;
    let complete = positions.are_heads();
    let page = PullResponse {
        server_time: ctx.now,
        cursor: Cursor { feed_epoch: scope.epoch.clone(), positions: positions.after() }.seal(sign),
        feed_epoch: scope.epoch,
        more: !complete,
        complete,
        device: PulledDevice { applied_through: scope.device.applied_through },
        gained: positions.gained,
        lost: positions.lost,
        reset: positions.reset,
        digest: if complete { digests(&scope.channels, &scope.rows) } else { Vec::new() },
        progress: if complete { None } else { Some(progress(&scope.rows, &positions.read_to)) },
        changes,
        channels: scope.channels,
    };
    Ok(Pulled { page, note: is_worth_noting(ctx, &scope.device), put_back })
}

/// Notes that a device has pulled: outside the read, and no harm if it is lost.
///
/// # Errors
/// The database fails.
pub fn note(tx: &mut Tx<'_>, ctx: &Ctx, device: DeviceId) -> Result<()> {
    store::account::touch_device_pull(tx, device, ctx.now)
}

fn is_worth_noting(ctx: &Ctx, device: &Device) -> bool {
    device.last_pull_at.is_none_or(|at| ctx.now - at >= MICROS_PER_MINUTE)
}

fn digests(channels: &[Channel], rows: &BTreeMap<Channel, feed::Channel>) -> Vec<DigestItem> {
    let item = |(c, channel): (usize, &Channel)| {
        let digest = digest_of(rows.get(channel));
        DigestItem { c, n: digest.n, h: digest.hex() }
    };
    channels.iter().enumerate().map(item).collect()
}

/// What a channel's counter says that it carries.
fn digest_of(row: Option<&feed::Channel>) -> ChannelDigest {
    ChannelDigest { n: row.map_or(0, |r| r.count), sum: row.map_or(0, |r| r.digest.cast_unsigned()) }
}

/// How much of a long pull is done: of each channel the share of its seqs that was read, in rows.
fn progress(rows: &BTreeMap<Channel, feed::Channel>, read_to: &BTreeMap<Channel, i64>) -> Progress {
    let done = |(channel, row): (&Channel, &feed::Channel)| {
        let seq = i128::from(read_to.get(channel).copied().unwrap_or_default().min(row.head));
        i64::try_from(i128::from(row.count) * seq / i128::from(row.head.max(1))).unwrap_or_default()
    };
    Progress { done: rows.iter().map(done).sum(), total: rows.values().map(|r| r.count).sum() }
}
