//! A small city: two districts, two contractors, people of every kind, and devices on a line to the services.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use bazdid_client::{
    ClientError, Device,
    clocks::DeviceClock,
    transport::{Reply, Transport},
};
use bazdid_clock::{Clock as _, ManualClock, SeededIds, SharedIds};
use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    actor::Actor,
    area::{Area, AreaKind, AreaShape},
    category::{Category, EvidenceNeeds, EvidenceRule, Hazard, Priority},
    contract::{Contract, ContractStatus, Coverage, Descent},
    organisation::{ActiveState, Organisation, OrganisationKind},
    photo::PhotoKind,
    reference::ReferenceRows,
    unit_of_work::UnitOfWork,
    work_order::{Answer, Assignment, WorkOrder, WorkOrderState},
};
use bazdid_protocol::{
    digest::row_hash,
    envelope::{PullRequest, PushRequest},
    error::{Code, Error, Result},
    geo::Point,
    ids::{AccountId, CategoryId, DeviceId, Id, TicketId, WorkOrderId},
    time::Timestamp,
};
use bazdid_service::{
    Ctx, Settings, Shared,
    auth::HAND_IN_DAYS,
    change::{self, Change},
    device, reference,
    sync::{pull, push, reference_feed, restore, results},
};
use bazdid_store::{self as store, Tx};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::TestDb;

pub fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

/// Where the two districts are: the west one and the east one.
pub const WEST: Point = Point { lat: 36.27, lon: 50.005, accuracy_m: Some(5.0) };
pub const EAST: Point = Point { lat: 36.27, lon: 50.025, accuracy_m: Some(5.0) };

pub const CITY: u128 = 100;
pub const D_WEST: u128 = 101;
pub const D_EAST: u128 = 102;
pub const HALL: u128 = 200;
pub const OLD: u128 = 201;
pub const NEW: u128 = 202;
pub const POTHOLE: u128 = 301;
/// Somebody looks at it first.
pub const TREE: u128 = 302;

/// The people.
pub const SUPERVISOR: u128 = 1;
pub const INSPECTOR_W: u128 = 2;
pub const INSPECTOR_E: u128 = 3;
pub const CREW_OLD: u128 = 4;
pub const CREW_NEW: u128 = 5;
pub const CREW_OLD_2: u128 = 6;

/// Who manages accounts and devices; only where somebody made them.
pub const ADMIN: u128 = 7;
/// How long an access token lives.
const TOKEN_MINUTES: i64 = 15;

pub const START: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

#[derive(Debug)]
pub struct City {
    pub db: store::Db,
    pub url: String,
    pub clock: Arc<ManualClock>,
    pub ids: SharedIds,
    pub shared: Arc<Shared>,
}

pub type SharedCity = Rc<City>;

/// Runs a test on each database.
pub fn on_both(test: impl Fn(&SharedCity)) {
    crate::load::count_statements();
    for t in TestDb::both() {
        let city = City::build(&t, 7);
        println!("on {}", city.db.kind());
        test(&city);
    }
}

fn square(west: f64, east: f64) -> Value {
    json!({"type": "MultiPolygon", "coordinates": [[[[west, 36.2], [east, 36.2], [east, 36.3], [west, 36.3], [west, 36.2]]]]})
}

fn area(n: u128, kind: AreaKind, parent: Option<u128>) -> Area {
    Area {
        id: id(n),
        rev: 1,
        code: format!("a{n}"),
        kind,
        parent_id: parent.map(id),
        name_fa: format!("ناحیه {n}"),
        name_en: format!("District {n}"),
        updated_at: START,
    }
}

fn shape(n: u128, west: f64, east: f64) -> AreaShape {
    AreaShape {
        id: id(n + 1000),
        area_id: id(n),
        valid_from: Timestamp::default(),
        valid_to: None,
        geometry: square(west, east),
        vertices: 5,
        source: "synthetic".into(),
    }
}

fn organisation(n: u128, kind: OrganisationKind) -> Organisation {
    Organisation {
        id: id(n),
        rev: 1,
        code: format!("o{n}"),
        kind,
        name_fa: format!("سازمان {n}"),
        name_en: format!("Organisation {n}"),
        parent_id: None,
        state: ActiveState::Active,
        updated_at: START,
    }
}

