//! A verdict about a photo in one sentence, with its figures.
//!
//! A check and a result have a text `verdict-<check>-<result>` without figures, and may have numbered ones before it, with more figures first:
//! the first of which every figure is known is said. Whoever may not see the figures is so told the one without.

use fluent_bundle::FluentValue;
use serde_json::{Map, Value};

use crate::{Language, has, text};
use bazdid_protocol::{
    text_enum::TextEnum as _,
    time::{MICROS_PER_SECOND, Timestamp},
    words::photo::{UNKNOWN_MIME, VerdictResult},
};

/// Texts that are said only if a figure is there that they do not say.
const GIVEN: [(&str, &str); 3] = [
    ("verdict-inside-visit-unknown-1", "clock_changed"),
    ("verdict-inside-visit-unknown-3", "captured"),
    ("verdict-speed-ok-1", "same_place"),
];

/// A verdict in one sentence. A check that this version does not know is named, with its result.
#[must_use]
pub fn sentence(language: Language, check: &str, result: VerdictResult, figures: &Value) -> String {
    let figures = with_derived(figures.as_object().cloned().unwrap_or_default());
    let words: Vec<(&str, String)> =
        figures.iter().filter_map(|(name, value)| Some((name.as_str(), said(name, value, language)?))).collect();
    let arguments: Vec<(&str, FluentValue<'_>)> = words.iter().map(|(name, word)| (*name, FluentValue::from(word.as_str()))).collect();
    let plain = format!("verdict-{check}-{result}").replace('_', "-");
    let numbered = (1..).map(|n| format!("{plain}-{n}")).take_while(|name| has(language, name));
    numbered
        .filter(|name| GIVEN.iter().all(|(of, figure)| of != name || figures.get(*figure).is_some_and(|v| !v.is_null())))
        .find_map(|name| text(language, &name, &arguments))
        .or_else(|| text(language, &plain, &[]))
        .unwrap_or_else(|| named(language, &format!("verdict-other-{}", result.as_str()), &[("check", check)]))
}

/// A text that is there, with words; of one that is not there its name.
fn named(language: Language, name: &str, words: &[(&str, &str)]) -> String {
    let arguments: Vec<(&str, FluentValue<'_>)> = words.iter().map(|(name, word)| (*name, FluentValue::from(*word))).collect();
    text(language, name, &arguments).unwrap_or_else(|| name.to_owned())
}

/// What people understand better than the figures: durations between instants, directions, what a figure means.
fn with_derived(mut figures: Map<String, Value>) -> Map<String, Value> {
    let number = |name: &str| figures.get(name).and_then(Value::as_f64);
    let instant = |name: &str| figures.get(name).and_then(Value::as_str).and_then(|t| Timestamp::parse(t).ok());
    let between = |from: Option<Timestamp>, to: Option<Timestamp>| from.zip(to).map(|(from, to)| (to - from) / MICROS_PER_SECOND);
    let captured = instant("captured");
    let distance = number("distance_m");
    let derived: [(&str, Option<Value>); 8] = [
        ("after_arrival_s", between(instant("arrived"), captured).filter(|s| *s >= 0).map(Value::from)),
        ("before_arrival_s", between(captured, instant("arrived")).filter(|s| *s > 0).map(Value::from)),
        ("after_departure_s", between(instant("left"), captured).filter(|s| *s > 0).map(Value::from)),
        ("early_s", figures.get("widest_gap_s").and_then(Value::as_i64).filter(|gap| *gap < 0).map(|gap| gap.saturating_neg().into())),
        ("too_far_m", distance.filter(|d| number("allowed_m").is_some_and(|allowed| *d > allowed)).map(Value::from)),
        ("same_place", number("speed_kmh").filter(|kmh| *kmh < LEAST).map(|_| true.into())),
        ("own_compass", number("heading_deg").map(Value::from)),
        ("other_compass", number("other_heading_deg").map(Value::from)),
    ];
    for (name, value) in derived {
        if let Some(value) = value {
            figures.insert(name.to_owned(), value);
        }
    }
    figures
}

/// Below this a figure is not said: "0 km/h" is none.
const LEAST: f64 = 0.5;

/// A figure with its unit, which stands at the end of its name.
fn said(name: &str, value: &Value, language: Language) -> Option<String> {
    let unit = name.rsplit_once('_').map_or(name, |(_, unit)| unit);
    Some(match (unit, value) {
        (_, Value::Null) => return None,
        ("m", Value::Number(n)) => metres(n.as_f64()?, language),
        ("s", Value::Number(n)) => duration(n.as_i64()?, language),
        ("kmh", Value::Number(n)) => whole("figure-kmh", n.as_f64()?, language),
        ("deg", Value::Number(n)) => whole("figure-degrees", n.as_f64()?, language),
        ("compass", Value::Number(n)) => named(language, compass(n.as_f64()?), &[]),
        ("bytes", Value::Number(n)) => size(n.as_u64()?, language),
        ("declared" | "found", Value::String(mime)) => media_type(mime, language),
        ("zone", Value::String(zone)) => zone_name(zone, language),
        (_, Value::Number(n)) => digits(&n.to_string(), language),
        // Names and codes stay as they are.
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(all)) => digits(&all.len().to_string(), language),
        _ => return None,
    })
}

/// A number of a unit. `count` chooses between one and several.
fn of_unit(unit: &str, number: &str, count: f64, language: Language) -> String {
    let number = digits(number, language);
    let arguments = [("number", FluentValue::from(number.as_str())), ("count", FluentValue::from(count.round()))];
    text(language, unit, &arguments).unwrap_or(number)
}

/// A whole number of a unit; what would be none is said to be less than one.
fn whole(unit: &str, number: f64, language: Language) -> String {
    if number.abs() < LEAST {
        named(language, "figure-less-than", &[("figure", &of_unit(unit, "1", 1.0, language))])
    } else {
        of_unit(unit, &format!("{number:.0}"), number, language)
    }
}

fn metres(metres: f64, language: Language) -> String {
    if metres < 10_000.0 {
        whole("figure-metres", metres, language)
    } else {
        of_unit("figure-kilometres", &format!("{:.1}", metres / 1000.0), metres, language)
    }
}

/// The direction of eight that is nearest to one in degrees from north.
fn compass(degrees: f64) -> &'static str {
    match degrees.rem_euclid(360.0) {
        d if d < 22.5 => "compass-north",
        d if d < 67.5 => "compass-north-east",
        d if d < 112.5 => "compass-east",
        d if d < 157.5 => "compass-south-east",
        d if d < 202.5 => "compass-south",
        d if d < 247.5 => "compass-south-west",
        d if d < 292.5 => "compass-west",
        d if d < 337.5 => "compass-north-west",
        _ => "compass-north",
    }
}

