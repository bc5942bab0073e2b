//! The real program, killed without a word (SIGKILL) at any moment while devices push and pull over HTTP, and started again:
//! what was answered stays, what was not is sent again and counts once.
//!
//! `BAZDID_KILLS=200 BAZDID_KILL_SEED=5 cargo test --test api kill` kills more often, at other moments. The moments follow from the seed as far as
//! the machine's scheduling lets them; the laws hold at every one.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::OpenOptions,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bazdid_client::{
    ClientError, Device,
    acts::Shot,
    clocks::DeviceClock,
    http::HttpTransport,
    outbox::Entry,
    transport::{Reply, Transport},
};
use bazdid_clock::{Clock as _, SharedIds, SystemClock, SystemIds};
use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    organisation::ActiveState,
    photo::PhotoKind,
    unit_of_work::UnitOfWork,
    visit::VisitKind,
};
use bazdid_protocol::{
    digest::{Chain, row_hash},
    envelope::ResultItem,
    geo::Point,
    ids::{Id, MutationId, TicketId},
    outcome::{OutcomeCode, Status},
};
use bazdid_security::password::{self, Cost};
use bazdid_store::{self as store, Db, DbOptions, credential::Credential};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    common::TestDb,
    town_rows::{POTHOLE, TOWN, WEST, save_organisations, save_rows},
};

pub const PASSWORD: &str = "correct horse battery";
const CONTRACTOR: u128 = 901;
/// Login, role, organisation, area; the crew works with two devices.
const PEOPLE: [(&str, Role, Option<u128>, Option<u128>); 4] = [
    ("inspector", Role::Inspector, None, Some(WEST)),
    ("second_inspector", Role::Inspector, None, Some(WEST)),
    ("supervisor", Role::Supervisor, None, Some(TOWN)),
    ("crew", Role::Crew, Some(CONTRACTOR), None),
];
const DEVICES: [&str; 5] = ["inspector", "second_inspector", "crew", "crew", "supervisor"];

pub fn id<T>(n: u128) -> Id<T> {
    Id::new(Uuid::from_u128(n))
}

/// SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let n = u64::try_from(from.len()).unwrap();
        (n > 0).then(|| from[usize::try_from(self.below(n)).unwrap()])
    }
}

/// A town with people who can log in.
pub fn found(db: &Db) {
    let now = SystemClock.now();
    let cost = Cost { memory_kib: 8192, passes: 1 };
    db.write_blocking(move |tx| {
        let organisations = [id(CONTRACTOR), id(902), id(903)];
        save_organisations(tx, now, organisations)?;
        save_rows(tx, now, organisations, None)?;
        for (n, (login, role, organisation, area)) in (1..).zip(PEOPLE) {
            let account = Account {
                id: id(n),
                rev: 1,
                login: login.into(),
                display_name: login.into(),
                locale: "fa".into(),
                state: ActiveState::Active,
                phone_encrypted: None,
                created_at: now,
                updated_at: now,
            };
            let grant = RoleGrant {
                id: id(n + 100),
                account_id: id(n),
                role,
                organisation_id: organisation.map(id),
                areas: area.into_iter().map(id).collect(),
                valid_from: now.plus_days(-1),
                valid_to: None,
            };
            store::account::save_accounts(tx, &[account])?;
            store::account::save_grants(tx, &[grant])?;
            let password_hash = password::hash(PASSWORD, [1; 16], cost)?;
            store::credential::save_credential(tx, &Credential { account_id: id(n), password_hash, changed_at: now, must_change: false })?;
        }
        Ok(())
    })
    .unwrap();
}

/// The program, running.
pub struct Server {
    pub child: Child,
    pub base: String,
}

/// Starts the program in a folder with its configuration. It serves when this returns.
pub fn start(folder: &Path) -> Server {
    let mut child = spawn(folder);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let base = line.split_whitespace().find(|word| word.starts_with("http://"));
    let Some(base) = base.map(str::to_owned) else {
        panic!("the server did not start: {line}{}", std::fs::read_to_string(folder.join("errors")).unwrap());
    };
    Server { child, base }
}

fn spawn(folder: &Path) -> Child {
    let errors = OpenOptions::new().create(true).append(true).open(folder.join("errors")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bazdid"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BAZDID_")) {
        command.env_remove(name);
    }
    command.arg("serve").current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn().unwrap()
}

