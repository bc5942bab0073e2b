//! bazdid (بازدید, "field visit"): the backend for municipal field work.
//!
//! The dependency law, enforced by `tests/architecture.rs`:
//! `main → cli → server → {http, worker} → upload → {blob, service}`, `service → {store, domain, security}`; `store → domain`; `domain` → nothing of ours.
//! `client` is a field device: it knows `domain` and the wire, keeps its own SQLite file and needs nothing of the server.

#[macro_use]
pub mod domain;
pub mod blob;
pub mod catalogue;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod demo_data;
pub mod error;
pub mod http;
pub mod picture;
pub mod security;
pub mod server;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod upload;
pub mod worker;
