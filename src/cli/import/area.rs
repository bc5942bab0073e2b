//! `bazdid import areas`.

use std::{collections::BTreeMap, path::PathBuf};

use crate::cli::import::{
    OfficeClient, read,
    report::{Report, ReportArgs},
    run_of,
};
use bazdid_command::{Failure, out};
use bazdid_domain::{
    area::AreaKind,
    geojson::{Expected, FeatureFault, Invalid, MAX_BYTES, Names, Reading, Repaired, count_features, read_areas_with, repair::Extent},
};
use bazdid_service::{
    area::{AreaImport, expected_place, import_areas, list_overlaps},
    import::{LineOutcome, Outcome, reason},
};

/// Overlaps that are shown on the terminal.
const SHOWN: usize = 20;

/// Options of `import areas`.
#[derive(Debug, clap::Args)]
#[command(after_help = "A property is named as in the file; tags.name:fa leads into objects.\n\
    A fault in any feature refuses the whole file, so that nothing is half-imported, unless --repair or --skip-invalid say otherwise.\n\
    In a report, the line of a feature is its position in the file, from 1.")]
pub struct Args {
    /// GeoJSON: a FeatureCollection of Polygons and MultiPolygons, WGS84, longitude first.
    file: PathBuf,
    /// Property of the code.
    #[arg(long, default_value = "code", value_name = "PROPERTY")]
    code: String,
    /// Property of the Persian name.
    #[arg(long, default_value = "name_fa", value_name = "PROPERTY")]
    name_fa: String,
    /// Property of the English name.
    #[arg(long, default_value = "name_en", value_name = "PROPERTY")]
    name_en: String,
    /// Property of the level: city, region or district.
    #[arg(long, default_value = "kind", value_name = "PROPERTY")]
    kind_property: String,
    /// Level of areas that say none.
    #[arg(long, default_value = "district")]
    kind: AreaKind,
    /// Property of the code of the area above.
    #[arg(long, default_value = "parent", value_name = "PROPERTY")]
    parent_property: String,
    /// Code of the area above of areas that say none.
    #[arg(long, value_name = "CODE")]
    parent: Option<String>,
    /// Property that tells where the outlines are from.
    #[arg(long, default_value = "source", value_name = "PROPERTY")]
    source_property: String,
    /// Where the outlines are from, with the licence, of areas that say nothing; the name of the file if absent.
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// Where the areas must lie: west,south,east,north. Without it, near the areas that are known.
    #[arg(long, value_name = "W,S,E,N", value_parser = bbox, allow_hyphen_values = true)]
    bbox: Option<[f64; 4]>,
    /// Repair outlines that cross themselves, overlap themselves or are not closed, and show what was made of them.
    #[arg(long)]
    repair: bool,
    /// Leave out features with a fault and take the others.
    #[arg(long)]
    skip_invalid: bool,
    /// Say what would happen; keep nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

impl Args {
    const fn invalid(&self) -> Invalid {
        match (self.repair, self.skip_invalid) {
            (false, false) => Invalid::RefuseFile,
            (false, true) => Invalid::Skip,
            (true, false) => Invalid::Repair,
            (true, true) => Invalid::RepairOrSkip,
        }
    }
}

fn bbox(text: &str) -> Result<[f64; 4], String> {
    let numbers = text.split(',').map(|n| n.trim().parse::<f64>()).collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
    match numbers.as_slice() {
        [w, s, e, n] if w < e && s < n => Ok([*w, *s, *e, *n]),
        _ => Err("expected west,south,east,north in degrees".to_owned()),
    }
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    let bytes = read(&args.file, MAX_BYTES)?;
    let file_name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let names = Names {
        code: args.code.clone(),
        name_fa: Some(args.name_fa.clone()),
        name_en: Some(args.name_en.clone()),
        kind: Some(args.kind_property.clone()),
        default_kind: args.kind,
        parent: Some(args.parent_property.clone()),
        default_parent: args.parent.clone(),
        source: Some(args.source_property.clone()),
        default_source: args.source.clone().unwrap_or(file_name),
    };
    let expected = match args.bbox {
        Some(bounds) => Expected::Inside(bounds),
        None => office.db.read_blocking(|tx| expected_place(tx, &office.ctx))?,
    };
    let new_report = || Report::new("areas", run_of(args.dry_run), &args.report, None);
    let reading = match read_areas_with(&bytes, &names, expected, args.invalid()) {
        Ok(reading) => reading,
        Err(faults) => return Err(refused(new_report(), &faults, count_features(&bytes))),
    };
    for skipped in &reading.skipped {
        let label = skipped.label.as_deref().map(|l| format!(" ({l})")).unwrap_or_default();
        out(format_args!("feature {}{label} is a {}, no area: left out", skipped.feature, skipped.geometry));
    }
    reading.repaired.iter().for_each(show_repaired);
    let (ctx, run, wanted) = (office.ctx.clone(), run_of(args.dry_run), reading.clone());
    let done = match office.db.write_blocking(move |tx| import_areas(tx, &ctx, &wanted, run)) {
        Ok(done) => done,
        Err(e) if e.code.info().status < 500 => {
            let said = reason(&e);
            let mut report = new_report();
            lines_of_refused(&mut report, count_features(&bytes), |_| said.clone());
            report.refuse_all(&said);
            return Err(e.into());
        }
        Err(e) => return Err(e.into()),
    };
    show_done(&done, args.dry_run);
    let planned = reading.areas.clone();
    let overlaps = office.db.read_blocking(move |tx| list_overlaps(tx, &planned))?;
    let of_file = |code: &String| reading.areas.iter().any(|a| a.code == *code);
    let overlaps: Vec<_> = overlaps.iter().filter(|o| of_file(&o.one) || of_file(&o.other)).collect();
    for overlap in overlaps.iter().take(SHOWN) {
        out(format_args!("note: {overlap}; a ticket there belongs to both"));
    }
    if overlaps.len() > SHOWN {
        out(format_args!("note: … and {} more overlaps; `bazdid doctor` counts them", overlaps.len() - SHOWN));
    }
    let mut report = new_report();
    outcomes(&reading, &done).into_values().for_each(|line| report.add(line));
    report.finish_counted()
}

/// The line of a feature in a report.
fn line_of(feature: usize) -> u64 {
    u64::try_from(feature).unwrap_or(u64::MAX).saturating_add(1)
}

/// What became of each feature.
fn outcomes(reading: &Reading, done: &AreaImport) -> BTreeMap<u64, LineOutcome> {
    let mut lines = BTreeMap::new();
    let mut add = |feature: usize, key: &str, outcome, reason: Option<String>| {
        let line = line_of(feature);
        lines.insert(line, LineOutcome { line, key: key.to_owned(), outcome, reason });
    };
    for skipped in &reading.skipped {
        add(skipped.feature, "", Outcome::Ignored, Some(format!("it is a {}, no area", skipped.geometry)));
    }
    for fault in &reading.invalid {
        add(fault.feature.unwrap_or_default(), fault.label.as_deref().unwrap_or_default(), Outcome::Refused, Some(fault.fault.to_string()));
    }
    for area in &reading.areas {
        let repaired = reading.repaired.iter().find(|r| r.feature == area.feature).map(|r| format!("repaired: {}", r.fault));
        let (outcome, reason) =
            match (done.created.contains(&area.code), done.changed.contains(&area.code), done.redrawn.contains(&area.code)) {
                (true, _, _) => (Outcome::Created, repaired),
                (false, false, false) => (Outcome::Known, Some("it was there already".to_owned())),
                (false, _, _) => (Outcome::Known, repaired.or_else(|| Some("it was there already and was changed".to_owned()))),
            };
        add(area.feature, &area.code, outcome, reason);
    }
    lines
}

fn show_done(done: &AreaImport, dry: bool) {
    let would = if dry { "would be " } else { "" };
    out(format_args!(
        "areas: {} {would}created, {} {would}changed, {} {would}redrawn, {} as they were",
        done.created.len(),
        done.changed.len(),
        done.redrawn.len(),
        done.unchanged
    ));
    for (what, codes) in [("changed", &done.changed), ("redrawn", &done.redrawn)] {
        if !codes.is_empty() {
            out(format_args!("  {would}{what}: {}", codes.join(", ")));
        }
    }
}

fn show_repaired(repaired: &Repaired) {
    let extent = |e: &Extent| format!("{} polygon(s), {} vertices, {:.3} km²", e.parts, e.vertices, e.km2);
    let before = repaired.before.as_ref().map_or_else(|| "no outline".to_owned(), extent);
    out(format_args!("feature {} ({}) was repaired: {}", repaired.feature, repaired.code, repaired.fault));
    out(format_args!("  before: {before}; now: {}", extent(&repaired.after)));
}

/// Reports a file that is refused for the faults of some features, or of itself.
fn refused(mut report: Report, faults: &[FeatureFault], features: usize) -> Failure {
    let others = format!("nothing of the file was imported: {} of its features have a fault", faults.len());
    let of = |line: u64| faults.iter().find(|f| f.feature.map(line_of) == Some(line));
    lines_of_refused(&mut report, features, |line| of(line).map_or_else(|| others.clone(), |f| f.fault.to_string()));
    let grouped = group(faults);
    let said = grouped.into_iter().map(|text| format!("\n  {text}")).collect::<String>();
    report.refuse_all(&format!("nothing was imported:{said}"))
}

fn lines_of_refused(report: &mut Report, features: usize, said: impl Fn(u64) -> String) {
    for line in (0..features).map(line_of) {
        report.add(LineOutcome { line, key: String::new(), outcome: Outcome::Refused, reason: Some(said(line)) });
    }
}

/// Faults as they are told: one that many features have, such as a property that is not there, is told once with a count.
fn group(faults: &[FeatureFault]) -> Vec<String> {
    let mut groups: Vec<(String, &FeatureFault, usize)> = Vec::new();
    for fault in faults {
        let text = fault.fault.to_string();
        match groups.iter_mut().find(|(known, _, _)| *known == text) {
            Some((_, _, count)) => *count += 1,
            None => groups.push((text, fault, 1)),
        }
    }
    let told = |(_, first, count): (String, &FeatureFault, usize)| {
        if count == 1 { first.to_string() } else { format!("{count} features, the first of them {first}") }
    };
    groups.into_iter().map(told).collect()
}
