//! Reading the feed into the copy.

use serde_json::json;

use crate::{
    client::{ClientError, Device, Result, transport::Transport},
    domain::sync::{channel::Channel, envelope::PullResponse},
};

/// Changes in one page, unless the server sends fewer.
const PAGE: i64 = 500;
/// The same page is asked so often before the device gives up until its next sync.
const TRIES: usize = 4;
/// A device that finds its copy different asks again so often.
const REPAIRS: usize = 2;

/// What a pull did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Pages read.
    pub pages: usize,
    /// Changes applied.
    pub changes: usize,
    /// Channels that the device held differently than the server and read again from the beginning.
    pub repaired: Vec<Channel>,
    /// Channels that still differ.
    pub diverged: Vec<Channel>,
}

impl<T: Transport> Device<T> {
    /// Reads pages until the copy is exactly a snapshot of the server's, and compares digests. Channels that differ are
    /// read again from the beginning.
    ///
    /// # Errors
    /// The server cannot be reached, asks to wait or refuses; the next pull goes on from the last page.
    pub fn pull(&mut self) -> Result<PullReport> {
        let mut report = PullReport::default();
        let mut reset = Vec::new();
        for round in 0..=REPAIRS {
            let last = self.read_pages(&reset, &mut report)?;
            let differing = self.state.copy.differing(&last).map_err(|e| ClientError::Protocol(e.to_string()))?;
            if differing.is_empty() {
                return Ok(report);
            }
            if round == REPAIRS {
                report.diverged.clone_from(&differing);
            } else {
                report.repaired.extend(differing.iter().filter(|c| !reset.contains(*c)));
            }
            reset = differing;
        }
        Ok(report)
    }

    /// Pages up to a complete one, which it returns.
    fn read_pages(&mut self, reset: &[Channel], report: &mut PullReport) -> Result<PullResponse> {
        let device = self.register()?;
        let mut reset = reset;
        loop {
            let body = json!({
                "device": device, "schema": 1, "cursor": self.state.copy.cursor(), "limit": PAGE, "reset": reset,
            });
            let reply = self.ask(&body)?.ok()?;
            let page: PullResponse = serde_json::from_value(reply).map_err(|e| ClientError::Protocol(format!("pull: {e}")))?;
            self.state.copy.apply(&page).map_err(|e| ClientError::Protocol(e.to_string()))?;
            report.pages += 1;
            report.changes += page.changes.len();
            reset = &[];
            if page.complete {
                return Ok(page);
            }
        }
    }

    fn ask(&mut self, body: &serde_json::Value) -> Result<super::transport::Reply> {
        let mut tries = 1;
        loop {
            match self.transport.call("POST", "/v1/sync/pull", Some(body)) {
                Err(ClientError::Lost(_)) if tries < TRIES => tries += 1,
                reply => return reply,
            }
        }
    }
}
