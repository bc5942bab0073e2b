//! How many statements this process has sent to its databases: what a request costs in round trips.

use std::sync::{
    Once,
    atomic::{AtomicU64, Ordering},
};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

static SENT: AtomicU64 = AtomicU64::new(0);
static BEGUN: Once = Once::new();

/// Statements sent so far, transaction control included.
#[must_use]
pub fn statements_sent() -> u64 {
    SENT.load(Ordering::Relaxed)
}

/// Counts on every connection that is opened from now on.
pub(in crate::store) fn count() {
    BEGUN.call_once(|| {
        // Fails only if a default is being set at this moment; this is the only place that sets one.
        if let Err(error) = set_default_instrumentation(counter) {
            tracing::debug!(error = %error, "statements are not counted");
        }
    });
}

fn counter() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            SENT.fetch_add(1, Ordering::Relaxed);
        }
    }))
}
