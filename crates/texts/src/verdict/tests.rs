use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::tests::{names, source};

/// Every check, with figures as its judge gives them, richest and poorest.
fn examples() -> Vec<(&'static str, Value)> {
    vec![
        ("distance", json!({ "distance_m": 44.5, "allowed_m": 60.0, "radius_m": 50.0, "photo_accuracy_m": 5.0, "ticket_accuracy_m": 5.0 })),
        ("distance", json!({ "radius_m": 50.0 })),
        ("mock_location", json!({ "flag": "real" })),
        ("inside_visit", json!({ "captured": "2026-11-23T09:00:00Z", "arrived": "2026-11-23T08:30:00Z", "left": "2026-11-23T10:00:00Z" })),
        ("inside_visit", json!({ "captured": "2026-11-23T08:00:00Z", "arrived": "2026-11-23T08:30:00Z", "left": null })),
        ("inside_visit", json!({ "captured": "2026-11-23T09:00:00Z" })),
        ("inside_visit", json!({ "captured": "2026-11-23T09:00:00Z", "clock_changed": true })),
        ("order", json!({ "counterparts": 1, "widest_gap_s": 2400, "least_gap_s": 60 })),
        ("order", json!({ "counterparts": 1, "widest_gap_s": -2400, "least_gap_s": 60 })),
        ("order", json!({ "counterparts": 0, "widest_gap_s": null, "least_gap_s": 60 })),
        ("unique_bytes", json!({ "also_in": ["a", "b", "c"] })),
        ("clock", json!({ "skew_s": -172_800, "allowed_s": 120, "trust": "wrong" })),
        ("clock", json!({ "skew_s": null, "allowed_s": 120, "trust": "unknown" })),
        ("bytes", json!({ "declared_sha256": "ab", "received_sha256": "cd", "declared_bytes": 2_100_000, "received_bytes": 1_999_999 })),
        (
            "format",
            json!({ "declared": "image/png", "found": "image/jpeg", "declared_width": 40, "declared_height": 30, "width": 4000, "height": 3000 }),
        ),
        ("format", json!({ "declared": "image/png", "found": null, "gap": "unknown_format" })),
        ("exif_position", json!({ "distance_m": 12_345.0, "allowed_m": 60.0, "at_most_m": 1060.0 })),
        ("exif_position", json!({ "gap": "no_exif" })),
        ("exif_time", json!({ "difference_s": 3661, "allowed_s": 120, "assumed_zone": "Asia/Tehran" })),
        ("exif_time", json!({ "difference_s": 3661, "allowed_s": 120, "assumed_zone": null })),
        ("exif_time", json!({ "gap": "no_exif", "allowed_s": 120 })),
        ("exif_time", json!({ "gps_difference_s": 12, "allowed_s": 120 })),
        ("pair", json!({ "distance_m": 11.0, "allowed_m": 35.0, "at_most_m": 35.0, "turned_deg": 20.0, "allowed_deg": 60.0 })),
        ("pair", json!({ "distance_m": 11.0, "allowed_m": 35.0, "at_most_m": 35.0, "turned_deg": null, "allowed_deg": 60.0 })),
        (
            "pair",
            json!({ "distance_m": 50.0, "allowed_m": 35.0, "heading_deg": 10.0, "other_heading_deg": 100.0, "turned_deg": 90.0, "allowed_deg": 60.0 }),
        ),
        ("pair", json!({ "allowed_m": 25.0 })),
        ("similar_picture", json!({ "also_in": [{ "photo": "x", "bits": 3 }], "count": 1, "nearest_bits": 3, "near_bits": 6 })),
        ("similar_picture", json!({ "gap": "featureless", "near_bits": 6 })),
        ("speed", json!({ "speed_kmh": 166.2, "allowed_kmh": 160.0, "distance_m": 11_100.0, "passed_s": 240, "other": "x" })),
        ("speed", json!({ "allowed_kmh": 160.0 })),
        ("speed", json!({ "speed_kmh": 0.3, "allowed_kmh": 160.0, "distance_m": 0.0, "passed_s": 240, "other": "x" })),
    ]
}

fn say(check: &str, result: VerdictResult, figures: &Value, language: Language) -> String {
    sentence(language, check, result, figures)
}

