//! The `bazdid` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    bazdid::cli::run()
}
