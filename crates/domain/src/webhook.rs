//! Webhooks: who receives which events, when a delivery is tried again, and when a receiver is given up.

pub mod address;
pub mod url;

use bazdid_protocol::{
    event::EventKind,
    ids::{AccountId, TicketId, WebhookId},
    time::{MICROS_PER_SECOND, Timestamp},
};

/// Receivers of an installation at most.
pub const MAX_WEBHOOKS: usize = 64;
/// Attempts at one delivery: with the pauses between them some three days.
pub const MAX_ATTEMPTS: i64 = 14;
/// The pause after the first attempt, seconds; each further one is four times as long.
const FIRST_PAUSE_S: i64 = 5;
/// The longest pause, seconds.
const MAX_PAUSE_S: i64 = 12 * 3600;
/// The longest pause of a receiver whose deliveries fail one after the other, seconds: each may be the first that it takes again.
const MAX_REST_S: i64 = 300;

bazdid_protocol::text_enum! {
    /// Whether a receiver is sent anything.
    WebhookState {
        /// Events are sent to it.
        Active = "active",
        /// An administrator has switched it off.
        Disabled = "disabled",
        /// The server has switched it off: for days nothing could be delivered, or it answered that it is gone (410).
        Failed = "failed",
    }
}

bazdid_protocol::text_enum! {
    /// What became of a delivery.
    DeliveryState {
        /// It is to be sent, for the first time or again.
        Pending = "pending",
        /// The receiver has confirmed it.
        Delivered = "delivered",
        /// It was tried often enough; only an administrator has it sent again.
        Dead = "dead",
    }
}

bazdid_protocol::text_enum! {
    /// Why an attempt failed.
    DeliveryFault {
        /// The receiver answered with a status other than 2xx.
        Status = "status",
        /// No answer came in time.
        Timeout = "timeout",
        /// The name could not be resolved.
        Dns = "dns",
        /// The address is private, or HTTP is plain, and the installation does not allow it.
        PrivateAddress = "private_address",
        /// The connection was refused or broke off.
        Connection = "connection",
        /// The certificate is not valid, or TLS failed otherwise.
        Tls = "tls",
        /// Nothing was sent: the receiver's secret does not open, because it was sealed with another master key. A new secret helps.
        Secret = "secret",
    }
}

/// A receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Identity.
    pub id: WebhookId,
    /// Revision; changed by administrators and when it is given up, not by deliveries.
    pub rev: i64,
    /// Where events are posted.
    pub url: String,
    /// What it is, in the words of who added it.
    pub description: String,
    /// Which events; nothing: every kind, those of later versions too.
    pub kinds: Option<Vec<EventKind>>,
    /// Words of further kinds, which a newer server on the same database knows; kept as they are.
    pub other_kinds: Vec<String>,
    /// Whether it is sent anything.
    pub state: WebhookState,
    /// The secret, sealed.
    pub secret: Vec<u8>,
    /// The secret before it, sealed, as long as both sign.
    pub old_secret: Option<Vec<u8>>,
    /// Until when the old secret signs too.
    pub old_secret_until: Option<Timestamp>,
    /// Attempts that failed since the last success.
    pub failures: i64,
    /// When the first of them was made.
    pub failing_since: Option<Timestamp>,
    /// Before when nothing is sent.
    pub retry_at: Option<Timestamp>,
    /// The last success.
    pub succeeded_at: Option<Timestamp>,
    /// Who added it; absent: the command line.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Timestamp,
    /// Last change by an administrator.
    pub updated_at: Timestamp,
}

impl Webhook {
    /// Whether it is to be sent events of a kind.
    #[must_use]
    pub fn subscribes(&self, kind: EventKind) -> bool {
        self.state == WebhookState::Active && self.kinds.as_ref().map_or_else(|| kind.is_subscribable(), |kinds| kinds.contains(&kind))
    }

    /// Whether something may be sent to it now.
    #[must_use]
    pub fn is_ready(&self, now: Timestamp) -> bool {
        self.state == WebhookState::Active && self.retry_at.is_none_or(|at| at <= now)
    }

    /// After the receiver has confirmed a delivery.
    #[must_use]
    pub fn succeeded(self, now: Timestamp) -> Self {
        Self { failures: 0, failing_since: None, retry_at: None, succeeded_at: Some(now), ..self }
    }