fn contract(n: u128, organisation: u128) -> Contract {
    Contract {
        id: id(n),
        rev: 1,
        number: format!("c{n}"),
        organisation_id: id(organisation),
        valid_from: START.plus_days(-100),
        valid_to: START.plus_days(100),
        status: ContractStatus::Active,
        daily_capacity: None,
        updated_at: START,
    }
}

fn coverage(n: u128, contract: u128, rank: i64) -> Coverage {
    Coverage {
        id: id(n),
        rev: 1,
        contract_id: id(contract),
        area_id: id(CITY),
        category_id: None,
        descent: Descent::WithDescendants,
        rank,
        valid_from: START.plus_days(-100),
        valid_to: None,
        daily_capacity: None,
        updated_at: START,
    }
}

fn kind(n: u128, code: &str) -> Category {
    Category {
        id: id(n),
        rev: 1,
        code: code.into(),
        parent_id: None,
        name_fa: "چاله".into(),
        name_en: "Pothole".into(),
        synonyms: vec![],
        owner_id: None,
        hazard: Hazard::Low,
        default_priority: Priority::Normal,
        evidence: EvidenceNeeds { photos: vec![EvidenceRule { kind: PhotoKind::After, min: 1 }], ..EvidenceNeeds::default() },
        needs_inspection: false,
        accept_minutes: 600,
        resolve_minutes: 2880,
        evidence_radius_m: 50.0,
        evidence_thresholds: Default::default(),
        checklist_id: None,
        state: ActiveState::Active,
        updated_at: START,
    }
}

pub fn reference_rows() -> ReferenceRows {
    ReferenceRows {
        areas: vec![
            area(CITY, AreaKind::City, None),
            area(D_WEST, AreaKind::District, Some(CITY)),
            area(D_EAST, AreaKind::District, Some(CITY)),
        ],
        shapes: vec![shape(D_WEST, 50.0, 50.01), shape(D_EAST, 50.02, 50.03)],
        categories: vec![kind(POTHOLE, "roads.pothole"), Category { needs_inspection: true, ..kind(TREE, "green.tree") }],
        organisations: vec![
            organisation(HALL, OrganisationKind::Municipality),
            organisation(OLD, OrganisationKind::Contractor),
            organisation(NEW, OrganisationKind::Contractor),
        ],
        contracts: vec![contract(401, OLD), contract(402, NEW)],
        coverages: vec![coverage(501, 401, 1), coverage(502, 402, 2)],
        checklists: vec![],
    }
}

pub fn account(n: u128) -> Account {
    Account {
        id: id(n),
        rev: 1,
        login: format!("p{n}"),
        display_name: format!("کارمند {n}"),
        locale: "fa".into(),
        state: ActiveState::Active,
        phone_encrypted: None,
        created_at: START,
        updated_at: START,
    }
}

pub fn grant(n: u128, account: u128, role: Role, organisation: u128, areas: &[u128]) -> RoleGrant {
    RoleGrant {
        id: id(n),
        account_id: id(account),
        role,
        organisation_id: Some(id(organisation)),
        areas: areas.iter().copied().map(id).collect(),
        valid_from: START.plus_days(-50),
        valid_to: None,
    }
}

impl City {
    pub fn build(t: &TestDb, seed: u64) -> SharedCity {
        let city = Self {
            db: t.db().clone(),
            url: t.url.clone(),
            clock: Arc::new(ManualClock::at(START)),
            ids: Arc::new(SeededIds::new(seed)),
            shared: Arc::new(Shared::new(Settings::default(), &[7; 32])),
        };
        let ctx = city.ctx(None);
        city.write(move |tx| {
            let rows = reference_rows();
            store::organisation::save_organisations(tx, &rows.organisations)?;
            store::area::save_areas(tx, &rows.areas)?;
            store::area::save_area_shapes(tx, &rows.shapes)?;
            store::category::save_categories(tx, &rows.categories)?;
            store::contract::save_contracts(tx, &rows.contracts)?;
            store::contract::save_coverages(tx, &rows.coverages)?;
            store::account::save_accounts(tx, &(1..=6).map(account).collect::<Vec<_>>())?;
            store::account::save_grants(
                tx,
                &[
                    grant(601, SUPERVISOR, Role::Supervisor, HALL, &[CITY]),
                    grant(602, INSPECTOR_W, Role::Inspector, HALL, &[D_WEST]),
                    grant(603, INSPECTOR_E, Role::Inspector, HALL, &[D_EAST]),
                    grant(604, CREW_OLD, Role::Crew, OLD, &[]),
                    grant(605, CREW_NEW, Role::Crew, NEW, &[]),
                    grant(606, CREW_OLD_2, Role::Crew, OLD, &[]),
                ],
            )?;
            reference::bump(tx, &ctx)?;
            store::feed::append(tx, &reference_feed(&rows), row_hash)
        });
        Rc::new(city)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn ctx(&self, account: Option<AccountId>) -> Ctx {
        let now = self.now();
        let actor = account.map(|account| {
            let grants = self.read(move |tx| store::account::list_grants_of(tx, &[account]));
            Actor::new(account, grants, now)
        });
        Ctx {
            now,
            ids: Arc::clone(&self.ids),
            request_id: Uuid::from_u128(1),
            actor,
            language: bazdid_protocol::words::language::Language::English,
            shared: Arc::clone(&self.shared),
        }
    }

    #[track_caller]
    pub fn write<T: Send + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> T {
        self.db.write_blocking(f).unwrap()
    }

    #[track_caller]
    pub fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.db.read_blocking(f).unwrap()
    }

