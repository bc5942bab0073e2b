//! The answers to a device's mutations, until it has acknowledged them, and those that were changed later.

use serde::Serialize;

use crate::{
    Ctx,
    sync::{access::check_device, limits::MAX_RESULTS},
};
use bazdid_protocol::{envelope::ResultItem, error::Result, ids::DeviceId};
use bazdid_store::{self as store, Tx};

/// At most so many answers to what other devices sent last: the newest.
const ELSEWHERE: i64 = 200;

/// A page of answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Results {
    /// By seq; on the first page followed by those of other devices, which have none here.
    pub items: Vec<ResultItem>,
    /// Ask for what comes after this seq; absent at the end.
    pub next_after: Option<i64>,
}

/// The answers that a device has not acknowledged, those to mutations that still wait, and those that were changed after they
/// had been given: however long ago, for nobody knows how long a device is away. The first page has also those that were changed to what
/// another device of the same person sent last: of a device and its clone each has sent the same, and the journal knows one of them.
///
/// # Errors
/// The device is not registered to who asks, or out of service.
pub fn list_results(tx: &mut Tx<'_>, ctx: &Ctx, device: DeviceId, after: i64, limit: Option<i64>) -> Result<Results> {
    let device = store::account::find_device(tx, device)?;
    let device = check_device(tx, ctx, device)?;
    let limit = limit.unwrap_or(MAX_RESULTS).clamp(1, MAX_RESULTS);
    let found = store::mutation::list_results(tx, device.id, device.acked_through, after, limit)?;
    let full = i64::try_from(found.len()).is_ok_and(|n| n >= limit);
    let mut items: Vec<ResultItem> = found.iter().map(|row| row.replay(row.seq)).collect();
    if after <= 0 {
        let elsewhere = store::mutation::list_revised_elsewhere(tx, device.account_id, device.id, ELSEWHERE)?;
        items.extend(elsewhere.iter().map(|row| ResultItem { seq: None, ..row.replay(row.seq) }));
    }
    Ok(Results { next_after: found.last().filter(|_| full).map(|last| last.seq), items })
}
