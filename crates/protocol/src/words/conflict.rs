//! Words of conflicts.

crate::text_enum! {
    /// The class of a conflict.
    ConflictKind {
        /// Field work of an epoch that had passed.
        StaleEpoch = "stale_epoch",
        /// Two people wrote one field without having seen each other.
        ParallelUpdate = "parallel_update",
        /// A category was changed in the field while the office changed it.
        CategoryProposal = "category_proposal",
        /// Somebody in the field proposes what only the office may set: priority, category, deferral.
        Proposal = "proposal",
        /// A point moved far while somebody else moved it.
        PointMoved = "point_moved",
        /// One person declined what another of the same party submitted.
        DeclinedVsSubmitted = "declined_vs_submitted",
        /// Crew of a contractor ask to be relieved of an order: their manager or the office decides.
        ReliefRequested = "relief_requested",
        /// Two people submitted different findings or answers.
        AlreadySubmitted = "already_submitted",
        /// Two measurements of one thing in one epoch differ by more than a tenth.
        MeasurementDisagrees = "measurement_disagrees",
        /// A ticket made offline may be one that exists.
        PossibleDuplicate = "possible_duplicate",
        /// Field work at a ticket that the office had cancelled or merged.
        DeletedEntity = "deleted_entity",
        /// Two verdicts on one round.
        VerdictDisagrees = "verdict_disagrees",
        /// An event of an epoch that this server has not issued.
        EpochUnknown = "epoch_unknown",
        /// Work of somebody who was no longer allowed, waiting to be adopted.
        Quarantined = "quarantined",
        /// Something that has waited too long for something unknown.
        HeldTooLong = "held_too_long",
        /// The category or place of a ticket was corrected while somebody works at it: another party would be asked now, or other evidence is
        /// needed.
        AssignmentOutdated = "assignment_outdated",
        /// A photo was declared and its bytes have not come for days.
        PhotoMissing = "photo_missing",
    }
}

crate::text_enum! {
    /// How much a conflict matters. Hard never becomes soft while open.
    Severity {
        /// A default is in force; a person may look.
        Soft = "soft",
        /// A person must decide.
        Hard = "hard",
    }
}

crate::text_enum! {
    /// Whether it was decided.
    ConflictStatus {
        /// Not yet.
        Open = "open",
        /// Decided.
        Resolved = "resolved",
    }
}

crate::text_enum! {
    /// What a person decided.
    Resolution {
        /// The late work counts: its author's assignment is the one in force.
        AcceptWork = "accept_work",
        /// The late work does not count.
        Dismiss = "dismiss",
        /// Both did the work and both are to be paid.
        PayBoth = "pay_both",
        /// The order goes back to the late author's party, to go on with.
        ReassignBack = "reassign_back",
        /// What is in force stays.
        Keep = "keep",
        /// The other value comes into force.
        TakeOther = "take_other",
        /// A third value comes into force.
        Set = "set",
        /// The ticket is the same as another.
        MergeInto = "merge_into",
        /// It is not.
        NotDuplicate = "not_duplicate",
        /// Quarantined work is let in.
        Adopt = "adopt",
        /// The order is taken from the party that asks for it.
        Decline = "decline",
        /// Quarantined work stays out.
        Discard = "discard",
    }
}

crate::text_enum! {
    /// What came first: the work in the field, or the office's end of it.
    CameFirst {
        /// The work.
        Work = "work",
        /// The office's end.
        Office = "office",
        /// One of the two instants is not known.
        Unknown = "unknown",
    }
}