    pub fn unit(&self, ticket: TicketId) -> UnitOfWork {
        self.write(move |tx| store::aggregate::load_unit(tx, &[ticket]))
    }

    /// An office command: changes the unit of work of a ticket and keeps it.
    pub fn office(&self, ticket: TicketId, f: impl Fn(&mut UnitOfWork) + Send + 'static) {
        let ctx = self.ctx(Some(id(SUPERVISOR)));
        self.write(move |tx| {
            let mut unit = store::aggregate::load_unit(tx, &[ticket])?;
            f(&mut unit);
            change::keep(tx, &ctx, &mut unit, Change::default())
        });
    }

    /// The order of a ticket.
    pub fn order(&self, ticket: TicketId) -> WorkOrder {
        self.unit(ticket).work_orders.iter().next().unwrap().clone()
    }

    /// Takes an order from its holder and offers it to another organisation: a new epoch.
    pub fn reassign(&self, ticket: TicketId, to: u128) {
        let now = self.now();
        self.office(ticket, move |w| {
            let order = w.work_orders.iter().next().unwrap().clone();
            let old = order.assignment_id.and_then(|a| w.assignments.get(a)).unwrap().clone();
            w.assignments.put(Assignment { answer: Some(Answer::Withdrawn), ..old.clone() });
            let assignment = id(order.id.uuid().as_u128() ^ u128::try_from(order.epoch + 1).unwrap());
            let contract = if to == NEW { 402 } else { 401 };
            w.assignments.put(Assignment {
                id: assignment,
                epoch: order.epoch + 1,
                until_epoch: order.epoch + 1,
                organisation_id: Some(id(to)),
                contract_id: Some(id(contract)),
                coverage_id: None,
                answer: None,
                answered_at: None,
                reason: None,
                offered_at: now,
                ..old
            });
            w.work_orders.put(WorkOrder {
                epoch: order.epoch + 1,
                state: WorkOrderState::Offered,
                assignment_id: Some(assignment),
                organisation_id: Some(id(to)),
                contract_id: Some(id(contract)),
                submitted_by: None,
                submitted_org: None,
                stamp: now,
                ..order
            });
        });
    }

    /// A device of a person, on a line that loses nothing unless it is told to.
    pub fn device(self: &Rc<Self>, account: u128) -> Phone {
        let clock = DeviceClock::new(Arc::clone(&self.clock) as bazdid_clock::SharedClock, Arc::clone(&self.ids));
        Device::new(self.line(account), id(account), "phone", clock, Arc::clone(&self.ids))
    }

    fn line(self: &Rc<Self>, account: u128) -> Line {
        Line {
            city: Rc::clone(self),
            account: id(account),
            lose: Rc::default(),
            drop: Rc::default(),
            calls: Rc::default(),
            image: Rc::default(),
            late: Rc::default(),
            token: Rc::new(Cell::new(self.now().plus_minutes(TOKEN_MINUTES))),
        }
    }

    /// A phone of somebody that keeps what it has in a file.
    pub fn device_on(self: &Rc<Self>, account: u128, file: &Path) -> Phone {
        let clock = DeviceClock::new(Arc::clone(&self.clock) as bazdid_clock::SharedClock, Arc::clone(&self.ids));
        Device::open(file, self.line(account), id(account), "phone", clock, Arc::clone(&self.ids)).unwrap()
    }

