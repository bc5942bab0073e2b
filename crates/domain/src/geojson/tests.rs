//! Broken files by table, real files with known faults.

#![allow(clippy::print_stdout, reason = "tests")]

use super::*;
use crate::area_index::tests::names;
use bazdid_testkit::real_data;
use serde_json::json;

const SQUARE: &str = "[[50,36],[50.1,36],[50.1,36.1],[50,36.1],[50,36]]";

fn collection(features: &[&str]) -> String {
    format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","))
}

fn feature(code: &str, kind: &str, coordinates: &str) -> String {
    format!(
        "{{\"type\":\"Feature\",\"properties\":{{\"code\":{code}}},\"geometry\":{{\"type\":\"{kind}\",\"coordinates\":{coordinates}}}}}"
    )
}

fn faults(text: &str, expected: Expected) -> Vec<String> {
    read_areas(text.as_bytes(), &names("code"), expected).map_or_else(|f| f.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

/// The one fault of a feature with the code 1 that stands after a good one.
fn fault_of(kind: &str, coordinates: &str) -> String {
    let text = collection(&[&feature("0", "Polygon", &format!("[{SQUARE}]")), &feature("1", kind, coordinates)]);
    let found = faults(&text, Expected::Anywhere);
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

#[test]
fn every_broken_shape_is_named_with_what_is_wrong() {
    let hole = |ring: &str| format!("[{SQUARE},{ring}]");
    let parts = |ring: &str| format!("[[{SQUARE}],[{ring}]]");
    for (kind, coordinates, said) in [
        ("Polygon", "[[[0,0],[1,1],[1,0],[0,1],[0,0]]]", "the outer ring of polygon 1 crosses or touches itself near [0.5"),
        ("Polygon", "[[[0,0],[2,0],[1,0],[1,1],[0,0]]]", "the outer ring of polygon 1 crosses or touches itself near [1.0"),
        ("Polygon", "[[[0,0],[2,0],[2,2],[1,1],[0,2],[1,1],[0,0]]]", "touches itself near [1.0"),
        ("Polygon", "[[[0,0],[1,0],[1,1],[0,1]]]", "the outer ring of polygon 1 is not closed"),
        ("Polygon", "[[[0,0],[1,0],[0,0]]]", "the outer ring of polygon 1 has fewer than three corners"),
        ("Polygon", "[[[0,0],[1,0],[1,0],[0,0]]]", "the outer ring of polygon 1 has fewer than three corners"),
        ("Polygon", "[]", "its geometry is empty"),
        ("Polygon", "[[]]", "its geometry is empty"),
        ("MultiPolygon", "[]", "its geometry is empty"),
        ("Polygon", "[[[0,0],[1,null],[1,1],[0,0]]]", "not lists of finite numbers"),
        ("Polygon", "[[[0,0],[1],[1,1],[0,0]]]", "not lists of finite numbers"),
        ("Polygon", "[[1,2]]", "not lists of finite numbers"),
        ("Polygon", "[[[36,100],[36,101],[37,101],[36,100]]]", "has the latitude first"),
        ("Polygon", "[[[409000,4013000],[409500,4013000],[409500,4013500],[409000,4013000]]]", "convert the file to WGS84"),
        ("LineString", "[[0,0],[1,1]]", "its geometry is a LineString"),
        ("Polygon", &hole("[[50.02,36.02],[50.3,36.02],[50.02,36.05],[50.02,36.02]]"), "and hole 1 of polygon 1 cross or share an edge"),
        ("Polygon", &hole("[[51,36],[51.1,36],[51.1,36.1],[51,36]]"), "hole 1 of polygon 1 lies outside its outer ring"),
        ("Polygon", &hole("[[50,36],[50.1,36],[50.05,36.05],[50,36]]"), "cross or share an edge"),
        ("MultiPolygon", &parts("[[50.02,36.02],[50.03,36.02],[50.02,36.05],[50.02,36.02]]"), "the outer ring of polygon 2 lies inside"),
        ("MultiPolygon", &parts(SQUARE), "cross or share an edge"),
        // Passes through a corner of the square into it, without an edge that crosses another inside.
        ("MultiPolygon", &parts("[[50,36],[49.9,35.95],[50.05,36.06],[50,36]]"), "cross or share an edge"),
    ] {
        let fault = fault_of(kind, coordinates);
        assert!(fault.starts_with("feature 1 (1): ") && fault.contains(said), "{coordinates}: {fault}");
    }
}

#[test]
fn shapes_that_only_touch_in_points_are_fine() {
    for coordinates in [
        // A hole that touches the outer ring in one corner; parts that touch in a corner; a part in the hole of another.
        "[[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,0],[1,2],[2,1],[0,0]]]]",
        "[[[[0,0],[1,0],[1,1],[0,1],[0,0]]],[[[1,1],[2,1],[2,2],[1,2],[1,1]]]]",
        "[[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[8,1],[8,8],[1,8],[1,1]]],[[[2,2],[3,2],[3,3],[2,2]]]]",
        "[[[[0,0],[1,0],[1,0],[1,1,17.5],[0,1],[0,0]]]]",
    ] {
        let text = collection(&[&feature("\"a\"", "MultiPolygon", coordinates)]);
        assert_eq!(faults(&text, Expected::Anywhere), Vec::<String>::new(), "{coordinates}");
    }
}

#[test]
fn a_broken_file_is_told_with_the_place() {
    let good = feature("1", "Polygon", &format!("[{SQUARE}]"));
    let nan = feature("2", "Polygon", "[[[0,0],[NaN,0],[1,1],[0,0]]]");
    let huge = feature("2", "Polygon", "[[[0,0],[1e999,0],[1,1],[0,0]]]");
    let crs = |name: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"{name}\"}}}},\"features\":[{good}]}}"
        )
    };
    for (text, said) in [
        (collection(&[&good, &nan]), "feature 1: it is not valid JSON"),
        (collection(&[&good, &huge]), "feature 1: it is not valid JSON: number out of range"),
        (collection(&[&good, &good]), "feature 1 (1): the code \"1\" was used by feature 0 already"),
        (collection(&[&good, "{\"type\":\"Polygon\"}"]), "feature 1: it is not valid JSON: a member of \"features\" is not a Feature"),
        (collection(&[&good]).replace("]]]", ""), "feature 0: it is not valid JSON"),
        (collection(&[]), "the file holds no area"),
        (String::new(), "it is not valid JSON"),
        ("[1,2]".into(), "it is not a GeoJSON FeatureCollection"),
        ("{\"type\":\"Topology\",\"objects\":{}}".into(), "it is not a GeoJSON FeatureCollection"),
        (collection(&[&good.replace("\"code\":1", "\"code\":\" \"")]), "feature 0: the property \"code\" is missing or empty"),
        (collection(&["{\"type\":\"Feature\",\"properties\":{\"code\":3},\"geometry\":null}"]), "feature 0 (3): it has no geometry"),
        (crs("urn:ogc:def:crs:EPSG::32639"), "the file's coordinate reference system is \"urn:ogc:def:crs:EPSG::32639\""),
    ] {
        let found = faults(&text, Expected::Anywhere);
        assert!(found.len() == 1 && found[0].starts_with(said), "{said}: {found:?}");
    }
    for name in ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"] {
        assert!(faults(&crs(name), Expected::Anywhere).is_empty());
    }
    let large = vec![b' '; MAX_BYTES + 1];
    let fault = read_areas(&large, &names("code"), Expected::Anywhere).unwrap_err();
    assert!(fault[0].to_string().starts_with("the file has 67108865 bytes; at most 67108864 are read"), "{}", fault[0]);
}

