//! The command line: one file below for each subcommand, plain words when something is wrong.

pub mod config;
pub mod device;
pub mod doctor;
pub mod import;
pub mod migrate;
mod office;
pub mod openapi;
pub mod restored;
pub mod serve;
pub mod user;
pub mod webhook;

use std::{io::Write as _, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};

use bazdid_bench as bench;
use bazdid_clock::{SystemClock, SystemIds};
use bazdid_command::{Env, Failure};
use bazdid_demo as demo;

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
    /// Show the devices of people, and revoke those that were lost.
    Device => device;
    /// Say who is told of events by webhooks.
    Webhook => webhook;
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

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    keep_to_oneself();
    let env = Env { file: cli.config, clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) };
    match cli.command.run(&env) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            drop(writeln!(std::io::stderr().lock(), "bazdid: {}", failure.text()));
            ExitCode::from(failure.code())
        }
    }
}

/// Whatever the program makes belongs to who runs it, and nobody else reads it: files are 0600, folders 0700.
#[cfg(unix)]
fn keep_to_oneself() {
    use rustix::{fs::Mode, process::umask};
    umask(Mode::RWXG | Mode::RWXO);
}

#[cfg(not(unix))]
const fn keep_to_oneself() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
