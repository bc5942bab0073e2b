//! Import from files of other systems: requests, accounts, contracts. Areas and the catalogue have files of their own kind.
//!
//! Every file is a table with a heading. A row is taken or refused by itself, with its line and the reason; giving the same file
//! again changes nothing. Reading needs no database; whoever calls decides how many rows go into one transaction.

pub mod account;
pub mod contract;
mod instant;
pub mod request;
pub mod table;

pub use instant::Instants;
pub use table::{FileFault, Table};

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Line in the file where the row begins; the heading is line 1.
    pub line: u64,
    /// What names the row, as far as it has that.
    pub key: String,
    /// Why.
    pub reason: String,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Something new was made.
    Created,
    /// Something was changed.
    Changed,
    /// It was there already.
    Unchanged,
}

/// How an error reads in a report of rows.
#[must_use]
pub fn reason(error: &bazdid_protocol::error::Error) -> String {
    let fields = error.fields.iter().map(|f| format!("{} {}", f.pointer.trim_start_matches('/'), f.detail));
    let said: Vec<String> = error.detail.clone().into_iter().chain(fields).collect();
    if said.is_empty() { error.code.info().title.to_owned() } else { said.join("; ") }
}
