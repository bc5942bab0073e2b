//! Whatever order photos are declared in, arrive in, are read in: in the end the verdicts are the same.

use std::{collections::BTreeMap, sync::Arc};

use bazdid_clock::Clock as _;
use bazdid_domain::evidence::reading::{Format, Gap, Reading};
use bazdid_picture::{fingerprint::Fingerprint, render::Rendered};
use bazdid_server::worker::pictures::{Look, Reader, Setup};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    picture::{Crowd, Shot},
    town::Town,
};

/// A picture whose first eight bytes say how it looks.
fn says_its_looks(bytes: &[u8]) -> Look {
    let fingerprint = Fingerprint::new(u64::from_be_bytes(bytes[..8].try_into().unwrap()));
    let reading = Reading { format: Ok(Format::Jpeg), ..Reading::unknown(Gap::NoExif) };
    Look { reading, rendered: Ok(Rendered { screen: vec![1], thumb: vec![2], fingerprint: Ok(fingerprint) }) }
}

/// What happens in a history; the number is a photo's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Declare(usize),
    Arrive(usize),
    Remove(usize),
    Read,
}

/// Of each photo: ticket, device, minutes ago, latitude, bits in which its looks differ from the first one's.
const PHOTOS: [(usize, u64, i64, f64, u64); 6] = [
    (0, 0, -60, 36.25, 0),
    (1, 0, -59, 36.29, 0b1),
    (0, 0, -10, 36.25, 0b11),
    (2, 1, -60, 36.25, 0b111),
    (1, 1, -58, 36.25, u64::MAX),
    // The same bytes as the first one.
    (2, 0, -30, 36.26, 0),
];

/// Some order of all events in which nothing arrives before it is declared and nothing is removed before it has arrived.
fn history(dice: &mut StdRng) -> Vec<Event> {
    let mut events: Vec<Event> = (0..PHOTOS.len()).flat_map(|n| [Event::Declare(n), Event::Arrive(n)]).collect();
    events.push(Event::Remove(1));
    events.extend((0..dice.random_range(0..6)).map(|_| Event::Read));
    events.shuffle(dice);
    let place = |events: &[Event], of: Event| events.iter().position(|e| *e == of).unwrap();
    for n in 0..PHOTOS.len() {
        let (declared, arrives) = (place(&events, Event::Declare(n)), place(&events, Event::Arrive(n)));
        if declared > arrives {
            events.swap(declared, arrives);
        }
    }
    let (arrived, removed) = (place(&events, Event::Arrive(1)), place(&events, Event::Remove(1)));
    if arrived > removed {
        let event = events.remove(removed);
        events.insert(arrived, event);
    }
    events
}

/// The verdicts on all photos after a history, with the photos' numbers instead of their ids.
fn play(town: &Town, reader: &Reader, round: u64, looks: u64, events: &[Event]) -> Vec<Value> {
    let mut crowd = Crowd::of(town);
    crowd.made = 100 * round;
    let tickets: Vec<Value> = (0..3).map(|_| town.pothole()["id"].clone()).collect();
    let shot = |n: usize| {
        let (_, device, minutes, lat, bits) = PHOTOS[n];
        let bytes = (looks ^ bits).to_be_bytes().to_vec();
        Shot { bytes, mime: "image/jpeg", at: town.app.clock.now().plus_minutes(minutes), lat, device: 2 * round + device }
    };
    let mut photos: BTreeMap<usize, Uuid> = BTreeMap::new();
    for event in events {
        match *event {
            Event::Declare(n) => drop(photos.insert(n, crowd.declare(&tickets[PHOTOS[n].0], &shot(n)))),
            Event::Arrive(n) => crowd.send(photos[&n], &shot(n)),
            Event::Remove(n) => crowd.push(2 * round + PHOTOS[n].1, &tickets[PHOTOS[n].0], "photo.remove", json!({ "photo": photos[&n] })),
            Event::Read => drop(town.app.read_with(reader)),
        }
    }
    town.app.read_with(reader);
    let named = |mut text: String| {
        for (n, id) in &photos {
            text = text.replace(&id.to_string(), &format!("photo {n}"));
        }
        text
    };
    let verdicts = |n: usize| {
        let mut shown: Value = serde_json::from_str(&named(crowd.photo(photos[&n])["verdicts"].to_string())).unwrap();
        let all = shown.as_array_mut().unwrap();
        // What arrived is another content in each history.
        all.retain(|v| v["check"] != "bytes");
        // Those with an equal number of bits are named in the order of their ids, which is that of their declarations.
        for also in all.iter_mut().filter_map(|v| v["figures"].get_mut("also_in")?.as_array_mut()) {
            also.sort_by_key(ToString::to_string);
        }
        shown
    };
    (0..PHOTOS.len()).map(verdicts).collect()
}

#[test]
fn the_verdicts_do_not_depend_on_the_order_of_anything() {
    for town in Town::both() {
        // Two processes, each with an index of its own.
        let look = |setup: &mut Setup| setup.look = says_its_looks;
        let readers = [town.app.reader(look), town.app.reader(look)];
        // An account has at most 20 devices, and each history takes two.
        let mut dice = StdRng::seed_from_u64(20_261_124);
        let mut expected: Option<Vec<Value>> = None;
        for round in 0..9 {
            let events = history(&mut dice);
            let verdicts = play(&town, &readers[usize::from(round % 2 == 0)], round, dice.random(), &events);
            let expected = expected.get_or_insert_with(|| verdicts.clone());
            for (n, (found, expected)) in verdicts.iter().zip(expected.iter()).enumerate() {
                assert_eq!(found, expected, "photo {n} after {events:?}");
            }
        }
        let expected = expected.unwrap();
        let result = |n: usize, check: &str| {
            expected[n].as_array().unwrap().iter().find(|v| v["check"] == check).unwrap()["result"].as_str().unwrap().to_owned()
        };
        // The removed one counts nowhere: without it nobody flew; the others still look alike.
        assert_eq!((result(0, "speed"), result(2, "speed"), result(0, "similar_picture")), ("ok".into(), "ok".into(), "mismatch".into()));
        assert_eq!((result(3, "similar_picture"), result(4, "similar_picture")), ("mismatch".into(), "ok".into()));
    }
}

#[test]
fn two_processes_that_read_at_the_same_time_come_to_the_same() {
    for town in Town::both() {
        let look = |setup: &mut Setup| setup.look = says_its_looks;
        let readers = Arc::new([town.app.reader(look), town.app.reader(look)]);
        for round in 0..4 {
            let mut crowd = Crowd::of(&town);
            crowd.made = 100 * round;
            let looks = 0x0123_4567_89ab_cdef_u64.rotate_left(u32::try_from(round * 11).unwrap());
            let photos: Vec<Uuid> = (0..4)
                .map(|n| {
                    let ticket = town.pothole()["id"].clone();
                    let bytes = (looks ^ (1 << n)).to_be_bytes().to_vec();
                    crowd.take(&ticket, &Shot { bytes, mime: "image/jpeg", at: town.app.clock.now(), lat: 36.25, device: 4 * round + n })
                })
                .collect();
            std::thread::scope(|scope| {
                for reader in readers.iter() {
                    scope.spawn(|| town.app.read_with(reader));
                }
            });
            for photo in photos {
                assert_eq!(crowd.verdict(photo, "similar_picture")["figures"]["count"], 3, "round {round}");
            }
        }
    }
}
