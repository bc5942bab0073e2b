//! Dates and times as people and other systems write them: one reader for files, command-line options and forms.
//!
//! A year from 1200 to 1500 is Jalali, whatever the separator. Digits may be ASCII, Persian or Arabic-Indic. Read are `1405/09/09`,
//! `2026-11-30 10:00`, `14050909`, `9 آذر 1405`, `30 Nov 2026`, RFC 3339 with any offset, days of a spreadsheet (`46346.41667`), seconds
//! or milliseconds since 1970 (10 or 13 digits), and dates that end with the year, such as `30/11/2026`, where the order of day and
//! month is known or the date itself shows it.

mod scan;

use std::str::FromStr;

use chrono::{
    FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _,
    format::{Item, Parsed, StrftimeItems},
};
use chrono_tz::Tz;

use crate::jalali;
use bazdid_protocol::{
    fold::{figures, is_shortened},
    time::Timestamp,
};

/// The order of day and month in a date that ends with its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 30/11/2026.
    DayFirst,
    /// 11/30/2026.
    MonthFirst,
}

/// What a date that ends with its year shows of the order of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderEvidence {
    /// It fits one order only.
    Shows(DateOrder),
    /// It is one day in one order and another day in the other.
    Either,
}

/// Why a text is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// Nothing that can be read.
    #[error("is no date that can be read, or lies outside of 1970 to 2199")]
    NoDate,
    /// Day and month could be either way round.
    #[error("could have the day or the month first; write the year first, such as 2026-11-05")]
    Ambiguous,
    /// A spreadsheet has cut digits off.
    #[error("is a number that a spreadsheet has shortened: format the column as a date or as text and export the file again")]
    Shortened,
}

/// How dates are written, as a person says it: `day-first`, `month-first`, or a format as of strftime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateFormat {
    /// An order for dates that end with their year.
    Order(DateOrder),
    /// A format as of strftime; it is tried before the usual ways.
    Strftime(String),
}

impl FromStr for DateFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "day-first" | "dmy" | "dd/mm/yyyy" | "d/m/yyyy" => return Ok(Self::Order(DateOrder::DayFirst)),
            "month-first" | "mdy" | "mm/dd/yyyy" | "m/d/yyyy" => return Ok(Self::Order(DateOrder::MonthFirst)),
            _ => {}
        }
        let items: Vec<Item<'_>> = StrftimeItems::new(text).collect();
        if !text.contains('%') || items.iter().any(|i| matches!(i, Item::Error)) {
            return Err("expected day-first, month-first, or a format as of strftime such as %d.%m.%Y".to_owned());
        }
        Ok(Self::Strftime(text.to_owned()))
    }
}

impl DateFormat {
    /// The order of day and month that it implies.
    fn order(&self) -> Option<DateOrder> {
        match self {
            Self::Order(order) => Some(*order),
            Self::Strftime(format) => {
                let (day, month) = (format.find("%d").or_else(|| format.find("%e")), format.find("%m"));
                day.zip(month).map(|(day, month)| if day < month { DateOrder::DayFirst } else { DateOrder::MonthFirst })
            }
        }
    }
}

/// Reads dates and times in a time zone.
#[derive(Debug, Clone)]
pub struct Instants {
    zone: Tz,
    format: Option<String>,
    order: Option<DateOrder>,
}

/// A date and time as it was written, with its offset if that was written too.
type Written = (NaiveDateTime, Option<FixedOffset>);

impl Instants {
    /// In the municipality's time zone.
    #[must_use]
    pub fn new(zone: Tz, format: Option<DateFormat>) -> Self {
        let order = format.as_ref().and_then(DateFormat::order);
        let format = format.and_then(|f| match f {
            DateFormat::Order(_) => None,
            DateFormat::Strftime(text) => Some(text),
        });
        Self { zone, format, order }
    }

    /// The order of day and month that was said or found out.
    #[must_use]
    pub const fn order(&self) -> Option<DateOrder> {
        self.order
    }

    /// The same with an order of day and month.
    #[must_use]
    pub fn with_order(self, order: DateOrder) -> Self {
        Self { order: Some(order), ..self }
    }

    /// An instant. A date without a time is the first instant of the day; of an hour that the clock strikes twice it is the first.
    ///
    /// # Errors
    /// Why the text is no instant.
    pub fn read(&self, text: &str) -> Result<Timestamp, DateFault> {
        let text = figures(text);
        if let Ok(instant) = Timestamp::parse(&text) {
            return Ok(instant);
        }
        let (local, offset) = match self.format.as_deref().and_then(|f| by_format(&text, f)) {
            Some(written) => written,
            None => self.usual(&text)?,
        };
        let instant = match offset {
            Some(offset) => offset.from_local_datetime(&local).earliest().map(|t| t.to_utc()),
            None => self.zoned(local),
        };
        let micros = instant.ok_or(DateFault::NoDate)?.timestamp_micros();
        if (Timestamp::MIN.micros()..=Timestamp::MAX.micros()).contains(&micros) {
            Ok(Timestamp::from_micros(micros))
        } else {
            Err(DateFault::NoDate)
        }
    }

