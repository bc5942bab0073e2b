//! What travels between devices, server and clients, typed once: ids, instants, points, words, error codes, and the envelopes and
//! results of the sync protocol (`api-spec/sync.md`).
//!
//! Knows no rules, no database and no HTTP. With the feature `diesel` its types can be bound and read as
//! columns, with the feature `openapi` they have schemas.

pub mod channel;
pub mod command;
pub mod digest;
pub mod document;
pub mod envelope;
pub mod error;
pub mod event;
pub mod fold;
pub mod geo;
pub mod hex;
pub mod ids;
pub mod mutation;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod outcome;
pub mod phrase;
pub mod proposal;
pub mod raw_json;
pub mod repair;
pub mod rows;
pub mod sides;
#[cfg(feature = "diesel")]
pub mod sql;
pub mod stage;
pub mod text_enum;
pub mod time;
pub mod upcast;
pub mod warning;
pub mod words;
