//! Tells who waits what other processes wrote: one query for all channels that somebody waits for, a few times a second, as long as
//! somebody does. Writes of this process need none; see [`bazdid_store::hub`].

use std::time::Duration;

use bazdid_store::{Db, feed};

/// Between two looks.
const REST: Duration = Duration::from_millis(200);
/// After a look that failed.
const REST_AFTER_FAULT: Duration = Duration::from_secs(2);

/// Looks again and again until the task is dropped.
pub async fn watch(db: Db) {
    loop {
        db.hub().somebody_waits().await;
        let names = db.hub().waited_for();
        let rest = match db.read(move |tx| feed::list_heads(tx, &names)).await {
            Ok(heads) => {
                db.hub().moved(&heads);
                REST
            }
            Err(error) => {
                tracing::debug!(error = %error, "the heads of channels could not be read; who waits is told later");
                REST_AFTER_FAULT
            }
        };
        tokio::time::sleep(rest).await;
    }
}
