//! Dates as they stand in exports of spreadsheets and of other systems.

use super::*;
use proptest::prelude::*;

const TEHRAN: Tz = chrono_tz::Asia::Tehran;

fn read(zone: Tz, text: &str) -> Option<String> {
    Instants::new(zone, None).read(text).ok().map(|t| t.to_string())
}

#[test]
fn dates_are_read_as_systems_write_them() {
    let new_york = chrono_tz::America::New_York;
    for (zone, text, expected) in [
        (TEHRAN, "2026-11-23T09:12:00+03:30", "2026-11-23T05:42:00.000000Z"),
        (TEHRAN, "2026-11-23", "2026-11-22T20:30:00.000000Z"),
        (TEHRAN, "2026-11-23 09:12", "2026-11-23T05:42:00.000000Z"),
        (TEHRAN, "2026/11/20 10:00", "2026-11-20T06:30:00.000000Z"),
        (TEHRAN, "20.11.2026", "2026-11-19T20:30:00.000000Z"),
        (TEHRAN, "20 Nov 2026", "2026-11-19T20:30:00.000000Z"),
        (TEHRAN, "Friday, November 20th, 2026 10:00", "2026-11-20T06:30:00.000000Z"),
        (TEHRAN, "20-Nov-2026", "2026-11-19T20:30:00.000000Z"),
        (TEHRAN, "۲۰ نوامبر ۲۰۲۶", "2026-11-19T20:30:00.000000Z"),
        (TEHRAN, "2026-11-20T10:00:00+0330", "2026-11-20T06:30:00.000000Z"),
        (TEHRAN, "2026-11-20 10:00:00 UTC", "2026-11-20T10:00:00.000000Z"),
        (TEHRAN, "2026-11-20 10:00:00 +03:30", "2026-11-20T06:30:00.000000Z"),
        (TEHRAN, "20261120", "2026-11-19T20:30:00.000000Z"),
        (TEHRAN, "46346", "2026-11-19T20:30:00.000000Z"),
        (TEHRAN, "46346.41667", "2026-11-20T06:30:00.000000Z"),
        (TEHRAN, "۴۶۳۴۶٫۴۱۶۶۷", "2026-11-20T06:30:00.000000Z"),
        (TEHRAN, "1795971439", "2026-11-29T16:57:19.000000Z"),
        (TEHRAN, "1795971439000", "2026-11-29T16:57:19.000000Z"),
        (new_york, "2018-12-18T00:00:00.000", "2018-12-18T05:00:00.000000Z"),
        (new_york, "04/13/2018 11:11:26 AM", "2018-04-13T15:11:26.000000Z"),
        (new_york, "4/22/2016 12:54 AM", "2016-04-22T04:54:00.000000Z"),
        (new_york, "2024-03-10T02:30:00", "2024-03-10T07:30:00.000000Z"),
        (new_york, "2024-11-03T01:30:00", "2024-11-03T05:30:00.000000Z"),
    ] {
        assert_eq!(read(zone, text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn a_year_from_1200_to_1500_is_jalali_however_it_is_written() {
    for (text, expected) in [
        ("1405/09/09", "2026-11-29T20:30:00.000000Z"),
        ("1405-09-09 10:30", "2026-11-30T07:00:00.000000Z"),
        ("1405-09-09T10:30:00+03:30", "2026-11-30T07:00:00.000000Z"),
        ("۱۴۰۵/۰۹/۰۹", "2026-11-29T20:30:00.000000Z"),
        ("١٤٠٥/٠٩/٠٩", "2026-11-29T20:30:00.000000Z"),
        ("1405/9/9 10:30:00", "2026-11-30T07:00:00.000000Z"),
        ("1405.9.9", "2026-11-29T20:30:00.000000Z"),
        ("14050909", "2026-11-29T20:30:00.000000Z"),
        ("9 آذر 1405", "2026-11-29T20:30:00.000000Z"),
        ("دوشنبه ۹ آذر ماه ۱۴۰۵ ساعت ۱۰:۳۰", "2026-11-30T07:00:00.000000Z"),
        ("سه‌شنبه، ۱۰ آذر ۱۴۰۵", "2026-11-30T20:30:00.000000Z"),
        ("۹ آذر ۱۴۰۵ ۰۱:۳۰ ب.ظ", "2026-11-30T10:00:00.000000Z"),
        ("31/02/1405", "2026-05-20T20:30:00.000000Z"),
        ("1403/12/30", "2025-03-19T20:30:00.000000Z"),
        ("1405-01-01", "2026-03-20T20:30:00.000000Z"),
        ("\u{200f}۱۴۰۵/۰۹/۰۹\u{a0}", "2026-11-29T20:30:00.000000Z"),
    ] {
        assert_eq!(read(TEHRAN, text).as_deref(), Some(expected), "{text}");
    }
    for wrong in ["1404/12/30", "1405/13/01", "1405/07/31", "9 Nov 1405", "9 آذر 2026", "1340/01/01"] {
        assert_eq!(Instants::new(TEHRAN, None).read(wrong), Err(DateFault::NoDate), "{wrong}");
    }
    // A format as of strftime reads a Jalali year too, and what it cannot read is read in the usual ways.
    let format = Instants::new(TEHRAN, Some("%Y/%m/%d".parse().unwrap()));
    assert_eq!(format.read("1405/09/09").map(|t| t.to_string()).as_deref(), Ok("2026-11-29T20:30:00.000000Z"));
    assert_eq!(format.read("1405/02/31").map(|t| t.to_string()).as_deref(), Ok("2026-05-20T20:30:00.000000Z"));
}

#[test]
fn what_is_no_date_is_not_guessed_at() {
    for wrong in
        ["", "yesterday", "13/13/2018", "0001-01-01", "2018-02-30", "05/11/26", "2026-11-20 25:00", "2026-11-20 10", "123", "1969-12-31"]
    {
        assert_eq!(Instants::new(TEHRAN, None).read(wrong), Err(DateFault::NoDate), "{wrong}");
    }
    assert_eq!(Instants::new(TEHRAN, None).read("1.9E+09"), Err(DateFault::Shortened));
}

#[test]
fn day_and_month_are_never_swapped_by_guess() {
    let day = Instants::new(TEHRAN, Some("day-first".parse().unwrap()));
    let month = Instants::new(TEHRAN, Some("%m/%d/%Y".parse().unwrap()));
    let both = |text: &str| (day.read(text).map(|t| t.to_string()), month.read(text).map(|t| t.to_string()));
    let noon = |day: &str| Ok(format!("{day}T08:30:00.000000Z"));
    assert_eq!(both("05/11/2026 12:00"), (noon("2026-11-05"), noon("2026-05-11")));
    assert_eq!(both("25/11/2026 12:00"), (noon("2026-11-25"), Err(DateFault::NoDate)), "another order is no way out");
    assert_eq!(Instants::new(TEHRAN, None).read("05/11/2026"), Err(DateFault::Ambiguous));
    assert_eq!(read(TEHRAN, "11/11/2026").as_deref(), Some("2026-11-10T20:30:00.000000Z"), "the order does not matter");
    for (text, shows) in [
        ("25/11/2026 09:00", Some(OrderEvidence::Shows(DateOrder::DayFirst))),
        ("11.25.2026", Some(OrderEvidence::Shows(DateOrder::MonthFirst))),
        ("۰۵/۱۱/۲۰۲۶", Some(OrderEvidence::Either)),
        ("2026/11/05", None),
        ("11/11/2026", None),
        ("words", None),
    ] {
        assert_eq!(order_evidence(text), shows, "{text}");
    }
    for wrong in ["", "dd-mm", "%Q", "day"] {
        assert!(wrong.parse::<DateFormat>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_a_day_is_read_as_it_was_written(
        text in "[0-9۰-۹/.:+\\- TZeE,آذرNov]{0,24}",
        day in 0_i64..54_000,
        jalali in any::<bool>(),
    ) {
        let instants = Instants::new(TEHRAN, None);
        let persian: String = text.chars().map(|c| c.to_digit(10).and_then(|n| char::from_u32(0x6f0 + n)).unwrap_or(c)).collect();
        prop_assert_eq!(instants.read(&text), instants.read(&persian));
        let first = NaiveDate::from_ymd_opt(1971, 1, 1).unwrap();
        let date = first.checked_add_signed(TimeDelta::days(day)).unwrap();
        let written = if jalali {
            // The Jalali date of the day, found by search.
            let year = chrono::Datelike::year(&date) - 621;
            let of = |y: i32| (1..=12_u32).flat_map(move |m| (1..=jalali::days_in_month(y, m)).map(move |d| (y, m, d)));
            let (y, m, d) = [year, year - 1].into_iter().flat_map(of).find(|(y, m, d)| jalali::to_gregorian(*y, *m, *d) == Some(date)).unwrap();
            format!("{y}/{m}/{d}")
        } else {
            date.to_string()
        };
        prop_assert_eq!(instants.read(&written), instants.read(&format!("{date} 00:00")), "{}", written);
    }
}
