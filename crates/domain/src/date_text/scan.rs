//! The parts of a date that stands in a text: numbers with separators, names of months, the time behind them.

use chrono::{FixedOffset, NaiveDate, NaiveTime};

use super::civil;
use crate::{fold::fold, jalali};

/// Three numbers, one of which has four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// Year, month, day.
    YearFirst(i32, u32, u32),
    /// Day and month in some order, then the year.
    YearLast(u32, u32, i32),
}

/// A month by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Month {
    Jalali(u32),
    Gregorian(u32),
}

impl Month {
    /// The day of a year; the year must be one of the calendar to which the name belongs.
    pub(super) fn day(self, year: i32, day: u32) -> Option<NaiveDate> {
        match (self, jalali::YEARS.contains(&year)) {
            (Self::Jalali(month), true) | (Self::Gregorian(month), false) => civil(year, month, day),
            (Self::Jalali(_), false) | (Self::Gregorian(_), true) => None,
        }
    }
}

const JALALI: [&str; 12] = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"];
const GREGORIAN: [(&str, &str); 12] = [
    ("january", "ژانویه"),
    ("february", "فوریه"),
    ("march", "مارس"),
    ("april", "آوریل"),
    ("may", "مه"),
    ("june", "ژوئن"),
    ("july", "ژوئیه"),
    ("august", "اوت"),
    ("september", "سپتامبر"),
    ("october", "اکتبر"),
    ("november", "نوامبر"),
    ("december", "دسامبر"),
];
/// Words that stand between the parts of a date and say nothing of it.
const FILLERS: [&str; 15] =
    ["شنبه", "یکشنبه", "دوشنبه", "سه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "ماه", "سال", "مورخ", "روز", "of", "یک", "چهار"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Digits at the beginning of a text, with what follows them.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end).filter(|(number, _)| !number.is_empty())
}

/// A date of three numbers with `-`, `/` or `.` between them, and what follows it.
pub(super) fn numbers(text: &str) -> Option<(Numbers, &str)> {
    let (first, rest) = digits(text)?;
    let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (second, rest) = digits(rest.strip_prefix(separator)?)?;
    let (third, rest) = digits(rest.strip_prefix(separator)?)?;
    let small = |text: &str| text.parse().ok().filter(|_| text.len() <= 2);
    let numbers = match (first.len(), third.len()) {
        (4, 1 | 2) => Numbers::YearFirst(first.parse().ok()?, small(second)?, small(third)?),
        (1 | 2, 4) => Numbers::YearLast(small(first)?, small(second)?, third.parse().ok()?),
        _ => return None,
    };
    Some((numbers, rest))
}

/// A date with the name of its month, and what follows it.
pub(super) fn words(text: &str) -> Option<((i32, Month, u32), &str)> {
    let (mut year, mut month, mut day) = (None, None, None);
    let mut rest = text;
    loop {
        if let (Some(year), Some(month), Some(day)) = (year, month, day) {
            return Some(((year, month, day), rest));
        }
        rest = rest.trim_start_matches([' ', ',', '،', '-', '/', '.', '\u{200c}']);
        let end = rest.find([' ', ',', '،', '-', '/', '.']).unwrap_or(rest.len());
        let (word, behind) = rest.split_at_checked(end).filter(|(word, _)| !word.is_empty())?;
        rest = behind;
        match digits(word) {
            Some((number, "")) if number.len() == 4 && year.is_none() => year = Some(number.parse().ok()?),
            Some((number, "" | "st" | "nd" | "rd" | "th" | "ام" | "م")) if number.len() <= 2 && day.is_none() => {
                day = Some(number.parse().ok()?)
            }
            Some(_) => return None,
            None => match month_named(word) {
                Some(named) if month.is_none() => month = Some(named),
                Some(_) => return None,
                None if is_filler(word) => {}
                None => return None,
            },
        }
    }
}

fn month_named(word: &str) -> Option<Month> {
    let word = fold(word);
    let short = |full: &str| word.len() >= 3 && full.starts_with(&word);
    let nth = |n: usize| u32::try_from(n + 1).ok();
    JALALI
        .iter()
        .position(|name| fold(name) == word)
        .and_then(nth)
        .map(Month::Jalali)
        .or_else(|| GREGORIAN.iter().position(|(en, fa)| short(en) || fold(fa) == word).and_then(nth).map(Month::Gregorian))
}

fn is_filler(word: &str) -> bool {
    let word = fold(word);
    FILLERS.iter().any(|f| fold(f) == word) || WEEKDAYS.iter().any(|d| word.len() >= 3 && d.starts_with(&word))
}

/// The time behind a date, with its offset if it has one; nothing behind it is the beginning of the day.
pub(super) fn time(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    let text = text.trim_start_matches([' ', ',', '،', '-', 'T', 't']);
    let text = text.strip_prefix("ساعت").unwrap_or(text).trim();
    if text.is_empty() {
        return Some((NaiveTime::MIN, None));
    }
    let small = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
    let (hour, rest) = digits(text)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest)?,
        None => ("0", rest),
    };
    let (nanos, rest) = match rest.strip_prefix('.').and_then(digits) {
        Some((fraction, rest)) => (format!("{fraction:0<9}").get(..9)?.parse().ok()?, rest),
        None => (0, rest),
    };
    let (noon, rest) = half_of_day(rest.trim());
    let hour = match (small(hour)?, noon) {
        (hour, None) => hour,
        (12, Some(Half::Before)) => 0,
        (hour @ 1..=11, Some(Half::Before)) | (hour @ 12, Some(Half::After)) => hour,
        (hour @ 1..=11, Some(Half::After)) => hour + 12,
        _ => return None,
    };
    let time = NaiveTime::from_hms_nano_opt(hour, small(minute)?, small(second)?, nanos)?;
    let rest = rest.trim();
    Some((time, if rest.is_empty() { None } else { Some(offset(rest)?) }))
}

#[derive(Debug, Clone, Copy)]
enum Half {
    Before,
    After,
}

fn half_of_day(text: &str) -> (Option<Half>, &str) {
    const MARKS: [(&str, Half); 8] = [
        ("AM", Half::Before),
        ("a.m.", Half::Before),
        ("ق.ظ", Half::Before),
        ("صبح", Half::Before),
        ("PM", Half::After),
        ("p.m.", Half::After),
        ("ب.ظ", Half::After),
        ("عصر", Half::After),
    ];
    let found = MARKS.iter().find_map(|(mark, half)| {
        let (front, rest) = text.split_at_checked(mark.len())?;
        front.eq_ignore_ascii_case(mark).then_some((Some(*half), rest))
    });
    found.unwrap_or((None, text))
}

/// `Z`, `UTC`, `+03:30`, `+0330` or `+03`.
fn offset(text: &str) -> Option<FixedOffset> {
    if ["Z", "UTC", "GMT"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
        return FixedOffset::east_opt(0);
    }
    let text = ["UTC", "GMT"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return None,
    };
    let plain: String = text.chars().skip(1).filter(|c| *c != ':').collect();
    if !plain.bytes().all(|b| b.is_ascii_digit()) || !matches!(plain.len(), 2 | 4) {
        return None;
    }
    let (hours, minutes) =
        (plain.get(..2)?.parse::<i32>().ok()?, plain.get(2..).filter(|m| !m.is_empty()).map_or(Some(0), |m| m.parse().ok())?);
    if minutes >= 60 { None } else { FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)) }
}
