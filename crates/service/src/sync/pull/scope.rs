//! What a device reads: derived from the grants anew at every request, never taken from one.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    Ctx,
    sync::{
        access::{Grants, check_device},
        limits::SCHEMA,
        state::feed_epoch,
    },
};
use bazdid_domain::{account::Device, reference::Reference, sync::cursor::Cursor};
use bazdid_protocol::{
    channel::Channel,
    error::{Code, Error, Result},
    ids::DeviceId,
};
use bazdid_store::{self as store, Tx, feed};

/// What a device reads, in the snapshot of the transaction.
pub(in crate::sync) struct Scope {
    /// The device.
    pub device: Device,
    /// The reference data in force.
    pub reference: Arc<Reference>,
    /// The channels that the device is told of, in the order of their names: a place in it names a channel.
    pub channels: Vec<Channel>,
    /// Channels that it reads and is not told of, because nothing ever lay in them.
    pub silent: Vec<Channel>,
    /// The counters of those that have any.
    pub rows: BTreeMap<Channel, feed::Channel>,
    /// The feed's epoch.
    pub epoch: String,
}

impl Scope {
    /// Derives what a device reads now.
    ///
    /// # Errors
    /// The device may not sync for who asks.
    pub fn of(tx: &mut Tx<'_>, ctx: &Ctx, device: DeviceId) -> Result<Self> {
        let device = store::account::find_device(tx, device)?;
        let device = check_device(tx, ctx, device)?;
        Self::of_device(tx, ctx, device)
    }

    /// What a device reads now, or would read if it were in service.
    ///
    /// # Errors
    /// The database fails.
    pub fn of_device(tx: &mut Tx<'_>, ctx: &Ctx, device: Device) -> Result<Self> {
        let reference = ctx.reference(tx)?;
        let mut grants = Grants::default();
        grants.learn(tx, &[device.account_id])?;
        let readable = grants.channels(device.account_id, device.id, ctx.now, &reference);
        let names: Vec<String> = readable.iter().map(Channel::to_string).collect();
        let mut rows: BTreeMap<Channel, feed::Channel> = BTreeMap::new();
        for row in feed::list_channels(tx, &names)? {
            let channel =
                row.name.parse().map_err(|e| Error::internal(format!("channels.name {} is no channel", row.name)).caused_by(e))?;
            rows.insert(channel, row);
        }
        // An area with others below it is named only if something ever lay in none of those.
        let told = |c: &Channel| match c {
            Channel::Area(area) | Channel::Office(area) => rows.contains_key(c) || reference.is_leaf(*area),
            _ => true,
        };
        let (channels, silent) = readable.into_iter().partition(told);
        let epoch = feed_epoch(tx)?;
        Ok(Self { device, reference, channels, silent, rows, epoch })
    }

    /// Reads a cursor: none if there is none, `Some(None)` if it says nothing here.
    pub fn open(&self, ctx: &Ctx, cursor: Option<&str>) -> Option<Option<Cursor>> {
        cursor.map(|text| Cursor::open(text, |bytes| ctx.shared.vault.sign_cursor(bytes)).ok().filter(|c| c.feed_epoch == self.epoch))
    }

    /// The places of the channels by their numbers in the feed.
    pub fn places(&self) -> BTreeMap<i64, usize> {
        self.channels.iter().enumerate().filter_map(|(place, channel)| Some((self.rows.get(channel)?.no, place))).collect()
    }
}

/// Refuses an app that is too old to read.
pub(super) fn check_schema(schema: i64) -> Result<()> {
    if schema < SCHEMA { Err(Error::new(Code::UpgradeRequired)) } else { Ok(()) }
}
