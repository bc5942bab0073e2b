//! The computation of the stamp, as cases.

use bazdid_domain::sync::stamp::{Reading, stamp};
use bazdid_protocol::time::{MICROS_PER_DAY, Timestamp};
use serde_json::{Value, json};

use crate::vectors::fixture::NOW;

const MAX_OFFLINE_DAYS: i64 = 30;

struct Case {
    name: &'static str,
    about: &'static str,
    /// Minutes that the device's wall clock is ahead of the server's, when it acted and when it sent.
    wall: (i64, i64),
    /// Minutes ago that the person acted, by the truth.
    ago: i64,
    boots: (&'static str, &'static str),
    /// Uptime when it sent and when it acted, minutes.
    up: Option<(i64, i64)>,
    /// Minutes ago of the row's stamp that the author had.
    seen: Option<i64>,
    /// Minutes ago of the device's newest stamp.
    last: i64,
}

const fn honest(name: &'static str, about: &'static str) -> Case {
    Case { name, about, wall: (0, 0), ago: 90, boots: ("b1", "b1"), up: Some((600, 510)), seen: None, last: 500 }
}

fn cases() -> Vec<Case> {
    vec![
        honest("a clock that goes right", "An hour and a half ago, in the same boot."),
        Case { wall: (420, 420), ..honest("a clock seven hours ahead", "The uptime says when it was; the skew is told.") },
        Case { wall: (0, -3000), ..honest("a clock that was set back in between", "The same boot: the wall clock is not asked.") },
        Case {
            boots: ("b2", "b1"),
            up: Some((5, 510)),
            ..honest("a reboot in between", "Another boot: the wall clock says how long ago, whatever it was set to.")
        },
        Case { boots: ("b2", "b1"), wall: (60, 0), ..honest("a reboot and a clock that runs on", "An age below nothing counts as now.") },
        Case {
            boots: ("b2", "b1"),
            ago: 90 * 24 * 60,
            ..honest("older than a device may be out of reach", "The age is cut at the longest time out of reach.")
        },
        Case {
            up: Some((90 * 24 * 60, 0)),
            ago: 10,
            ..honest("an uptime that claims more than a device may be out of reach", "Its age is cut, too: nanoseconds look like this.")
        },
        Case { up: None, ..honest("a device without an uptime", "The wall clock alone.") },
        Case { up: Some((510, 600)), ..honest("an uptime that ran backwards", "The wall clock alone.") },
        Case { seen: Some(30), ..honest("what was seen came before", "The row's stamp that the author had lifts the act behind it.") },
        Case { last: 10, ..honest("a device's stamps never decrease", "The device's newest stamp lifts the act to itself.") },
        Case { last: 0, seen: Some(0), ..honest("never after the receipt", "Nothing lifts an act behind its receipt.") },
    ]
}

pub fn written() -> Value {
    let write = |c: &Case| {
        let at = NOW.plus_minutes(c.wall.0 - c.ago);
        let sent_at = NOW.plus_minutes(c.wall.1);
        let ms = |minutes: i64| minutes * 60_000;
        let seen: Option<Timestamp> = c.seen.map(|s| NOW.plus_minutes(-s));
        let last = NOW.plus_minutes(-c.last);
        let reading = Reading {
            received_at: NOW,
            sent_at: Some(sent_at),
            push_uptime_ms: c.up.map(|u| ms(u.0)),
            push_boot: Some(c.boots.0),
            at: Some(at),
            up: c.up.map(|u| ms(u.1)),
            boot: Some(c.boots.1),
        };
        let stamp = stamp(&reading, MAX_OFFLINE_DAYS * MICROS_PER_DAY, seen, last);
        assert!(stamp.eff <= NOW && stamp.est <= NOW, "{}", c.name);
        json!({
            "name": c.name, "about": c.about,
            "push": { "sent_at": sent_at, "uptime_ms": reading.push_uptime_ms, "boot": c.boots.0 },
            "mutation": { "at": at, "up": reading.up, "boot": c.boots.1 },
            "seen_ts": seen.map(Timestamp::micros), "last_eff": last.micros(),
            "expected": { "est": stamp.est, "eff": stamp.eff.micros(), "skew_us": stamp.skew_us, "skew": stamp.skew },
        })
    };
    json!({ "received_at": NOW, "max_offline_days": MAX_OFFLINE_DAYS, "cases": cases().iter().map(write).collect::<Vec<_>>() })
}
