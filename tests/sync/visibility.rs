//! Who may see what is one definition with three renderings: the predicate over loaded rows, the SQL of lists and lookups, and the
//! channels of the feed. Over generated cities all three say the same of every person and every row, on each database.

mod city;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use bazdid_clock::SeededIds;
use bazdid_domain::{
    account::{Role, RoleGrant},
    actor::Actor,
    policy::Permission,
    ticket::{TicketOrigin, TicketStatus},
    unit_of_work::UnitOfWork,
    visibility::{Basis, Reach, holder},
    visit::Audience,
    work_order::WorkOrderState,
};
use bazdid_protocol::{
    envelope::{Change, ChangeOp, PullRequest},
    error::{Error, Result},
    ids::{AccountId, Id},
    time::Timestamp,
};
use bazdid_service::{Ctx, Settings, Shared, reach::reach, sync::pull};
use bazdid_store::{
    self as store, Tx,
    conflict::ConflictFilter,
    photo::PhotoFilter,
    ticket::search::{TicketFilter, list_neighbours, list_tickets},
    work_order::search::{OrderFilter, RoundFilter, count_rounds, count_work_orders, list_rounds, list_work_orders},
};
use proptest::test_runner::{Config, TestError, TestRunner};
use uuid::Uuid;

use crate::{
    city::{START, id},
    common::TestDb,
};
use city::{Build, PEOPLE, POINT, Plan, Validity, any_plan, found};

/// Cities of a batch, unless `PROPTEST_CASES` says otherwise.
const CITIES: u32 = 16;
/// Batches at most.
const BATCHES: usize = 12;
/// More rows than a city has of any kind.
const ALL: i64 = 10_000;
/// Kinds of rows that are the same for everybody.
const REFERENCE: [&str; 4] = ["area", "category", "checklist", "organisation"];
/// The permissions whose reach the lists are asked with.
const ASKED: [Permission; 7] = [
    Permission::TicketRead,
    Permission::WorkRead,
    Permission::ConflictRead,
    Permission::TicketManage,
    Permission::RoundVerify,
    Permission::CallManage,
    Permission::Sync,
];

type Rows = BTreeSet<(String, Uuid)>;
/// How often each hard case came.
type Tally = BTreeMap<&'static str, usize>;

#[test]
fn the_three_renderings_agree_on_sqlite() {
    agree_on(&TestDb::sqlite());
}

#[test]
fn the_three_renderings_agree_on_postgresql() {
    if let Some(t) = TestDb::postgres() {
        agree_on(&t);
    }
}

/// Builds cities until every hard case has come: by chance a batch may lack a rare one.
fn agree_on(t: &TestDb) {
    let tally = Arc::new(Mutex::new(Tally::new()));
    let lacks = |tally: &Tally| HARD.iter().copied().find(|case| tally.get(case).is_none_or(|n| *n == 0));
    for _ in 0..BATCHES {
        agree_in_a_batch(t, &tally);
        if lacks(&tally.lock().unwrap()).is_none() {
            break;
        }
    }
    let tally = tally.lock().unwrap();
    println!("{tally:?}");
    assert_eq!(lacks(&tally), None, "no city had the case; {tally:?}");
}

