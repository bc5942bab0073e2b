//! The sync service on both databases, with the device client over a line that may lose answers.

#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod arguments;
mod city;
#[path = "../common/mod.rs"]
mod common;
mod compaction;
mod decided;
mod golden;
mod groups;
mod held;
mod identity;
mod load;
mod moved;
mod overlay;
mod own_facts;
mod patrol;
mod plans;
mod pull;
mod push;
mod released;
mod repair;
mod restore;
mod simulation;
mod spec;
mod vectors;
mod visibility;
mod wake;
