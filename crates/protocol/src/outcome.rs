//! What became of a mutation: a value, never an error.

crate::text_enum! {
    /// What became of a mutation.
    Status {
        /// As asked, or already so.
        Applied = "applied",
        /// Accepted; a concurrent value overruled part of it. The loser is kept.
        Merged = "merged",
        /// Kept; a person decides.
        Conflict = "conflict",
        /// No effect, terminal, kept in the journal.
        Rejected = "rejected",
        /// Waits for something that the server does not know yet.
        Held = "held",
        /// Not processed; send again.
        Deferred = "deferred",
    }
}

crate::text_enum! {
    /// Why.
    OutcomeCode {
        /// The epoch had passed.
        StaleEpoch = "stale_epoch",
        /// The server has not issued this epoch.
        EpochUnknown = "epoch_unknown",
        /// Somebody else changed it at the same time, and the office decides.
        ConcurrentEdit = "concurrent_edit",
        /// Somebody else changed it at the same time; one value stands.
        ParallelUpdate = "parallel_update",
        /// The thing is finished.
        TerminalState = "terminal_state",
        /// The office cancelled, merged or refused the ticket.
        DeletedEntity = "deleted_entity",
        /// Somebody had submitted.
        AlreadySubmitted = "already_submitted",
        /// The order is not the actor's, nor was it in that epoch.
        NotAssigned = "not_assigned",
        /// The actor's roles do not allow it.
        NotPermitted = "not_permitted",
        /// The mutation's actor is not the one who pushed.
        ActorMismatch = "actor_mismatch",
        /// The server does not know the thing.
        UnknownEntity = "unknown_entity",
        /// Something that it rests on is missing or was refused.
        Dependency = "dependency",
        /// The state does not allow it.
        InvalidTransition = "invalid_transition",
        /// An argument cannot be accepted.
        Validation = "validation",
        /// The mutation cannot be read.
        Malformed = "malformed",
        /// The server does not know the command.
        UnknownCommand = "unknown_command",
        /// The server does not know this version of the command.
        UnsupportedVersion = "unsupported_version",
        /// Larger than allowed.
        TooLarge = "too_large",
        /// The id was used with other content.
        IdReuse = "id_reuse",
        /// The device's clock is far off.
        ClockSuspect = "clock_suspect",
        /// Set aside for a supervisor.
        Quarantined = "quarantined",
    }
}

/// An outcome with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What became of it.
    pub status: Status,
    /// Why.
    pub code: Option<OutcomeCode>,
    /// In a sentence for a person; never about things outside the actor's scope.
    pub detail: Option<String>,
    /// The conflict that a person decides.
    pub conflict: Option<crate::ids::ConflictId>,
    /// The revision that the row has now.
    pub v: Option<i64>,
    /// What a held mutation waits for.
    pub waits_for: Option<uuid::Uuid>,
    /// Values that could not be used, beside those that the reader of the mutation found.
    pub warnings: Vec<crate::warning::Warning>,
}

impl Outcome {
    /// As asked.
    #[must_use]
    pub const fn applied(v: i64) -> Self {
        Self { status: Status::Applied, code: None, detail: None, conflict: None, v: Some(v), waits_for: None, warnings: Vec::new() }
    }

    /// Of a status, with its reason.
    pub fn of(status: Status, code: OutcomeCode, detail: impl Into<String>) -> Self {
        Self { status, code: Some(code), detail: Some(detail.into()), conflict: None, v: None, waits_for: None, warnings: Vec::new() }
    }

    /// No effect.
    pub fn rejected(code: OutcomeCode, detail: impl Into<String>) -> Self {
        Self::of(Status::Rejected, code, detail)
    }

    /// Waits for a thing.
    pub fn held(code: OutcomeCode, detail: impl Into<String>, waits_for: uuid::Uuid) -> Self {
        Self { waits_for: Some(waits_for), ..Self::of(Status::Held, code, detail) }
    }
}