#[test]
fn swapped_coordinates_are_found_by_where_the_areas_are_expected() {
    let swapped = collection(&[&feature("1", "Polygon", "[[[36,50],[36,50.1],[36.1,50.1],[36,50]]]")]);
    let qazvin = [49.0, 35.0, 51.0, 37.0];
    assert!(faults(&swapped, Expected::Anywhere).is_empty(), "a place in Ukraine");
    for expected in [Expected::Inside(qazvin), Expected::Near(qazvin)] {
        assert!(faults(&swapped, expected)[0].contains("the order of coordinates seems wrong"));
    }
    let elsewhere = collection(&[&feature("1", "Polygon", "[[[0,0],[1,0],[1,1],[0,0]]]")]);
    assert!(faults(&elsewhere, Expected::Near(qazvin)).is_empty());
    assert!(faults(&elsewhere, Expected::Inside(qazvin))[0].contains("outside the expected box"));
}

#[test]
fn names_may_lead_into_objects_and_stand_in_for_each_other() {
    let text = collection(&[&format!(
        "{{\"type\":\"Feature\",\"properties\":{{\"id\":7,\"tags\":{{\"name:fa\":\"آبیک\",\"a.b\":\"x\"}}}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{SQUARE}]}}}}"
    )]);
    let names = Names { name_fa: Some("tags.name:fa".into()), source: Some("tags.a.b".into()), ..names("id") };
    let read = read_areas(text.as_bytes(), &names, Expected::Anywhere).unwrap();
    let area = &read.areas[0];
    assert_eq!((area.code.as_str(), area.name_fa.as_str(), area.name_en.as_str(), area.source.as_str()), ("7", "آبیک", "آبیک", "x"));
    assert_eq!((vertices(&area.shape), to_geojson(&area.shape)["coordinates"][0][0][1].clone()), (4, json!([50.1, 36.0])));
}

/// What is said of a real file.
fn real(file: &str, code: &str) -> Option<Result<Reading, Vec<FeatureFault>>> {
    let bytes = std::fs::read(real_data(&format!("districts/{file}.geojson"))?).unwrap();
    Some(read_areas(&bytes, &names(code), Expected::Anywhere))
}

#[test]
fn real_files_are_read_and_the_four_crossing_outlines_of_two_cities_are_named() {
    for (file, code, areas, skipped) in [
        ("nyc-community-districts-2013", "BoroCD", 71, 0),
        ("nyc-community-districts-simplified", "BoroCD", 71, 0),
        ("tehran-22-districts", "@id", 22, 0),
        ("iran-counties-IR-26", "id", 6, 2),
        ("iran-counties-IR-23", "id", 16, 17),
        ("amsterdam-wijken", "name", 97, 0),
    ] {
        let Some(read) = real(file, code) else { return };
        let read = read.unwrap_or_else(|f| panic!("{file}: {}", f.iter().map(|f| format!("{f}\n")).collect::<String>()));
        assert_eq!((read.areas.len(), read.skipped.len()), (areas, skipped), "{file}");
    }
    for file in ["chicago-neighborhoods", "boston-neighborhoods"] {
        let Some(read) = real(file, "name") else { return };
        let faults = read.unwrap_err();
        for fault in &faults {
            println!("{file}: {fault}");
        }
        assert_eq!(faults.len(), 4, "{file}");
        assert!(faults.iter().all(|f| f.label.is_some() && matches!(f.fault, Fault::Geometry(GeometryFault::Crossing { .. }))));
    }
}