/// Where the server is now, and what is under way to it.
#[derive(Default)]
struct Door {
    state: Mutex<DoorState>,
    changed: Condvar,
}

#[derive(Default)]
struct DoorState {
    base: Option<String>,
    begun: u64,
    under_way: u64,
    /// Requests that were under way when the server was killed.
    hit: u64,
}

impl Door {
    fn open(&self, base: Option<String>) {
        let mut state = self.state.lock().unwrap();
        if base.is_none() {
            state.hit += state.under_way;
        }
        state.base = base;
        drop(state);
        self.changed.notify_all();
    }

    /// Waits until so many more requests have begun and one is under way.
    fn wait_for_requests(&self, more: u64) {
        let state = self.state.lock().unwrap();
        let goal = state.begun + more;
        let waited = self.changed.wait_timeout_while(state, Duration::from_secs(60), |s| s.begun < goal || s.under_way == 0).unwrap();
        assert!(!waited.1.timed_out(), "the devices have stopped calling");
    }

    /// Waits until there is a server.
    fn wait_until_open(&self) -> String {
        let state = self.state.lock().unwrap();
        let (state, waited) = self.changed.wait_timeout_while(state, Duration::from_secs(60), |s| s.base.is_none()).unwrap();
        assert!(!waited.timed_out(), "the server does not come back");
        state.base.clone().unwrap()
    }

    fn count(&self, begun: u64, under_way: i64) {
        let mut state = self.state.lock().unwrap();
        state.begun += begun;
        state.under_way = state.under_way.saturating_add_signed(under_way);
        drop(state);
        self.changed.notify_all();
    }
}

/// The way of one device: HTTP to where the server is now.
struct Way {
    door: Arc<Door>,
    login: &'static str,
    http: Option<HttpTransport>,
    /// The first answer to each mutation that reached the device.
    told: BTreeMap<MutationId, ResultItem>,
    replayed: usize,
}

impl Way {
    fn new(door: &Arc<Door>, login: &'static str) -> Self {
        Self { door: Arc::clone(door), login, http: None, told: BTreeMap::new(), replayed: 0 }
    }

    /// A transport to the server that is there now; logged in once and for all, as a person would.
    fn http(&mut self) -> bazdid_client::Result<&mut HttpTransport> {
        let base = self.door.state.lock().unwrap().base.clone().ok_or_else(|| ClientError::Lost("no server".into()))?;
        if self.http.is_none() {
            let mut http = HttpTransport::new(&base);
            http.login(self.login, PASSWORD)?;
            self.http = Some(http);
        }
        let http = self.http.as_mut().unwrap();
        http.move_to(&base);
        Ok(http)
    }
}

impl Transport for Way {
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> bazdid_client::Result<Reply> {
        let door = Arc::clone(&self.door);
        let http = self.http()?;
        door.count(1, 1);
        let reply = http.call(method, path, body);
        door.count(0, -1);
        let reply = reply?;
        if path == "/v1/sync/push" && reply.status == 200 {
            let results: Vec<ResultItem> = serde_json::from_value(reply.body["results"].clone()).unwrap();
            for result in results.into_iter().filter(|r| r.status != Status::Deferred) {
                self.replayed += usize::from(result.replayed);
                self.told.entry(result.id.unwrap()).or_insert(result);
            }
        }
        Ok(reply)
    }
}

type Phone = Device<Way>;

fn phone(door: &Arc<Door>, login: &'static str) -> Phone {
    let (clock, ids): (_, SharedIds) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let account = 1 + u128::try_from(PEOPLE.iter().position(|p| p.0 == login).unwrap()).unwrap();
    Device::new(Way::new(door, login), id(account), login, DeviceClock::new(clock, Arc::clone(&ids)), ids)
}

