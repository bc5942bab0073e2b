//! Sending the outbox.

use serde_json::{Value, json};

use crate::{ClientError, Device, Result, file::Outlives, transport::Transport};
use bazdid_protocol::envelope::PushResponse;

/// Mutations in one push, unless the server wants fewer.
const BATCH: usize = 200;
/// What a push did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushReport {
    /// Mutations that were answered.
    pub answered: usize,
    /// Answers that the server had given before: an earlier answer was lost on its way.
    pub replayed: usize,
    /// Requests that got no answer and were sent again.
    pub lost_replies: usize,
    /// Set if the server put the rest off: milliseconds to wait.
    pub retry_after_ms: Option<i64>,
}

impl PushReport {
    /// Adds what another push did.
    pub(super) fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.replayed += other.replayed;
        self.lost_replies += other.lost_replies;
        self.retry_after_ms = other.retry_after_ms;
    }
}

impl<T: Transport> Device<T> {
    /// Sends what waits, batch by batch, until nothing does or the server puts the rest off.
    ///
    /// # Errors
    /// The server cannot be reached, asks to wait or refuses; what was not answered waits.
    pub fn push(&mut self) -> Result<PushReport> {
        let mut report = PushReport::default();
        let mut limit = BATCH;
        let (mut forks, mut enrolments) = (0, 0);
        self.state.outbox.forget(self.clock.wall());
        // What the disk did not take when it was done is written now, before anybody else hears of it.
        self.write(Outlives::PowerCut)?;
        while self.state.outbox.pending() > 0 {
            match self.push_batch(limit, &mut report) {
                Ok(true) => {}
                Ok(false) => break,
                Err(ClientError::Refused { code, .. }) if code == "batch_too_large" && limit > 1 => limit /= 2,
                Err(ClientError::Refused { code, .. }) if code == "device_forked" && forks == 0 => {
                    forks += 1;
                    self.fork()?;
                }
                Err(refusal @ ClientError::Refused { .. }) if refusal.is_forbidden() && enrolments == 0 => {
                    enrolments += 1;
                    self.enrol_again(refusal)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(report)
    }

    /// Sends one batch; whether to go on with the next.
    fn push_batch(&mut self, limit: usize, report: &mut PushReport) -> Result<bool> {
        let device = self.register()?;
        let batch = self.state.outbox.batch(limit);
        let first = batch.first().map_or(1, |e| e.seq);
        let mutations: Vec<Value> = batch.iter().map(super::outbox::Entry::wire).collect();
        let body = json!({
            "device": device, "prev_chain": self.state.outbox.chain_before(first), "schema": 1, "sent_at": self.clock.wall(),
            "uptime_ms": self.clock.uptime_ms(), "boot": self.clock.boot(), "pending": self.state.outbox.pending(),
            "acked_through": self.state.outbox.acked_through(), "mutations": mutations,
        });
        let reply = self.ask("/v1/sync/push", &body, &mut report.lost_replies)?;
        if reply.code() == "seq_gap" {
            return self.close_gap(&reply.body, first);
        }
        let answer: PushResponse = serde_json::from_value(reply.ok()?).map_err(|e| ClientError::Protocol(format!("push: {e}")))?;
        let before = self.state.outbox.pending();
        self.state.outbox.answer(&answer.results);
        self.write(Outlives::Process)?;
        let answered = before.saturating_sub(self.state.outbox.pending());
        report.answered += answered;
        report.replayed += answer.results.iter().filter(|r| r.replayed).count();
        if answer.deferred_from.is_some() {
            report.retry_after_ms = Some(answer.retry_after_ms);
            return Ok(false);
        }
        if answered == 0 {
            return Err(ClientError::Protocol("push: none of the mutations was answered or deferred".to_owned()));
        }
        Ok(true)
    }

    /// The server misses mutations before the first of the batch: it was restored. The journal has them, or the device
    /// begins anew.
    fn close_gap(&mut self, problem: &Value, first: i64) -> Result<bool> {
        let expected = ["/expected_seq", "/facts/expected_seq"].iter().find_map(|p| problem.pointer(p).and_then(Value::as_i64));
        let expected = expected.ok_or_else(|| ClientError::Protocol("seq_gap without expected_seq".to_owned()))?;
        if expected >= first {
            self.fork()?;
        } else {
            self.resend_from(expected)?;
        }
        Ok(true)
    }
}
