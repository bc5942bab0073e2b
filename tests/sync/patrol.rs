//! Rounds without a ticket: kept once, read by who went and by the office of the area.

use std::collections::BTreeSet;

use bazdid_domain::{
    patrol::{Patrol, PatrolOutcome},
    policy::Permission,
    unit_of_work::UnitOfWork,
};
use bazdid_protocol::{
    ids::PatrolId,
    outcome::{OutcomeCode, Status},
    warning::WarningCode,
};
use bazdid_service::{
    patrol,
    quarantine::{self, Decision},
    reach::reach,
    sync::compact,
};
use bazdid_store as store;
use bazdid_store::patrol::PatrolFilter;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{
        CITY, CREW_NEW, CREW_OLD, CREW_OLD_2, D_EAST, D_WEST, EAST, INSPECTOR_E, INSPECTOR_W, OLD, Phone, SUPERVISOR, SharedCity, WEST,
        category, id, on_both, ticket_with_order,
    },
    push::{mutation, registered, send},
};

/// Tells of a round through the west that has just ended.
fn patrol(phone: &mut Phone, args: Value) -> PatrolId {
    let mut whole = json!({ "outcome": "nothing_found", "finished_at": phone.clock.wall(), "end_point": WEST, "mock": false });
    whole.as_object_mut().unwrap().extend(args.as_object().unwrap().clone());
    phone.record_patrol(whole)
}

fn sync(phone: &mut Phone) {
    let (_, pulled) = phone.sync().unwrap();
    assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty(), "{pulled:?}");
}

fn held(city: &SharedCity, who: u128) -> BTreeSet<Uuid> {
    let mut phone = city.device(who);
    sync(&mut phone);
    phone.state.copy.list("patrol").map(|(id, _)| id).collect()
}

/// Every patrol.
fn all() -> PatrolFilter {
    PatrolFilter { limit: 50, ..PatrolFilter::default() }
}

fn listed(city: &SharedCity, who: u128) -> Vec<Patrol> {
    listed_in(city, who, None, &all())
}

fn listed_in(city: &SharedCity, who: u128, area: Option<u128>, filter: &PatrolFilter) -> Vec<Patrol> {
    let ctx = city.ctx(Some(id(who)));
    city.read(|tx| patrol::list(tx, &ctx, area.map(id), filter)).into_iter().map(|p| p.row).collect()
}

#[test]
fn a_round_offline_is_kept_once_and_read_by_who_went_and_by_the_office() {
    on_both(|city| {
        let mut phone = city.device(INSPECTOR_W);
        sync(&mut phone);
        let started = phone.clock.wall();
        city.pass(90);
        let found = patrol(&mut phone, json!({ "area": Uuid::from_u128(D_WEST), "started_at": started, "note": "همه‌جا دیده شد" }));
        assert_eq!(phone.view().text("patrol", found.uuid(), "outcome"), Some("nothing_found"), "before the server knows of it");
        city.pass(60);
        // The answer is lost: the same bytes go again.
        phone.transport.lose.set(1);
        let (pushed, _) = phone.sync().unwrap();
        assert_eq!((pushed.lost_replies, pushed.replayed), (1, 1));
        sync(&mut phone);
        let all = listed(city, SUPERVISOR);
        assert_eq!(all.len(), 1);
        let kept = &all[0];
        assert_eq!((kept.id, kept.actor, kept.area_id, kept.organisation_id), (found, id(INSPECTOR_W), Some(id(D_WEST)), None));
        assert_eq!(kept.finished_est - kept.started_est.unwrap(), 90 * 60 * 1_000_000);
        assert_eq!((kept.end_point, kept.start_point, kept.outcome), (Some(WEST), None, PatrolOutcome::NothingFound));
        assert_eq!(kept.received_at - kept.finished_est, 60 * 60 * 1_000_000, "it was told an hour later");

        // Who went has it on every phone; the office too; nobody else.
        let expected = BTreeSet::from([found.uuid()]);
        for (who, has) in [(INSPECTOR_W, true), (SUPERVISOR, true), (INSPECTOR_E, false), (CREW_OLD, false)] {
            assert_eq!(held(city, who), if has { expected.clone() } else { BTreeSet::new() }, "{who}");
            assert_eq!(listed(city, who).len(), usize::from(has), "{who}");
        }
    });
}

