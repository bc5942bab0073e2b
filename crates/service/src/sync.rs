//! The sync service: push, pull and what stands around them. The protocol is written down in `api-spec/sync.md`.
//!
//! Rules of the merge stand in [`bazdid_domain::sync`]; here they meet the database.

mod access;
pub mod compact;
pub mod config;
pub mod limits;
pub mod pull;
pub mod push;
mod reference_feed;
pub mod restore;
pub mod results;
pub mod state;
pub mod watermelon;

pub use push::{quarantine, release};
pub use reference_feed::reference_feed;
