//! What a file has to know of a copy: how it is taken apart, and put together again.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    copy::{Key, LocalCopy, Row},
    marks::Marks,
};
use bazdid_protocol::channel::Channel;

/// How far the copy has read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    /// The channels of the last page.
    pub channels: BTreeSet<Channel>,
    /// Where the next pull begins.
    pub cursor: Option<String>,
    /// The feed of the cursor.
    pub feed_epoch: Option<String>,
    /// Whether the last page was the end of a pull.
    pub complete: bool,
}

/// The rows to write: those that are there, and those that went.
#[derive(Debug, Default)]
pub(crate) struct Rows<'c> {
    /// Rows as they are now.
    pub put: Vec<(&'c Key, &'c Row)>,
    /// Rows that are no more.
    pub gone: Vec<&'c Key>,
    /// Whether whatever else a file holds goes.
    pub all: bool,
}

impl LocalCopy {
    /// How far it has read.
    pub(crate) fn reading(&self) -> Reading {
        Reading {
            channels: self.channels.clone(),
            cursor: self.cursor.clone(),
            feed_epoch: self.feed_epoch.clone(),
            complete: self.complete,
        }
    }

    /// The rows that a file does not hold as they are.
    pub(crate) fn unwritten_rows(&self) -> Rows<'_> {
        match &self.marks {
            Marks::All => Rows { put: self.rows.iter().collect(), gone: Vec::new(), all: true },
            Marks::Only(keys) => {
                let (there, gone): (Vec<_>, Vec<_>) = keys.iter().partition(|key| self.rows.contains_key(*key));
                let put = there.into_iter().filter_map(|key| self.rows.get_key_value(key)).collect();
                Rows { put, gone, all: false }
            }
        }
    }

    /// The channels whose unconfirmed memberships changed as a whole, if not all of the copy is to be written anyway.
    pub(crate) fn begun(&self) -> Vec<Channel> {
        match &self.begun {
            Marks::All => Vec::new(),
            Marks::Only(channels) => channels.iter().copied().collect(),
        }
    }

    /// The unconfirmed memberships that a file does not hold: those of rows that changed, and all of the channels that did.
    pub(crate) fn unwritten_memberships(&self) -> Vec<(Channel, &Key)> {
        let unwritten = |channel: &Channel, key: &Key| self.begun.has(channel) || self.marks.has(key);
        let all = self.unconfirmed.iter().flat_map(|(channel, keys)| keys.iter().map(move |key| (*channel, key)));
        all.filter(|(channel, key)| unwritten(channel, key)).collect()
    }

    /// Whether a channel is being sent from the beginning that has rows which were not sent again yet.
    pub(crate) fn has_unconfirmed(&self) -> bool {
        !self.unconfirmed.is_empty()
    }

    /// The file holds all of it now.
    pub(crate) fn is_written(&mut self) {
        self.marks = Marks::none();
        self.begun = Marks::none();
    }

    /// A copy as a file holds it.
    pub(crate) fn put_together(rows: BTreeMap<Key, Row>, unconfirmed: BTreeMap<Channel, BTreeSet<Key>>, reading: Reading) -> Self {
        let Reading { channels, cursor, feed_epoch, complete } = reading;
        Self { rows, channels, unconfirmed, cursor, feed_epoch, complete, marks: Marks::none(), begun: Marks::none() }
    }
}