/// Builds one city after the other, each in a transaction that is taken back.
fn agree_in_a_batch(t: &TestDb, tally: &Arc<Mutex<Tally>>) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CITIES);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 40, ..Config::default() });
    let outcome = runner.run(&any_plan(), |plan| {
        let faults = Arc::new(Mutex::new(Vec::new()));
        let (found, counted) = (Arc::clone(&faults), Arc::clone(tally));
        let undone = t.db().write_blocking(move |tx| {
            *found.lock().unwrap() = play(tx, &plan, &mut counted.lock().unwrap())?;
            Err::<(), _>(Error::internal("a city is taken back"))
        });
        let undone = undone.unwrap_err();
        assert_eq!(undone.internal.as_deref(), Some("a city is taken back"), "{undone} {:?}", undone.source);
        let faults = faults.lock().unwrap();
        proptest::prop_assert!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, plan)) => panic!("{why}\n{plan:#?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// What the generated cities must have.
const HARD: [&str; 14] = [
    "a ticket in several areas that a person reads by one of them only",
    "a ticket that moved out of what a person reads by place",
    "a ticket whose district came under another region, read in the new region and no more in the old one",
    "an order of a former holder whose people do not read it any more",
    "a photo of a former holder's people, read by its author and no more by a colleague",
    "a ticket outside every area, read by an office",
    "a ticket outside every area that an inspector does not read",
    "a ticket read by who found it, outside their areas",
    "a ticket read by the colleagues of who found it",
    "a note for the office that a reader of the ticket does not read",
    "a role for the whole city",
    "a deputy for some days",
    "somebody with several roles that reach differently",
    "an inspector's employer whose orders they do not read",
];

/// Builds a city and tells where the renderings disagree.
fn play(tx: &mut Tx<'_>, plan: &Plan, tally: &mut Tally) -> Result<Vec<String>> {
    let shared = Arc::new(Shared::new(Settings::default(), &[7; 32]));
    let ctx = |actor| Ctx {
        now: START,
        ids: Arc::new(SeededIds::new(7)),
        request_id: Uuid::from_u128(1),
        actor,
        language: bazdid_protocol::words::language::Language::English,
        shared: Arc::clone(&shared),
    };
    found(tx, &ctx(None), plan)?;
    let mut build = Build::new(tx, ctx(None));
    for step in &plan.steps {
        build.step(*step)?;
    }
    let Build { tickets, former_holders, moved, .. } = build;
    let unit = store::aggregate::read_unit(tx, &tickets)?;
    let mut faults = Vec::new();
    for n in 1..=PEOPLE as u128 {
        let account: AccountId = id(n);
        let grants = store::account::list_grants_of(tx, &[account])?;
        let ctx = ctx(Some(Actor::new(account, grants.clone(), START)));
        let reference = ctx.reference(tx)?;
        for permission in ASKED {
            let reach = reach(&ctx, &reference, permission)?;
            let by_sql = in_sql(tx, &reach)?;
            let kinds = ["ticket", "work_order", "round", "photo", "conflict"];
            let in_memory: Rows = in_memory(&reach, &unit).into_iter().filter(|(kind, _)| kinds.contains(&kind.as_str())).collect();
            faults.extend(differences(&format!("{permission} of person {n}: in memory, by SQL"), &in_memory, &by_sql));
            faults.extend(lookups(tx, &reach, &unit)?.into_iter().map(|fault| format!("{permission} of person {n}: {fault}")));
        }
        let sync = reach(&ctx, &reference, Permission::Sync)?;
        let pulled = in_feed(tx, &ctx, n)?;
        faults.extend(differences(&format!("person {n}: in memory, in the feed"), &in_memory(&sync, &unit), &pulled));
        count(tally, &Seen { account, grants: &grants, reach: &sync, unit: &unit }, &former_holders, &moved);
    }
    count_grants(tally, plan);
    Ok(faults)
}

fn differences(what: &str, one: &Rows, other: &Rows) -> Option<String> {
    let only = |a: &Rows, b: &Rows| a.difference(b).map(|(kind, id)| format!("{kind} {id}")).collect::<Vec<_>>();
    (one != other).then(|| format!("{what}: only the first has {:?}, only the second {:?}", only(one, other), only(other, one)))
}

/// The predicate.
fn in_memory(reach: &Reach, unit: &UnitOfWork) -> Rows {
    reach.rows(unit).into_iter().map(|(kind, id)| (kind.to_owned(), id)).collect()
}

/// What the lists answer.
fn in_sql(tx: &mut Tx<'_>, reach: &Reach) -> Result<Rows> {
    fn add<T>(rows: &mut Rows, kind: &str, ids: impl IntoIterator<Item = Id<T>>) {
        rows.extend(ids.into_iter().map(|id| (kind.to_owned(), id.uuid())));
    }
    let mut rows = Rows::new();
    let tickets = list_tickets(tx, &TicketFilter { limit: ALL, ..TicketFilter::default() }, reach)?;
    add(&mut rows, "ticket", tickets.iter().map(|t| t.id));
    let orders = list_work_orders(tx, &OrderFilter { limit: ALL, ..OrderFilter::default() }, reach)?;
    add(&mut rows, "work_order", orders.iter().map(|o| o.id));
    let rounds = list_rounds(tx, &RoundFilter { limit: ALL, ..RoundFilter::default() }, reach)?;
    add(&mut rows, "round", rounds.iter().map(|r| r.id));
    let photos = store::photo::list_photos(tx, &PhotoFilter { limit: ALL, ..PhotoFilter::default() }, reach)?;
    add(&mut rows, "photo", photos.iter().map(|p| p.id));
    let conflicts = store::conflict::list_conflicts(tx, &ConflictFilter { limit: ALL, ..ConflictFilter::default() }, reach)?;
    add(&mut rows, "conflict", conflicts.iter().map(|c| c.id));
    Ok(rows)
}

/// The inbox, its counts, and what may be the same ticket: each a part of what the lists answer.
fn lookups(tx: &mut Tx<'_>, reach: &Reach, unit: &UnitOfWork) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let drafts = OrderFilter { states: vec![WorkOrderState::Draft], limit: ALL, ..OrderFilter::default() };
    let counted = count_work_orders(tx, &drafts, reach)?.count;
    let drafts: BTreeSet<_> = list_work_orders(tx, &drafts, reach)?.into_iter().map(|o| o.id).collect();
    let visible = unit.work_orders.iter().filter(|o| o.state == WorkOrderState::Draft && reach.reads(unit, *o));
    let expected: BTreeSet<_> = visible.map(|o| o.id).collect();
    if drafts != expected {
        faults.push(format!("drafts: in memory {expected:?}, by SQL {drafts:?}"));
    }
    let open = store::conflict::count_conflicts(tx, &ConflictFilter::default(), reach)?.count;
    let rounds = count_rounds(tx, &RoundFilter::default(), reach)?.count;
    let read = unit.rounds.iter().filter(|r| reach.reads(unit, *r)).count();
    if rounds != read as i64 {
        faults.push(format!("count of rounds: {rounds} by SQL, {read} in memory"));
    }
    let conflicts = unit.conflicts.iter().filter(|c| reach.reads(unit, *c)).count();
    if (counted, open) != (expected.len() as i64, conflicts as i64) {
        faults.push(format!("counts of drafts and conflicts: {counted}, {open} by SQL, {}, {conflicts} in memory", expected.len()));
    }
    let near = list_neighbours(tx, &POINT, &[id(crate::city::POTHOLE)], START.plus_days(-1), reach)?;
    let near: BTreeSet<_> = near.into_iter().map(|n| n.id).collect();
    let expected: BTreeSet<_> = unit.tickets.iter().filter(|t| reach.reads(unit, *t)).map(|t| t.id).collect();
    if near != expected {
        faults.push(format!("neighbours: in memory {expected:?}, by SQL {near:?}"));
    }
    Ok(faults)
}

/// What a device of a person holds after a pull from nothing.
fn in_feed(tx: &mut Tx<'_>, ctx: &Ctx, person: u128) -> Result<Rows> {
    let mut carried: BTreeMap<(String, Uuid), BTreeSet<String>> = BTreeMap::new();
    let mut cursor = None;
    loop {
        let request = PullRequest { device: id(1000 + person), schema: 1, cursor, limit: Some(ALL), reset: vec![] };
        let page = pull::pull(tx, ctx, &request)?.page;
        for Change { c, op, t, id, .. } in page.changes.into_iter().filter(|c| !REFERENCE.contains(&c.t.as_str())) {
            let channels = carried.entry((t, id)).or_default();
            for name in c.into_iter().map(|place| page.channels[place].to_string()) {
                match op {
                    ChangeOp::Put => channels.insert(name),
                    ChangeOp::Drop => channels.remove(&name),
                };
            }
        }
        if page.complete {
            return Ok(carried.into_iter().filter(|(_, channels)| !channels.is_empty()).map(|(row, _)| row).collect());
        }
        cursor = Some(page.cursor);
    }
}

/// A person in a city.
struct Seen<'a> {
    account: AccountId,
    grants: &'a [RoleGrant],
    reach: &'a Reach,
    unit: &'a UnitOfWork,
}

