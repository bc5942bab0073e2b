//! Cold start on what the other parts left behind, and resident memory.

use std::time::Duration;

use super::bench::{Bench, percentile_ms};

pub fn run(bench: &Bench) {
    let mut times = Vec::new();
    let mut memory = f64::NAN;
    for _ in 0..5 {
        let server = bench.serve();
        times.push(server.ready_after);
        std::thread::sleep(Duration::from_millis(300));
        memory = server.resident_mib().unwrap_or(f64::NAN);
    }
    let size = std::fs::metadata(bench.data().join("bazdid.db")).map_or(0, |m| m.len()) / (1 << 20);
    println!("start: ready after {:.0} ms (median of 5; database file {size} MiB), server {memory:.0} MiB", percentile_ms(&mut times, 0.5));
}
