//! Generated cities: areas, people with grants, and a history of tickets, orders and what people recorded, written row by row.

use bazdid_domain::{
    account::{Device, Role, RoleGrant},
    area::{Area, AreaKind},
    conflict::{Conflict, ConflictKind, ConflictStatus, Severity},
    membership::{self, Stay},
    photo::{Photo, PhotoKind, PhotoState},
    ticket::{Boundary, PointSource, Ticket, TicketOrigin, TicketStatus},
    unit_of_work::UnitOfWork,
    visit::{Audience, ChecklistAnswer, Measurement, MockFlag, Note, Visit, VisitKind},
    work_order::{Round, RoundVerdict, Standing, WorkEvent, WorkEventKind, WorkOrder, WorkOrderKind, WorkOrderState},
};
use bazdid_protocol::{
    digest::row_hash,
    error::Result,
    geo::Point,
    ids::{AreaId, OrganisationId, TicketId},
    sides::Sides,
    text_enum::TextEnum as _,
    time::Timestamp,
};
use bazdid_service::{Ctx, reference, sync::reference_feed};
use bazdid_store::{
    self as store, Tx,
    feed::{Entry, Presence},
};
use proptest::prelude::*;
use serde_json::json;

use crate::city::{START, account, id, reference_rows};

/// A city of two regions with two districts each.
pub const CITY: u128 = 110;
pub const REGIONS: [u128; 2] = [111, 112];
pub const DISTRICTS: [u128; 4] = [121, 122, 123, 124];
/// Contractors, and the town hall.
pub const CONTRACTORS: [u128; 2] = [crate::city::OLD, crate::city::NEW];
pub const HALL: u128 = crate::city::HALL;
/// How many people there are; their accounts are numbered from 1.
pub const PEOPLE: usize = 9;

/// The smallest areas of a place, with what lies above them.
const PLACES: [&[u128]; 8] = [
    &[],
    &[DISTRICTS[0]],
    &[DISTRICTS[1]],
    &[DISTRICTS[2]],
    &[DISTRICTS[0], DISTRICTS[1]],
    &[DISTRICTS[1], DISTRICTS[2]],
    &[REGIONS[1]],
    &[CITY],
];

/// When a grant is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    Open,
    /// A deputy's: it began and will end.
    ForSomeDays,
    Ended,
    NotYet,
}

/// A grant that somebody has.
#[derive(Debug, Clone, Copy)]
pub struct PlannedGrant {
    pub role: Role,
    pub area: u128,
    pub organisation: u128,
    pub validity: Validity,
}

/// What happens in a city, one transaction each. Numbers name the people, tickets and orders that there are, modulo their number.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    Register {
        place: usize,
        by: usize,
        origin: TicketOrigin,
        contractor: Option<usize>,
    },
    Move {
        ticket: usize,
        place: usize,
    },
    Order {
        ticket: usize,
        organisation: usize,
        state: WorkOrderState,
    },
    Give {
        order: usize,
        organisation: usize,
        state: WorkOrderState,
    },
    Record {
        what: Fact,
        at: usize,
        on_order: bool,
        by: usize,
        organisation: Option<usize>,
    },
    Dispute {
        at: usize,
        on_order: bool,
    },
    /// A district comes under another region; tickets keep the areas that they had.
    Annex {
        district: usize,
        region: usize,
    },
}

/// What somebody records.
#[derive(Debug, Clone, Copy)]
pub enum Fact {
    Visit,
    Photo,
    Measurement,
    Answer,
    FieldNote,
    OfficeNote,
    Event,
    Round,
}

/// A city to be built.
#[derive(Debug, Clone)]
pub struct Plan {
    pub people: Vec<Vec<PlannedGrant>>,
    pub steps: Vec<Step>,
}

fn any_role() -> impl Strategy<Value = Role> {
    use Role::{Admin, Auditor, ContractorManager, Crew, Inspector, Operator, Supervisor};
    proptest::sample::select(vec![
        Operator,
        Operator,
        Supervisor,
        Supervisor,
        Inspector,
        Inspector,
        Crew,
        Crew,
        ContractorManager,
        Admin,
        Auditor,
    ])
}

