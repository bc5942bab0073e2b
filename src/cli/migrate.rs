//! `bazdid migrate up|status|down`.

use clap::Subcommand;

use bazdid_command::{Env, Failure, out};
use bazdid_store as store;

/// Options of `migrate`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bazdid migrate status\n  bazdid migrate up\n  bazdid migrate down --yes   deletes every table with all that it holds"
)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run the migrations that wait.
    Up,
    /// Say which migrations wait.
    Status,
    /// Revert every migration: the database is empty afterwards.
    Down {
        /// Yes, delete everything.
        #[arg(long)]
        yes: bool,
    },
}

/// Migrates.
///
/// # Errors
/// The configuration has faults, the database cannot be reached, or a migration failed.
pub fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let config = env.config()?;
    let url = config.database.url.reveal();
    match args.action {
        Action::Up => list("run", "nothing waits: the database is up to date", &store::migrate(url)?),
        Action::Status => list("waits", "nothing waits: the database is up to date", &store::pending(url)?),
        Action::Down { yes: false } => {
            return Err(Failure::said(format!("this deletes everything in {}; say --yes if you mean it", config.database.url)));
        }
        Action::Down { yes: true } => list("reverted", "nothing to revert: the database is empty", &store::revert_all(url)?),
    }
    Ok(())
}

fn list(what: &str, nothing: &str, versions: &[String]) {
    if versions.is_empty() {
        out(nothing);
    }
    for version in versions {
        out(format_args!("{what}: {version}"));
    }
}
