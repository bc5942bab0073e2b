//! The Jalali (Solar Hijri) calendar for the years in which cities write dates.

use std::ops::RangeInclusive;

use chrono::{NaiveDate, TimeDelta};

/// Years that are taken as Jalali wherever a person writes a date: 1821 to 2122. No date of a city lies in the Gregorian years of
/// these numbers.
pub const YEARS: RangeInclusive<i32> = 1200..=1500;

/// A year whose first day is known: 1 Farvardin 1403 was 20 March 2024.
const ANCHOR: i32 = 1403;

/// Whether Esfand has 30 days. Eight years of 33 are leap years; the rule holds from 1178 to 1633.
#[must_use]
pub const fn is_leap(year: i32) -> bool {
    (8 * year + 29).rem_euclid(33) < 8
}

/// Number of days in a month, 1 to 12; 0 for another.
#[must_use]
pub const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        1..=6 => 31,
        7..=11 => 30,
        12 if is_leap(year) => 30,
        12 => 29,
        _ => 0,
    }
}

/// The Gregorian day of a Jalali one; absent if the year is not one of [`YEARS`] or there is no such day.
#[must_use]
pub fn to_gregorian(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    if !YEARS.contains(&year) || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    let months: u32 = (1..month).map(|m| days_in_month(year, m)).sum();
    let leaps = |before: i32| (8 * before + 21).div_euclid(33);
    let years = i64::from(365 * (year - ANCHOR) + leaps(year) - leaps(ANCHOR));
    let days = years + i64::from(months) + i64::from(day) - 1;
    NaiveDate::from_ymd_opt(2024, 3, 20)?.checked_add_signed(TimeDelta::days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First days of Jalali years on which jalaali-js, ICU and a third library agree (1279 to 1479).
    const NEW_YEARS: &str = include_str!("jalali/new_years.csv");

    fn new_years() -> Vec<(i32, NaiveDate)> {
        NEW_YEARS
            .lines()
            .filter(|l| l.starts_with(|c: char| c.is_ascii_digit()))
            .map(|line| {
                let (year, day) = line.split_once(',').unwrap();
                (year.parse().unwrap(), day.parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn every_day_of_two_centuries_is_where_three_libraries_have_it() {
        let years = new_years();
        assert_eq!(years.len(), 201);
        for (pair, (year, first)) in years.iter().zip(years.iter().skip(1)).zip(&years) {
            let next = pair.1.1;
            let mut expected = *first;
            for month in 1..=12 {
                for day in 1..=days_in_month(*year, month) {
                    assert_eq!(to_gregorian(*year, month, day), Some(expected), "{year}/{month}/{day}");
                    expected = expected.succ_opt().unwrap();
                }
                assert_eq!(to_gregorian(*year, month, days_in_month(*year, month) + 1), None);
            }
            assert_eq!(expected, next, "the year {year}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_years_and_what_lies_outside_is_not() {
        assert_eq!(to_gregorian(1200, 1, 1), NaiveDate::from_ymd_opt(1821, 3, 21));
        assert!(to_gregorian(1500, 12, 29).is_some());
        for (year, month, day) in [(1199, 1, 1), (1501, 1, 1), (1405, 0, 1), (1405, 13, 1), (1405, 1, 0), (1405, 1, 32), (1404, 12, 30)] {
            assert_eq!(to_gregorian(year, month, day), None, "{year}/{month}/{day}");
        }
        assert_eq!(to_gregorian(1403, 12, 30), NaiveDate::from_ymd_opt(2025, 3, 20), "a leap day");
    }
}
