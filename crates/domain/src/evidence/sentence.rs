//! A verdict in one sentence, Persian or English, with its figures.

mod phrases;

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::{
    evidence::sentence::phrases::PHRASES,
    photo::{Verdict, VerdictResult},
};
use bazdid_protocol::time::{MICROS_PER_SECOND, Timestamp};

bazdid_protocol::text_enum! {
    /// Language of a sentence.
    Language {
        /// Persian.
        Persian = "fa",
        /// English.
        English = "en",
    }
}

/// One way to say a verdict. `{name}` stands for a figure; the first phrase of a check and result whose figures are all there is
/// the one that is said.
struct Phrase {
    check: &'static str,
    result: VerdictResult,
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

/// Durations between instants, which people understand better than the instants.
fn with_derived(mut figures: Map<String, Value>) -> Map<String, Value> {
    let instant = |name: &str| figures.get(name).and_then(Value::as_str).and_then(|t| Timestamp::parse(t).ok());
    let between = |from: Option<Timestamp>, to: Option<Timestamp>| from.zip(to).map(|(from, to)| (to - from) / MICROS_PER_SECOND);
    let captured = instant("captured");
    let derived = [
        ("after_arrival_s", between(instant("arrived"), captured).filter(|s| *s >= 0)),
        ("before_arrival_s", between(captured, instant("arrived")).filter(|s| *s > 0)),
        ("after_departure_s", between(instant("left"), captured).filter(|s| *s > 0)),
        ("early_s", figures.get("widest_gap_s").and_then(Value::as_i64).filter(|gap| *gap < 0).map(i64::saturating_neg)),
    ];
    for (name, value) in derived {
        if let Some(seconds) = value {
            figures.insert(name.to_owned(), seconds.into());
        }
    }
    figures
}

/// A figure with its unit, which stands at the end of its name.
fn said(name: &str, value: &Value, language: Language) -> Option<String> {
    let text = match (name.rsplit_once('_').map(|(_, unit)| unit), value) {
        (_, Value::Null) => return None,
        (Some("m"), Value::Number(n)) => metres(n.as_f64()?, language),
        (Some("s"), Value::Number(n)) => duration(n.as_i64()?, language),
        (Some("kmh"), Value::Number(n)) => format!("{} {}", decimal(n.as_f64()?, 0), word(language, "کیلومتر در ساعت", "km/h")),
        (Some("deg"), Value::Number(n)) => format!("{} {}", decimal(n.as_f64()?, 0), word(language, "درجه", "degrees")),
        (Some("bits"), Value::Number(n)) => n.to_string(),
        (Some("bytes"), Value::Number(n)) => format!("{n} {}", word(language, "بایت", "bytes")),
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

fn metres(metres: f64, language: Language) -> String {
    if metres < 10_000.0 {
        format!("{} {}", decimal(metres, 0), word(language, "متر", "m"))
    } else {
        format!("{} {}", decimal(metres / 1000.0, 1), word(language, "کیلومتر", "km"))
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
    if out.is_empty() { format!("0 {}", word(language, "ثانیه", "s")) } else { out }
}

/// Persian digits and decimal point.
fn persian_digits(text: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0x06F0 + d));
    text.chars().map(|c| digit(c).unwrap_or(if c == '.' { '٫' } else { c })).collect()
}

#[cfg(test)]
mod tests;
