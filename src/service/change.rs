//! The one way to keep what rules changed in a world: rows, audit and, last in the transaction, the feed.

use uuid::Uuid;

use crate::{
    domain::{
        audit::AuditEntry,
        ids::{AuditId, DeviceId},
        membership::{Stay, moves},
        sync::{channel::Channel, digest::row_hash},
        world::World,
    },
    error::Result,
    service::Ctx,
    store::{
        self, Tx,
        feed::{Entry, Presence},
    },
};

/// A row that is sent to a device again, whatever the device thinks it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// To which device.
    pub device: DeviceId,
    /// Kind of the row.
    pub kind: &'static str,
    /// The row.
    pub entity: Uuid,
    /// Its revision.
    pub v: i64,
}

/// What is kept beside the world's own rows.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Rows to send again.
    pub echoes: Vec<Echo>,
    /// What goes into the audit log.
    pub audit: Vec<AuditEntry>,
    /// Entries of the feed that no world holds (reference data, a person's own channel).
    pub feed: Vec<Entry>,
}

impl Change {
    /// Adds an entry to the audit log.
    pub fn audit(&mut self, ctx: &Ctx, action: &str, entity_kind: &str, entity_id: Uuid, detail: serde_json::Value) {
        self.audit.push(entry(ctx, action, entity_kind, entity_id, detail));
    }
}

/// An entry of the audit log by who asks; `detail` never holds personal data.
#[must_use]
pub fn entry(ctx: &Ctx, action: &str, entity_kind: &str, entity_id: Uuid, detail: serde_json::Value) -> AuditEntry {
    AuditEntry {
        id: AuditId::new(ctx.ids.uuid(ctx.now)),
        at: ctx.now,
        actor: ctx.actor.as_ref().map(|a| a.account_id),
        action: action.to_owned(),
        entity_kind: entity_kind.to_owned(),
        entity_id,
        detail,
        request_id: Some(ctx.request_id),
    }
}

/// Keeps a world. Call it once, last in the transaction: the channels' counters stay locked to its end.
///
/// # Errors
/// The database fails; a code or source reference exists already.
pub fn keep(tx: &mut Tx<'_>, world: &World, change: Change) -> Result<()> {
    store::aggregate::save_world(tx, world)?;
    store::audit::save_audit_entries(tx, &change.audit)?;
    let mut feed: Vec<Entry> = moves(world)
        .into_iter()
        .map(|m| Entry {
            channel: m.channel,
            kind: m.kind.to_owned(),
            entity: m.entity,
            v: m.v,
            presence: match m.stays {
                Stay::Carried => Presence::Put,
                Stay::Gone => Presence::Drop,
            },
        })
        .collect();
    feed.extend(change.echoes.into_iter().map(|e| Entry {
        channel: Channel::Device(e.device).to_string(),
        kind: e.kind.to_owned(),
        entity: e.entity,
        v: e.v,
        presence: Presence::Echo,
    }));
    feed.extend(change.feed);
    store::feed::append(tx, &feed, row_hash)
}
