//! Cold start on what the other parts left behind, and resident memory.

use std::time::Duration;

use crate::{
    BenchResult,
    env::BenchEnv,
    figures::{Figures, percentile_ms},
};

/// Starts that are measured.
const STARTS: usize = 5;

/// Measures.
///
/// # Errors
/// The server does not start.
pub fn run(bench: &BenchEnv, figures: &mut Figures) -> BenchResult<()> {
    figures.part("start", "cold starts on what the other parts left behind");
    let mut times = Vec::new();
    let mut memory = f64::NAN;
    for _ in 0..STARTS {
        let server = bench.serve()?;
        times.push(server.ready_after);
        // Workers and the pool are there a moment after the first answer.
        std::thread::sleep(Duration::from_millis(300));
        memory = server.resident_mib();
    }
    figures.say("ready after, median", percentile_ms(&mut times, 0.5), "ms");
    figures.say("memory of the server at rest", memory, "MiB");
    if let Some(size) = bench.file_mib() {
        figures.say("database file", size, "MiB");
    }
    Ok(())
}
