//! The load bench: the real program on loopback, loaded by real clients, bounded, one line of figures for each part.
//!
//! `cargo bench --bench load` runs every part on SQLite; words choose parts, the city and the database:
//! `cargo bench --bench load -- tickets push outage start import --city=tehran --postgres`.
//! PostgreSQL is the server of `BAZDID_TEST_POSTGRES`; a database of its own is made there and dropped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a bench ends at the first thing that goes wrong"
)]

mod load_parts;

use load_parts::{bench::Bench, import, outage, pull, push, start, tickets};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|w| w != "--bench").collect();
    let chosen = |part: &str| words.iter().all(|w| w.starts_with("--")) || words.iter().any(|w| w == part);
    let city = words.iter().find_map(|w| w.strip_prefix("--city=")).unwrap_or("qazvin");
    let bench = Bench::new(words.iter().any(|w| w == "--postgres"), city);
    println!("database: {}", bench.database());
    if chosen("tickets") {
        tickets::run(&bench);
    }
    if chosen("push") {
        push::run(&bench);
    }
    if chosen("pull") {
        let tickets = words.iter().find_map(|w| w.strip_prefix("--tickets=")).map_or(20_000, |n| n.parse().unwrap());
        pull::run(&bench, tickets);
    }
    if chosen("outage") {
        outage::run(&bench);
    }
    if chosen("import") {
        import::run(&bench);
    }
    if chosen("start") {
        start::run(&bench);
    }
}
