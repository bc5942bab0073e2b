//! Words of tickets.

crate::text_enum! {
    /// Where a ticket stands. `in_work` and `resolved` follow from its work orders.
    TicketStatus {
        /// Registered, nobody looked yet.
        New = "new",
        /// Looked at; waits for work.
        Triaged = "triaged",
        /// A work order is open.
        InWork = "in_work",
        /// All work is verified.
        Resolved = "resolved",
        /// Answered and done with.
        Closed = "closed",
        /// Waits for the citizen.
        WaitingCitizen = "waiting_citizen",
        /// Put off, with a reason and a date.
        Deferred = "deferred",
        /// Passed to a partner organisation.
        Referred = "referred",
        /// The same as another ticket.
        Duplicate = "duplicate",
        /// Will not be done.
        Rejected = "rejected",
        /// Withdrawn by the office.
        Cancelled = "cancelled",
        /// The citizen objected.
        ReopenRequested = "reopen_requested",
    }
}

impl TicketStatus {
    /// Statuses that field work no longer changes: cancelled, merged or refused by the office.
    #[must_use]
    pub const fn is_shut_by_office(self) -> bool {
        matches!(self, Self::Cancelled | Self::Duplicate | Self::Rejected)
    }
}

crate::text_enum! {
    /// Where a ticket's point came from.
    PointSource {
        /// A device's positioning.
        Gps = "gps",
        /// Set on a map by a person.
        Map = "map",
        /// From an address.
        Address = "address",
        /// From a file.
        Import = "import",
    }
}

crate::text_enum! {
    /// How clearly a point lies in its areas.
    Boundary {
        /// Inside, farther from the border than its accuracy.
        Clear = "clear",
        /// Nearer to a border than its accuracy.
        Ambiguous = "ambiguous_boundary",
        /// Outside every area, given to the nearest within the tolerance.
        Nearest = "nearest",
        /// Outside every area.
        Outside = "outside",
    }
}

crate::text_enum! {
    /// Where a ticket came from.
    TicketOrigin {
        /// An operator took a call.
        Call = "call",
        /// Somebody in the field saw it.
        Field = "field",
        /// From a file.
        Import = "import",
    }
}

crate::text_enum! {
    /// A field of a ticket that people in the field may write.
    TicketField {
        /// The citizen's words.
        Text = "text",
        /// Where, in words.
        AddressText = "address_text",
        /// Where.
        Point = "point",
        /// What it is about.
        Category = "category",
    }
}
