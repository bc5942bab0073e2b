//! Groups: what stands and falls together. A group stands in one push, its members one after another.

use std::collections::{BTreeMap, BTreeSet};

use crate::sync::push::receive::Item;
use bazdid_protocol::{
    error::Result,
    ids::{AccountId, GroupId, MutationId},
};
use bazdid_store::{self as store, Tx};

/// The places whose group does not hold together: after its first run of neighbours in the push, or when the journal has a part of
/// it from an earlier push. What could not be read names no group and parts no neighbours.
pub(super) fn find_torn(tx: &mut Tx<'_>, actor: AccountId, items: &[Item<'_>]) -> Result<BTreeSet<usize>> {
    let groups: BTreeSet<GroupId> = items.iter().filter_map(Item::group).collect();
    if groups.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids: Vec<MutationId> = items.iter().map(|i| i.id).collect();
    let mut over: BTreeSet<GroupId> =
        store::mutation::list_begun_groups(tx, actor, &groups.into_iter().collect::<Vec<_>>(), &ids)?.into_iter().collect();
    let mut torn = BTreeSet::new();
    let mut current = None;
    for (place, item) in items.iter().enumerate().filter(|(_, i)| i.read.mutation.is_ok()) {
        let group = item.group();
        if group != current {
            over.extend(current);
            current = group;
        }
        if group.is_some_and(|g| over.contains(&g)) {
            torn.insert(place);
        }
    }
    Ok(torn)
}

/// What stands and falls together, by the groups of a list: each group at the place of its first member, the rest alone.
pub(super) fn units_of(groups: &[Option<GroupId>]) -> Vec<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut found: BTreeMap<GroupId, usize> = BTreeMap::new();
    for (place, group) in groups.iter().enumerate() {
        match group.and_then(|g| found.get(&g)).and_then(|at| units.get_mut(*at)) {
            Some(unit) => unit.push(place),
            None => {
                found.extend(group.map(|g| (g, units.len())));
                units.push(vec![place]);
            }
        }
    }
    units
}
