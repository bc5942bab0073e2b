//! How many orders accounts have in hand, counted once in a transaction: in a city that has thousands in hand, counting is the dearest
//! part of choosing an inspector, and closures that share a commit choose among the same.

use std::collections::{BTreeSet, HashMap};

use diesel::{dsl::count_star, prelude::*};

use crate::{
    keys::Keys,
    schema::{accounts, work_orders},
    sql::db_error,
    tx::Tx,
};
use bazdid_domain::{ticket_flow::in_hand, unit_of_work::UnitOfWork, work_order::WorkOrderState};
use bazdid_protocol::{error::Result, ids::AccountId, text_enum::TextEnum as _};

/// What was counted in this transaction and still stands. On PostgreSQL others may have committed meanwhile: the counts are as old as the
/// transaction at most.
#[derive(Debug, Default)]
pub(crate) struct OpenOrderCounts(HashMap<AccountId, i64>);

impl OpenOrderCounts {
    /// Forgets those whose orders are written, who had them when the unit of work was loaded and who has them now: they are counted anew. A unit of work is
    /// kept once in a transaction.
    pub(crate) fn forget(&mut self, unit: &UnitOfWork) {
        for (was, now) in unit.work_orders.changed() {
            for account in [was.and_then(|o| o.account_id), now.account_id].into_iter().flatten() {
                self.0.remove(&account);
            }
        }
    }
}

/// How many orders accounts have in hand.
pub(crate) fn list_loads(tx: &mut Tx<'_>, of: &[AccountId]) -> Result<HashMap<AccountId, i64>> {
    let unknown: BTreeSet<AccountId> = of.iter().copied().filter(|a| !tx.open_order_counts().0.contains_key(a)).collect();
    if !unknown.is_empty() {
        let counted = count(tx, &unknown.into_iter().collect::<Vec<_>>())?;
        tx.open_order_counts().0.extend(counted);
    }
    Ok(of.iter().filter_map(|a| Some((*a, *tx.open_order_counts().0.get(a)?))).collect())
}

fn count(tx: &mut Tx<'_>, of: &[AccountId]) -> Result<Vec<(AccountId, i64)>> {
    let in_hand: Vec<WorkOrderState> = WorkOrderState::ALL.iter().copied().filter(|s| in_hand(*s)).collect();
    let of = Keys::new(of);
    // For each by itself: PostgreSQL would sort all orders in hand to group them.
    let counts: Vec<(AccountId, Option<i64>)> = on!(tx, |c| {
        let orders = work_orders::table
            .filter(work_orders::account_id.eq(accounts::id.nullable()).and(work_orders::state.eq_any(&in_hand)))
            .select(count_star());
        accounts::table.filter(of.hold(accounts::id)).select((accounts::id, orders.single_value())).load(c)
    })
    .map_err(db_error)?;
    Ok(counts.into_iter().map(|(account, n)| (account, n.unwrap_or_default())).collect())
}
