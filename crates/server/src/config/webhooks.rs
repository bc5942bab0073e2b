//! The section of the webhooks.

/// What webhooks may do, and how they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhooks {
    /// Receivers to which is sent at once; none: another process does it.
    pub senders: usize,
    /// How long one attempt may take, from looking up the name to the answer, seconds.
    pub timeout_s: u64,
    /// After how many days of failures only a receiver is given up.
    pub give_up_days: i64,
    /// Whether receivers may have private addresses and plain HTTP.
    pub allow_private: bool,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self { senders: 8, timeout_s: 15, give_up_days: 5, allow_private: false }
    }
}
