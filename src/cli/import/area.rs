//! `bazdid import areas`.

use std::path::PathBuf;

use crate::cli::import::{OfficeClient, read, run_of};
use bazdid_command::{Failure, out};
use bazdid_domain::{
    area::AreaKind,
    geojson::{Expected, MAX_BYTES, Names, read_areas},
};
use bazdid_service::area::{expected_place, import_areas, refused};

/// Options of `import areas`.
#[derive(Debug, clap::Args)]
#[command(after_help = "A property is named as in the file; tags.name:fa leads into objects.\n\
    A fault in any feature refuses the whole file: nothing is half-imported.")]
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
    /// Say what would happen; keep nothing.
    #[arg(long)]
    dry_run: bool,
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
    let reading = read_areas(&bytes, &names, expected).map_err(|faults| refused(&faults))?;
    for skipped in &reading.skipped {
        let label = skipped.label.as_deref().map(|l| format!(" ({l})")).unwrap_or_default();
        out(format_args!("feature {}{label} is a {}, no area: left out", skipped.feature, skipped.geometry));
    }
    let (ctx, run) = (office.ctx.clone(), run_of(args.dry_run));
    let done = office.db.write_blocking(move |tx| import_areas(tx, &ctx, &reading, run))?;
    let would = if args.dry_run { "would be " } else { "" };
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
    if args.dry_run {
        out("nothing was kept: this was a dry run");
    }
    Ok(())
}