fn any_grant() -> impl Strategy<Value = PlannedGrant> {
    use Validity::{Ended, ForSomeDays, NotYet, Open};
    let areas: Vec<u128> = [&[CITY][..], &REGIONS, &DISTRICTS, &DISTRICTS].concat();
    let organisations = [&CONTRACTORS[..], &[HALL]].concat();
    let validity = proptest::sample::select(vec![Open, Open, Open, ForSomeDays, Ended, NotYet]);
    (any_role(), proptest::sample::select(areas), proptest::sample::select(organisations), validity).prop_map(
        |(role, area, organisation, validity)| {
            let contractor = matches!(role, Role::Crew | Role::ContractorManager);
            let organisation = if contractor && organisation == HALL { CONTRACTORS[0] } else { organisation };
            PlannedGrant { role, area, organisation, validity }
        },
    )
}

fn any_state() -> impl Strategy<Value = WorkOrderState> {
    proptest::sample::select(WorkOrderState::ALL)
}

fn any_step() -> impl Strategy<Value = Step> {
    let some = || 0..64_usize;
    let place = || 0..PLACES.len();
    let fact = proptest::sample::select(vec![
        Fact::Visit,
        Fact::Photo,
        Fact::Photo,
        Fact::Measurement,
        Fact::Answer,
        Fact::FieldNote,
        Fact::OfficeNote,
        Fact::Event,
        Fact::Round,
    ]);
    let origin = proptest::sample::select(vec![TicketOrigin::Call, TicketOrigin::Field, TicketOrigin::Field]);
    prop_oneof![
        3 => (place(), some(), origin, proptest::option::of(some()))
            .prop_map(|(place, by, origin, contractor)| Step::Register { place, by, origin, contractor }),
        2 => (some(), place()).prop_map(|(ticket, place)| Step::Move { ticket, place }),
        3 => (some(), some(), any_state()).prop_map(|(ticket, organisation, state)| Step::Order { ticket, organisation, state }),
        3 => (some(), some(), any_state()).prop_map(|(order, organisation, state)| Step::Give { order, organisation, state }),
        6 => (fact, some(), proptest::bool::weighted(0.7), some(), proptest::option::weighted(0.8, some()))
            .prop_map(|(what, at, on_order, by, organisation)| Step::Record { what, at, on_order, by, organisation }),
        1 => (some(), any::<bool>()).prop_map(|(at, on_order)| Step::Dispute { at, on_order }),
        1 => (some(), some()).prop_map(|(district, region)| Step::Annex { district, region }),
    ]
}

/// People whom every city has: the office of a region, an inspector whose employer is a contractor, a supervisor of the whole city.
fn planted() -> [Vec<PlannedGrant>; 3] {
    let grant = |role, area, organisation| vec![PlannedGrant { role, area, organisation, validity: Validity::Open }];
    [grant(Role::Operator, REGIONS[0], HALL), grant(Role::Inspector, DISTRICTS[3], CONTRACTORS[0]), grant(Role::Supervisor, CITY, HALL)]
}

/// A ticket of the first region's first district, which then comes under the second region.
const ANNEXED: [Step; 3] = [
    Step::Annex { district: 0, region: 0 },
    Step::Register { place: 1, by: 2, origin: TicketOrigin::Call, contractor: None },
    Step::Annex { district: 0, region: 1 },
];

pub fn any_plan() -> impl Strategy<Value = Plan> {
    let others = PEOPLE - planted().len();
    let people = proptest::collection::vec(proptest::collection::vec(any_grant(), 1..4), others..=others);
    (people, proptest::collection::vec(any_step(), 20..60)).prop_map(|(others, steps)| Plan {
        people: planted().into_iter().chain(others).collect(),
        steps: steps.into_iter().chain(ANNEXED).collect(),
    })
}

fn area(n: u128, kind: AreaKind, parent: Option<u128>) -> Area {
    Area {
        id: id(n),
        rev: 1,
        code: format!("v{n}"),
        kind,
        parent_id: parent.map(id),
        name_fa: format!("ناحیه {n}"),
        name_en: format!("Area {n}"),
        updated_at: START,
    }
}

