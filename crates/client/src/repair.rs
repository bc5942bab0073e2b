//! Mending a copy that differs: the manifests of the channels that differ, then exactly the rows that do.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{ClientError, Device, PullReport, Result, file::Outlives, transport::Transport};
use bazdid_protocol::{
    channel::Channel,
    repair::{FetchResponse, ManifestResponse, ManifestRow, RowKey},
};

/// Rows in one fetch.
const FETCH: usize = 500;

impl<T: Transport> Device<T> {
    /// Makes the copy's channels what the server says they are, as far as the server says so: changes under way come with the next
    /// pull, which also tells whether the digests now agree.
    pub(super) fn repair(&mut self, differing: &[Channel], report: &mut PullReport) -> Result<()> {
        let mut wanted = BTreeSet::new();
        for channel in differing {
            let Some(manifest) = self.manifest(*channel)? else { continue };
            let compared = self.state.copy.compare(*channel, &manifest);
            self.write(Outlives::Process)?;
            report.removed += compared.extra;
            wanted.extend(compared.wanted);
        }
        let wanted: Vec<RowKey> = wanted.into_iter().collect();
        for rows in wanted.chunks(FETCH) {
            let body = json!({ "device": self.register()?, "schema": 1, "rows": rows });
            let reply = self.ask("/v1/sync/fetch", &body, &mut 0)?.ok()?;
            let answer: FetchResponse = serde_json::from_value(reply).map_err(|e| ClientError::Protocol(format!("fetch: {e}")))?;
            if self.state.copy.feed_epoch() != Some(answer.feed_epoch.as_str()) {
                return Ok(());
            }
            self.state.copy.mend(&answer).map_err(|e| ClientError::Protocol(e.to_string()))?;
            self.write(Outlives::Process)?;
            report.fetched += rows.len();
        }
        Ok(())
    }

    /// Everything that a channel carries; none if the server answers that it cannot be had: the device reads it no longer, the server
    /// was restored, or it is too old to know the question. The next pull goes on from there.
    fn manifest(&mut self, channel: Channel) -> Result<Option<Vec<ManifestRow>>> {
        let device = self.register()?;
        let mut rows = Vec::new();
        let mut after: Option<RowKey> = None;
        loop {
            let body: Value = json!({ "device": device, "schema": 1, "channel": channel, "after": after });
            let reply = match self.ask("/v1/sync/manifest", &body, &mut 0)?.ok() {
                Err(ClientError::Refused { status: 404, .. }) => return Ok(None),
                reply => reply?,
            };
            let page: ManifestResponse = serde_json::from_value(reply).map_err(|e| ClientError::Protocol(format!("manifest: {e}")))?;
            if self.state.copy.feed_epoch() != Some(page.feed_epoch.as_str()) {
                return Ok(None);
            }
            rows.extend(page.rows);
            if page.next.is_none() {
                return Ok(Some(rows));
            }
            after = page.next;
        }
    }
}