    /// The same phone, started again on what a kill left of its file.
    pub fn started_again(self: &Rc<Self>, killed: &Phone, file: &Path) -> Phone {
        let (line, account) = (killed.transport.clone(), killed.state.account);
        Device::open(file, line, account, "phone", killed.clock.clone(), Arc::clone(&self.ids)).unwrap()
    }

    /// Minutes go by.
    pub fn pass(&self, minutes: i64) {
        self.clock.advance_minutes(minutes);
    }
}

pub type Phone = Device<Line>;

/// The way from a device to the services, without HTTP.
#[derive(Debug, Clone)]
pub struct Line {
    pub city: SharedCity,
    pub account: AccountId,
    /// How many of the next answers are lost on their way.
    pub lose: Rc<Cell<usize>>,
    /// How many of the next requests never arrive.
    pub drop: Rc<Cell<usize>>,
    /// What was called with which body.
    pub calls: Rc<RefCell<Vec<(String, Value)>>>,
    /// The phone is killed at one of the next requests: what is left of its file then.
    pub image: Rc<RefCell<Option<Image>>>,
    /// Pushes that never arrived; the network may still have them.
    pub late: Rc<RefCell<Vec<Value>>>,
    /// When the last access token expires.
    pub token: Rc<Cell<Timestamp>>,
}

/// What a kill leaves of a file: a copy of it and of its log, while the phone has it open.
#[derive(Debug, Clone)]
pub struct Image {
    /// Requests before it is taken.
    pub after: usize,
    /// The phone's file.
    pub file: PathBuf,
    /// Where the copy goes.
    pub to: PathBuf,
}

impl Image {
    /// Takes it.
    pub fn take(&self) {
        for end in ["", "-wal"] {
            let part = |path: &Path| format!("{}{end}", path.display());
            if std::fs::exists(part(&self.file)).unwrap() {
                std::fs::copy(part(&self.file), part(&self.to)).unwrap();
            }
        }
    }
}

impl Line {
    /// Who asks, as the login over HTTP finds it: a closed account can do nothing, but hand in for some days after its last access token
    /// expired, and then it has no rights.
    fn asks(&self, hands_in: bool) -> Result<Ctx> {
        let account = self.account;
        let state = self.city.read(|tx| store::account::find_account(tx, account)).unwrap().state;
        let ctx = self.city.ctx(Some(account));
        match state {
            ActiveState::Active => {
                self.token.set(ctx.now.plus_minutes(TOKEN_MINUTES));
                Ok(ctx)
            }
            ActiveState::Disabled if hands_in && ctx.now < self.token.get().plus_days(HAND_IN_DAYS) => {
                Ok(Ctx { actor: Some(Actor::new(account, Vec::new(), ctx.now)), ..ctx })
            }
            ActiveState::Disabled => Err(Error::new(Code::AccountDisabled)),
        }
    }

    pub fn push(&self, body: &Value) -> Result<Value> {
        let request: PushRequest = serde_json::from_value(body.clone()).map_err(|e| Error::new(Code::BadEnvelope).caused_by(e))?;
        let ctx = self.asks(true)?;
        let batch = push::Batch::read(&ctx, request)?;
        let answer = self.city.db.write_blocking(move |tx| push::push(tx, &ctx, &batch))?;
        Ok(serde_json::to_value(answer).unwrap())
    }

    pub fn pull(&self, body: &Value) -> Result<Value> {
        let request: PullRequest = serde_json::from_value(body.clone()).map_err(|e| Error::new(Code::BadEnvelope).caused_by(e))?;
        let ctx = self.asks(false)?;
        let mut answer = self.city.db.read_blocking(|tx| pull::pull(tx, &ctx, &request))?;
        if let Some(epoch) = answer.put_back.take() {
            let by = ctx.clone();
            self.city.db.write_blocking(move |tx| restore::renew_feed(tx, &by, &epoch, restore::Sign::Cursor))?;
            answer = self.city.db.read_blocking(|tx| pull::pull(tx, &ctx, &request))?;
        }
        if answer.note {
            self.city.db.write_blocking(move |tx| pull::note(tx, &ctx, request.device))?;
        }
        Ok(serde_json::to_value(answer.page).unwrap())
    }