/// The areas from the largest to the smallest.
fn areas() -> Vec<Area> {
    let mut areas = vec![area(CITY, AreaKind::City, None)];
    areas.extend(REGIONS.map(|n| area(n, AreaKind::Region, Some(CITY))));
    areas.extend(DISTRICTS.iter().zip(FIRST_MAP).map(|(district, region)| area(*district, AreaKind::District, Some(region))));
    areas
}

/// The region of each district.
type Map = [u128; 4];
const FIRST_MAP: Map = [REGIONS[0], REGIONS[0], REGIONS[1], REGIONS[1]];

/// The areas above one.
fn above(map: &Map, n: u128) -> Vec<u128> {
    match DISTRICTS.iter().position(|d| *d == n) {
        Some(place) => vec![CITY, map[place]],
        None if n == CITY => vec![],
        None => vec![CITY],
    }
}

/// A point within every place of these cities.
pub const POINT: Point = Point { lat: 36.27, lon: 50.005, accuracy_m: Some(5.0) };

fn at_place(map: &Map, ticket: Ticket, place: usize) -> Ticket {
    let leaves = PLACES[place % PLACES.len()];
    let mut all: Vec<AreaId> = leaves.iter().flat_map(|n| above(map, *n).into_iter().chain([*n])).map(id).collect();
    all.sort_unstable();
    all.dedup();
    let boundary = match leaves.len() {
        0 => Boundary::Outside,
        1 => Boundary::Clear,
        _ => Boundary::Ambiguous,
    };
    Ticket { areas: all, leaf_areas: leaves.iter().copied().map(id).collect(), boundary, ..ticket }
}

/// A city while it is written.
pub struct Build<'t, 'c> {
    tx: &'t mut Tx<'c>,
    ctx: Ctx,
    now: Timestamp,
    map: Map,
    next: u128,
    pub tickets: Vec<TicketId>,
    orders: Vec<(u128, TicketId)>,
    /// What the history has of each hard case.
    pub former_holders: Vec<(u128, OrganisationId)>,
    pub moved: Vec<TicketId>,
}

/// Writes the areas, people and devices of a plan.
pub fn found(tx: &mut Tx<'_>, ctx: &Ctx, plan: &Plan) -> Result<()> {
    let mut rows = reference_rows();
    rows.areas.extend(areas());
    store::organisation::save_organisations(tx, &rows.organisations)?;
    store::area::save_areas(tx, &rows.areas)?;
    store::category::save_categories(tx, &rows.categories)?;
    let accounts: Vec<_> = (1..=PEOPLE).map(|n| account(n as u128)).collect();
    store::account::save_accounts(tx, &accounts)?;
    let mut grants = Vec::new();
    for (person, planned) in plan.people.iter().enumerate() {
        for planned in planned {
            grants.push(grant(600 + grants.len() as u128, 1 + person as u128, planned, ctx.now));
        }
    }
    store::account::save_grants(tx, &grants)?;
    for n in 1..=PEOPLE as u128 {
        assert!(store::account::insert_device(tx, &device(n))?);
    }
    reference::bump(tx, ctx)?;
    store::feed::append(tx, &reference_feed(&rows), row_hash)
}

fn grant(n: u128, account: u128, planned: &PlannedGrant, now: Timestamp) -> RoleGrant {
    let contractor = matches!(planned.role, Role::Crew | Role::ContractorManager);
    let (valid_from, valid_to) = match planned.validity {
        Validity::Open => (now.plus_days(-50), None),
        Validity::ForSomeDays => (now.plus_days(-2), Some(now.plus_days(2))),
        Validity::Ended => (now.plus_days(-50), Some(now)),
        Validity::NotYet => (now.plus_micros(1), None),
    };
    RoleGrant {
        id: id(n),
        account_id: id(account),
        role: planned.role,
        organisation_id: Some(id(planned.organisation)),
        areas: if contractor { vec![] } else { vec![id(planned.area)] },
        valid_from,
        valid_to,
    }
}

