//! Leases: who does something that only one process may do at a time.
//!
//! A lease is over at an instant, so what a process that died had taken is taken by another one. Processes compare the instants by their own
//! clocks: these must agree to within seconds, which a lease is long enough for. Whoever keeps what they did under a lease takes it
//! once more in the same transaction: who has lost it meanwhile keeps nothing.

use diesel::prelude::*;
use uuid::Uuid;

use crate::{schema::leases, sql::db_error, tx::Tx};
use bazdid_protocol::{error::Result, ids::Id, time::Timestamp};

/// A lease that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for.
    pub name: String,
    /// Who asks.
    pub holder: Uuid,
    /// How long it is to last, microseconds.
    pub lasts_us: i64,
}

struct LeaseRow {
    name: String,
    holder: Id<()>,
    taken_at: Timestamp,
    ends_at: Timestamp,
}

/// Takes a lease, or prolongs it for who holds it if less than half of it is left. `false`: somebody else holds it.
///
/// # Errors
/// The database fails.
pub fn take(tx: &mut Tx<'_>, lease: &Lease, now: Timestamp) -> Result<bool> {
    let held: Option<Timestamp> = on!(tx, |c| leases::table
        .filter(leases::name.eq(&lease.name).and(leases::holder.eq(Id::<()>::new(lease.holder))))
        .select(leases::ends_at)
        .first(c)
        .optional())
    .map_err(db_error)?;
    if held.is_some_and(|ends_at| ends_at > now.plus_micros(lease.lasts_us / 2)) {
        return Ok(true);
    }
    let row = LeaseRow { name: lease.name.clone(), holder: Id::new(lease.holder), taken_at: now, ends_at: now.plus_micros(lease.lasts_us) };
    let taken = bulk!(
        tx,
        &[row],
        LeaseRow => leases { name: String, holder: Id<()>, taken_at: Timestamp, ends_at: Timestamp },
        "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, taken_at = excluded.taken_at, ends_at = excluded.ends_at \
         WHERE leases.ends_at <= excluded.taken_at OR leases.holder = excluded.holder"
    )?;
    Ok(taken == 1)
}

/// Gives a lease back, if it is still held.
///
/// # Errors
/// The database fails.
pub fn release(tx: &mut Tx<'_>, lease: &Lease) -> Result<()> {
    let holder: Id<()> = Id::new(lease.holder);
    on!(tx, |c| diesel::delete(leases::table.filter(leases::name.eq(&lease.name).and(leases::holder.eq(holder)))).execute(c))
        .map(drop)
        .map_err(db_error)
}
