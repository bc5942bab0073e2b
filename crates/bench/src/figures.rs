//! What is measured, as it is told: one line a figure, and the same as JSON.

use std::time::Duration;

use serde_json::{Value, json};

use bazdid_command::out;

/// What a figure should be. BenchResult beside it; a bench on a busy machine fails nobody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wanted {
    /// Nothing was agreed.
    Open,
    /// At least.
    Least(f64),
    /// Less than.
    Below(f64),
}

impl Wanted {
    fn holds(self, value: f64) -> Option<bool> {
        match self {
            Self::Open => None,
            Self::Least(least) => Some(value >= least),
            Self::Below(most) => Some(value < most),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Open => String::new(),
            Self::Least(least) => format!("≥ {}", short(least)),
            Self::Below(most) => format!("< {}", short(most)),
        }
    }
}

/// Every figure so far.
#[derive(Debug, Default)]
pub struct Figures {
    part: &'static str,
    items: Vec<Value>,
}

impl Figures {
    /// Begins a part.
    pub fn part(&mut self, part: &'static str, what: &str) {
        self.part = part;
        out(format_args!("\n{part}: {what}"));
    }

    /// Tells a figure of which nothing was agreed.
    pub fn say(&mut self, name: &str, value: f64, unit: &str) {
        self.judge(name, value, unit, Wanted::Open);
    }

    /// Tells a figure beside what it should be.
    pub fn judge(&mut self, name: &str, value: f64, unit: &str, wanted: Wanted) {
        let holds = wanted.holds(value);
        let mark = match holds {
            None => String::new(),
            Some(true) => format!("   (wanted {}: yes)", wanted.words()),
            Some(false) => format!("   (wanted {}: NO)", wanted.words()),
        };
        out(format_args!("  {name:<58} {:>12} {unit}{mark}", short(value)));
        let value = if value.is_finite() { json!(value) } else { Value::Null };
        let wanted = Some(wanted.words()).filter(|w| !w.is_empty());
        self.items.push(json!({ "part": self.part, "name": name, "value": value, "unit": unit, "wanted": wanted, "holds": holds }));
    }

    /// Tells the median and the 99th percentile of durations.
    pub fn times(&mut self, name: &str, times: &mut [Duration], wanted_p99: Wanted) {
        self.say(&format!("{name}, p50"), percentile_ms(times, 0.5), "ms");
        self.judge(&format!("{name}, p99"), percentile_ms(times, 0.99), "ms", wanted_p99);
    }

    /// Everything as JSON.
    #[must_use]
    pub fn to_json(&self, database: &str) -> Value {
        json!({
            "database": database, "version": env!("CARGO_PKG_VERSION"), "optimised": !cfg!(debug_assertions), "figures": self.items,
        })
    }
}

/// A number in few digits, thousands apart.
fn short(value: f64) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    if value.abs() < 100.0 {
        let digits = if value.fract() == 0.0 { 0 } else { 2 };
        return format!("{value:.digits$}");
    }
    let plain = format!("{value:.0}");
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}")
}

/// The value below which a share of the durations lies, milliseconds.
pub fn percentile_ms(durations: &mut [Duration], share: f64) -> f64 {
    durations.sort_unstable();
    let last = durations.len().saturating_sub(1);
    // The nearest rank: the first one that at least this share of all lies before.
    let rank = (0..=last).find(|n| float(*n) + 0.5 >= float(last) * share).unwrap_or(last);
    durations.get(rank).map_or(f64::NAN, |d| millis(*d))
}

/// A duration in milliseconds.
#[must_use]
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// So many in such a time, a second.
#[must_use]
pub fn rate(many: usize, took: Duration) -> f64 {
    float(many) / took.as_secs_f64()
}

/// A count as a fraction's half; exact up to 2³².
#[must_use]
pub fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// So many for each; not a number if there are none.
#[must_use]
pub fn each(all: usize, many: usize) -> f64 {
    float(all) / float(many)
}

/// A number that a number determines (SplitMix64), for places and texts that differ.
#[must_use]
pub const fn scramble(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^ (z >> 27)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut times: Vec<Duration> = (1..=101).rev().map(Duration::from_millis).collect();
        let at = |times: &mut [Duration], share| percentile_ms(times, share).round();
        assert_eq!((at(&mut times, 0.0), at(&mut times, 0.5), at(&mut times, 0.99), at(&mut times, 1.0)), (1.0, 51.0, 100.0, 101.0));
        assert_eq!(at(&mut times[..1], 0.99), 1.0);
        assert!(percentile_ms(&mut [], 0.5).is_nan());
    }

    #[test]
    fn numbers_can_be_read() {
        for (value, text) in [(0.0, "0"), (2.345, "2.35"), (99.0, "99"), (999.6, "1,000"), (1_234_567.0, "1,234,567"), (-1234.0, "-1,234")]
        {
            assert_eq!(short(value), text);
        }
        assert_eq!(short(f64::NAN), "unknown");
    }

    #[test]
    fn what_is_wanted_is_compared() {
        assert_eq!(Wanted::Least(5.0).holds(5.0), Some(true));
        assert_eq!(Wanted::Below(5.0).holds(5.0), Some(false));
        assert_eq!(Wanted::Below(5.0).holds(f64::NAN), Some(false), "what is not known is not met");
        assert_eq!(Wanted::Open.holds(1.0), None);
    }
}
