//! Words of accounts and devices.

crate::text_enum! {
    /// A role; what each may do stands in `policy` of the domain.
    Role {
        /// Runs the installation: accounts, areas, catalogue, contracts.
        Admin = "admin",
        /// Takes calls, registers tickets, dispatches.
        Operator = "operator",
        /// Verifies completion, decides conflicts.
        Supervisor = "supervisor",
        /// Visits the field for the municipality.
        Inspector = "inspector",
        /// Answers offers and runs the crews of one contractor.
        ContractorManager = "contractor_manager",
        /// Does the work of one contractor.
        Crew = "crew",
        /// Reads, and changes nothing.
        Auditor = "auditor",
    }
}

crate::text_enum! {
    /// What a one-time code is for.
    CodePurpose {
        /// To set a password, for the first time or because it was forgotten, and to log in with it.
        Password = "password",
        /// To log in on a phone without typing a password.
        Phone = "phone",
    }
}

crate::text_enum! {
    /// What administrators are told of each other.
    NoticeKind {
        /// An administrator has granted somebody a role that sees who called.
        RevealGranted = "reveal_granted",
        /// An administrator has a one-time code or a password for an account that sees who called.
        RevealAccess = "reveal_access",
    }
}

crate::text_enum! {
    /// How far a device's wall clock is trusted.
    ClockTrust {
        /// No sync yet.
        Unknown = "unknown",
        /// Within two minutes of the server.
        Good = "good",
        /// Off by more than two minutes.
        Suspect = "suspect",
        /// Off by more than a day; the office is warned.
        Wrong = "wrong",
    }
}
