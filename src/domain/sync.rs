//! The offline sync: what a device sends, what the server computes, and how it is decided. The protocol is written down in
//! `api-spec/sync.md`.

pub mod channel;
pub mod command;
pub mod cursor;
pub mod digest;
pub mod engine;
pub mod envelope;
pub mod journal;
pub mod mutation;
pub mod outcome;
pub mod proposal;
pub mod register;
pub mod repair;
pub mod stamp;
pub mod surroundings;
pub mod upcast;
pub mod warning;
