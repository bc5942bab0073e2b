//! Pull: what changed since a cursor, page by page, each page out of one snapshot of the database.
//!
//! Channels are derived from the grants anew at every pull; a cursor holds no permission. The cost is that of the changes and
//! the channels, never that of all rows.

mod page;
mod positions;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        account::Device,
        ids::DeviceId,
        sync::{
            channel::Channel,
            cursor::Cursor,
            digest::ChannelDigest,
            envelope::{DigestItem, Progress, PullRequest, PullResponse, PulledDevice},
        },
        time::MICROS_PER_MINUTE,
    },
    error::{Code, Error, Result},
    service::{
        Ctx,
        sync::{
            access::{Grants, check_device},
            limits::{PAGE, SCHEMA},
            pull::positions::Positions,
            state::feed_epoch,
        },
    },
    store::{self, Tx, feed},
};

/// A page, and whether the device's last pull is to be noted.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// The page.
    pub page: PullResponse,
    /// Whether [`note`] is worth a write: at most once a minute.
    pub note: bool,
}

/// Answers one page.
///
/// # Errors
/// The device may not pull, or the app is too old.
pub fn pull(tx: &mut Tx<'_>, ctx: &Ctx, request: &PullRequest) -> Result<Pulled> {
    if request.schema < SCHEMA {
        return Err(Error::new(Code::UpgradeRequired));
    }
    let sign = |bytes: &[u8]| ctx.shared.vault.sign_cursor(bytes);
    let device = store::account::find_device(tx, request.device)?;
    let device = check_device(tx, ctx, device)?;
    let reference = ctx.reference(tx)?;
    let mut grants = Grants::default();
    grants.learn(tx, &[device.account_id])?;
    let readable = grants.channels(device.account_id, device.id, ctx.now, &reference);
    let names: Vec<String> = readable.iter().map(Channel::to_string).collect();
    let mut rows: BTreeMap<Channel, feed::Channel> = BTreeMap::new();
    for row in feed::list_channels(tx, &names)? {
        let channel = row.name.parse().map_err(|e| Error::internal(format!("channels.name {} is no channel", row.name)).caused_by(e))?;
        rows.insert(channel, row);
    }
    // An area with others below it is named only if something ever lay in none of those.
    let channels: Vec<Channel> = readable
        .into_iter()
        .filter(|c| match c {
            Channel::Area(area) | Channel::Office(area) => rows.contains_key(c) || reference.is_leaf(*area),
            _ => true,
        })
        .collect();
    let epoch = feed_epoch(tx)?;
    let cursor = request.cursor.as_deref().map(|text| Cursor::open(text, sign).ok().filter(|c| c.feed_epoch == epoch));
    let again: BTreeSet<Channel> = request.reset.iter().filter_map(|name| name.parse().ok()).collect();
    let mut positions = Positions::new(&channels, &rows, cursor, &again);
    let limit = usize::try_from(request.limit.unwrap_or(PAGE).clamp(1, ctx.shared.settings.sync.max_page)).unwrap_or(1);
    let entries = positions.read(tx, limit)?;
    let changes = page::render(tx, &reference, &channels, (&rows, &positions.read_to), entries)?;
    let complete = positions.are_heads();
    let page = PullResponse {
        server_time: ctx.now,
        cursor: Cursor { feed_epoch: epoch.clone(), positions: positions.after() }.seal(sign),
        feed_epoch: epoch,
        more: !complete,
        complete,
        device: PulledDevice { applied_through: device.applied_through },
        gained: positions.gained,
        lost: positions.lost,
        reset: positions.reset,
        digest: if complete { digests(&channels, &rows) } else { Vec::new() },
        progress: if complete { None } else { Some(progress(&rows, &positions.read_to)) },
        changes,
        channels,
    };
    Ok(Pulled { page, note: is_worth_noting(ctx, &device) })
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
        let row = rows.get(channel);
        let digest = ChannelDigest { n: row.map_or(0, |r| r.count), sum: row.map_or(0, |r| r.digest.cast_unsigned()) };
        DigestItem { c, n: digest.n, h: digest.hex() }
    };
    channels.iter().enumerate().map(item).collect()
}

/// How much of a long pull is done: of each channel the share of its seqs that was read, in rows.
fn progress(rows: &BTreeMap<Channel, feed::Channel>, read_to: &BTreeMap<Channel, i64>) -> Progress {
    let done = |(channel, row): (&Channel, &feed::Channel)| {
        let seq = i128::from(read_to.get(channel).copied().unwrap_or_default().min(row.head));
        i64::try_from(i128::from(row.count) * seq / i128::from(row.head.max(1))).unwrap_or_default()
    };
    Progress { done: rows.iter().map(done).sum(), total: rows.values().map(|r| r.count).sum() }
}
