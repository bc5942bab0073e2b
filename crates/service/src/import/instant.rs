//! Dates and times as other systems write them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _};
use chrono_tz::Tz;

use bazdid_protocol::time::Timestamp;

/// Dates with a time and without an offset, the likeliest first. American dates have the month first.
const WITH_TIME: &[&str] = &[
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
];
const WITHOUT_TIME: &[&str] = &["%Y-%m-%d", "%m/%d/%Y"];

/// Reads dates and times in a time zone.
#[derive(Debug, Clone)]
pub struct Instants {
    zone: Tz,
    format: Option<String>,
}

impl Instants {
    /// In the municipality's time zone; `format` (as of strftime) is tried before the usual ones.
    #[must_use]
    pub const fn new(zone: Tz, format: Option<String>) -> Self {
        Self { zone, format }
    }

    /// An instant. A date without a time is the first instant of the day; of an hour that the clock strikes twice it is the first.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        if let Ok(instant) = Timestamp::parse(text) {
            return Some(instant);
        }
        let formats = || self.format.iter().map(String::as_str);
        let with_time = formats().chain(WITH_TIME.iter().copied()).find_map(|f| NaiveDateTime::parse_from_str(text, f).ok());
        let date = || formats().chain(WITHOUT_TIME.iter().copied()).find_map(|f| NaiveDate::parse_from_str(text, f).ok());
        let local = with_time.or_else(|| date().map(|d| d.and_time(NaiveTime::MIN)))?;
        let year = chrono::Datelike::year(&local);
        if !(1900..2200).contains(&year) {
            return None;
        }
        // In the gap of a clock that is put forward: as far after it as it would have been.
        let or_later = || self.zone.from_local_datetime(&local.checked_add_signed(chrono::TimeDelta::hours(1))?).earliest();
        self.zone.from_local_datetime(&local).earliest().or_else(or_later).map(|t| t.to_utc().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_systems_write_them() {
        let read = |zone: Tz, text: &str| Instants::new(zone, None).read(text).map(|t| t.to_string());
        let tehran = chrono_tz::Asia::Tehran;
        let new_york = chrono_tz::America::New_York;
        for (zone, text, expected) in [
            (tehran, "2026-11-23T09:12:00+03:30", "2026-11-23T05:42:00.000000Z"),
            (tehran, "2026-11-23", "2026-11-22T20:30:00.000000Z"),
            (tehran, "2026-11-23 09:12", "2026-11-23T05:42:00.000000Z"),
            (new_york, "2018-12-18T00:00:00.000", "2018-12-18T05:00:00.000000Z"),
            (new_york, "04/12/2018 11:11:26 AM", "2018-04-12T15:11:26.000000Z"),
            (new_york, "4/12/2016 7:54", "2016-04-12T11:54:00.000000Z"),
            (new_york, "2024-03-10T02:30:00", "2024-03-10T07:30:00.000000Z"),
            (new_york, "2024-11-03T01:30:00", "2024-11-03T05:30:00.000000Z"),
        ] {
            assert_eq!(read(zone, text).as_deref(), Some(expected), "{text}");
        }
        for wrong in ["", "yesterday", "13/13/2018", "0001-01-01", "2018-02-30"] {
            assert_eq!(read(tehran, wrong), None, "{wrong}");
        }
        let day_first = Instants::new(chrono_tz::UTC, Some("%d.%m.%Y".into()));
        assert_eq!(day_first.read("31.12.2025").map(|t| t.to_string()).as_deref(), Some("2025-12-31T00:00:00.000000Z"));
    }
}