/// Somebody does something with what is on the screen.
fn act(phone: &mut Phone, login: &str, dice: &mut Dice) {
    let rows = |phone: &Phone, kind: &str| -> Vec<Uuid> { phone.state.copy.list(kind).map(|(id, _)| id).collect() };
    let step = f64::from(u32::try_from(dice.below(60)).unwrap());
    let place = Point { lat: step.mul_add(0.001, 36.22), lon: 50.05, accuracy_m: Some(5.0) };
    let (tickets, orders) = (rows(phone, "ticket"), rows(phone, "work_order"));
    match dice.below(8) {
        0 | 1 if login != "supervisor" && login != "crew" => {
            phone.create_ticket(id(POTHOLE), "چاله", place, None);
        }
        2 | 3 if login == "supervisor" => {
            if let Some(round) = dice.pick(&rows(phone, "round")) {
                let order = phone.state.copy.text("round", round, "work_order").unwrap().parse().unwrap();
                if dice.below(3) == 0 {
                    phone.rework(order, round, "not_finished", "again");
                } else {
                    phone.verify(order, round, "ok");
                }
            }
        }
        4 if login != "crew" => {
            // Everybody edits the same few.
            if let Some(ticket) = dice.pick(&tickets[..tickets.len().min(3)]) {
                phone.edit_ticket(TicketId::new(ticket), json!({ "text": format!("متن {}", dice.below(1000)) }));
            }
        }
        0..=5 if login == "crew" => {
            let Some(order) = dice.pick(&orders) else { return };
            match dice.below(4) {
                0 => drop(phone.accept(order)),
                1 => drop(phone.submit(order, "done")),
                _ => phone.grouped(|p| {
                    let visit = p.arrive(order, VisitKind::Work, place);
                    p.start(order, visit);
                    p.add_photo(order, Some(visit), &Shot::of(PhotoKind::After, place));
                }),
            }
        }
        _ => {
            let Some(ticket) = dice.pick(&tickets) else { return };
            phone.grouped(|p| {
                let visit = p.arrive(ticket, VisitKind::Inspection, place);
                p.add_photo(ticket, Some(visit), &Shot::of(PhotoKind::Defect, place));
                p.add_note(ticket, "یادداشت");
            });
        }
    }
}

/// Asks until the server does not say any more that it is to be asked later, some times at most.
fn patiently<T>(mut ask: impl FnMut() -> Result<T, ClientError>) -> T {
    for _ in 0..10 {
        match ask() {
            Err(ClientError::Later(seconds)) => std::thread::sleep(Duration::from_secs(seconds.min(30))),
            answer => return answer.unwrap(),
        }
    }
    panic!("the server is busy for ever")
}

/// Works and syncs until told to stop; waits where there is no server.
fn live(phone: &mut Phone, login: &str, mut dice: Dice, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        for _ in 0..=dice.below(3) {
            act(phone, login, &mut dice);
        }
        match phone.sync() {
            Ok(_) => {}
            Err(ClientError::Lost(_)) => drop(phone.transport.door.wait_until_open()),
            Err(ClientError::Later(_)) => {}
            Err(error) => panic!("{login}: {error}"),
        }
    }
}

pub fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// Writes the configuration of a small server.
pub fn configure(folder: &Path, url: &str) {
    // The database has people already, and no key is made for such a one.
    let key = "07".repeat(32);
    let toml = format!(
        "[server]\nport = 0\nworkers = 2\n[database]\nurl = {url:?}\nconnections = 4\n[security]\nmaster_key = \"{key}\"\npassword_memory_kib = 8192\npassword_passes = 1\n\
         [telemetry]\nlevel = \"error\"\n",
    );
    std::fs::write(folder.join("bazdid.toml"), toml).unwrap();
}

