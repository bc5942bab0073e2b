//! Instants with the precision that both databases keep.

use std::{borrow::Cow, fmt, ops, time::Duration};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::fold::ascii_digits;

/// Microseconds in one second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in one minute.
pub const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
/// Microseconds in one hour.
pub const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;
/// Microseconds in one day of 24 hours.
pub const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// What an instant must look like, for messages.
pub const EXPECTED: &str = "an RFC 3339 date and time with an offset, from 1970 to 2199, such as 2026-11-23T09:12:00+03:30";

/// An instant from 1970-01-01T00:00:00Z to before 2200-01-01T00:00:00Z: microseconds since the first. RFC 3339 on the wire.
///
/// Every way to make one stays inside this range, so that no figure of a device, however large, leads to an instant that a database
/// or a strict reader refuses. [`Timestamp::parse`] refuses what lies outside; arithmetic saturates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// Why a text is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {EXPECTED}")]
pub struct UnreadableInstant;

impl Timestamp {
    /// The first instant.
    pub const MIN: Self = Self(0);
    /// The last instant: one microsecond before 2200.
    pub const MAX: Self = Self(7_258_118_400_000_000 - 1);

    /// The instant that lies `micros` microseconds after the Unix epoch; saturates at [`Timestamp::MIN`] and [`Timestamp::MAX`].
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Parses RFC 3339 with any offset, also one without a colon (`+0330`); digits may be ASCII, Persian or Arabic-Indic. What lies
    /// below a microsecond is cut off.
    ///
    /// # Errors
    /// The text is not such a date and time, or lies outside of the range.
    pub fn parse(text: &str) -> Result<Self, UnreadableInstant> {
        let micros = parse_micros(text).ok_or(UnreadableInstant)?;
        if (Self::MIN.0..=Self::MAX.0).contains(&micros) { Ok(Self(micros)) } else { Err(UnreadableInstant) }
    }

    /// This instant moved by `micros` (negative: earlier), saturating at the ends of the range.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This instant moved by whole minutes.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_micros(minutes.saturating_mul(MICROS_PER_MINUTE))
    }

    /// This instant moved by days of 24 hours.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_micros(days.saturating_mul(MICROS_PER_DAY))
    }

    /// This instant moved later by a duration.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        self.plus_micros(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
    }

    /// As a chrono value.
    #[must_use]
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

/// Microseconds from the right side to the left.
impl ops::Sub for Timestamp {
    type Output = i64;
    fn sub(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(value: DateTime<Utc>) -> Self {
        Self::from_micros(value.timestamp_micros())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_chrono().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// Reads a date and time without a limit to its range: microseconds since 1970.
#[must_use]
pub fn parse_micros(text: &str) -> Option<i64> {
    let ascii = ascii_digits(text);
    // "+0330", as `%z` of strftime writes it.
    let short = ascii.len().checked_sub(5).and_then(|at| ascii.split_at_checked(at));
    let text = match short {
        Some((front, offset)) if offset.starts_with(['+', '-']) && offset.bytes().skip(1).all(|b| b.is_ascii_digit()) => {
            let (hours, minutes) = offset.split_at(3);
            Cow::Owned(format!("{front}{hours}:{minutes}"))
        }
        _ => ascii,
    };
    DateTime::parse_from_rfc3339(&text).ok().map(|at| at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_with_an_offset_is_read_as_utc_and_cut_to_microseconds() {
        let t = Timestamp::parse("2026-11-23T09:12:00.1234567+03:30").unwrap();
        assert_eq!(t.to_string(), "2026-11-23T05:42:00.123456Z");
        assert!(Timestamp::parse("2026-11-23").is_err());
    }

    #[test]
    fn digits_of_three_scripts_and_offsets_with_and_without_a_colon_are_read() {
        for text in [
            "2026-11-30T09:12:00+03:30",
            "2026-11-30T09:12:00+0330",
            "۲۰۲۶-۱۱-۳۰T۰۹:۱۲:۰۰+۰۳:۳۰",
            "۲۰۲۶-۱۱-۳۰T۰۹:۱۲:۰۰+۰۳۳۰",
            "٢٠٢٦-١١-٣٠T٠٩:١٢:٠٠+٠٣:٣٠",
            "2026-11-30t05:42:00z",
            "2026-11-30T00:42:00-0500",
        ] {
            assert_eq!(Timestamp::parse(text).map(|t| t.to_string()).as_deref(), Ok("2026-11-30T05:42:00.000000Z"), "{text}");
        }
    }

    #[test]
    fn there_is_one_range_and_no_arithmetic_leaves_it() {
        for (text, readable) in [
            ("1970-01-01T00:00:00Z", true),
            ("1969-12-31T23:59:59.999999Z", false),
            ("1970-01-01T00:00:00+03:30", false),
            ("2199-12-31T23:59:59.999999Z", true),
            ("2200-01-01T00:00:00Z", false),
            ("2200-01-01T01:00:00+03:30", true),
            ("0000-01-01T00:00:00+23:59", false),
            ("9999-12-31T23:59:59Z", false),
            ("+262142-01-01T00:00:00Z", false),
            ("", false),
            ("۱", false),
            ("+0330", false),
            ("یکشنبه", false),
        ] {
            assert_eq!(Timestamp::parse(text).is_ok(), readable, "{text}");
            assert_eq!(serde_json::from_value::<Timestamp>(text.into()).is_ok(), readable, "{text}");
        }
        assert_eq!(
            (Timestamp::MIN.to_string(), Timestamp::MAX.to_string()),
            ("1970-01-01T00:00:00.000000Z".into(), "2199-12-31T23:59:59.999999Z".into())
        );
        for far in [i64::MIN, -1, i64::MAX] {
            assert!((Timestamp::MIN..=Timestamp::MAX).contains(&Timestamp::from_micros(far)));
            assert!((Timestamp::MIN..=Timestamp::MAX).contains(&Timestamp::MAX.plus_days(far)));
        }
    }
}
