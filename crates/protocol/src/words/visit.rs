//! Words of visits and notes.

crate::text_enum! {
    /// Why somebody was there.
    VisitKind {
        /// To take the request up.
        Intake = "intake",
        /// To look.
        Inspection = "inspection",
        /// To work.
        Work = "work",
        /// To see the result.
        Final = "final",
        /// By the way.
        Patrol = "patrol",
    }
}

crate::text_enum! {
    /// What came of a visit.
    VisitOutcome {
        /// Done.
        Done = "done",
        /// Could not get in.
        NoAccess = "no_access",
        /// Nothing there.
        NotFound = "not_found",
        /// Not the city's to mend.
        NotOurs = "not_ours",
        /// Needs another trade.
        NeedsOther = "needs_other",
        /// Too dangerous.
        Unsafe = "unsafe",
    }
}

crate::text_enum! {
    /// What came of going round an area without a ticket.
    PatrolOutcome {
        /// All was in order.
        NothingFound = "nothing_found",
        /// What was found was registered: the patrol names the tickets.
        Reported = "reported",
        /// It ended before all was seen: weather, danger, another order.
        CutShort = "cut_short",
    }
}

crate::text_enum! {
    /// What the operating system said of a fix being simulated.
    MockFlag {
        /// A real fix.
        Real = "real",
        /// A simulated one.
        Mock = "mock",
        /// The device did not say.
        Unknown = "unknown",
    }
}

crate::text_enum! {
    /// Who may read a note.
    Audience {
        /// The office and the field people of the area or the order.
        Field = "field",
        /// The office alone.
        Office = "office",
    }
}