    pub fn serve(&self, path: &str, body: Option<&Value>) -> Result<Value> {
        let body = body.cloned().unwrap_or_default();
        match path {
            "/v1/sync/push" => return self.push(&body),
            "/v1/sync/pull" => return self.pull(&body),
            _ => {}
        }
        let ctx = self.asks(false)?;
        match path.split('?').next().unwrap() {
            "/v1/sync/manifest" => {
                let request = serde_json::from_value(body).map_err(|e| Error::new(Code::BadEnvelope).caused_by(e))?;
                let answer = self.city.db.read_blocking(|tx| pull::manifest(tx, &ctx, &request))?;
                Ok(serde_json::to_value(answer).unwrap())
            }
            "/v1/sync/fetch" => {
                let request = serde_json::from_value(body).map_err(|e| Error::new(Code::BadEnvelope).caused_by(e))?;
                let answer = self.city.db.read_blocking(|tx| pull::fetch(tx, &ctx, &request))?;
                Ok(serde_json::to_value(answer).unwrap())
            }
            "/v1/sync/devices" => {
                let word = |name: &str| body[name].as_str().unwrap().to_owned();
                let new =
                    device::NewDevice { nonce: word("nonce"), name: word("name"), platform: "android".into(), app_version: "1.0.0".into() };
                let device = self.city.db.write_blocking(move |tx| device::register(tx, &ctx, &new))?;
                Ok(json!({"id": device.id}))
            }
            "/v1/sync/wait" => {
                let query: BTreeMap<&str, &str> = path.split_once('?').unwrap().1.split('&').filter_map(|p| p.split_once('=')).collect();
                let device: DeviceId = query["device"].parse().unwrap();
                // On this line nobody waits: it is answered as at the timeout.
                let look = self.city.db.read_blocking(|tx| pull::look(tx, &ctx, device, query.get("cursor").copied()))?;
                Ok(json!({"changed": look.behind}))
            }
            "/v1/sync/results" => {
                let query: BTreeMap<&str, &str> =
                    path.split_once('?').map(|(_, q)| q.split('&').filter_map(|p| p.split_once('=')).collect()).unwrap_or_default();
                let device: DeviceId = query["device"].parse().unwrap();
                let after = query.get("after").map_or(0, |a| a.parse().unwrap());
                let found = self.city.db.read_blocking(|tx| results::list_results(tx, &ctx, device, after, None))?;
                Ok(serde_json::to_value(found).unwrap())
            }
            other => panic!("no such path: {other}"),
        }
    }
}

impl Transport for Line {
    fn call(&mut self, _method: &str, path: &str, body: Option<&Value>) -> bazdid_client::Result<Reply> {
        let image = self.image.take();
        match image {
            Some(image) if image.after == 0 => image.take(),
            Some(image) => *self.image.borrow_mut() = Some(Image { after: image.after - 1, ..image }),
            None => {}
        }
        if self.drop.get() > 0 {
            self.drop.set(self.drop.get() - 1);
            if path == "/v1/sync/push" {
                self.late.borrow_mut().push(body.cloned().unwrap_or_default());
            }
            return Err(ClientError::Lost("on its way there".into()));
        }
        self.calls.borrow_mut().push((path.to_owned(), body.cloned().unwrap_or_default()));
        let reply = match self.serve(path, body) {
            Ok(body) => Reply { status: 200, body, ..Reply::default() },
            Err(e) => {
                assert_ne!(e.code, Code::Internal, "{e} {:?}", e.source);
                let info = e.code.info();
                let mut body = Value::Object(e.facts.clone());
                body["code"] = json!(info.slug);
                body["detail"] = json!(e.detail);
                Reply { status: info.status, body, retry_after_s: e.retry_after_s, ..Reply::default() }
            }
        };
        if self.lose.get() > 0 {
            self.lose.set(self.lose.get() - 1);
            return Err(ClientError::Lost("on its way".into()));
        }
        Ok(reply)
    }
}

/// A ticket that an inspector of the west registered, with the order that the system offered to the first contractor.
pub fn ticket_with_order(city: &SharedCity) -> (TicketId, WorkOrderId) {
    let mut inspector = city.device(INSPECTOR_W);
    let ticket = inspector.create_ticket(category(), "چاله بزرگ", WEST, None);
    inspector.sync().unwrap();
    (ticket, city.order(ticket).id)
}

pub fn category() -> CategoryId {
    id(POTHOLE)
}

pub fn tree() -> CategoryId {
    id(TREE)
}