    /// After an attempt has failed. If that is not about the one event nothing is sent for a while, whatever that would deliver; after
    /// `give_up_days` of failures only, or when it says that it is gone, it is given up.
    #[must_use]
    pub fn failed(self, attempt: &Attempt, now: Timestamp, give_up_days: i64, jitter: f64) -> Self {
        let since = self.failing_since.unwrap_or(now);
        let given_up = attempt.is_gone() || since.plus_days(give_up_days) <= now;
        let rest = || now.plus_micros(pause(self.failures + 1, MAX_REST_S, jitter));
        Self {
            state: if given_up { WebhookState::Failed } else { self.state },
            failures: self.failures + 1,
            failing_since: Some(since),
            retry_at: attempt.is_of_receiver().then(rest),
            ..self
        }
    }

    /// As if nothing had failed: it was switched on again, or is somewhere else now.
    #[must_use]
    pub fn with_fresh_health(self) -> Self {
        Self { failures: 0, failing_since: None, retry_at: None, ..self }
    }
}

/// An event on its way to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Position of the event in the outbox.
    pub position: i64,
    /// To whom.
    pub webhook_id: WebhookId,
    /// The event's ticket: what is of one ticket is delivered in order.
    pub ticket_id: Option<TicketId>,
    /// What became of it.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is sent next, if it is.
    pub due_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub fault: Option<DeliveryFault>,
    /// The status that the receiver answered to the last attempt.
    pub status: Option<i64>,
    /// When it was last tried.
    pub tried_at: Option<Timestamp>,
}

/// What a receiver made of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Why it failed, if it did.
    pub fault: Option<DeliveryFault>,
    /// The status that was answered.
    pub status: Option<u16>,
}

impl Attempt {
    /// Answered with a status.
    #[must_use]
    pub fn answered(status: u16) -> Self {
        Self { fault: (!(200..300).contains(&status)).then_some(DeliveryFault::Status), status: Some(status) }
    }

    /// Failed without an answer.
    #[must_use]
    pub const fn failed(fault: DeliveryFault) -> Self {
        Self { fault: Some(fault), status: None }
    }

    /// Whether it failed for a reason that other events would meet too. A refusal (4xx) may be about the one event; that it is too many at
    /// once (429) or took too long (408) is not.
    #[must_use]
    pub fn is_of_receiver(&self) -> bool {
        self.fault.is_some() && self.status.is_none_or(|status| !(400..500).contains(&status) || matches!(status, 408 | 429))
    }

    /// Whether the receiver says that it is no more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

impl Delivery {
    /// A delivery that is to be sent at once.
    #[must_use]
    pub const fn new(position: i64, webhook_id: WebhookId, ticket_id: Option<TicketId>, now: Timestamp) -> Self {
        Self {
            position,
            webhook_id,
            ticket_id,
            state: DeliveryState::Pending,
            attempts: 0,
            due_at: Some(now),
            fault: None,
            status: None,
            tried_at: None,
        }
    }

    /// After an attempt.
    #[must_use]
    pub fn tried(self, attempt: &Attempt, now: Timestamp, jitter: f64) -> Self {
        let attempts = self.attempts + 1;
        let state = match attempt.fault {
            None => DeliveryState::Delivered,
            Some(_) if attempts >= MAX_ATTEMPTS => DeliveryState::Dead,
            Some(_) => DeliveryState::Pending,
        };
        let due_at = (state == DeliveryState::Pending).then(|| now.plus_micros(pause(attempts, MAX_PAUSE_S, jitter)));
        Self { state, attempts, due_at, fault: attempt.fault, status: attempt.status.map(i64::from), tried_at: Some(now), ..self }
    }
}

/// The pause after a number of attempts, microseconds: four times as long each time, and by `jitter` (0 to 1) up to a quarter shorter or
/// longer, so that what failed together does not come back together.
fn pause(attempts: i64, most_s: i64, jitter: f64) -> i64 {
    let times = u32::try_from(attempts.saturating_sub(1).clamp(0, 30)).unwrap_or_default();
    let seconds = FIRST_PAUSE_S.saturating_mul(4_i64.saturating_pow(times)).min(most_s);
    // In thousandths, so that no rounding depends on the machine.
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "from 0 to 500")]
    let more = (jitter.clamp(0.0, 1.0) * 500.0) as i64;
    seconds * (750 + more) * (MICROS_PER_SECOND / 1000)
}

#[cfg(test)]
mod tests;
