//! Mending a copy: what differs from a channel's manifest is found, and single rows are put in their place.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::copy::{LocalCopy, PageFault, Row};
use bazdid_protocol::{
    channel::Channel,
    envelope::{Change, ChangeOp},
    repair::{FetchResponse, ManifestRow, RowKey},
};

/// What came of comparing a channel with its manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Rows that the copy lacks or has in another revision.
    pub wanted: BTreeSet<RowKey>,
    /// Rows that the channel does not carry and that left it.
    pub extra: usize,
    /// Rows that the copy has in the right revision and now counts to the channel.
    pub joined: usize,
}

impl LocalCopy {
    /// Compares a channel with everything that the server says it carries. What the channel does not carry leaves it at once; what is
    /// here in the right revision joins it; the rest is to be fetched.
    pub fn compare(&mut self, channel: Channel, manifest: &[ManifestRow]) -> Compared {
        let mut found = Compared::default();
        let carried: BTreeMap<(&str, Uuid), i64> = manifest.iter().map(|row| ((row.t.as_str(), row.id), row.v)).collect();
        let extra =
            |((kind, id), row): &(&(String, Uuid), &Row)| row.channels.contains(&channel) && !carried.contains_key(&(kind.as_str(), *id));
        let extra: Vec<(String, Uuid)> = self.rows.iter().filter(extra).map(|(key, _)| key.clone()).collect();
        found.extra = extra.len();
        for key in extra {
            self.drop_from(&key, channel);
        }
        for row in manifest {
            let key = (row.t.clone(), row.id);
            match self.rows.get_mut(&key) {
                Some(held) if held.v == row.v => {
                    if held.channels.insert(channel) {
                        found.joined += 1;
                        self.marks.mark(&key);
                    }
                }
                _ => drop(found.wanted.insert(RowKey { t: row.t.clone(), id: row.id })),
            }
        }
        found
    }

    /// Puts fetched rows in their place: each is now exactly as the answer says, in exactly the channels that it names.
    ///
    /// # Errors
    /// The answer breaks the protocol; the copy is as it was.
    pub fn mend(&mut self, answer: &FetchResponse) -> Result<(), PageFault> {
        let named = |change: &Change| {
            let channels = change.c.iter().map(|c| answer.channels.get(*c).copied().ok_or(PageFault::UnknownChannel(*c)));
            channels.collect::<Result<BTreeSet<Channel>, _>>()
        };
        let changes = answer.changes.iter().map(|c| Ok((c, named(c)?))).collect::<Result<Vec<_>, PageFault>>()?;
        if let Some((bare, _)) = changes.iter().find(|(c, _)| c.op == ChangeOp::Put && c.row.is_none()) {
            return Err(PageFault::NoRow(bare.t.clone(), bare.id));
        }
        for (change, mut channels) in changes {
            let key = (change.t.clone(), change.id);
            // A channel that the next pull brings in is filled by it, from the beginning.
            channels.retain(|c| self.channels.contains(c) && !matches!(c, Channel::Device(_)));
            self.marks.mark(&key);
            match &change.row {
                Some(row) if change.op == ChangeOp::Put && !channels.is_empty() => {
                    self.rows.insert(key, Row { v: change.v, ts: change.ts, row: row.clone(), channels });
                }
                _ => drop(self.rows.remove(&key)),
            }
        }
        Ok(())
    }
}
