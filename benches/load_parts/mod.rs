//! The parts of the load bench.

pub mod bench;
pub mod import;
pub mod outage;
pub mod plain;
pub mod pull;
pub mod push;
pub mod start;
pub mod tickets;
