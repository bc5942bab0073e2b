//! The offline sync: what a device sends, what the server computes, and how it is decided. The protocol is written down in
//! `api-spec/sync.md`.

pub mod cursor;
pub mod engine;
pub mod journal;
pub mod merge_context;
pub mod register;
pub mod stamp;
