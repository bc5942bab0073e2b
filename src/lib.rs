//! The `bazdid` program: one module below [`cli`] for each subcommand. What it runs is in the crates of the workspace.

pub mod cli;
