//! Reading the feed into the copy.

use serde_json::json;

use crate::{ClientError, Device, Result, file::Outlives, transport::Transport};
use bazdid_protocol::{channel::Channel, envelope::PullResponse};

/// Changes in one page, unless the server sends fewer.
const PAGE: i64 = 500;
/// What a pull did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Pages read.
    pub pages: usize,
    /// Changes applied.
    pub changes: usize,
    /// Channels that the device held differently than the server; what differed in them was mended.
    pub repaired: Vec<Channel>,
    /// Rows that were fetched for that.
    pub fetched: usize,
    /// Rows that left a channel for that.
    pub removed: usize,
    /// Channels that could not be mended so and were read again from the beginning.
    pub reset: Vec<Channel>,
    /// Channels that still differ.
    pub diverged: Vec<Channel>,
    /// Whether the server turned out to know less of the device than it had acknowledged: it was put back to an earlier state. What it
    /// lost waits to be sent again.
    pub server_restored: bool,
}

impl<T: Transport> Device<T> {
    /// Reads pages until the copy is exactly a snapshot of the server's, and compares digests. In channels that differ the rows that
    /// differ are mended; what differs even then is read again from the beginning.
    ///
    /// # Errors
    /// The server cannot be reached, asks to wait or refuses; the next pull goes on from the last page.
    pub fn pull(&mut self) -> Result<PullReport> {
        let mut report = PullReport::default();
        let differing = match self.read_pages(&[], &mut report) {
            Err(refusal) if refusal.is_forbidden() => {
                self.enrol_again(refusal)?;
                report.server_restored = true;
                self.read_pages(&[], &mut report)?
            }
            read => read?,
        };
        if differing.is_empty() {
            return Ok(report);
        }
        self.repair(&differing, &mut report)?;
        report.repaired = differing;
        let differing = self.read_pages(&[], &mut report)?;
        if !differing.is_empty() {
            report.diverged = self.read_pages(&differing, &mut report)?;
            report.reset = differing;
        }
        Ok(report)
    }

    /// Pages up to a complete one; which channels differ from its digests.
    fn read_pages(&mut self, reset: &[Channel], report: &mut PullReport) -> Result<Vec<Channel>> {
        let device = self.register()?;
        let mut reset = reset;
        loop {
            let body = json!({
                "device": device, "schema": 1, "cursor": self.state.copy.cursor(), "limit": PAGE, "reset": reset,
            });
            let reply = self.ask("/v1/sync/pull", &body, &mut 0)?.ok()?;
            let page: PullResponse = serde_json::from_value(reply).map_err(|e| ClientError::Protocol(format!("pull: {e}")))?;
            if self.state.copy.feed_epoch().is_some_and(|epoch| epoch != page.feed_epoch) {
                // The server was put back. What it answered in the lost time it may not know, though it knows as many: a clone may have
                // sent others under the same numbers. So all that the journal has goes to it again.
                report.server_restored = true;
                self.state.outbox.rewind_all();
            }
            self.state.copy.apply(&page).map_err(|e| ClientError::Protocol(e.to_string()))?;
            if page.complete {
                self.state.outbox.settle(page.device.applied_through);
            }
            self.write(Outlives::Process)?;
            report.pages += 1;
            report.changes += page.changes.len();
            reset = &[];
            if page.complete {
                let known = page.device.applied_through;
                if known < self.state.outbox.acked_through() {
                    report.server_restored = true;
                    self.resend_from(known.saturating_add(1))?;
                }
                return self.state.copy.differing(&page).map_err(|e| ClientError::Protocol(e.to_string()));
            }
        }
    }
}
