//! What changes of reference data mean to the channel `ref`.

use uuid::Uuid;

use bazdid_domain::reference::ReferenceRows;
use bazdid_protocol::{
    channel::Channel,
    rows::{AreaRow, CategoryRow, ChecklistRow, OrganisationRow, WireRow as _},
};
use bazdid_store::feed::{Entry, Presence};

/// The entries of the feed for reference rows that were made or changed: areas, categories, checklists and organisations.
/// Outlines, contracts and coverages are not sent to devices. Hand them to `Change::feed`, or to `store::feed::append` as
/// the last step of the transaction.
#[must_use]
pub fn reference_feed(rows: &ReferenceRows) -> Vec<Entry> {
    let entry = |kind: &'static str, entity: Uuid, v| Entry { channel: Channel::Ref, kind, entity, v, presence: Presence::Put };
    let organisations = rows.organisations.iter().map(|o| entry(OrganisationRow::KIND, o.id.uuid(), o.rev));
    let areas = rows.areas.iter().map(|a| entry(AreaRow::KIND, a.id.uuid(), a.rev));
    let checklists = rows.checklists.iter().map(|c| entry(ChecklistRow::KIND, c.id.uuid(), c.rev));
    let categories = rows.categories.iter().map(|c| entry(CategoryRow::KIND, c.id.uuid(), c.rev));
    organisations.chain(areas).chain(checklists).chain(categories).collect()
}