/// A number of bytes as people say it.
fn size(bytes: u64, language: Language) -> String {
    let tenths = |unit: u64, name: &str| of_unit(name, &format!("{}.{}", bytes / unit, bytes % unit * 10 / unit), 2.0, language);
    match bytes {
        0 => named(language, "figure-no-bytes", &[]),
        1..1_000 => of_unit("figure-bytes", &bytes.to_string(), if bytes == 1 { 1.0 } else { 2.0 }, language),
        1_000..1_000_000 => tenths(1_000, "figure-kilobytes"),
        _ => tenths(1_000_000, "figure-megabytes"),
    }
}

/// The name of a media type; of one that is not known the type itself.
fn media_type(mime: &str, language: Language) -> String {
    let name = match mime {
        "image/jpeg" | "image/jpg" => "media-jpeg",
        "image/png" => "media-png",
        "image/webp" => "media-webp",
        "image/heic" | "image/heif" => "media-heic",
        "image/avif" => "media-avif",
        "image/gif" => "media-gif",
        UNKNOWN_MIME => "media-unknown",
        other => return other.to_owned(),
    };
    named(language, name, &[])
}

fn zone_name(zone: &str, language: Language) -> String {
    let name = format!("zone-{}", zone.to_ascii_lowercase().replace('/', "-"));
    text(language, &name, &[]).unwrap_or_else(|| zone.to_owned())
}

/// The two largest units.
fn duration(seconds: i64, language: Language) -> String {
    let all = seconds.unsigned_abs();
    let parts = [
        (all / 86_400, "figure-days"),
        (all / 3_600 % 24, "figure-hours"),
        (all / 60 % 60, "figure-minutes"),
        (all % 60, "figure-seconds"),
    ];
    let two = parts.into_iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    let said = two.map(|(count, unit)| of_unit(unit, &count.to_string(), if count == 1 { 1.0 } else { 2.0 }, language));
    said.reduce(|first, second| named(language, "figure-and", &[("first", &first), ("second", &second)]))
        .unwrap_or_else(|| whole("figure-seconds", 0.0, language))
}

/// The digits of a number as the language writes them.
pub(crate) fn digits(number: &str, language: Language) -> String {
    match language {
        Language::English => number.to_owned(),
        Language::Persian => {
            let digit = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0x06F0 + d));
            number.chars().map(|c| digit(c).unwrap_or(if c == '.' { '٫' } else { c })).collect()
        }
    }
}

#[cfg(test)]
mod tests;
