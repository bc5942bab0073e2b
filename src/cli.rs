//! The command line: one file below for each subcommand, plain words when something is wrong.

pub mod bench;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod migrate;
pub mod openapi;
pub mod restored;
pub mod serve;
pub mod user;

use std::{error::Error as _, io::Write as _, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};

use crate::{
    clock::{SharedClock, SharedIds, SystemClock, SystemIds},
    config::{Config, Faults},
    error::{Code, Error},
    telemetry,
};

const EXAMPLES: &str = "\
Examples:
  bazdid demo                           a city's field day from one command
  bazdid serve                          serve on 127.0.0.1:8080 with a database in ./data
  bazdid doctor                         look for what is wrong before it hurts
  BAZDID_SERVER__PORT=9000 bazdid serve every key of bazdid.toml is also a variable BAZDID_SECTION__KEY
  BAZDID_DATABASE__URL=postgres://bazdid:…@db/bazdid bazdid migrate up

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 faults in the configuration, 4 the database cannot be reached.";

/// Backend for municipal field work: tickets, contractors, inspectors, offline sync, evidence.
#[derive(Debug, Parser)]
#[command(name = "bazdid", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
struct Cli {
    /// Configuration file; bazdid.toml in the current folder if it is there.
    #[arg(long, global = true, env = "BAZDID_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident => $module:ident;)*) => {
        #[derive(Debug, Subcommand)]
        enum Command { $($(#[$doc])* $name($module::Args)),* }

        impl Command {
            fn run(&self, env: &Env) -> Result<(), Failure> {
                match self { $(Self::$name(args) => $module::run(args, env)),* }
            }
        }
    };
}

// One line for each subcommand: a module with `Args` and `run(&Args, &Env)`.
commands! {
    /// Serve the API until a signal comes.
    Serve => serve;
    /// Play a city's field day and leave the server running.
    Demo => demo;
    /// Bring the database up to date, or empty it.
    Migrate => migrate;
    /// Make and change accounts, straight in the database.
    User => user;
    /// Bring in areas, the catalogue, requests, accounts and contracts from files.
    Import => import;
    /// Look for what is wrong with the installation.
    Doctor => doctor;
    /// Say that a backup was put back, so that every device begins its copy anew.
    Restored => restored;
    /// Print the configuration in force, as a file with every key explained.
    Config => config;
    /// Put a server of its own under load and print the figures.
    #[command(hide = true)]
    Bench => bench;
    /// Print the OpenAPI document, or write the generated parts of the specification.
    Openapi => openapi;
}

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

impl Failure {
    /// A failure in a sentence.
    pub fn said(text: impl Into<String>) -> Self {
        Self::Said(text.into())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Config(_) => 3,
            Self::Error(e) if e.code == Code::Unavailable => 4,
            Self::Error(_) | Self::Said(_) => 1,
        }
    }

    fn text(&self) -> String {
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
        (None, Some(detail)) => detail.clone(),
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

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let env = Env { file: cli.config, clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) };
    match cli.command.run(&env) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            drop(writeln!(std::io::stderr().lock(), "bazdid: {}", failure.text()));
            ExitCode::from(failure.code())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
