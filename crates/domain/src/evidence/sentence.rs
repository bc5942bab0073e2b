//! A verdict in one sentence, Persian or English, with its figures.

mod phrases;

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::{
    evidence::sentence::phrases::PHRASES,
    photo::{Verdict, VerdictResult},
};
use bazdid_protocol::{
    time::{MICROS_PER_SECOND, Timestamp},
    words::photo::UNKNOWN_MIME,
};

pub use bazdid_protocol::words::language::Language;

/// One way to say a verdict. `{name}` stands for a figure; the first phrase of a check and result whose figures are all there is
/// the one that is said.
struct Phrase {
    check: &'static str,
    result: VerdictResult,
    /// A figure that must be there though it is not said.
    given: Option<&'static str>,
    fa: &'static str,
    en: &'static str,
}

/// A verdict in one sentence. A check that this version does not know is named, with its result.
#[must_use]
pub fn sentence(verdict: &Verdict, language: Language) -> String {
    let known = verdict.figures.as_object().cloned().unwrap_or_default();
    let figures = with_derived(known);
    PHRASES
        .iter()
        .filter(|p| p.check == verdict.check && p.result == verdict.result)
        .filter(|p| p.given.is_none_or(|name| figures.get(name).is_some_and(|v| !v.is_null())))
        .find_map(|p| {
            let phrase = match language {
                Language::Persian => p.fa,
                Language::English => p.en,
            };
            filled(phrase, &figures, language)
        })
        .unwrap_or_else(|| unknown_check(verdict, language))
}

fn unknown_check(verdict: &Verdict, language: Language) -> String {
    match language {
        Language::Persian => {
            let result = match verdict.result {
                VerdictResult::Ok => "درست است",
                VerdictResult::Mismatch => "نمی‌خواند",
                VerdictResult::Unknown => "معلوم نیست",
            };
            format!("نتیجهٔ بررسی «{}»: {result}.", verdict.check)
        }
        Language::English => format!("The check \"{}\" says: {}.", verdict.check, verdict.result),
    }
}

/// The phrase with its figures; nothing if one of them is not known.
fn filled(phrase: &str, figures: &Map<String, Value>, language: Language) -> Option<String> {
    let mut out = String::new();
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(&said(name, figures.get(name)?, language)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
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
    let text = match (unit, value) {
        (_, Value::Null) => return None,
        ("m", Value::Number(n)) => metres(n.as_f64()?, language),
        ("s", Value::Number(n)) => duration(n.as_i64()?, language),
        ("kmh", Value::Number(n)) => whole(n.as_f64()?, word(language, "کیلومتر در ساعت", "km/h"), language),
        ("deg", Value::Number(n)) => degrees(n.as_f64()?, language),
        ("compass", Value::Number(n)) => compass(n.as_f64()?, language).to_owned(),
        ("bytes", Value::Number(n)) => size(n.as_u64()?, language),
        ("declared" | "found", Value::String(mime)) => media_type(mime, language).to_owned(),
        ("zone", Value::String(zone)) => zone_name(zone, language).to_owned(),
        (_, Value::Number(n)) => n.to_string(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(all)) => all.len().to_string(),
        _ => return None,
    };
    // Names and codes stay as they are.
    let digits = language == Language::Persian && !value.is_string();
    Some(if digits { persian_digits(&text) } else { text })
}

const fn word(language: Language, fa: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Persian => fa,
        Language::English => en,
    }
}

fn decimal(number: f64, places: usize) -> String {
    format!("{number:.places$}")
}

/// A whole number of a unit; what would be none is said to be less than one.
fn whole(number: f64, unit: &str, language: Language) -> String {
    if number.abs() < LEAST {
        format!("{} 1 {unit}", word(language, "کمتر از", "less than"))
    } else {
        format!("{} {unit}", decimal(number, 0))
    }
}

fn metres(metres: f64, language: Language) -> String {
    if metres < 10_000.0 {
        whole(metres, word(language, "متر", "m"), language)
    } else {
        format!("{} {}", decimal(metres / 1000.0, 1), word(language, "کیلومتر", "km"))
    }
}

fn degrees(degrees: f64, language: Language) -> String {
    whole(degrees, word(language, "درجه", if degrees < 1.5 { "degree" } else { "degrees" }), language)
}

/// The direction of eight that is nearest to one in degrees from north.
fn compass(degrees: f64, language: Language) -> &'static str {
    let (fa, en) = match degrees.rem_euclid(360.0) {
        d if d < 22.5 => ("شمال", "north"),
        d if d < 67.5 => ("شمال شرقی", "north-east"),
        d if d < 112.5 => ("شرق", "east"),
        d if d < 157.5 => ("جنوب شرقی", "south-east"),
        d if d < 202.5 => ("جنوب", "south"),
        d if d < 247.5 => ("جنوب غربی", "south-west"),
        d if d < 292.5 => ("غرب", "west"),
        d if d < 337.5 => ("شمال غربی", "north-west"),
        _ => ("شمال", "north"),
    };
    word(language, fa, en)
}

/// A number of bytes as people say it.
fn size(bytes: u64, language: Language) -> String {
    let tenths = |unit: u64, name: &str| format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0 => word(language, "فایل خالی", "no bytes").to_owned(),
        1..1_000 => format!("{bytes} {}", word(language, "بایت", "bytes")),
        1_000..1_000_000 => tenths(1_000, word(language, "کیلوبایت", "kB")),
        _ => tenths(1_000_000, word(language, "مگابایت", "MB")),
    }
}

/// The name of a media type; of one that is not known the type itself.
fn media_type(mime: &str, language: Language) -> &str {
    let (fa, en) = match mime {
        "image/jpeg" | "image/jpg" => ("جی‌پگ", "JPEG"),
        "image/png" => ("پی‌ان‌جی", "PNG"),
        "image/webp" => ("وب‌پی", "WebP"),
        "image/heic" | "image/heif" => ("HEIC", "HEIC"),
        "image/avif" => ("ای‌وی‌آی‌اف", "AVIF"),
        "image/gif" => ("گیف", "GIF"),
        UNKNOWN_MIME => ("نامشخص", "unknown"),
        other => return other,
    };
    word(language, fa, en)
}

fn zone_name(zone: &str, language: Language) -> &str {
    match (language, zone) {
        (Language::Persian, "Asia/Tehran") => "تهران",
        _ => zone,
    }
}

/// The two largest units.
fn duration(seconds: i64, language: Language) -> String {
    let all = seconds.unsigned_abs();
    let parts = [(all / 86_400, "روز", "d"), (all / 3_600 % 24, "ساعت", "h"), (all / 60 % 60, "دقیقه", "min"), (all % 60, "ثانیه", "s")];
    let mut out = String::new();
    for (count, fa, en) in parts.into_iter().skip_while(|(count, ..)| *count == 0).take(2).filter(|(count, ..)| *count > 0) {
        if !out.is_empty() {
            out.push_str(word(language, " و ", " "));
        }
        // Writing to a text does not fail.
        let _ = write!(out, "{count} {}", word(language, fa, en));
    }
    if out.is_empty() { whole(0.0, word(language, "ثانیه", "s"), language) } else { out }
}

/// Persian digits and decimal point.
fn persian_digits(text: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0x06F0 + d));
    text.chars().map(|c| digit(c).unwrap_or(if c == '.' { '٫' } else { c })).collect()
}

#[cfg(test)]
mod tests;
