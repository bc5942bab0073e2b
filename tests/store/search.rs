//! The index of words: whatever it has and whatever it lacks, a search finds what a scan finds.

use std::collections::BTreeSet;

use bazdid_domain::{
    search::{finds, words},
    ticket::{Boundary, Ticket, TicketOrigin, TicketStatus},
    unit_of_work::UnitOfWork,
    visibility::{Parts, Reach},
};
use bazdid_protocol::{
    fold::{self, fold},
    ids::TicketId,
    time::Timestamp,
};
use bazdid_store::{
    Tx,
    account::{page_accounts, refold_accounts, save_accounts},
    aggregate::{load_unit, save_unit},
    listing::PageKey,
    state::find_state,
    ticket::search::{
        TicketFilter,
        index::{MAX_CANDIDATES, find, index_some, index_state},
        list_tickets, scan_tickets,
    },
};

use crate::{
    common::TestDb,
    fixtures::{at, category, id, ticket},
};

const TICKETS: u128 = 160;

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    /// A text of few letters, so that much is found by accident.
    fn text(&mut self, most: usize) -> String {
        let letters = ['آ', 'ا', 'ب', 'پ', 'ل', 'ي', 'ی', '۱', '%', '_', 'x', ' ', ' ', '\u{200c}'];
        (0..=self.roll(most)).map(|_| letters[self.roll(letters.len())]).collect()
    }
}

fn one(n: u128, text: String, dice: &mut Dice) -> Ticket {
    let area = id(7 + u128::try_from(dice.roll(3)).unwrap());
    let outside = dice.roll(9) == 0;
    Ticket {
        text: if fold::is_blank(&text) { "چاله".into() } else { text },
        address_text: (dice.roll(2) == 0).then(|| dice.text(10)),
        areas: if outside { vec![] } else { vec![id(70), area] },
        leaf_areas: if outside { vec![] } else { vec![area] },
        boundary: if outside { Boundary::Outside } else { Boundary::Clear },
        origin: if dice.roll(4) == 0 { TicketOrigin::Field } else { TicketOrigin::Call },
        ..ticket(n)
    }
}

fn save(tx: &mut Tx<'_>, tickets: Vec<Ticket>, now: Timestamp) {
    let mut unit = UnitOfWork::default();
    for ticket in tickets {
        unit.tickets.put(ticket);
    }
    save_unit(tx, &unit, now).unwrap();
}

fn filled(t: &TestDb) {
    t.db()
        .write_blocking(|tx| {
            let mut dice = Dice(1);
            category(tx);
            // Nothing waits in a database that is new: its version is known.
            assert_eq!(index_some(tx, 1, 1)?, 0);
            for n in 0..TICKETS {
                // Several at one instant, and some whose clock was behind.
                let stored = i64::try_from(n / 5).unwrap() * 1_000 - if n % 31 == 0 { 40_000 } else { 0 };
                let text = dice.text(24);
                save(tx, vec![one(1_000 + n * 7_919 % 997, text, &mut dice)], at(stored));
            }
            Ok(())
        })
        .unwrap();
}

fn rewrite(t: &TestDb, n: u128, text: &'static str) {
    t.db()
        .write_blocking(move |tx| {
            let mut unit = load_unit(tx, &[id(n)])?;
            let was = unit.tickets.get(id(n)).unwrap().clone();
            unit.tickets.put(Ticket { text: text.into(), ..was });
            save_unit(tx, &unit, at(900_000))
        })
        .unwrap();
}

/// Reaches: of everybody, of an inspector, of an office, of a contractor.
fn reaches() -> Vec<Reach> {
    let parts = |parts| Reach::Parts(parts);
    vec![
        Reach::Everything,
        parts(Parts { areas: BTreeSet::from([id(7)]), person: Some(id(3)), ..Parts::default() }),
        parts(Parts { areas: BTreeSet::from([id(8), id(9)]), offices: BTreeSet::from([id(8)]), every_office: true, ..Parts::default() }),
        parts(Parts { organisations: BTreeSet::from([id(5)]), person: Some(id(3)), ..Parts::default() }),
        parts(Parts::default()),
    ]
}

