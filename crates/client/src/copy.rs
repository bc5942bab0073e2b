//! The local copy: rows by type and id, each with the channels that carry it.
//!
//! A row is gone when no channel carries it any more. Laws: any split of a stream of changes into pages gives the same copy;
//! what one channel drops another may still carry.

mod repair;

pub(crate) mod stored;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::marks::Marks;
use bazdid_protocol::{
    channel::Channel,
    digest::{ChannelDigest, row_hash},
    envelope::{Change, ChangeOp, PullResponse},
};

/// Type and id of a row.
pub(crate) type Key = (String, Uuid);

/// A row as the device holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Revision: the `base` of the next mutation on it.
    pub v: i64,
    /// Stamp: the `seen_ts` of the next mutation on it.
    pub ts: Option<i64>,
    /// The row.
    pub row: Value,
    /// The channels that carry it.
    pub channels: BTreeSet<Channel>,
}

/// Why a page cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageFault {
    /// A change or digest names a channel that is not in the page's list.
    #[error("channel {0} is not in the page's list")]
    UnknownChannel(usize),
    /// A put without its row.
    #[error("{0} {1} is put without a row")]
    NoRow(String, Uuid),
}

/// The rows that a device holds, and how far it has read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LocalCopy {
    rows: BTreeMap<Key, Row>,
    channels: BTreeSet<Channel>,
    /// Memberships of channels that are being sent from the beginning, as far as they were not confirmed.
    unconfirmed: BTreeMap<Channel, BTreeSet<Key>>,
    cursor: Option<String>,
    feed_epoch: Option<String>,
    complete: bool,
    /// Rows that are to be written, with the memberships of theirs that are not confirmed.
    marks: Marks<Key>,
    /// Channels of which all unconfirmed memberships are to be written.
    begun: Marks<Channel>,
}

impl LocalCopy {
    /// Where the next pull begins.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// The feed that the copy belongs to.
    #[must_use]
    pub fn feed_epoch(&self) -> Option<&str> {
        self.feed_epoch.as_deref()
    }

    /// The channels that the user reads, as of the last page.
    #[must_use]
    pub const fn channels(&self) -> &BTreeSet<Channel> {
        &self.channels
    }

    /// Whether the last page left the device with exactly what the server's snapshot held.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// A row.
    #[must_use]
    pub fn get(&self, kind: &str, id: Uuid) -> Option<&Row> {
        self.rows.get(&(kind.to_owned(), id))
    }

    /// A field of a row, as text.
    #[must_use]
    pub fn text(&self, kind: &str, id: Uuid, field: &str) -> Option<&str> {
        self.get(kind, id)?.row.get(field)?.as_str()
    }