#[test]
fn what_was_found_on_the_way_is_a_ticket_that_the_round_names() {
    on_both(|city| {
        let mut phone = city.device(INSPECTOR_W);
        sync(&mut phone);
        let ticket = phone.create_ticket(category(), "چاله", WEST, None);
        let one = patrol(&mut phone, json!({ "outcome": "reported", "tickets": [ticket, ticket, "no id"] }));
        sync(&mut phone);
        let result = phone.state.outbox.journal().filter_map(|e| phone.state.outbox.result(e.id)).next_back().unwrap();
        let told: Vec<_> = result.warnings.iter().map(|w| (w.pointer.as_str(), w.code)).collect();
        assert_eq!((result.status, told), (Status::Applied, vec![("/args/tickets/2", WarningCode::UnusableValue)]));
        assert_eq!(phone.state.copy.get("patrol", one.uuid()).unwrap().row["tickets"], json!([ticket]));
        // In a group that is refused the round is kept for the office.
        let offered = ticket_with_order(city);
        assert_eq!(city.order(offered.0).organisation_id, Some(id(OLD)), "who works there is known to its office");
        let (raw, device) = registered(city, CREW_OLD);
        let group = |item: Value| {
            let mut item = item;
            item["group"] = json!(Uuid::from_u128(0x99));
            item
        };
        let bad = mutation(
            1,
            0x51,
            "ticket.create",
            Uuid::from_u128(0x52),
            json!({ "category": Uuid::from_u128(5), "text": "x", "point": WEST }),
        );
        let round = mutation(2, 0x53, "patrol.record", Uuid::from_u128(0x54), json!({ "outcome": "cut_short" }));
        let answer = send(&raw, device, &[group(bad), group(round)]).unwrap();
        let words: Vec<_> = answer.results.iter().map(|r| (r.status, r.code)).collect();
        assert_eq!(words, [(Status::Rejected, Some(OutcomeCode::Validation)), (Status::Conflict, Some(OutcomeCode::Quarantined))]);
        let decide = |decision| {
            let ctx = city.ctx(Some(id(SUPERVISOR)));
            city.db.write_blocking(move |tx| quarantine::decide(tx, &ctx, id(0x53), decision))
        };
        let at_a_ticket = decide(Decision::Adopt { about: Some(ticket.uuid()) });
        let refused = at_a_ticket.unwrap_err();
        assert_eq!(refused.fields.first().map(|f| f.pointer.as_str()), Some("/about"), "a round belongs to no ticket: {refused:?}");
        assert_eq!(decide(Decision::Adopt { about: None }).unwrap().status, Status::Applied);
        assert_eq!(listed(city, CREW_OLD).len(), 1);
    });
}

#[test]
fn only_in_areas_in_which_one_works() {
    on_both(|city| {
        let named = |who: u128, n: u128, area: u128| {
            let (phone, device) = registered(city, who);
            let args = json!({ "outcome": "nothing_found", "area": Uuid::from_u128(area) });
            let item = mutation(1, n, "patrol.record", Uuid::from_u128(n + 0x1000), args);
            let answer = send(&phone, device, &[item]).unwrap();
            (answer.results[0].status, answer.results[0].code)
        };
        let refused = (Status::Rejected, Some(OutcomeCode::NotPermitted));
        assert_eq!(named(INSPECTOR_W, 1, D_EAST), refused);
        assert_eq!(named(CREW_OLD, 2, D_EAST), (Status::Applied, None), "its contract covers the city");
        assert_eq!(named(INSPECTOR_E, 3, CITY), refused, "more than their district");
        assert_eq!(named(SUPERVISOR, 4, D_WEST), refused, "no role of the field");
        assert_eq!(named(CREW_OLD_2, 5, 0x77), (Status::Rejected, Some(OutcomeCode::Validation)));
        assert_eq!(listed(city, SUPERVISOR).len(), 1);
    });
}