/// Every search of a list finds what a scan finds, page by page, and what the rule says.
fn agrees(t: &TestDb, round: &str) {
    t.db()
        .read_blocking(|tx| {
            let mut dice = Dice(7);
            let all = scan_tickets(tx, &TicketFilter { limit: 10_000, ..TicketFilter::default() }, &Reach::Everything)?;
            assert_eq!(all.len(), usize::try_from(TICKETS).unwrap());
            let mut hits = 0;
            for n in 0..80 {
                let typed = if n % 8 == 0 { "پل".to_owned() } else { dice.text(6) };
                let mut filter =
                    TicketFilter { words: words(&typed), limit: 1 + i64::try_from(dice.roll(12)).unwrap(), ..TicketFilter::default() };
                filter.area = (dice.roll(4) == 0).then(|| id(8));
                filter.categories = (dice.roll(6) == 0).then(|| vec![id(1), id(2)]);
                let reach = &reaches()[dice.roll(5)];
                loop {
                    let (by_index, by_scan) = (list_tickets(tx, &filter, reach)?, scan_tickets(tx, &filter, reach)?);
                    assert_eq!(by_index, by_scan, "{round}: {filter:?} {reach:?}");
                    hits += by_index.len();
                    match by_index.last() {
                        Some(last) if by_index.len() == usize::try_from(filter.limit).unwrap() => filter.before = Some(last.key),
                        _ => break,
                    }
                }
                if *reach == Reach::Everything && filter.area.is_none() {
                    let query = TicketFilter { words: words(&typed), limit: 10_000, ..TicketFilter::default() };
                    let found: Vec<TicketId> = list_tickets(tx, &query, reach)?.iter().map(|t| t.id).collect();
                    let text = |t: &Ticket| fold(&format!("{} {}", t.text, t.address_text.as_deref().unwrap_or_default()));
                    let by_rule: Vec<TicketId> = all.iter().filter(|t| finds(&text(t), &query.words)).map(|t| t.id).collect();
                    assert_eq!(found, by_rule, "{round}: {typed:?}");
                }
            }
            assert!(hits > 150, "{round}: the searches found {hits}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_search_finds_what_a_scan_finds_however_far_the_index_has_come() {
    for t in TestDb::both() {
        filled(&t);
        agrees(&t, "nothing is indexed");
        for (step, most) in [30, 1, 64, 7].into_iter().enumerate() {
            assert_eq!(t.db().write_blocking(move |tx| index_some(tx, 1, most)).unwrap(), most);
            agrees(&t, &format!("after step {step}"));
        }
        rewrite(&t, 1_000, "پل آبی xپل");
        rewrite(&t, 1_940, "پل ۱");
        agrees(&t, "two were rewritten");
        assert_eq!(t.db().write_blocking(|tx| index_some(tx, 100_000, 50)).unwrap(), 0, "too few wait");
        while t.db().write_blocking(|tx| index_some(tx, 1, 50)).unwrap() > 0 {}
        let state = t.db().read_blocking(index_state).unwrap();
        assert_eq!((state.waiting, state.outdated_blocks), (0, 0));
        assert!(state.blocks > 5);
        agrees(&t, "all is indexed");
        rewrite(&t, 1_940, "پل ۲");
        agrees(&t, "one was rewritten again");
    }
}

#[test]
fn a_large_block_is_read_no_further_than_the_page() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                category(tx);
                for n in 0..12 {
                    let same = |m: u128| Ticket {
                        text: if m.is_multiple_of(3) { "چاله آب‌رسانی".into() } else { "چاله".into() },
                        ..ticket(2_000 + n * 100 + m)
                    };
                    save(tx, (0..100).map(same).collect(), at(i64::try_from(n).unwrap()));
                }
                while index_some(tx, 1, 900)? > 0 {}
                for (typed, count) in [("چاله", 1_200), ("آبرسانی", 408), ("آب رسانی", 408), ("نیست", 0)] {
                    let mut filter = TicketFilter { words: words(typed), limit: 70, ..TicketFilter::default() };
                    let mut found = 0;
                    loop {
                        let page = list_tickets(tx, &filter, &Reach::Everything)?;
                        assert_eq!(page, scan_tickets(tx, &filter, &Reach::Everything)?, "{typed}");
                        found += page.len();
                        match page.last() {
                            Some(last) if page.len() == 70 => filter.before = Some(last.key),
                            _ => break,
                        }
                    }
                    assert_eq!(found, count, "{typed}");
                }
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn a_frequent_word_with_a_filter_that_no_block_knows_is_scanned_once_too_many_candidates_were_refused() {
    let most = u128::try_from(MAX_CANDIDATES).unwrap();
    for t in TestDb::both() {
        t.db()
            .write_blocking(move |tx| {
                category(tx);
                let one = |n: u128| Ticket {
                    text: "چاله در خیابان".into(),
                    status: if n.is_multiple_of(1_000) { TicketStatus::Closed } else { TicketStatus::Triaged },
                    ..ticket(10_000 + n)
                };
                let all: Vec<Ticket> = (0..most + 600).map(one).collect();
                for (n, some) in all.chunks(200).enumerate() {
                    save(tx, some.to_vec(), at(i64::try_from(n).unwrap()));
                }
                while index_some(tx, 1, 4_096)? > 0 {}
                let contractor = Reach::Parts(Parts { organisations: BTreeSet::from([id(5)]), ..Parts::default() });
                let asked = |statuses: &[TicketStatus], limit| TicketFilter {
                    words: words("خیابان"),
                    statuses: statuses.to_vec(),
                    limit,
                    ..TicketFilter::default()
                };
                for (filter, reach, is_scanned, count) in [
                    (asked(&[], 50), &Reach::Everything, false, 50),
                    (asked(&[TicketStatus::Triaged], 50), &Reach::Everything, false, 50),
                    (asked(&[TicketStatus::Closed], 3), &Reach::Everything, false, 3),
                    (asked(&[TicketStatus::Closed], 50), &Reach::Everything, true, 5),
                    (asked(&[TicketStatus::Cancelled], 50), &Reach::Everything, true, 0),
                    (asked(&[], 50), &contractor, true, 0),
                ] {
                    let found = list_tickets(tx, &filter, reach)?;
                    assert_eq!(found, scan_tickets(tx, &filter, reach)?, "{filter:?}");
                    assert_eq!((found.len(), find(tx, &filter, reach)?.is_none()), (count, is_scanned), "{filter:?}");
                }
                Ok(())
            })
            .unwrap();
    }
}

/// What a former version would have left: texts folded by its rule, in blocks of its version.
fn age(t: &TestDb) {
    for sql in [
        "UPDATE tickets SET text_folded = 'old'",
        "UPDATE search_waiting SET text_folded = 'old'",
        "UPDATE search_blocks SET fold_version = 1",
        "UPDATE accounts SET name_folded = 'old'",
        "UPDATE server_state SET value = '1'",
    ] {
        run(t, sql);
    }
}

fn run(t: &TestDb, sql: &str) {
    use diesel::{Connection as _, RunQueryDsl as _};
    match t.url.strip_prefix("sqlite://") {
        Some(path) => diesel::sql_query(sql).execute(&mut diesel::SqliteConnection::establish(path).unwrap()).unwrap(),
        None => diesel::sql_query(sql).execute(&mut diesel::PgConnection::establish(&t.url).unwrap()).unwrap(),
    };
}

#[test]
fn few_tickets_that_wait_are_folded_anew_too() {
    for t in TestDb::both() {
        t.db()
            .write_blocking(|tx| {
                category(tx);
                assert_eq!((index_some(tx, 2_048, 4_096)?, refold_accounts(tx, 9)?), (0, 0));
                for n in 0..10 {
                    save(tx, vec![Ticket { text: format!("كوچه {n}"), ..ticket(1_000 + n) }], at(0));
                }
                assert_eq!(index_some(tx, 2_048, 4_096)?, 0, "too few wait");
                Ok(())
            })
            .unwrap();
        let found = || {
            let filter = TicketFilter { words: words("کوچه"), limit: 50, ..TicketFilter::default() };
            t.db().read_blocking(|tx| list_tickets(tx, &filter, &Reach::Everything)).unwrap().len()
        };
        assert_eq!(found(), 10);
        age(&t);
        assert_eq!(found(), 0, "what another version folded is not found");
        let steps = |n: usize| (0..n).map(|_| t.db().write_blocking(|tx| index_some(tx, 2_048, 4)).unwrap()).collect::<Vec<_>>();
        assert_eq!(steps(4), [4, 4, 2, 0]);
        assert_eq!(found(), 10);
        rewrite(&t, 1_000, "كوچه باغ");
        assert_eq!(steps(1), [0], "too few wait again");
    }
}

#[test]
fn another_fold_is_applied_in_steps_that_go_on_after_a_kill_while_tickets_come() {
    for mut t in TestDb::both() {
        filled(&t);
        let account = bazdid_domain::account::Account {
            id: id(3),
            rev: 1,
            login: "ali".into(),
            display_name: "علي كاظمي".into(),
            locale: "fa".into(),
            state: bazdid_domain::organisation::ActiveState::Active,
            phone_encrypted: None,
            created_at: at(0),
            updated_at: at(0),
        };
        t.db().write_blocking(move |tx| save_accounts(tx, std::slice::from_ref(&account))).unwrap();
        while t.db().write_blocking(|tx| index_some(tx, 1, 64)).unwrap() > 0 {}
        age(&t);
        let blocks = t.db().read_blocking(index_state).unwrap();
        assert_eq!((blocks.outdated_blocks, blocks.blocks), (3, 3));
        assert_eq!(t.db().write_blocking(|tx| refold_accounts(tx, 100)).unwrap(), 1);
        assert_eq!(t.db().write_blocking(|tx| index_some(tx, 1, 64)).unwrap(), 32, "a block at a time, the newest first");
        // A step that is killed leaves nothing behind.
        let killed = t.db().write_blocking(|tx| {
            index_some(tx, 1, 64)?;
            Err::<(), _>(bazdid_protocol::error::Error::internal("killed"))
        });
        assert!(killed.is_err());
        rewrite(&t, 1_000, "پل آبی که تازه نوشته شد");
        t.db = None;
        t.db = Some(bazdid_store::Db::open(&bazdid_store::DbOptions { url: t.url.clone(), connections: 4 }).unwrap());
        let mut steps = 0;
        while t.db().write_blocking(|tx| index_some(tx, 1, 64)).unwrap() > 0 {
            steps += 1;
        }
        assert_eq!(steps, 3, "two blocks, and the ticket that was rewritten");
        agrees(&t, "after another fold");
        let (state, version, people) = t
            .db()
            .read_blocking(|tx| {
                let by_name = bazdid_store::account::AccountFilter { text: Some(fold("علی کاظمی")), ..Default::default() };
                Ok((index_state(tx)?, find_state(tx, "search_index")?, page_accounts(tx, &by_name, None, 9)?))
            })
            .unwrap();
        assert_eq!((state.waiting, state.outdated_blocks), (0, 0));
        assert_eq!((version, people.len()), (Some(fold::VERSION.to_string()), 1));
        assert_eq!(t.db().write_blocking(|tx| Ok((refold_accounts(tx, 9)?, index_some(tx, 1, 9)?))).unwrap(), (0, 0), "all is done");
        run(&t, "UPDATE accounts SET name_folded = 'older'");
        assert_eq!(t.db().write_blocking(|tx| refold_accounts(tx, 9)).unwrap(), 0, "names of this version are not read again");
        let before = PageKey::Stored { stored_at: Timestamp::MAX, id: id(u128::MAX) };
        let filter = TicketFilter { words: words("تازه نوشته"), before: Some(before), limit: 5, ..TicketFilter::default() };
        assert_eq!(t.db().read_blocking(|tx| list_tickets(tx, &filter, &Reach::Everything)).unwrap().len(), 1);
    }
}

#[test]
fn what_is_there_waits_for_the_index_only_once_triggers_see_what_comes() {
    for up in [
        include_str!("../../migrations/postgres/2026-12-01-000030_search/up.sql"),
        include_str!("../../migrations/sqlite/2026-12-01-000030_search/up.sql"),
    ] {
        let filled = up.find("SELECT id, stored_at, text_folded FROM tickets").unwrap();
        assert!(up.rfind("CREATE TRIGGER").unwrap() < filled, "a ticket that is stored in between would never be found");
    }
}
