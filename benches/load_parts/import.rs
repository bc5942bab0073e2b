//! Import of service requests with area lookup and assignment.

use std::{io::Write as _, process::Stdio, time::Instant};

use super::bench::{Bench, place};

/// Rows of the file.
pub const ROWS: u64 = 100_000;

pub fn run(bench: &Bench) {
    let file = bench.file("requests.csv");
    let mut csv = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    writeln!(csv, "id,category,text,address,lat,lon,created_at").unwrap();
    let categories = ["roads.pothole", "waste.missed", "green.pruning"];
    for n in 0..ROWS {
        let (lat, lon) = place(n);
        let category = categories[(n % 3) as usize];
        writeln!(
            csv,
            "bench-{n},{category},درخواست شمارهٔ {n},خیابان {},{lat:.6},{lon:.6},2026-03-0{}T08:{:02}:00Z",
            n % 97,
            1 + n % 9,
            n % 60
        )
        .unwrap();
    }
    csv.flush().unwrap();
    let began = Instant::now();
    let done = bench.program().args(["import", "requests"]).arg(&file).stdout(Stdio::inherit()).stderr(Stdio::null()).status().unwrap();
    let took = began.elapsed().as_secs_f64();
    assert!(done.success(), "the import failed");
    println!("import: {ROWS} requests with area and assignment in {took:.1} s: {:.0} rows/s (the whole command)", ROWS as f64 / took);
}
