//! The store on both databases.

#![allow(clippy::unwrap_used, clippy::as_conversions, clippy::indexing_slicing, reason = "tests")]

mod choice;
#[path = "../common/mod.rs"]
mod common;
mod due;
mod feed;
mod fixtures;
mod group_commit;
mod migrations;
mod outbox;
mod picture;
mod reference;
mod search;
mod statistics;
mod transactions;
mod unit_of_work;
