//! How fast a point finds its areas: on the largest real district file where the common folder of data is, else on the outlines of
//! the demonstration. `cargo bench --bench geo`.

#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, reason = "a bench")]

use std::{hint::black_box, path::PathBuf};

use bazdid_domain::{
    area::{Area, AreaKind, AreaShape},
    area_index::AreaIndex,
    geojson::{Expected, Names, read_areas, to_geojson, vertices},
};
use bazdid_protocol::{geo::Point, ids::Id, time::Timestamp};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn index(bytes: &[u8], code: &str) -> (AreaIndex, i64) {
    let names = Names {
        code: code.into(),
        name_fa: None,
        name_en: None,
        kind: None,
        default_kind: AreaKind::District,
        parent: None,
        default_parent: None,
        source: None,
        default_source: String::new(),
    };
    let read = read_areas(bytes, &names, Expected::Anywhere).unwrap();
    let (mut areas, mut shapes, mut count) = (Vec::new(), Vec::new(), 0);
    for (n, a) in (1_u128..).zip(&read.areas) {
        let id = Uuid::from_u128(n);
        count += vertices(&a.shape);
        areas.push(Area {
            id: Id::new(id),
            rev: 1,
            code: a.code.clone(),
            kind: a.kind,
            parent_id: None,
            name_fa: String::new(),
            name_en: String::new(),
            updated_at: NOW,
        });
        shapes.push(AreaShape {
            id: Id::new(id),
            area_id: Id::new(id),
            valid_from: NOW,
            valid_to: None,
            geometry: to_geojson(&a.shape),
            vertices: 0,
            source: String::new(),
        });
    }
    (AreaIndex::build(&areas, &shapes, NOW).unwrap(), count)
}

/// Points spread evenly over the box of all areas (the R2 sequence), each a 1000th of it apart from any pattern of the outlines.
fn points([w, s, e, n]: [f64; 4], accuracy_m: Option<f64>) -> Vec<Point> {
    let (mut x, mut y) = (0.5, 0.5);
    (0..10_000)
        .map(|_| {
            x = (x + 0.754_877_666_246_692_7_f64) % 1.0;
            y = (y + 0.569_840_290_998_053_2_f64) % 1.0;
            Point { lat: s + (n - s) * y, lon: w + (e - w) * x, accuracy_m }
        })
        .collect()
}

fn lookups(c: &mut Criterion) {
    let folder =
        std::env::var("BAZDID_TEST_DATA").map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let files = [("nyc-community-districts-2013", "BoroCD"), ("iran-water-areas-holes-13k-vertices", "Code")];
    let mut maps: Vec<(String, Vec<u8>, &str)> =
        vec![("demo nyc".into(), include_bytes!("../crates/demo-data/data/nyc.geojson").to_vec(), "code")];
    for (file, code) in files {
        if let Ok(bytes) = std::fs::read(folder.join(format!("districts/{file}.geojson"))) {
            maps.push((file.into(), bytes, code));
        }
    }
    for (name, bytes, code) in maps {
        let (index, count) = index(&bytes, code);
        let mut group = c.benchmark_group(format!("{name} ({count} vertices)"));
        for (what, accuracy) in [("exact", None), ("within 8 m", Some(8.0))] {
            let points = points(index.extent(None).unwrap(), accuracy);
            let inside = points.iter().filter(|p| !index.locate(p, 0.0).areas.is_empty()).count();
            group.throughput(Throughput::Elements(points.len().try_into().unwrap()));
            group.bench_function(format!("{what}, {inside} of {} points inside", points.len()), |b| {
                b.iter(|| points.iter().map(|p| black_box(index.locate(black_box(p), 0.0)).areas.len()).sum::<usize>());
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = lookups
}
criterion_main!(benches);
