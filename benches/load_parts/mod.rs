//! The parts of the load bench.

pub mod bench;
pub mod import;
pub mod outage;
pub mod start;
pub mod tickets;