/// The texts of verdicts: check, result, name.
fn phrases() -> Vec<(&'static str, VerdictResult, String)> {
    let checks: BTreeSet<&str> = examples().iter().map(|(check, _)| *check).collect();
    let mut found = Vec::new();
    for name in names(source(Language::English)).into_keys().filter(|n| n.starts_with("verdict-") && !n.starts_with("verdict-other-")) {
        let of = |check: &str, result: &VerdictResult| {
            let rest = name.strip_prefix(&format!("verdict-{check}-{result}").replace('_', "-"))?;
            (rest.is_empty() || rest.strip_prefix('-')?.parse::<u8>().is_ok()).then_some(())
        };
        let all = checks.iter().flat_map(|check| VerdictResult::ALL.iter().map(move |result| (*check, *result)));
        let (check, result) = all.into_iter().find(|(check, result)| of(check, result).is_some()).unwrap_or_else(|| panic!("{name}"));
        found.push((check, result, name));
    }
    found
}

#[test]
fn every_check_and_result_has_a_sentence_in_both_languages() {
    let checks: BTreeSet<&str> = examples().iter().map(|(check, _)| *check).collect();
    assert_eq!(checks, phrases().into_iter().map(|(check, ..)| check).collect(), "an example for every check and no other");
    for check in checks {
        for result in VerdictResult::ALL {
            let spoken: Vec<_> = examples()
                .iter()
                .filter(|(c, _)| *c == check)
                .map(|(_, figures)| (say(check, *result, figures, Language::Persian), say(check, *result, figures, Language::English)))
                .collect();
            // Some example has all the figures that some phrase of the result wants.
            assert!(spoken.iter().any(|(_, en)| !en.starts_with("The check")), "{check} {result}");
            for (fa, en) in spoken {
                assert!(fa.ends_with('.') && en.ends_with('.') && !fa.contains(['{', '}']) && !en.contains(['{', '}']), "{fa} {en}");
                assert!(en.is_ascii() || en.contains('×'), "{en}");
                assert!(fa.chars().any(|c| ('\u{600}'..='\u{6FF}').contains(&c)), "{fa}");
                // Persian text has Persian letters and digits only.
                assert!(!fa.contains(['ي', 'ك']) && !fa.contains(|c: char| c.is_ascii_alphanumeric()), "{fa}");
            }
        }
    }
}

#[test]
fn whoever_may_not_see_the_figures_is_told_what_was_found() {
    let checks: BTreeSet<&str> = examples().iter().map(|(check, _)| *check).collect();
    let mut told = BTreeSet::new();
    for check in &checks {
        for result in VerdictResult::ALL {
            for figures in [Value::Null, json!({})] {
                let (fa, en) = (say(check, *result, &figures, Language::Persian), say(check, *result, &figures, Language::English));
                assert!(!en.starts_with("The check") && !fa.contains('«'), "{check} {result}: {en}");
                assert!(!en.contains(|c: char| c.is_ascii_digit()) && !fa.contains(|c: char| c.is_numeric()), "{en} {fa}");
                told.insert(en);
            }
        }
    }
    assert_eq!(told.len(), checks.len() * VerdictResult::ALL.len(), "one sentence for each check and result");
}

#[test]
fn no_figure_is_empty() {
    let nothing = json!({
        "distance_m": 0.2, "allowed_m": 0.0, "at_most_m": 0.0, "widest_gap_s": 0, "least_gap_s": 0, "skew_s": 0, "allowed_s": 0,
        "received_bytes": 0, "declared_bytes": 0, "difference_s": 0, "gps_difference_s": 0, "assumed_zone": "Asia/Tehran",
        "turned_deg": 0.0, "allowed_deg": 0.0, "heading_deg": 0.0, "other_heading_deg": 0.0, "speed_kmh": 0.0, "allowed_kmh": 0.0,
        "passed_s": 0, "captured": "2026-11-23T09:00:00Z", "arrived": "2026-11-23T09:00:00Z",
    });
    for (check, result, _) in phrases() {
        let (fa, en) = (say(check, result, &nothing, Language::Persian), say(check, result, &nothing, Language::English));
        assert!(!en.contains(" 0 ") && !en.contains("(0 ") && !fa.contains('۰'), "{en} {fa}");
    }
    assert_eq!(
        say("clock", VerdictResult::Ok, &nothing, Language::Persian),
        "ساعت گوشی کمتر از ۱ ثانیه با ساعت درست اختلاف داشت؛ تا کمتر از ۱ ثانیه پذیرفته است."
    );
}

