//! Import of service requests with area lookup and assignment.

use std::{io::Write as _, process::Stdio, time::Instant};

use super::bench::Bench;

/// Rows of the file.
pub const ROWS: u64 = 100_000;

pub fn run(bench: &Bench) {
    let took = import(bench, "bench", ROWS);
    println!("import: {ROWS} requests with area and assignment in {took:.1} s: {:.0} rows/s (the whole command)", ROWS as f64 / took);
}

/// Imports requests by the command; the seconds it took.
pub fn import(bench: &Bench, name: &str, rows: u64) -> f64 {
    let file = bench.file(&format!("{name}.csv"));
    let mut csv = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    writeln!(csv, "id,category,text,address,lat,lon,created_at").unwrap();
    let categories = ["roads.pothole", "waste.missed", "green.pruning"];
    for n in 0..rows {
        let (lat, lon) = bench.place(n);
        let category = categories[(n % 3) as usize];
        writeln!(
            csv,
            "{name}-{n},{category},درخواست شمارهٔ {n},خیابان {},{lat:.6},{lon:.6},2026-03-0{}T08:{:02}:00Z",
            n % 97,
            1 + n % 9,
            n % 60
        )
        .unwrap();
    }
    csv.flush().unwrap();
    let began = Instant::now();
    let done = bench.program().args(["import", "requests"]).arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(done.success(), "the import failed");
    began.elapsed().as_secs_f64()
}
