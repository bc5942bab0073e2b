//! How far a device has read each of its channels, and what it reads next.

use std::collections::{BTreeMap, BTreeSet};

use bazdid_domain::sync::cursor::{Cursor, Position};
use bazdid_protocol::{channel::Channel, error::Result};
use bazdid_store::{
    Tx,
    feed::{self, FeedRow, list_after},
};

/// The positions of one pull.
pub(in crate::sync) struct Positions<'a> {
    rows: &'a BTreeMap<Channel, feed::Channel>,
    /// The last seq read, by channel.
    pub read_to: BTreeMap<Channel, i64>,
    /// The floor when the reading began, of channels that are being read from the beginning.
    floors: BTreeMap<Channel, i64>,
    /// Channels that the cursor did not have.
    pub gained: Vec<Channel>,
    /// Channels of the cursor that the user reads no longer.
    pub lost: Vec<Channel>,
    /// Channels that are sent from the beginning.
    pub reset: Vec<Channel>,
    /// Channels of which the device may hold rows though they are read from the beginning: it is told what left them, too.
    held: BTreeSet<Channel>,
}

/// Whether nothing that was forgotten is missing to who has read so far. Below the floor only somebody is safe who began at it: what is
/// gone was gone before they came.
const fn has_all(at: Position, floor: i64) -> bool {
    at.seq >= floor || at.floor == floor
}

impl<'a> Positions<'a> {
    /// Where a pull begins. `cursor`: none if the device has none, `Some(None)` if it has one that says nothing here: that is
    /// answered with a reset of everything. `again` are channels that the device wants from the beginning.
    pub fn new(
        channels: &[Channel],
        rows: &'a BTreeMap<Channel, feed::Channel>,
        cursor: Option<Option<Cursor>>,
        again: &BTreeSet<Channel>,
    ) -> Self {
        let had = cursor.as_ref().and_then(|c| c.as_ref()).map(|c| &c.positions);
        let mut positions = Self {
            rows,
            read_to: BTreeMap::new(),
            floors: BTreeMap::new(),
            gained: Vec::new(),
            lost: Vec::new(),
            reset: Vec::new(),
            held: BTreeSet::new(),
        };
        let floor_of = |channel: &Channel| rows.get(channel).map_or(0, |r| r.floor);
        // What a device was told again concerns rows of any channel: if some of it may be gone, none of them can be trusted.
        let told_all = channels.iter().all(|c| {
            let at = had.and_then(|h| h.get(c)).copied();
            !matches!(c, Channel::Device(_)) || at.is_none_or(|at| has_all(at, floor_of(c)))
        });
        for channel in channels {
            let (head, floor) = (rows.get(channel).map_or(0, |r| r.head), floor_of(channel));
            let at = had.and_then(|h| h.get(channel)).copied();
            let begin = match at {
                // A position that this feed never reached, or of which entries may be gone, says nothing.
                Some(at) if told_all && at.seq <= head && (at.seq == 0 || has_all(at, floor)) && !again.contains(channel) => at.seq,
                Some(_) => {
                    positions.reset.push(*channel);
                    0
                }
                None if had.is_some() || cursor.is_none() => {
                    positions.gained.push(*channel);
                    0
                }
                None => {
                    positions.reset.push(*channel);
                    0
                }
            };
            positions.read_to.insert(*channel, begin);
            positions.floors.insert(*channel, floor);
        }
        let reads: BTreeSet<Channel> = channels.iter().copied().collect();
        positions.lost = had.into_iter().flat_map(BTreeMap::keys).filter(|c| !reads.contains(c)).copied().collect();
        positions
    }

    /// Names channels of which the device may hold rows that it has no position for.
    pub fn holding(mut self, held: BTreeSet<Channel>) -> Self {
        self.held = held;
        self
    }

    /// The entries of the next page, one query a channel that has any. What is nearly read comes first, so that the long
    /// back-fill of a gained channel never keeps today's work waiting.
    pub fn read(&mut self, tx: &mut Tx<'_>, limit: usize) -> Result<Vec<FeedRow>> {
        let mut behind: Vec<(i64, Channel, &feed::Channel)> = self
            .rows
            .iter()
            .filter_map(|(channel, row)| {
                let at = self.read_to.get(channel)?;
                (row.head > *at).then_some((row.head - at, *channel, row))
            })
            .collect();
        behind.sort_by_key(|(left, channel, _)| (*left, *channel));
        let mut entries: Vec<FeedRow> = Vec::new();
        for (_, channel, row) in behind {
            let room = limit.saturating_sub(entries.len());
            if room == 0 {
                break;
            }
            let at = self.read_to.get(&channel).copied().unwrap_or_default();
            let found = list_after(tx, row.no, at, i64::try_from(room).unwrap_or(i64::MAX))?;
            // Fewer than there is room for: nothing is left.
            let to = if found.len() < room { row.head } else { found.last().map_or(row.head, |last| last.seq) };
            self.read_to.insert(channel, to);
            // What a device never had cannot leave it; a device's own channel has nothing but what it is told again.
            let begins = at == 0 && !matches!(channel, Channel::Device(_)) && !self.held.contains(&channel);
            entries.extend(found.into_iter().filter(|e| e.present || !begins));
        }
        Ok(entries)
    }

    /// Whether everything is read.
    pub fn are_heads(&self) -> bool {
        self.rows.iter().all(|(channel, row)| self.read_to.get(channel).is_none_or(|at| *at >= row.head))
    }

    /// The positions of the next cursor.
    pub fn after(&self) -> BTreeMap<Channel, Position> {
        let position = |(channel, seq): (&Channel, &i64)| {
            let floor = self.floors.get(channel).copied().filter(|floor| seq < floor).unwrap_or_default();
            (*channel, Position { seq: *seq, floor })
        };
        self.read_to.iter().map(position).collect()
    }
}