fn device(account: u128) -> Device {
    Device {
        id: id(1000 + account),
        rev: 1,
        account_id: id(account),
        nonce: format!("nonce {account}"),
        name: "phone".into(),
        platform: "android".into(),
        app_version: "1.0.0".into(),
        enrolled_at: START,
        revoked_at: None,
        retired: false,
        last_pull_at: None,
        last_push_at: None,
        applied_through: 0,
        chain: "0".repeat(64),
        clock_offset_us: 0,
        clock_trust: bazdid_domain::account::ClockTrust::Unknown,
        last_eff: START,
        pending: 0,
        acked_through: 0,
    }
}

impl<'t, 'c> Build<'t, 'c> {
    pub fn new(tx: &'t mut Tx<'c>, ctx: Ctx) -> Self {
        Self { tx, now: ctx.now, ctx, map: FIRST_MAP, next: 10_000, tickets: vec![], orders: vec![], former_holders: vec![], moved: vec![] }
    }

    fn number(&mut self) -> u128 {
        self.next += 1;
        self.next
    }

    /// A transaction at a ticket: a row, whose revision `change` answers, and the feed, as a use case keeps them.
    fn change(&mut self, ticket: TicketId, change: impl FnOnce(&mut UnitOfWork) -> i64) -> Result<()> {
        let mut unit = store::aggregate::load_unit(self.tx, &[ticket])?;
        change(&mut unit);
        store::aggregate::save_unit(self.tx, &unit, self.now)?;
        let entries: Vec<Entry> = membership::moves(&unit)
            .into_iter()
            .map(|m| Entry {
                channel: m.channel,
                kind: m.kind,
                entity: m.entity,
                v: m.v,
                presence: if m.stays == Stay::Carried { Presence::Put } else { Presence::Drop },
            })
            .collect();
        store::feed::append(self.tx, &entries, row_hash)
    }

    pub fn step(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Register { place, by, origin, contractor } => self.register(place, by, origin, contractor),
            Step::Move { ticket, place } => {
                let Some(ticket) = pick(&self.tickets, ticket) else { return Ok(()) };
                self.moved.push(ticket);
                let map = self.map;
                self.change(ticket, |w| {
                    let row = w.tickets.get(ticket).unwrap().clone();
                    w.tickets.put(at_place(&map, row, place))
                })
            }
            Step::Order { ticket, organisation, state } => {
                let Some(ticket) = pick(&self.tickets, ticket) else { return Ok(()) };
                let (n, now) = (self.number(), self.now);
                self.orders.push((n, ticket));
                self.change(ticket, |w| w.work_orders.put(order(n, ticket, organisation_of(organisation), state, now)))
            }
            Step::Give { order, organisation, state } => {
                let Some((order, ticket)) = pick(&self.orders, order) else { return Ok(()) };
                let mut former = None;
                self.change(ticket, |w| {
                    let row = w.work_orders.get(id(order)).unwrap().clone();
                    former = row.organisation_id.filter(|o| *o != organisation_of(organisation));
                    let organisation_id = Some(organisation_of(organisation));
                    w.work_orders.put(WorkOrder { organisation_id, state, epoch: row.epoch + 1, ..row })
                })?;
                self.former_holders.extend(former.map(|former| (order, former)));
                Ok(())
            }
            Step::Record { what, at, on_order, by, organisation } => self.record(what, at, on_order, by, organisation),
            Step::Annex { district, region } => {
                let (district, region) = (district % DISTRICTS.len(), REGIONS[region % REGIONS.len()]);
                self.map[district] = region;
                let row = Area { rev: 2, ..area(DISTRICTS[district], AreaKind::District, Some(region)) };
                store::area::save_areas(self.tx, &[row])?;
                reference::bump(self.tx, &self.ctx)
            }
            Step::Dispute { at, on_order } => {
                let Some((order, ticket)) = self.spot(at, on_order) else { return Ok(()) };
                let (n, now) = (self.number(), self.now);
                self.change(ticket, |w| {
                    let areas = w.tickets.get(ticket).unwrap().leaf_areas.clone();
                    w.conflicts.put(conflict(n, ticket, order, areas, now))
                })
            }
        }
    }

    fn register(&mut self, place: usize, by: usize, origin: TicketOrigin, contractor: Option<usize>) -> Result<()> {
        let n = self.number();
        let created_org = contractor.filter(|_| origin == TicketOrigin::Field).map(organisation_of);
        let row = at_place(&self.map, Ticket { origin, created_by: id(person(by)), created_org, ..ticket(n, self.now) }, place);
        self.tickets.push(row.id);
        self.change(row.id, |w| w.tickets.put(row))
    }

    /// A ticket, and one of its orders if asked for and there is one.
    fn spot(&self, at: usize, on_order: bool) -> Option<(Option<u128>, TicketId)> {
        match pick(&self.orders, at).filter(|_| on_order) {
            Some((order, ticket)) => Some((Some(order), ticket)),
            None => Some((None, pick(&self.tickets, at)?)),
        }
    }

    fn record(&mut self, what: Fact, at: usize, on_order: bool, by: usize, organisation: Option<usize>) -> Result<()> {
        let Some((order, ticket)) = self.spot(at, on_order) else { return Ok(()) };
        let (n, now) = (self.number(), self.now);
        let by = Author { person: person(by), organisation: organisation.map(organisation_of) };
        self.change(ticket, |w| match (what, order) {
            (Fact::Visit, _) => w.visits.put(visit(n, ticket, order, by, now)),
            (Fact::Photo, _) => w.photos.put(photo(n, ticket, order, by, now)),
            (Fact::Measurement, _) => w.measurements.put(measurement(n, ticket, order, by, now)),
            (Fact::Answer, _) => w.answers.put(answer(n, ticket, order, by, now)),
            (Fact::FieldNote, _) | (Fact::Event | Fact::Round, None) => w.notes.put(note(n, ticket, order, by, Audience::Field, now)),
            (Fact::OfficeNote, _) => w.notes.put(note(n, ticket, order, by, Audience::Office, now)),
            (Fact::Event, Some(order)) => w.work_events.put(event(n, ticket, order, by, now)),
            (Fact::Round, Some(order)) => w.rounds.put(round(n, ticket, order, by, now)),
        })
    }
}