fn play(mut t: TestDb) {
    let (seed, kills) = (number("BAZDID_KILL_SEED", 1), number("BAZDID_KILLS", 12));
    let kind = t.db().kind();
    println!("{kind}: seed {seed}, {kills} kills");
    found(t.db());
    // SQLite is written through one writer, and that is the server's.
    t.db = None;
    let folder = tempfile::tempdir().unwrap();
    configure(folder.path(), &t.url);
    let door = Arc::new(Door::default());
    let mut server = start(folder.path());
    door.open(Some(server.base.clone()));
    let stop = AtomicBool::new(false);
    let mut dice = Dice(seed);
    let mut phones: Vec<Phone> = DEVICES.iter().map(|login| phone(&door, login)).collect();
    let mut in_start = 0;
    std::thread::scope(|scope| {
        for (n, phone) in (0..).zip(&mut phones) {
            let (stop, dice) = (&stop, Dice(seed.wrapping_mul(31).wrapping_add(n)));
            scope.spawn(move || live(phone, phone.transport.login, dice, stop));
        }
        for _ in 0..kills {
            door.wait_for_requests(1 + dice.below(15));
            // Any point of a request that is under way.
            std::thread::park_timeout(Duration::from_micros(dice.below(25_000)));
            server.child.kill().unwrap();
            door.open(None);
            server.child.wait().unwrap();
            while dice.below(4) == 0 {
                // The next one does not even live to serve.
                let mut early = spawn(folder.path());
                std::thread::park_timeout(Duration::from_micros(dice.below(120_000)));
                early.kill().unwrap();
                early.wait().unwrap();
                in_start += 1;
            }
            server = start(folder.path());
            door.open(Some(server.base.clone()));
        }
        stop.store(true, Ordering::SeqCst);
    });
    // All come home.
    for _ in 0..2 {
        for phone in &mut phones {
            let (_, pulled) = patiently(|| phone.sync());
            assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty(), "{pulled:?}");
            patiently(|| phone.refresh_results());
        }
    }
    for phone in &mut phones {
        let mut fresh = self::phone(&door, phone.transport.login);
        patiently(|| fresh.pull());
        assert!(!fresh.state.copy.is_empty());
        assert_eq!(held(phone), held(&fresh), "a device holds what a new one gets");
    }
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let hit = door.state.lock().unwrap().hit;
    assert!(hit > 0, "no request was under way when the server was killed");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("errors")).unwrap(),
        "",
        "a kill leaves nothing that a later server stumbles over"
    );
    let db = Db::open(&DbOptions { url: t.url.clone(), connections: 1 }).unwrap();
    check(&db, &phones);
    let all: usize = phones.iter().map(|p| p.state.outbox.journal().count()).sum();
    let (replayed, acknowledged) = phones.iter().fold((0, 0), |(r, a), p| (r + p.transport.replayed, a + p.transport.told.len()));
    println!("{kind}: {all} mutations, {acknowledged} answers, {replayed} of them again, {hit} requests hit, {in_start} kills in a start");
    assert!(all > 50, "the devices hardly worked");
}

fn held(phone: &Phone) -> Vec<String> {
    phone.state.copy.rows().map(|(t, id, r)| format!("{t} {id} {} {} {:?} {:?}", r.v, r.row, r.ts, r.channels)).collect()
}

/// What must be true of the database that the last kill left.
fn check(db: &Db, phones: &[Phone]) {
    let entries: Vec<&Entry> = phones.iter().flat_map(|p| p.state.outbox.journal()).collect();
    let ids: Vec<MutationId> = entries.iter().map(|e| e.id).collect();
    let journal = db.read_blocking(|tx| store::mutation::find_mutations(tx, &ids)).unwrap();
    let journal: BTreeMap<MutationId, _> = journal.into_iter().map(|j| (j.id, j)).collect();
    assert_eq!(journal.len(), ids.len(), "every mutation is in the journal");
    for phone in phones {
        // The sequence and the chain say that each was taken once, in its order.
        let device = phone.state.device.unwrap();
        let row = db.read_blocking(|tx| store::account::find_device(tx, device)).unwrap().unwrap();
        let mine: Vec<&Entry> = phone.state.outbox.journal().collect();
        let last = i64::try_from(mine.len()).unwrap();
        let chain = mine.iter().fold(Chain::START, |chain, e| chain.next(e.id));
        assert_eq!((phone.state.forks, row.applied_through, &row.chain), (0, last, &chain.to_string()));
        for entry in mine {
            let kept = &journal[&entry.id];
            let answer = entry.result.as_ref().unwrap();
            assert_eq!((kept.device_id, kept.seq, &kept.args), (device, entry.seq, &entry.args));
            assert_eq!((kept.status, kept.code), (answer.status, answer.code), "{entry:?}");
            // What was answered first is still the answer, unless it was to be decided later.
            let told = &phone.transport.told[&entry.id];
            assert!(
                told.status == Status::Held || (told.status, told.code, told.v) == (kept.status, kept.code, kept.result_v),
                "{told:?} {kept:?}"
            );
        }
    }
    check_groups(&entries);
    let tickets: Vec<Uuid> = entries.iter().filter(|e| e.cmd == "ticket.create").map(|e| e.entity).collect();
    let mut tickets: Vec<TicketId> =
        db.read_blocking(|tx| store::aggregate::find_roots(tx, &tickets)).unwrap().into_iter().map(|r| r.1).collect();
    tickets.sort_unstable();
    tickets.dedup();
    let unit = db.read_blocking(|tx| store::aggregate::read_unit(tx, &tickets)).unwrap();
    check_effects(&entries, &unit);
    check_digests(db, phones);
}