    /// A local time in the zone; in the gap of a clock that is put forward: as far after it as it would have been.
    fn zoned(&self, local: NaiveDateTime) -> Option<chrono::DateTime<chrono::Utc>> {
        let or_later = || self.zone.from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?).earliest();
        self.zone.from_local_datetime(&local).earliest().or_else(or_later).map(|t| t.to_utc())
    }

    fn usual(&self, text: &str) -> Result<Written, DateFault> {
        if let Some(found) = number(text) {
            return found;
        }
        if let Some((numbers, rest)) = scan::numbers(text) {
            let date = self.date(numbers)?;
            let (time, offset) = scan::time(rest).ok_or(DateFault::NoDate)?;
            return Ok((date.and_time(time), offset));
        }
        let ((year, month, day), rest) = scan::words(text).ok_or(DateFault::NoDate)?;
        let date = month.day(year, day).ok_or(DateFault::NoDate)?;
        let (time, offset) = scan::time(rest).ok_or(DateFault::NoDate)?;
        Ok((date.and_time(time), offset))
    }

    fn date(&self, numbers: scan::Numbers) -> Result<NaiveDate, DateFault> {
        let order = match (numbers, evidence_of(numbers), self.order) {
            (scan::Numbers::YearFirst(year, month, day), _, _) => return civil(year, month, day).ok_or(DateFault::NoDate),
            (scan::Numbers::YearLast(..), _, Some(order)) | (scan::Numbers::YearLast(..), Some(OrderEvidence::Shows(order)), None) => order,
            (scan::Numbers::YearLast(..), Some(OrderEvidence::Either), None) => return Err(DateFault::Ambiguous),
            // Day and month are equal.
            (scan::Numbers::YearLast(..), None, None) => DateOrder::DayFirst,
        };
        let scan::Numbers::YearLast(a, b, year) = numbers else { return Err(DateFault::NoDate) };
        let (day, month) = if order == DateOrder::DayFirst { (a, b) } else { (b, a) };
        civil(year, month, day).ok_or(DateFault::NoDate)
    }
}

/// What a text shows of the order of day and month; nothing if it is no date that ends with its year, or the order does not matter.
#[must_use]
pub fn order_evidence(text: &str) -> Option<OrderEvidence> {
    scan::numbers(&figures(text)).and_then(|(numbers, _)| evidence_of(numbers))
}

fn evidence_of(numbers: scan::Numbers) -> Option<OrderEvidence> {
    match numbers {
        scan::Numbers::YearFirst(..) => None,
        scan::Numbers::YearLast(a, b, _) => match (a > 12, b > 12) {
            (true, false) => Some(OrderEvidence::Shows(DateOrder::DayFirst)),
            (false, true) => Some(OrderEvidence::Shows(DateOrder::MonthFirst)),
            (false, false) if a != b => Some(OrderEvidence::Either),
            (true, true) | (false, false) => None,
        },
    }
}

/// A day of the calendar that the number of its year belongs to.
fn civil(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    if jalali::YEARS.contains(&year) { jalali::to_gregorian(year, month, day) } else { NaiveDate::from_ymd_opt(year, month, day) }
}

/// A text that is one number: a day of eight digits, a day of a spreadsheet, or time since 1970.
fn number(text: &str) -> Option<Result<Written, DateFault>> {
    let found = |local: Option<NaiveDateTime>, offset| local.map(|l| (l, offset)).ok_or(DateFault::NoDate);
    let utc = FixedOffset::east_opt(0);
    if is_shortened(text) {
        return Some(Err(DateFault::Shortened));
    }
    let text = text.replace(['\u{66b}', ','], ".");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let at = |range: std::ops::Range<usize>| whole.get(range).and_then(|t| t.parse::<u32>().ok());
    Some(match (whole.len(), fraction.is_empty()) {
        (5 | 6, _) => found(text.parse().ok().and_then(spreadsheet_day), None),
        (8, true) => {
            let day = at(0..4).and_then(|y| civil(i32::try_from(y).ok()?, at(4..6)?, at(6..8)?));
            found(day.map(|d| d.and_time(NaiveTime::MIN)), None)
        }
        (10, _) => found(whole.parse().ok().and_then(|s| chrono::DateTime::from_timestamp(s, 0)).map(|t| t.naive_utc()), utc),
        (13, true) => found(whole.parse().ok().and_then(chrono::DateTime::from_timestamp_millis).map(|t| t.naive_utc()), utc),
        _ => Err(DateFault::NoDate),
    })
}

/// The local time of a spreadsheet's day number, to the second: days since 30 December 1899.
#[must_use]
pub fn spreadsheet_day(days: f64) -> Option<NaiveDateTime> {
    const SECONDS: f64 = 86_400.0;
    if !(0.0..=200_000.0).contains(&days) {
        return None;
    }
    #[expect(clippy::as_conversions, reason = "at most 200,000 days")]
    let seconds = (days * SECONDS).round() as i64;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::seconds(seconds))
}

/// By a format as of strftime; what the format leaves out of the time is zero.
fn by_format(text: &str, format: &str) -> Option<Written> {
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, StrftimeItems::new(format)).ok()?;
    let date = match (parsed.year(), parsed.month(), parsed.day()) {
        (Some(year), Some(month), Some(day)) => civil(year, month, day)?,
        _ => parsed.to_naive_date().ok()?,
    };
    let time = if parsed.hour_mod_12().is_some() { parsed.to_naive_time().ok()? } else { NaiveTime::MIN };
    Some((date.and_time(time), parsed.offset().and_then(FixedOffset::east_opt)))
}

#[cfg(test)]
mod tests;