impl Seen<'_> {
    fn reads<E: bazdid_domain::visibility::Visible>(&self, row: &E) -> bool {
        self.reach.reads(self.unit, row)
    }

    /// Whether the person reads by place what lies in some of the smallest areas.
    fn by_place(&self, leaf_areas: &[bazdid_protocol::ids::AreaId]) -> usize {
        let Reach::Parts(parts) = self.reach else { return leaf_areas.len() };
        leaf_areas.iter().filter(|a| parts.areas.contains(a)).count()
    }

    fn roles(&self, at: Timestamp) -> BTreeSet<Role> {
        self.grants.iter().filter(|g| g.in_force_at(at)).map(|g| g.role).collect()
    }
}

/// Counts which hard cases a person meets in a city.
fn count(
    tally: &mut Tally,
    seen: &Seen<'_>,
    former: &[(u128, bazdid_protocol::ids::OrganisationId)],
    moved: &[bazdid_protocol::ids::TicketId],
) {
    let Reach::Parts(parts) = seen.reach else { return };
    let roles = seen.roles(START);
    let inspector_only = roles.iter().all(|r| Basis::of(*r) == Basis::Field) && !roles.is_empty();
    let mut has = |case: &'static str, there: bool| *tally.entry(case).or_default() += usize::from(there);
    for ticket in seen.unit.tickets.iter() {
        let (by_place, leaves, reads) = (seen.by_place(&ticket.leaf_areas), ticket.leaf_areas.len(), seen.reads(ticket));
        has("a ticket in several areas that a person reads by one of them only", leaves > 1 && by_place == 1);
        let gone = moved.contains(&ticket.id) && !parts.areas.is_empty() && !reads;
        has("a ticket that moved out of what a person reads by place", gone);
        let annexed = ticket.areas.iter().any(|a| parts.areas.contains(a)) && by_place == 0;
        has("a ticket whose district came under another region, read in the new region and no more in the old one", annexed && !reads);
        has("a ticket outside every area, read by an office", leaves == 0 && parts.every_office && reads);
        has("a ticket outside every area that an inspector does not read", leaves == 0 && inspector_only && !reads);
        let found = ticket.origin == TicketOrigin::Field && ticket.created_by == seen.account;
        has("a ticket read by who found it, outside their areas", found && by_place == 0 && reads);
        let ours = ticket.created_org.is_some_and(|o| parts.organisations.contains(&o));
        has("a ticket read by the colleagues of who found it", ours && !found && by_place == 0 && reads);
        assert_eq!(ticket.status, TicketStatus::Triaged);
    }
    for (order, organisation) in former {
        let order = seen.unit.work_orders.get(id(*order)).unwrap();
        let formerly = parts.organisations.contains(organisation) && holder(order) != Some(*organisation);
        has("an order of a former holder whose people do not read it any more", formerly && !seen.reads(order));
        for photo in seen.unit.photos.iter().filter(|p| p.work_order_id == Some(order.id) && p.organisation_id == Some(*organisation)) {
            let colleague = formerly && photo.actor != seen.account && !seen.reads(photo);
            has("a photo of a former holder's people, read by its author and no more by a colleague", colleague);
        }
    }
    for note in seen.unit.notes.iter().filter(|n| n.audience == Audience::Office) {
        let ticket = seen.unit.tickets.get(note.ticket_id).unwrap();
        has("a note for the office that a reader of the ticket does not read", seen.reads(ticket) && !seen.reads(note));
    }
    for grant in seen.grants.iter().filter(|g| g.role == Role::Inspector && g.in_force_at(START)) {
        let orders = seen.unit.work_orders.iter().filter(|o| holder(o).is_some() && holder(o) == grant.organisation_id);
        has("an inspector's employer whose orders they do not read", orders.filter(|o| !seen.reads(*o)).count() > 0);
    }
}

fn count_grants(tally: &mut Tally, plan: &Plan) {
    let mut has = |case: &'static str, there: bool| *tally.entry(case).or_default() += usize::from(there);
    for grants in &plan.people {
        let in_force = || grants.iter().filter(|g| matches!(g.validity, Validity::Open | Validity::ForSomeDays));
        let by_area = |role| matches!(Basis::of(role), Basis::Office | Basis::Field);
        has("a role for the whole city", in_force().any(|g| by_area(g.role) && g.area == city::CITY));
        has("a deputy for some days", in_force().any(|g| by_area(g.role) && g.validity == Validity::ForSomeDays));
        let bases: BTreeSet<&'static str> = in_force()
            .map(|g| match Basis::of(g.role) {
                Basis::Everything => "everything",
                Basis::Office => "office",
                Basis::Field => "field",
                Basis::Organisation => "organisation",
            })
            .collect();
        has("somebody with several roles that reach differently", bases.len() > 1 && !bases.contains("everything"));
    }
}
