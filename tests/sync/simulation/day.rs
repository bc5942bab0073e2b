//! A day in the city: the phones, what the network does to them, and time.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use bazdid_client::{DeviceState, copy::LocalCopy};
use bazdid_clock::ManualClock;
use bazdid_domain::account::{Role, RoleGrant};
use bazdid_protocol::{
    channel::Channel,
    envelope::PullResponse,
    error::Code,
    ids::{DeviceId, MutationId, WorkOrderId},
};
use bazdid_server::worker::Worker;
use bazdid_service::auth::HAND_IN_DAYS;
use bazdid_store as store;
use serde_json::{Value, json};

use crate::{
    city::{
        ADMIN, CITY, CREW_NEW, CREW_OLD, CREW_OLD_2, City, D_EAST, D_WEST, HALL, INSPECTOR_E, INSPECTOR_W, Image, NEW, OLD, Phone,
        SUPERVISOR, SharedCity, account, category, grant, id,
    },
    common::TestDb,
    simulation::{
        backup::Saved,
        dice::Dice,
        field, office,
        service::{handed_in, out_of_service, reads, refused},
    },
};

/// What happened, for whoever reads about a failure.
pub type Trace = Arc<Mutex<Vec<String>>>;

pub const PEOPLE: [u128; 6] = [INSPECTOR_W, INSPECTOR_E, CREW_OLD, CREW_OLD_2, CREW_NEW, SUPERVISOR];
const SECOND_CLONE: usize = 2;
const HOUR: i64 = 3_600_000_000;

/// A phone and who holds it.
pub struct Held {
    pub who: u128,
    pub phone: Phone,
    /// What the phone keeps over a restart.
    file: PathBuf,
    backup: Option<DeviceState>,
}

impl Held {
    /// A phone that somebody holds.
    pub const fn new(who: u128, phone: Phone, file: PathBuf) -> Self {
        Self { who, phone, file, backup: None }
    }
}

/// A copy that was once read so far, by a device.
pub struct Earlier {
    pub who: u128,
    pub device: DeviceId,
    pub copy: LocalCopy,
}

pub struct Day {
    pub city: SharedCity,
    pub phones: Vec<Held>,
    pub earlier: Vec<Earlier>,
    /// All that was ever done. Phones forget it when they are set back or after thirty days; the server may have it all the same.
    pub done: BTreeSet<MutationId>,
    /// How often the unusual happened.
    pub tally: BTreeMap<String, usize>,
    pub(super) saved: Saved,
    worker: Worker,
    /// Where the phones have their files, and how many there were.
    folder: tempfile::TempDir,
    files: usize,
    grants: u128,
    pub(super) epochs: BTreeMap<WorkOrderId, (i64, i64)>,
    trace: Trace,
}

/// What somebody is by right: their role, organisation and areas.
fn task(who: u128) -> (Role, u128, Vec<u128>) {
    match who {
        SUPERVISOR => (Role::Supervisor, HALL, vec![CITY]),
        INSPECTOR_W => (Role::Inspector, HALL, vec![D_WEST]),
        INSPECTOR_E => (Role::Inspector, HALL, vec![D_EAST]),
        CREW_NEW => (Role::Crew, NEW, vec![]),
        _ => (Role::Crew, OLD, vec![]),
    }
}

impl Day {
    /// A morning with some work, everybody in touch.
    pub fn begin(t: &mut TestDb, seed: u64, trace: Trace) -> Self {
        let city = City::build(t, seed);
        // The day alone holds the database: it may be put back.
        t.db = None;
        city.write(|tx| {
            store::account::save_accounts(tx, &[account(ADMIN)])?;
            // One of the old contractor's people is its manager: what they decline is declined, what the others decline is asked for.
            store::account::save_grants(
                tx,
                &[grant(607, ADMIN, Role::Admin, HALL, &[]), grant(608, CREW_OLD_2, Role::ContractorManager, OLD, &[])],
            )
        });
        let mut dice = Dice(seed ^ 0xda1);
        let folder = tempfile::tempdir().unwrap();
        let phone = |(n, who): (usize, &u128)| {
            let file = folder.path().join(format!("{n}.db"));
            Held::new(*who, city.device_on(*who, &file), file)
        };
        let mut phones: Vec<Held> = PEOPLE.iter().enumerate().map(phone).collect();
        for (n, held) in phones.iter_mut().enumerate() {
            // Some clocks are wrong from the beginning.
            held.phone.clock.set_skew(if n % 3 == 0 { 7 * HOUR } else { 0 });
        }
        for n in 0..3 {
            let place = field::place(&mut dice);
            phones[n % 2].phone.create_ticket(category(), "چاله", place, None);
        }
        for _ in 0..2 {
            phones.iter_mut().for_each(|held| drop(held.phone.sync().unwrap()));
        }
        // One order is done already and waits for its verdict.
        let crew = phones.iter_mut().find(|p| p.who == CREW_OLD).unwrap();
        field::finish(&mut crew.phone, &mut dice);
        phones.iter_mut().rev().for_each(|held| drop(held.phone.sync().unwrap()));
        phones.iter_mut().for_each(|held| drop(held.phone.sync().unwrap()));
        let slow = [SUPERVISOR, CREW_OLD].map(|who| {
            let mut phone = city.device(who);
            Earlier { who, device: phone.register().unwrap(), copy: LocalCopy::default() }
        });
        let (worker, earlier, files) = (worker(&city), slow.into(), phones.len());
        Self {
            city,
            phones,
            earlier,
            done: BTreeSet::new(),
            tally: BTreeMap::new(),
            saved: Saved::default(),
            worker,
            folder,
            files,
            grants: 0x5000,
            epochs: BTreeMap::new(),
            trace,
        }
    }

