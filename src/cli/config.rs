//! `bazdid config`.

use bazdid_command::{Env, Failure, out};

/// Options of `config`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bazdid config                  what is in force: defaults, file and environment\n  bazdid config > bazdid.toml    a file to begin with\n\n\
    The master key and the password of the database are left out."
)]
pub struct Args {}

/// Prints the configuration in force.
///
/// # Errors
/// It has faults.
pub fn run(_: &Args, env: &Env) -> Result<(), Failure> {
    out(env.config()?.to_toml().trim_end());
    Ok(())
}
