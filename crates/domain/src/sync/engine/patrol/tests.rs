use serde_json::{Value, json};

use crate::{
    patrol::Patrol,
    sync::engine::{
        Author,
        tests::{NEW, NOW, OLD, crew, go, id, inspector, key},
    },
    unit_of_work::UnitOfWork,
    visibility::{Reader, Visible as _, with_view},
};
use bazdid_protocol::{
    outcome::{Outcome, OutcomeCode, Status},
    warning::WarningCode,
};

const PATROL: u128 = 700;
/// The only district of the test city.
const HERE: u128 = 7;

/// A round that is told half an hour later.
fn told(author: &Author, args: Value) -> (Outcome, Option<Patrol>) {
    let mut unit = UnitOfWork::default();
    let mut whole = json!({ "outcome": "nothing_found" });
    whole.as_object_mut().unwrap().extend(args.as_object().unwrap().clone());
    let outcome = go(&mut unit, author, 1, PATROL, 0, 30, "patrol.record", whole);
    (outcome, unit.patrols.get(id(PATROL)).cloned())
}

#[test]
fn a_round_of_which_little_is_known_is_kept() {
    let (outcome, patrol) = told(&inspector(50), json!({}));
    let patrol = patrol.unwrap();
    assert_eq!((outcome.status, outcome.v), (Status::Applied, Some(1)));
    assert_eq!((patrol.area_id, patrol.started_est, patrol.finished_est), (None, None, NOW.plus_minutes(-30)));
    assert_eq!((patrol.actor, patrol.organisation_id), (id(50), None));
}

#[test]
fn it_lies_in_the_area_that_it_names_or_where_it_ended_or_began() {
    let (inside, outside) = (json!({ "lat": 36.1, "lon": 50.05, "accuracy_m": 5.0 }), json!({ "lat": 30.0, "lon": 50.05 }));
    for (args, area) in [
        (json!({ "end_point": inside }), Some(HERE)),
        (json!({ "start_point": inside }), Some(HERE)),
        (json!({ "start_point": inside, "end_point": outside }), Some(HERE)),
        (json!({ "end_point": outside }), None),
        (json!({ "end_point": { "lat": 0, "lon": 0 } }), None),
        (json!({ "end_point": outside, "area": key(HERE) }), Some(HERE)),
    ] {
        let patrol = told(&inspector(50), args.clone()).1.unwrap();
        assert_eq!(patrol.area_id, area.map(id), "{args}");
        let readers = with_view(&UnitOfWork::default(), |view| patrol.readers(view));
        let office = area.map_or(Reader::EveryOffice, |area| Reader::Office(id(area)));
        assert_eq!(readers, [office, Reader::Person(id(50))].into(), "{args}");
    }
}

#[test]
fn only_an_area_in_which_one_works_can_be_named() {
    let named = |author: &Author, area: u128| {
        let (outcome, patrol) = told(author, json!({ "area": key(area) }));
        assert_eq!(patrol.is_some(), outcome.status == Status::Applied);
        assert!(outcome.status == Status::Applied || outcome.detail.as_deref().unwrap_or_default().starts_with("/args/area: "));
        (outcome.status, outcome.code)
    };
    assert_eq!(named(&inspector(50), HERE), (Status::Applied, None));
    assert_eq!(named(&inspector(50), 99), (Status::Rejected, Some(OutcomeCode::Validation)), "there is none");
    let elsewhere = Author { reach: crew(5, NEW).reach, ..inspector(50) };
    assert_eq!(named(&elsewhere, HERE), (Status::Rejected, Some(OutcomeCode::NotPermitted)));
    assert_eq!(named(&crew(5, OLD), HERE), (Status::Rejected, Some(OutcomeCode::NotPermitted)), "without a contract there");
}

#[test]
fn a_beginning_that_cannot_be_is_unknown_and_told() {
    for (minutes, is_known) in [(60, true), (30 + 24 * 60, true), (30, false), (10, false), (31 + 24 * 60, false)] {
        let (outcome, patrol) = told(&inspector(50), json!({ "started_at": NOW.plus_minutes(-minutes) }));
        let patrol = patrol.unwrap();
        assert_eq!(patrol.started_at, Some(NOW.plus_minutes(-minutes)), "what the device said is kept");
        assert_eq!(patrol.started_est, is_known.then(|| NOW.plus_minutes(-minutes)), "{minutes}");
        let warnings: Vec<_> = outcome.warnings.iter().map(|w| (w.pointer.as_str(), w.code)).collect();
        let expected = [("/args/started_at", WarningCode::UnusableValue)];
        assert_eq!(warnings, if is_known { &[][..] } else { &expected[..] }, "{minutes}");
    }
}