    /// Another process serves the city from now on.
    pub fn move_to(&mut self, city: &SharedCity) {
        self.worker = worker(city);
        self.phones.iter_mut().for_each(|held| held.phone.transport.city = SharedCity::clone(city));
        self.city = SharedCity::clone(city);
    }

    fn remember(&mut self) {
        self.done.extend(self.phones.iter().flat_map(|held| held.phone.state.outbox.journal().map(|e| e.id)));
    }

    /// Counts something that not every history has.
    pub fn count(&mut self, what: &str) {
        *self.tally.entry(what.to_owned()).or_default() += 1;
    }

    pub fn tell(&self, what: impl Into<String>) {
        self.trace.lock().unwrap().push(what.into());
    }

    /// One step: what it is follows from its seed and from what is there.
    pub fn step(&mut self, seed: u64) {
        self.remember();
        let mut dice = Dice(seed);
        self.city.pass(1 + dice.minutes(20));
        match dice.below(8) {
            0 => self.check_epochs(),
            1..=3 => self.read_slowly(&mut dice),
            4 => self.kill(usize::try_from(seed >> 8).unwrap() % self.phones.len()),
            _ => {}
        }
        let n = dice.below(self.phones.len());
        match dice.below(100) {
            0..=49 => {
                for _ in 0..=dice.below(3) {
                    let held = &mut self.phones[n];
                    let did = field::act(&mut held.phone, held.who, &mut dice);
                    self.tell(format!("phone {n} of {}: {did}", self.phones[n].who));
                }
            }
            50..=68 if (seed >> 8).is_multiple_of(4) => self.kill_in_sync(n, usize::try_from((seed >> 10) % 8).unwrap(), &mut dice),
            50..=68 => self.sync(n, &mut dice),
            69..=75 => {
                let did = office::decide(&self.city, &mut dice);
                self.tell(did);
            }
            76..=79 => {
                let did = office::resolve(&self.city, &mut dice);
                self.tell(did);
            }
            80..=82 => self.spoil_clock(n, &mut dice),
            83..=85 => self.set_back(n),
            86 => self.clone_phone(n),
            87..=88 => self.deliver_again(n, &mut dice),
            89..=90 => self.let_time_pass(&mut dice),
            91..=93 => self.change_grants(&mut dice),
            94..=95 => self.change_service(n, &mut dice),
            96..=97 => self.decide_kept(&mut dice),
            98 => self.save_or_put_back(),
            _ => {
                if let Some(device) = self.phones[n].phone.state.device {
                    let copy = self.phones[n].phone.state.copy.clone();
                    self.earlier.push(Earlier { who: self.phones[n].who, device, copy });
                }
            }
        }
    }

    fn sync(&mut self, n: usize, dice: &mut Dice) {
        let phone = &mut self.phones[n].phone;
        phone.transport.lose.set(dice.below(3));
        phone.transport.drop.set(dice.below(2));
        let aside = handed_in(phone);
        // The network may go for good in the midst of it.
        let came = phone.sync();
        phone.transport.lose.set(0);
        phone.transport.drop.set(0);
        let (handed_in, waits) = (handed_in(phone) > aside, phone.state.outbox.pending() > 0);
        self.count_out_of_service(&came, handed_in, waits);
        let came = came.map(|(pushed, pulled)| (pushed.answered, pulled.changes));
        self.tell(format!("phone {n} syncs: {came:?}"));
    }

