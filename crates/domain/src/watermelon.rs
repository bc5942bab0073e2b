//! The rows of WatermelonDB, a database of field apps whose sync sends rows where ours sends commands: what its tables hold, how
//! its ids stand for ours, and what somebody did when a row of theirs is new or differs.
//!
//! Nothing is merged here. A row becomes commands, and what becomes of these is decided by [`crate::sync`] alone.

mod columns;
pub mod id;
pub mod order;
pub mod row;
pub mod row_command;
pub mod schema;

pub use columns::of_ms;

bazdid_protocol::text_enum! {
    /// A table of the app.
    Table {
        /// What citizens ask for; a few columns are the field's to write.
        Tickets = "tickets",
        /// What is to be done; the server's alone.
        WorkOrders = "work_orders",
        /// What somebody did with an order: rows are added, never changed.
        WorkEvents = "work_events",
        /// Who was where.
        Visits = "visits",
        /// What a photo declares.
        Photos = "photos",
        /// What was measured.
        Measurements = "measurements",
        /// What somebody wrote.
        Notes = "notes",
        /// What the person must know: answers that were not plain, conflicts; the server's alone.
        SyncMessages = "sync_messages",
    }
}

impl Table {
    /// The kind of our rows that the table holds.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Tickets => "ticket",
            Self::WorkOrders => "work_order",
            Self::WorkEvents => "work_event",
            Self::Visits => "visit",
            Self::Photos => "photo",
            Self::Measurements => "measurement",
            Self::Notes => "note",
            Self::SyncMessages => "conflict",
        }
    }

    /// Whether the server alone writes its rows.
    #[must_use]
    pub const fn is_servers(self) -> bool {
        matches!(self, Self::WorkOrders | Self::SyncMessages)
    }

    /// The table that holds a kind of our rows, if any does.
    #[must_use]
    pub fn of(kind: &str) -> Option<Self> {
        use bazdid_protocol::text_enum::TextEnum as _;
        Self::ALL.iter().copied().find(|t| t.kind() == kind)
    }
}
