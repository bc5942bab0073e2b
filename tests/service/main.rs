//! Use cases on both databases, with a clock that the test moves. One module for each theme.

#![allow(clippy::unwrap_used, clippy::as_conversions, clippy::indexing_slicing, reason = "tests")]

mod access_code;
mod account;
mod area;
mod auth;
mod city;
#[path = "../common/mod.rs"]
mod common;
mod contract;
mod import;
mod import_command;
mod office;
mod outbox;
mod redispatch;
mod ticket;
mod timers;
mod town;
#[path = "../common/town_rows.rs"]
mod town_rows;
mod user_command;