    /// A place for a file.
    pub fn new_file(&mut self) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{}.db", self.files))
    }

    /// The program on a phone is killed and started again: it has all that it had.
    fn kill(&mut self, n: usize) {
        let to = self.new_file();
        Image { after: 0, file: self.phones[n].file.clone(), to: to.clone() }.take();
        let phone = self.city.started_again(&self.phones[n].phone, &to);
        assert_eq!(phone.state, self.phones[n].phone.state, "phone {n} has lost something");
        self.start_on(n, phone, to);
        self.tell(format!("the program on phone {n} is killed"));
    }

    /// It is killed at one of the requests of a sync: what came after that it has not heard, whether the server has or not.
    fn kill_in_sync(&mut self, n: usize, after: usize, dice: &mut Dice) {
        let to = self.new_file();
        let image = Image { after, file: self.phones[n].file.clone(), to: to.clone() };
        *self.phones[n].phone.transport.image.borrow_mut() = Some(image);
        self.sync(n, dice);
        if self.phones[n].phone.transport.image.take().is_none() {
            let phone = self.city.started_again(&self.phones[n].phone, &to);
            self.start_on(n, phone, to);
            self.tell(format!("in it, after {after} requests, the program on phone {n} was killed"));
        }
    }

    fn start_on(&mut self, n: usize, phone: Phone, file: PathBuf) {
        self.phones[n].phone = phone;
        let old = std::mem::replace(&mut self.phones[n].file, file);
        fs::remove_file(old).unwrap();
    }

    /// A device that is always in the midst of a long pull.
    fn read_slowly(&mut self, dice: &mut Dice) {
        let (at, limit) = (dice.below(2), 1 + dice.below(3));
        let Earlier { who, device, copy } = &mut self.earlier[at];
        if reads(&self.city, *who, *device) {
            read_page(&self.city, *who, *device, copy, limit);
        }
    }

    fn spoil_clock(&mut self, n: usize, dice: &mut Dice) {
        let phone = &mut self.phones[n].phone;
        if dice.below(3) == 0 {
            phone.clock.reboot();
            self.tell(format!("phone {n} boots"));
        } else {
            let skew = dice.pick(&[0, 7 * HOUR, -3 * HOUR, 40 * HOUR, -40 * HOUR]).unwrap();
            phone.clock.set_skew(skew);
            self.tell(format!("the clock of phone {n} is {} h ahead", skew / HOUR));
        }
    }

    /// A phone that was backed up before is set back to that; one that was not is backed up.
    fn set_back(&mut self, n: usize) {
        let Some(backup) = self.phones[n].backup.take() else {
            self.phones[n].backup = Some(self.phones[n].phone.state.clone());
            return self.tell(format!("phone {n} is backed up"));
        };
        self.phones[n].phone.put_back(backup).unwrap();
        self.tell(format!("phone {n} is set back"));
    }

    /// A second phone with everything of the first.
    fn clone_phone(&mut self, n: usize) {
        if self.phones.len() >= PEOPLE.len() + SECOND_CLONE {
            return;
        }
        let who = self.phones[n].who;
        let file = self.new_file();
        let mut phone = self.city.device_on(who, &file);
        phone.put_back(self.phones[n].phone.state.clone()).unwrap();
        // With its clocks: the same boot twice.
        phone.clock = self.phones[n].phone.clock.clone();
        self.phones.push(Held::new(who, phone, file));
        self.tell(format!("phone {n} is cloned"));
    }

    /// Something that the network still had is delivered again, or for the first time, after what was sent later.
    fn deliver_again(&mut self, n: usize, dice: &mut Dice) {
        let line = self.phones[n].phone.transport.clone();
        let late = dice.below(2) == 0 && !line.late.borrow().is_empty();
        let pushes: Vec<Value> = if late {
            line.late.take()
        } else {
            line.calls.borrow().iter().filter(|(path, _)| path == "/v1/sync/push").map(|(_, body)| body.clone()).collect()
        };
        if pushes.is_empty() {
            return;
        }
        let answer = line.push(&pushes[dice.below(pushes.len())]);
        assert!(answer.as_ref().err().is_none_or(|e| e.code != Code::Internal), "{answer:?}");
        if late && answer.is_ok() {
            self.count("a push that was thought lost arrived late");
        }
        self.tell(format!("an old push of phone {n} is delivered {}: {}", if late { "late" } else { "again" }, answer.is_ok()));
    }

    fn let_time_pass(&mut self, dice: &mut Dice) {
        let minutes = dice.pick(&[300, 900, 8 * 1440, 15 * 1440]).unwrap();
        self.city.pass(minutes);
        let round = self.worker.tick().unwrap();
        self.tell(format!("{minutes} minutes pass: {round:?}"));
    }

    /// Somebody's tasks end, or they get another one.
    fn change_grants(&mut self, dice: &mut Dice) {
        let who = PEOPLE[dice.below(5)];
        let now = self.city.now();
        if dice.below(2) == 0 {
            let ended = self.city.write(move |tx| {
                let mut grants = store::account::list_grants_of(tx, &[id(who)])?;
                grants.retain(|g| g.in_force_at(now));
                let ended: Vec<RoleGrant> = grants.into_iter().map(|g| RoleGrant { valid_to: Some(now), ..g }).collect();
                store::account::save_grants(tx, &ended)?;
                Ok(ended.len())
            });
            return self.tell(format!("{ended} tasks of {who} end"));
        }
        let (role, organisation, areas) = match dice.below(4) {
            0 => (Role::Inspector, HALL, vec![D_EAST]),
            1 => (Role::Inspector, HALL, vec![D_WEST]),
            2 => (Role::Crew, if dice.below(2) == 0 { OLD } else { NEW }, vec![]),
            _ => task(who),
        };
        self.give(who, role, organisation, &areas);
        self.tell(format!("{who} is {role} of {organisation} in {areas:?} too"));
    }

    fn give(&mut self, who: u128, role: Role, organisation: u128, areas: &[u128]) {
        self.grants += 1;
        let new = RoleGrant { valid_from: self.city.now(), ..grant(self.grants, who, role, organisation, areas) };
        self.city.write(move |tx| store::account::save_grants(tx, std::slice::from_ref(&new)));
    }

    /// Stages and epochs are the server's: they only rise.
    pub fn check_epochs(&mut self) {
        let tickets = crate::simulation::laws::tickets(&self.city);
        let unit = self.city.read(|tx| store::aggregate::read_unit(tx, &tickets));
        for order in unit.work_orders.iter() {
            let before = self.epochs.insert(order.id, (order.epoch, order.rev));
            assert!(before.is_none_or(|(epoch, rev)| epoch <= order.epoch && rev <= order.rev), "{before:?} {order:?}");
        }
    }

    /// Everybody may work and has their task again and comes home; what was held may go through when the last has come.
    pub fn come_home(&mut self) {
        self.remember();
        self.open_accounts();
        for who in PEOPLE {
            let (role, organisation, areas) = task(who);
            self.give(who, role, organisation, &areas);
        }
        self.city.pass(1);
        for round in 0..4 {
            for n in 0..self.phones.len() {
                self.reach_home(n);
            }
            if round < 2 {
                self.decide_kept(&mut Dice(u64::try_from(self.done.len()).unwrap()));
            }
        }
        (0..self.phones.len()).for_each(|n| self.kill(n));
        self.check_epochs();
    }

    fn reach_home(&mut self, n: usize) {
        let aside = handed_in(&self.phones[n].phone);
        let came = self.phones[n].phone.sync();
        let Held { who, phone, .. } = &mut self.phones[n];
        let (handed_in, waits) = (handed_in(phone) > aside, phone.state.outbox.pending() > 0);
        if let Ok((_, pulled)) = &came {
            assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty(), "a copy that differs: {pulled:?}");
            phone.refresh_results().unwrap();
            // What was decided since the pull is in the rows with the next.
            phone.pull().unwrap();
        } else if let Some(revoked_at) = out_of_service(&self.city, phone) {
            let late = self.city.now() >= revoked_at.plus_days(HAND_IN_DAYS);
            assert!(refused(&came, "device_revoked") && (late || !waits), "{who}: {came:?}");
        } else {
            panic!("{who}: {came:?}");
        }
        self.count_out_of_service(&came, handed_in, waits);
    }
}

fn worker(city: &SharedCity) -> Worker {
    Worker {
        db: city.db.clone(),
        clock: Arc::<ManualClock>::clone(&city.clock),
        ids: Arc::clone(&city.ids),
        shared: Arc::clone(&city.shared),
    }
}

/// Reads one page into a copy; whether it was the last. A complete page must leave what the server says.
pub fn read_page(city: &SharedCity, who: u128, device: DeviceId, copy: &mut LocalCopy, limit: usize) -> bool {
    let line = city.device(who).transport;
    let body = json!({"device": device, "cursor": copy.cursor(), "limit": limit});
    let page: PullResponse = serde_json::from_value(line.pull(&body).unwrap()).unwrap();
    copy.apply(&page).unwrap();
    if page.complete {
        assert_eq!(copy.differing(&page).unwrap(), Vec::<Channel>::new());
    }
    page.complete
}