#[test]
fn directions_types_and_sizes_have_names() {
    let figures = json!({
        "distance_m": 11.0, "allowed_m": 35.0, "heading_deg": 350.0, "other_heading_deg": 135.0, "turned_deg": 145.0, "allowed_deg": 60.0,
    });
    let (fa, en) = (
        say("pair", VerdictResult::Mismatch, &figures, Language::Persian),
        say("pair", VerdictResult::Mismatch, &figures, Language::English),
    );
    assert!(en.contains("this one to the north, its counterpart to the south-east, 145 degrees apart"), "{en}");
    assert!(fa.contains("رو به شمال و جفت آن رو به جنوب شرقی"), "{fa}");
    let far = json!({ "distance_m": 90.0, "allowed_m": 35.0, "turned_deg": 5.0, "allowed_deg": 60.0 });
    assert!(say("pair", VerdictResult::Mismatch, &far, Language::English).contains("they lie 90 m apart"));
    for (degrees, expected) in [(22.4, "north"), (22.5, "north-east"), (90.0, "east"), (180.0, "south"), (359.0, "north"), (360.0, "north")]
    {
        assert_eq!(compass(degrees), format!("compass-{expected}"));
    }
    let figures = json!({ "declared": "image/heic", "found": "image/jpeg" });
    assert_eq!(
        say("format", VerdictResult::Mismatch, &figures, Language::Persian),
        "فایل تصویری از نوع جی‌پگ است، اما نوع اچ‌ای‌آی‌سی اعلام شده بود."
    );
    for (bytes, fa, en) in [(999, "۹۹۹ بایت", "999 bytes"), (12_345, "۱۲٫۳ کیلوبایت", "12.3 kB"), (2_199_999, "۲٫۱ مگابایت", "2.1 MB")]
    {
        let figures = json!({ "received_bytes": bytes });
        assert!(say("bytes", VerdictResult::Ok, &figures, Language::Persian).contains(fa));
        assert!(say("bytes", VerdictResult::Ok, &figures, Language::English).contains(en));
    }
}

#[test]
fn no_figure_of_a_text_is_unheard_of_and_those_without_figures_come_last() {
    let known: BTreeSet<String> = examples()
        .into_iter()
        .flat_map(|(_, figures)| with_derived(figures.as_object().unwrap().clone()).into_iter().map(|(name, _)| name))
        .collect();
    let texts = names(source(Language::English));
    for (check, result, name) in phrases() {
        for figure in &texts[&name] {
            assert!(known.contains(figure) || figure == "after_departure_s", "{figure} in {name}");
        }
        let plain = format!("verdict-{check}-{result}").replace('_', "-");
        assert!(texts[&plain].is_empty(), "{plain}: whoever may not see the figures is told this");
        if let Some(n) = name.strip_prefix(&format!("{plain}-")).and_then(|n| n.parse::<u8>().ok()).filter(|n| *n > 1) {
            assert!(texts.contains_key(&format!("{plain}-{}", n - 1)), "{name}: the numbers have no gap");
        }
    }
    for (name, figure) in GIVEN {
        assert!(texts.contains_key(name) && !texts[name].contains(figure) && known.contains(figure), "{name} {figure}");
    }
}

#[test]
fn figures_as_people_say_them() {
    use VerdictResult::{Mismatch, Ok as Agrees, Unknown};
    let figures = json!({ "distance_m": 44.5, "allowed_m": 40.0 });
    assert_eq!(
        say("distance", Mismatch, &figures, Language::Persian),
        "عکس در فاصلهٔ ۴۴ متر از محل درخواست گرفته شده است، دورتر از ۴۰ متر که پذیرفته است."
    );
    assert_eq!(
        say("distance", Mismatch, &figures, Language::English),
        "The photo was taken 44 m from the place of the request, farther than the 40 m that are accepted."
    );
    let figures = json!({ "difference_s": 90_061, "allowed_s": 120, "assumed_zone": "Asia/Tehran" });
    assert_eq!(
        say("exif_time", Mismatch, &figures, Language::Persian),
        "زمان درون فایل ۱ روز و ۱ ساعت با زمان اعلام‌شده اختلاف دارد، بیش از ۲ دقیقه که پذیرفته است. دوربین منطقهٔ زمانی را ننوشته و ساعت تهران فرض شده است."
    );
    assert!(
        say("exif_position", Mismatch, &json!({ "distance_m": 12_345.0, "at_most_m": 1060.0 }), Language::Persian).contains("۱۲٫۳ کیلومتر")
    );
    assert!(say("order", Mismatch, &json!({ "widest_gap_s": -2400, "least_gap_s": 60 }), Language::English).contains("40 min before"));
    let visit = json!({ "captured": "2026-11-23T10:20:00Z", "arrived": "2026-11-23T08:30:00Z", "left": "2026-11-23T10:00:00Z" });
    assert!(say("inside_visit", Mismatch, &visit, Language::English).contains("20 min after the visit ended"));
    assert_eq!(say("weather", Unknown, &json!({}), Language::English), "The check \"weather\" says: unknown.");
    assert_eq!(say("weather", Agrees, &json!({}), Language::Persian), "نتیجهٔ بررسی «weather»: درست است.");
}