fn pick<T: Copy>(from: &[T], n: usize) -> Option<T> {
    from.get(n.checked_rem(from.len())?).copied()
}

fn person(n: usize) -> u128 {
    1 + (n % PEOPLE) as u128
}

fn organisation_of(n: usize) -> OrganisationId {
    id(CONTRACTORS[n % CONTRACTORS.len()])
}

#[derive(Clone, Copy)]
struct Author {
    person: u128,
    organisation: Option<OrganisationId>,
}

fn ticket(n: u128, now: Timestamp) -> Ticket {
    Ticket {
        point_source: PointSource::Gps,
        status: TicketStatus::Triaged,
        ..Ticket::new(id(n), format!("{n:010}"), id(crate::city::POTHOLE), "چاله".into(), POINT, id(1), now)
    }
}

fn order(n: u128, ticket: TicketId, organisation: OrganisationId, state: WorkOrderState, now: Timestamp) -> WorkOrder {
    WorkOrder {
        id: id(n),
        rev: 0,
        stamp: now,
        ticket_id: ticket,
        kind: WorkOrderKind::Repair,
        state,
        epoch: 1,
        round: 1,
        assignment_id: None,
        organisation_id: Some(organisation),
        account_id: None,
        contract_id: None,
        coverage_id: None,
        explanation: Default::default(),
        evidence: Default::default(),
        flags: vec![],
        accept_due: None,
        resolve_due: None,
        reason: None,
        review_at: None,
        submitted_by: None,
        submitted_org: None,
        findings: None,
        created_at: now,
        updated_at: now,
    }
}

fn visit(n: u128, ticket: TicketId, order: Option<u128>, by: Author, now: Timestamp) -> Visit {
    Visit {
        id: id(n),
        rev: 0,
        ticket_id: ticket,
        work_order_id: order.map(id),
        kind: VisitKind::Work,
        actor: id(by.person),
        organisation_id: by.organisation,
        device_id: None,
        arrived_at: now,
        arrived_est: now,
        received_at: now,
        left_est: None,
        point: Some(POINT),
        mock: MockFlag::Unknown,
        distance_m: None,
        outcome: None,
        eff: now,
        writes: vec![],
    }
}

