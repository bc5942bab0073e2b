//! The API as a client sees it: a real server on a loopback port, on both databases.

#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;

mod access;
mod account;
mod app;
mod auth;
mod base;
mod bench;
mod catalogue;
mod cli;
mod conflict;
mod console;
mod content;
mod contract;
mod contract_check;
mod day;
mod demo;
mod events;
mod evidence;
#[path = "../../crates/picture/src/fixture.rs"]
#[allow(dead_code, clippy::as_conversions, clippy::cast_possible_truncation, reason = "drawings")]
mod fixture;
mod flood;
mod hand_in;
mod history;
mod honest;
mod inbox;
mod input;
mod kill;
mod kill_phone;
mod limits;
mod listing;
mod lost;
mod master_key;
mod metrics;
mod node;
mod office;
mod office_lists;
mod patrol;
mod personal;
mod picture;
mod picture_order;
mod presence;
mod roles;
#[cfg(feature = "s3")]
mod s3;
mod spec;
mod summary;
mod ticket;
mod town;
#[path = "../common/town_rows.rs"]
mod town_rows;
mod tus;
mod typed;
mod upload;
mod upload_cuts;
mod wake;
mod watermelon;
mod watermelon_copies;
mod watermelon_hand_in;
mod watermelon_library;
mod watermelon_repeats;
mod watermelon_restore;
mod webhook;
mod webhook_library;