    /// The rows of one type, by id.
    pub fn list<'c>(&'c self, kind: &'c str) -> impl Iterator<Item = (Uuid, &'c Row)> {
        self.rows.iter().filter(move |((k, _), _)| k == kind).map(|((_, id), row)| (*id, row))
    }

    /// Every row, by type and id.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Uuid, &Row)> {
        self.rows.iter().map(|((kind, id), row)| (kind.as_str(), *id, row))
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Damages the copy, so that a test can prove that the digest finds it: the row loses its newest revision.
    pub fn spoil(&mut self, kind: &str, id: Uuid) {
        let key = (kind.to_owned(), id);
        if let Some(row) = self.rows.get_mut(&key) {
            row.v = row.v.saturating_sub(1);
            self.marks.mark(&key);
        }
    }

    /// Forgets the private channel of the device's old identity.
    pub(crate) fn forget_device(&mut self) {
        let own: Vec<Channel> = self.channels.iter().copied().filter(|c| matches!(c, Channel::Device(_))).collect();
        for channel in own {
            self.leave(channel);
        }
    }

    /// Forgets how far it has read: the next pull sends everything, and what it does not confirm is gone.
    pub(crate) fn begin_anew(&mut self) {
        self.cursor = None;
        for channel in self.channels.clone() {
            self.begin_again(channel);
        }
    }

    /// Applies one page, whole or not at all.
    ///
    /// # Errors
    /// The page breaks the protocol; the copy is as it was.
    pub fn apply(&mut self, page: &PullResponse) -> Result<(), PageFault> {
        let changes = page.changes.iter().map(|c| named(c, page)).collect::<Result<Vec<_>, _>>()?;
        // A server that could not read the cursor does not know what was lost since: what it does not name is gone.
        let unnamed = self.channels.iter().filter(|c| !page.channels.contains(c)).copied();
        for channel in page.lost.iter().copied().chain(unnamed.collect::<Vec<_>>()) {
            self.leave(channel);
        }
        // A channel that is new to the cursor may be one that the copy still holds rows of.
        for channel in page.gained.iter().chain(&page.reset).copied() {
            self.begin_again(channel);
        }
        for (change, channels) in changes {
            self.change(change, channels);
        }
        self.channels = page.channels.iter().copied().collect();
        if page.complete {
            for (channel, keys) in std::mem::take(&mut self.unconfirmed) {
                self.begun.mark(&channel);
                for key in keys {
                    self.drop_from(&key, channel);
                }
            }
        }
        self.cursor = Some(page.cursor.clone());
        self.feed_epoch = Some(page.feed_epoch.clone());
        self.complete = page.complete;
        Ok(())
    }

    /// Count and sum of each channel's rows as the device holds them.
    #[must_use]
    pub fn digest(&self, channel: Channel) -> ChannelDigest {
        self.rows
            .iter()
            .filter(|(_, row)| row.channels.contains(&channel))
            .map(|((kind, id), row)| row_hash(kind, *id, row.v))
            .fold(ChannelDigest::default(), ChannelDigest::with)
    }

    /// The channels of a complete page of which the device holds something else than the server.
    ///
    /// # Errors
    /// The page breaks the protocol.
    pub fn differing(&self, page: &PullResponse) -> Result<Vec<Channel>, PageFault> {
        let mut differing = Vec::new();
        for item in &page.digest {
            let channel = *page.channels.get(item.c).ok_or(PageFault::UnknownChannel(item.c))?;
            let mine = self.digest(channel);
            if mine.n != item.n || mine.hex() != item.h {
                differing.push(channel);
            }
        }
        Ok(differing)
    }

    fn change(&mut self, change: &Change, channels: Vec<Channel>) {
        let key = (change.t.clone(), change.id);
        match (change.op, &change.row) {
            (ChangeOp::Put, Some(row)) => {
                for channel in &channels {
                    self.confirm(&key, *channel);
                }
                // The device's own channel carries nothing: it only sends again what other channels carry.
                let carried: Vec<Channel> = channels.into_iter().filter(|c| !matches!(c, Channel::Device(_))).collect();
                if carried.is_empty() && !self.rows.contains_key(&key) {
                    return;
                }
                self.marks.mark(&key);
                let held = self.rows.entry(key).or_insert_with(|| Row { v: 0, ts: None, row: Value::Null, channels: BTreeSet::new() });
                held.v = change.v;
                held.ts = change.ts;
                held.row.clone_from(row);
                held.channels.extend(carried);
            }
            _ => {
                for channel in channels {
                    self.drop_from(&key, channel);
                }
            }
        }
    }

    /// A channel is sent from the beginning: what it does not confirm is gone at the end of it.
    fn begin_again(&mut self, channel: Channel) {
        self.begun.mark(&channel);
        let keys: BTreeSet<Key> = self.keys_of(channel).collect();
        if keys.is_empty() {
            self.unconfirmed.remove(&channel);
        } else {
            self.unconfirmed.insert(channel, keys);
        }
    }

    fn leave(&mut self, channel: Channel) {
        self.begun.mark(&channel);
        self.unconfirmed.remove(&channel);
        self.channels.remove(&channel);
        for key in self.keys_of(channel).collect::<Vec<_>>() {
            self.drop_from(&key, channel);
        }
    }

    fn keys_of(&self, channel: Channel) -> impl Iterator<Item = Key> {
        self.rows.iter().filter(move |(_, row)| row.channels.contains(&channel)).map(|(key, _)| key.clone())
    }

    fn drop_from(&mut self, key: &Key, channel: Channel) {
        self.confirm(key, channel);
        if let Some(row) = self.rows.get_mut(key) {
            row.channels.remove(&channel);
            self.marks.mark(key);
            if row.channels.is_empty() {
                self.rows.remove(key);
            }
        }
    }

    /// What becomes of a membership is known: it was confirmed, or it is no more.
    fn confirm(&mut self, key: &Key, channel: Channel) {
        if let Some(keys) = self.unconfirmed.get_mut(&channel)
            && keys.remove(key)
        {
            self.marks.mark(key);
            if keys.is_empty() {
                self.unconfirmed.remove(&channel);
            }
        }
    }
}

fn named<'p>(change: &'p Change, page: &PullResponse) -> Result<(&'p Change, Vec<Channel>), PageFault> {
    if change.op == ChangeOp::Put && change.row.is_none() {
        return Err(PageFault::NoRow(change.t.clone(), change.id));
    }
    let channels = change.c.iter().map(|c| page.channels.get(*c).copied().ok_or(PageFault::UnknownChannel(*c)));
    Ok((change, channels.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests;