fn photo(n: u128, ticket: TicketId, order: Option<u128>, by: Author, now: Timestamp) -> Photo {
    Photo {
        id: id(n),
        rev: 0,
        ticket_id: ticket,
        work_order_id: order.map(id),
        visit_id: None,
        kind: PhotoKind::After,
        actor: id(by.person),
        organisation_id: by.organisation,
        device_id: None,
        sha256: format!("{n:064x}"),
        bytes: 9,
        mime: "image/jpeg".into(),
        width: None,
        height: None,
        captured_at: now,
        captured_est: now,
        point: Some(POINT),
        heading_deg: None,
        mock: MockFlag::Unknown,
        state: PhotoState::Promised,
        verdicts: vec![],
        eff: now,
        removed_at: None,
        received_at: now,
    }
}

fn measurement(n: u128, ticket: TicketId, order: Option<u128>, by: Author, now: Timestamp) -> Measurement {
    Measurement {
        id: id(n),
        rev: 0,
        ticket_id: ticket,
        work_order_id: order.map(id),
        visit_id: None,
        epoch: None,
        item: "asphalt".into(),
        quantity: 2.5,
        unit: "t".into(),
        supersedes: None,
        actor: id(by.person),
        organisation_id: by.organisation,
        eff: now,
    }
}

fn answer(n: u128, ticket: TicketId, order: Option<u128>, by: Author, now: Timestamp) -> ChecklistAnswer {
    ChecklistAnswer {
        id: id(n),
        rev: 0,
        ticket_id: ticket,
        work_order_id: order.map(id),
        visit_id: id(1),
        checklist_id: id(1),
        item: "fence".into(),
        value: json!(true),
        actor: id(by.person),
        organisation_id: by.organisation,
        mutation_id: id(n),
        eff: now,
        standing: Standing::Effective,
    }
}

fn note(n: u128, ticket: TicketId, order: Option<u128>, by: Author, audience: Audience, now: Timestamp) -> Note {
    Note {
        id: id(n),
        rev: 0,
        ticket_id: ticket,
        work_order_id: order.map(id),
        actor: Some(id(by.person)),
        organisation_id: by.organisation,
        audience,
        text: "یادداشت".into(),
        eff: now,
        removed_at: None,
        writes: vec![],
    }
}

fn event(n: u128, ticket: TicketId, order: u128, by: Author, now: Timestamp) -> WorkEvent {
    WorkEvent {
        id: id(n),
        rev: 0,
        work_order_id: id(order),
        ticket_id: ticket,
        epoch: 1,
        kind: WorkEventKind::Accept,
        actor: id(by.person),
        organisation_id: by.organisation,
        device_id: None,
        visit_id: None,
        args: json!({}),
        at: now,
        eff: now,
        standing: Standing::Effective,
    }
}

fn round(n: u128, ticket: TicketId, order: u128, by: Author, now: Timestamp) -> Round {
    Round {
        id: id(n),
        rev: 0,
        work_order_id: id(order),
        ticket_id: ticket,
        // Each round of an order has a number of its own.
        number: i64::try_from(n).unwrap(),
        epoch: 1,
        submitted_by: id(by.person),
        submitted_org: by.organisation,
        submitted_at: now,
        event_id: id(n),
        verdict: RoundVerdict::Pending,
        verdict_by: None,
        verdict_at: None,
        verdict_mutation: None,
        defects: vec![],
        note: None,
        rework_due: None,
        without_bytes: None,
    }
}

fn conflict(n: u128, ticket: TicketId, order: Option<u128>, areas: Vec<AreaId>, now: Timestamp) -> Conflict {
    Conflict {
        id: id(n),
        rev: 0,
        key: format!("stale_epoch|{n}"),
        kind: ConflictKind::StaleEpoch,
        severity: Severity::Hard,
        ticket_id: ticket,
        work_order_id: order.map(id),
        areas,
        sides: Sides::default(),
        mutation_id: id(n),
        other_mutation_id: None,
        default_in_force: "nothing".into(),
        status: ConflictStatus::Open,
        resolution: None,
        resolved_by: None,
        resolved_at: None,
        note: None,
        raised_at: now,
    }
}
