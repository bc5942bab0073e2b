//! Import from files of other systems: requests, accounts, contracts. Areas and the catalogue have files of their own kind.
//!
//! Every file is a table with a heading. A row is taken or refused by itself, with its line and the reason; giving the same file
//! again changes nothing, and nothing of a file is left out without a word. Reading needs no database; whoever calls decides how many
//! rows go into one transaction.

pub mod account;
pub mod category_map;
pub mod contract;
pub mod fault;
pub mod input;
pub mod lines;
pub mod organisation;
pub mod request;
pub mod seen;
mod sheet;
pub mod standing;
pub mod table;

pub use bazdid_domain::date_text::{DateFormat, Instants};
pub use fault::FileFault;
pub use input::Input;
pub use table::Table;

/// How a reason begins that tells of a row which was taken without a part of it.
pub const TAKEN_WITHOUT: &str = "taken without its";

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

bazdid_protocol::text_enum! {
    /// What became of a line of a file, as a report says it.
    Outcome {
        /// Something new was made.
        Created = "created",
        /// It was there already, or was only changed.
        Known = "known",
        /// It was not taken.
        Refused = "refused",
        /// There was nothing to take.
        Ignored = "ignored",
    }
}

/// A line of a file and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineOutcome {
    /// Line where it begins; the heading is line 1.
    pub line: u64,
    /// What names the row, as far as it has that.
    pub key: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, where that is not plain.
    pub reason: Option<String>,
}

impl LineOutcome {
    /// A row that was taken, or not.
    #[must_use]
    pub fn of(line: u64, key: &str, answer: Result<Taken, Rejected>) -> Self {
        let (outcome, reason) = match answer {
            Ok(Taken::Created) => (Outcome::Created, None),
            Ok(Taken::Changed) => (Outcome::Known, Some("it was there already and was changed".to_owned())),
            Ok(Taken::Unchanged) => (Outcome::Known, Some("it was there already".to_owned())),
            Err(rejected) => (Outcome::Refused, Some(rejected.reason)),
        };
        Self { line, key: key.to_owned(), outcome, reason }
    }

    /// Whether it was taken without a part of it.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.outcome != Outcome::Refused && self.reason.as_deref().is_some_and(|reason| reason.starts_with(TAKEN_WITHOUT))
    }

    /// The same with what is to be told of a row that was taken without a part of it.
    #[must_use]
    pub fn noting(mut self, part: Option<String>) -> Self {
        if let Some(part) = part.filter(|_| matches!(self.outcome, Outcome::Created | Outcome::Known)) {
            self.reason = Some(part);
        }
        self
    }

    /// A blank line.
    #[must_use]
    pub fn blank(line: u64) -> Self {
        Self { line, key: String::new(), outcome: Outcome::Ignored, reason: Some("it is blank".to_owned()) }
    }
}

/// How an error reads in a report of rows.
#[must_use]
pub fn reason(error: &bazdid_protocol::error::Error) -> String {
    let fields = error.fields.iter().map(|f| format!("{} {}", f.pointer.trim_start_matches('/'), f.detail));
    let said: Vec<String> = error.detail.iter().map(ToString::to_string).chain(fields).collect();
    if said.is_empty() { error.code.info().title.to_owned() } else { said.join("; ") }
}