/// All of a group or nothing of it.
fn check_groups(entries: &[&Entry]) {
    let mut groups: BTreeMap<Uuid, BTreeSet<bool>> = BTreeMap::new();
    for entry in entries {
        let Some(group) = entry.group else { continue };
        let took = !matches!(entry.result.as_ref().unwrap().status, Status::Rejected | Status::Held);
        groups.entry(group.uuid()).or_default().insert(took);
    }
    assert!(groups.len() > 5 && groups.values().all(|took| took.len() == 1), "{groups:?}");
}

/// Each accepted mutation has its effect, once, and there is no other.
fn check_effects(entries: &[&Entry], unit: &UnitOfWork) {
    let took = |e: &&&Entry| matches!(e.result.as_ref().unwrap().status, Status::Applied | Status::Merged | Status::Conflict);
    let counts = |e: &&&Entry| took(e) && e.result.as_ref().unwrap().code != Some(OutcomeCode::Quarantined);
    let named = |cmd: &str, field: &str| -> Vec<Uuid> {
        let mut ids: Vec<Uuid> =
            entries.iter().filter(|e| e.cmd == cmd).filter(counts).map(|e| e.args[field].as_str().unwrap().parse().unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    let made = |cmds: &[&str]| -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = entries.iter().filter(|e| cmds.contains(&e.cmd.as_str())).filter(counts).map(|e| e.id.uuid()).collect();
        ids.sort_unstable();
        ids
    };
    let created: BTreeSet<Uuid> = entries.iter().filter(|e| e.cmd == "ticket.create").filter(counts).map(|e| e.entity).collect();
    assert_eq!(unit.tickets.iter().map(|t| t.id.uuid()).collect::<BTreeSet<_>>(), created);
    assert_eq!(unit.visits.iter().map(|v| v.id.uuid()).collect::<Vec<_>>(), named("visit.record", "visit"));
    assert_eq!(unit.photos.iter().map(|p| p.id.uuid()).collect::<Vec<_>>(), named("photo.add", "photo"));
    let notes: Vec<Uuid> = unit.notes.iter().filter(|n| n.actor.is_some()).map(|n| n.id.uuid()).collect();
    assert_eq!(notes, named("note.add", "note"));
    let events: Vec<Uuid> = unit.work_events.iter().map(|e| e.id.uuid()).collect();
    assert_eq!(events, made(&["work.accept", "work.start", "work.submit"]));
    let mut edits: Vec<Uuid> = unit
        .field_edits
        .iter()
        .map(|e| e.mutation_id.uuid())
        .filter(|m| entries.iter().any(|e| e.id.uuid() == *m && e.cmd == "ticket.edit"))
        .collect();
    edits.sort_unstable();
    assert_eq!(edits, made(&["ticket.edit"]));
    assert!(!events.is_empty() && !edits.is_empty() && !notes.is_empty());
}

/// Count and digest of every channel are those of its entries.
fn check_digests(db: &Db, phones: &[Phone]) {
    let names: Vec<String> = phones.iter().flat_map(|p| p.state.copy.channels().iter().map(ToString::to_string)).collect();
    let channels = db.read_blocking(|tx| store::feed::list_channels(tx, &names)).unwrap();
    assert!(channels.len() > 5);
    for channel in channels {
        let entries = db.read_blocking(|tx| store::feed::list_after(tx, channel.no, 0, 1_000_000)).unwrap();
        let present: Vec<_> = entries.iter().filter(|e| e.present).collect();
        let sum = present.iter().fold(0_u64, |sum, e| sum.wrapping_add(row_hash(&e.kind, e.entity, e.v)));
        if channel.name.starts_with("device:") {
            continue;
        }
        assert_eq!((channel.count, channel.digest.cast_unsigned()), (i64::try_from(present.len()).unwrap(), sum), "{}", channel.name);
        assert_eq!(entries.iter().map(|e| e.seq).max().unwrap_or_default(), channel.head, "{}", channel.name);
    }
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_answered_and_doubles_nothing_on_sqlite() {
    play(TestDb::sqlite());
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_answered_and_doubles_nothing_on_postgresql() {
    if let Some(t) = TestDb::postgres() {
        play(t);
    }
}
