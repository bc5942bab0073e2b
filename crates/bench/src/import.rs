//! Import of service requests with area lookup and assignment.

use std::{io::Write as _, ops::Range};

use crate::{
    BenchResult, Sizes,
    env::BenchEnv,
    figures::{Figures, rate},
};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;

/// Categories of the requests, in turn.
const CATEGORIES: [&str; 3] = ["roads.pothole", "waste.missed", "green.pruning"];

/// Measures.
///
/// # Errors
/// The import fails.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let rows = sizes.tickets.saturating_mul(5);
    figures.part("import", &format!("{rows} service requests from a file, each with area and assignment"));
    let took = import(bench, "import", 0..rows)?;
    figures.say("rows, the whole command", took, "rows/s");
    Ok(())
}

/// Imports requests by the command; the rows a second. A name and a number make a request one that was not there before.
///
/// # Errors
/// The file cannot be written or the import fails.
pub fn import(bench: &BenchEnv, name: &str, rows: Range<usize>) -> BenchResult<f64> {
    import_texts(bench, name, rows, |n| (format!("درخواست شمارهٔ {n}"), format!("خیابان {}", n % 97)))
}

/// [`import`] with a text and an address for each number.
///
/// # Errors
/// As [`import`].
pub fn import_texts(bench: &BenchEnv, name: &str, rows: Range<usize>, said_of: impl Fn(usize) -> (String, String)) -> BenchResult<f64> {
    let file = bench.file(&format!("{name}.csv"));
    let many = rows.len();
    let said = |e: std::io::Error| Failure::said(format!("cannot write {}: {e}", file.display()));
    let mut csv = std::io::BufWriter::new(std::fs::File::create(&file).map_err(said)?);
    writeln!(csv, "id,category,text,address,lat,lon,created_at").map_err(said)?;
    for (n, category) in rows.zip(CATEGORIES.iter().cycle()) {
        let (lat, lon) = bench.place(u64::try_from(n).unwrap_or_default());
        let (day, minute) = (1 + n % 9, n % 60);
        let (text, address) = said_of(n);
        writeln!(csv, "{name}-{n},{category},{text},{address},{lat:.6},{lon:.6},2026-03-0{day}T08:{minute:02}:00Z").map_err(said)?;
    }
    csv.flush().map_err(said)?;
    let mut command = bench.program()?;
    command.args(["import", "requests", "--open"]).arg(&file);
    let watch = Stopwatch::start();
    bench.finish(command, "bazdid import requests")?;
    Ok(rate(many, watch.elapsed()))
}
