//! The index of how pictures look, in the memory of this process, kept up with what any process has read.

use std::sync::{Mutex, PoisonError};

use bazdid_picture::{fingerprint::Fingerprint, near::NearIndex};
use bazdid_protocol::{error::Result, hex};
use bazdid_service::picture::Alike;
use bazdid_store::{self as store, Tx};

/// Rows of one query.
const PAGE: i64 = 10_000;

/// A hash as bytes: a third of its text.
type Hash = [u8; 32];

/// The index and how far it is. Built when it is first asked for: a server that never reads a picture does not pay for it.
#[derive(Debug, Default)]
pub(super) struct Near(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    index: Option<NearIndex<Hash>>,
    /// The last number that was seen.
    seen: i64,
}

impl Alike for Near {
    fn refresh(&self, tx: &mut Tx<'_>) -> Result<()> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { index, seen } = &mut *inner;
        let index = index.get_or_insert_default();
        loop {
            let rows = store::picture::list_fingerprints(tx, *seen, PAGE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            *seen = last.number;
            for row in &rows {
                if let Some(hash) = hex::bytes(&row.sha256) {
                    index.insert(Fingerprint::new(row.bits), hash);
                }
            }
        }
    }

    fn within(&self, fingerprint: u64, bits: u32) -> Vec<(u32, String)> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = inner.index.as_ref().map_or_else(Vec::new, |index| index.within(Fingerprint::new(fingerprint), bits));
        drop(inner);
        // One that two processes have read is in it twice.
        found.dedup();
        found.into_iter().map(|(bits, hash)| (bits, hex::hex(&hash))).collect()
    }
}
