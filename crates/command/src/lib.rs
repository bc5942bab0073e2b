//! What every subcommand is given, and how it answers the person at the terminal.

use std::{error::Error as _, io::Write as _, path::PathBuf};

use bazdid_client::ClientError;
use bazdid_clock::{SharedClock, SharedIds};
use bazdid_protocol::error::{Code, Error};
use bazdid_server::{
    config::{Config, Faults},
    telemetry,
};

/// What every subcommand is given.
#[derive(Debug)]
pub struct Env {
    /// The configuration file that was named.
    pub file: Option<PathBuf>,
    /// The time.
    pub clock: SharedClock,
    /// New ids.
    pub ids: SharedIds,
}

impl Env {
    /// Reads the configuration and starts the log.
    ///
    /// # Errors
    /// The configuration has faults.
    pub fn config(&self) -> Result<Config, Failure> {
        let config = Config::load(self.file.as_deref())?;
        telemetry::start(&config.telemetry);
        Ok(config)
    }
}

/// Why a subcommand did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The configuration has faults.
    Config(Faults),
    /// An error of the program.
    Error(Error),
    /// Anything else, in a sentence.
    Said(String),
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::Config(faults)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::said(error.to_string())
    }
}

impl Failure {
    /// A failure in a sentence.
    pub fn said(text: impl Into<String>) -> Self {
        Self::Said(text.into())
    }

    /// The exit code of the program.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Config(_) => 3,
            Self::Error(e) if e.code == Code::Unavailable => 4,
            Self::Error(_) | Self::Said(_) => 1,
        }
    }

    /// What the person at the terminal is told.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Config(faults) => faults.to_string(),
            Self::Said(text) => text.clone(),
            Self::Error(e) => explain(e),
        }
    }
}

/// An error with its causes, for the person at the terminal.
#[must_use]
pub fn explain(error: &Error) -> String {
    let mut text = match (&error.internal, &error.detail) {
        (Some(internal), _) => internal.clone(),
        (None, Some(detail)) => detail.to_string(),
        (None, None) => error.code.info().title.to_owned(),
    };
    for field in &error.fields {
        text.push_str(&format!("\n  {}: {}", field.pointer, field.detail));
    }
    let mut cause = error.source();
    while let Some(e) = cause {
        text.push_str(&format!("\n  because: {e}"));
        cause = e.source();
    }
    text
}

/// Prints a line. A reader that went away (`| head`) is no fault of ours.
pub fn out(line: impl std::fmt::Display) {
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}
