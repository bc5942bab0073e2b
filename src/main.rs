//! The `bazdid` program.

use std::process::ExitCode;

/// Gives memory back after a burst; the system's keeps what 300 phones at once needed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bazdid::cli::run()
}
