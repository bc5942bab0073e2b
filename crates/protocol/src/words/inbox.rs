//! Words of the office's inbox.

crate::text_enum! {
    /// Why something waits for the office, in the order in which the inbox shows it.
    InboxKind {
        /// An order that nobody could be asked to do.
        Draft = "draft",
        /// Who holds the order could not do the work.
        FailedVisit = "failed_visit",
        /// The holder asks for a pause.
        HoldRequest = "hold_request",
        /// An offer that expires within half an hour.
        OfferExpiring = "offer_expiring",
        /// A round that nobody has judged.
        Round = "round",
        /// An inspector has found that it is not ours, not there, or something else.
        Finding = "finding",
        /// Verified work that can be closed.
        ReadyToClose = "ready_to_close",
        /// A ticket that was put off until now.
        DeferralDue = "deferral_due",
        /// A ticket of which the promise to the citizen is over.
        Overdue = "overdue",
        /// A ticket outside every area.
        Outside = "outside",
        /// A photo whose bytes do not come.
        Evidence = "evidence",
        /// Two facts or wishes that exclude each other.
        Conflict = "conflict",
        /// What a device sent that belongs to nothing that the server knows.
        Quarantine = "quarantine",
        /// A device whose clock is off by more than a day.
        Clock = "clock",
    }
}
