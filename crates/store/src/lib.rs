//! The only place that says `diesel`: both databases from one body of code.
//!
//! Knows the domain's entities and nothing of use cases, HTTP or the clock.

#[macro_use]
mod macros;
#[macro_use]
pub mod listing;
#[macro_use]
mod visibility;
pub mod access_code;
pub mod account;
pub mod aggregate;
pub mod area;
pub mod audit;
pub mod backfill;
pub mod bench_rows;
pub mod category;
pub mod conflict;
pub mod contract;
pub mod coverage_use;
pub mod credential;
pub mod db;
pub mod due;
pub mod feed;
mod group_commit;
pub mod hub;
pub mod idempotency;
pub mod inbox;
pub mod inbox_claim;
pub mod inspector;
mod keys;
pub mod lease;
pub mod merge_context;
mod migrations;
pub mod mutation;
pub mod notice;
mod open_order_counts;
pub mod organisation;
pub mod outbox;
pub mod patrol;
pub mod photo;
pub mod picture;
pub mod rows;
mod schema;
pub mod session;
pub mod signing_key;
mod sql;
mod sqlite_writer;
pub mod state;
pub mod statistics;
pub mod throttle;
pub mod ticket;
pub mod totals;
mod tx;
pub mod upload;
pub mod visit;
pub mod watermelon;
pub mod webhook;
pub mod work_order;

pub use db::{Db, DbOptions, race_lost};
pub use migrations::{migrate, pending, revert_all};
pub use state::{About, about};
pub use tx::Tx;