#[test]
fn the_list_is_filtered_by_area_person_outcome_and_time() {
    on_both(|city| {
        let (mut west, mut east) = (city.device(INSPECTOR_W), city.device(INSPECTOR_E));
        sync(&mut west);
        sync(&mut east);
        let first = patrol(&mut west, json!({}));
        sync(&mut west);
        city.pass(120);
        let middle = city.now();
        let second = patrol(&mut east, json!({ "end_point": EAST, "outcome": "cut_short" }));
        let nowhere = patrol(&mut east, json!({ "end_point": null }));
        sync(&mut east);
        for (area, filter, expected) in [
            (None, all(), vec![first, second, nowhere]),
            (Some(D_WEST), all(), vec![first]),
            (Some(CITY), all(), vec![first, second]),
            (Some(0x77), all(), vec![]),
            (None, PatrolFilter { actor: Some(id(INSPECTOR_E)), ..all() }, vec![second, nowhere]),
            (None, PatrolFilter { outcome: Some(PatrolOutcome::CutShort), ..all() }, vec![second]),
            (None, PatrolFilter { to: Some(middle), ..all() }, vec![first]),
            (None, PatrolFilter { from: Some(middle), ..all() }, vec![second, nowhere]),
        ] {
            let found: BTreeSet<PatrolId> = listed_in(city, SUPERVISOR, area, &filter).into_iter().map(|p| p.id).collect();
            assert_eq!(found, expected.into_iter().collect(), "{area:?} {filter:?}");
        }
        let ctx = city.ctx(Some(id(SUPERVISOR)));
        // Page after page each stands once, the newest first.
        let mut pages = Vec::new();
        let mut before = None;
        loop {
            let page = city.read(|tx| patrol::list(tx, &ctx, None, &PatrolFilter { before, limit: 1, ..all() }));
            let Some(last) = page.last() else { break };
            before = Some(last.key);
            pages.extend(page.iter().map(|p| p.id));
        }
        assert_eq!((pages.len(), pages.last()), (3, Some(&first)));

        // The three renderings agree: the predicate, the query, and the channels that devices read.
        for who in [SUPERVISOR, INSPECTOR_W, INSPECTOR_E, CREW_OLD] {
            let ctx = city.ctx(Some(id(who)));
            let by_rule: BTreeSet<PatrolId> = city.read(|tx| {
                let reference = ctx.reference(tx)?;
                let reach = reach(&ctx, &reference, Permission::WorkRead)?;
                let found = store::patrol::find_patrols(tx, &[first, second, nowhere])?;
                Ok(found.iter().filter(|p| reach.reads(&UnitOfWork::default(), *p)).map(|p| p.id).collect())
            });
            let by_query: BTreeSet<PatrolId> = listed(city, who).into_iter().map(|p| p.id).collect();
            let by_feed: BTreeSet<Uuid> = held(city, who);
            assert_eq!(by_rule, by_query, "{who}");
            assert_eq!(by_rule.iter().map(|p| p.uuid()).collect::<BTreeSet<_>>(), by_feed, "{who}");
        }
    });
}

#[test]
fn after_thirty_days_the_phone_lets_go_of_it_and_the_office_keeps_it() {
    on_both(|city| {
        let mut phone = city.device(INSPECTOR_W);
        sync(&mut phone);
        let found = patrol(&mut phone, json!({}));
        sync(&mut phone);
        for _ in 0..33 {
            city.pass(24 * 60);
            let ctx = city.ctx(None);
            city.write(move |tx| compact::mark_heads(tx, &ctx));
            loop {
                let ctx = city.ctx(None);
                if !city.write(move |tx| compact::compact(tx, &ctx)).more {
                    break;
                }
            }
        }
        sync(&mut phone);
        assert_eq!(phone.state.copy.list("patrol").count(), 0);
        assert_eq!(held(city, SUPERVISOR), BTreeSet::from([found.uuid()]));
        assert_eq!(listed(city, INSPECTOR_W).len(), 1, "they may still read it");
        // Its id is still taken.
        let (raw, device) = registered(city, CREW_NEW);
        let again = mutation(1, 0x61, "patrol.record", found.uuid(), json!({ "outcome": "cut_short" }));
        let answer = send(&raw, device, &[again]).unwrap();
        assert_eq!((answer.results[0].status, answer.results[0].code), (Status::Rejected, Some(OutcomeCode::IdReuse)));
    });
}
