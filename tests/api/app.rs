//! A server for one test and a small client for it.

#![allow(dead_code, reason = "a client's words, whoever uses them")]

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
};

use bazdid_clock::{Clock as _, ManualClock, SeededIds, SharedIds};
use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    organisation::{ActiveState, Organisation, OrganisationKind},
    picture::Size,
};
use bazdid_protocol::{
    ids::{AccountId, AreaId, OrganisationId},
    time::Timestamp,
};
use bazdid_security::password::{self, Cost};
use bazdid_server::{
    self as server, Migrations,
    config::{Config, DatabaseUrl, MasterKey},
    worker::{
        Round, Worker,
        pictures::{Looked, Reader, Setup},
        webhooks::{Delivered, Deliverer},
    },
};
use bazdid_service::{
    Ctx, Settings, Shared,
    sync::{
        restore::{Sign, renew_feed},
        state::feed_epoch,
    },
};
use bazdid_store::{self as store, Db, DbOptions, Tx, account::AccountFilter, credential::Credential};
use bazdid_upload::{Swept, Uploads, blob::Key};
use serde_json::{Value, json};

use crate::{
    common::{TestDb, backup},
    contract_check::check,
};

/// When every test begins.
pub const START: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// What a password costs in tests: next to nothing.
const COST: Cost = Cost { memory_kib: 64, passes: 1 };

/// A running server with a database of its own; stopped and gone when dropped.
pub struct TestApp {
    pub db: TestDb,
    pub clock: Arc<ManualClock>,
    pub ids: SharedIds,
    base: String,
    agent: ureq::Agent,
    config: Config,
    running: Option<Running>,
}

/// A server in a thread of its own.
struct Running {
    addr: SocketAddr,
    worker: Worker,
    uploads: Uploads,
    reader: Reader,
    deliverer: Deliverer,
    stop: Box<dyn FnOnce() + Send + Sync>,
    thread: JoinHandle<()>,
}

fn start(config: &Config, at: &str, clock: &Arc<ManualClock>, ids: &SharedIds) -> Running {
    let listener = TcpListener::bind(at).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let (config, clock, ids) = (config.clone(), clock.clone(), ids.clone());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = server::build(&config, clock, ids, listener, Migrations::Run).unwrap();
            sender
                .send((
                    server.addr(),
                    server.handle(),
                    server.worker().clone(),
                    server.uploads().clone(),
                    server.reader().clone(),
                    server.deliverer().clone(),
                ))
                .unwrap();
            server.run().await.unwrap();
        });
    });
    let (addr, handle, worker, uploads, reader, deliverer) = receiver.recv().unwrap();
    Running { addr, worker, uploads, reader, deliverer, stop: Box::new(move || drop(handle.stop())), thread }
}

/// An answer of the server.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Asserts a problem of a code and gives it back.
    #[track_caller]
    pub fn problem(&self, code: &str) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], self.status);
        assert_eq!(body["request_id"], self.header("x-request-id"), "the body names the request");
        body
    }

    /// Asserts success and gives the body.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }
}

/// An answer that is not text.
#[derive(Debug)]
pub struct Fetched {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Fetched {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A request under construction.
pub struct Call<'a> {
    app: &'a TestApp,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call<'_> {
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    pub fn if_match(self, rev: i64) -> Self {
        self.header("If-Match", format!("\"{rev}\""))
    }

    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string())
    }

    pub fn bytes(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("Content-Type", media_type)
    }

    pub fn send(self) -> Reply {
        self.detached()()
    }

    /// The request as something that another thread can send, while the server is needed here.
    pub fn detached(self) -> impl FnOnce() -> Reply + Send + use<> {
        let (method, path) = (self.method.clone(), self.path.clone());
        let (agent, request) = self.request();
        move || {
            let mut response = agent.run(request).unwrap();
            let text = response.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
            let reply = Reply { status: response.status().as_u16(), headers: response.headers().clone(), text };
            check(&method, &path, reply.status, reply.header("content-type"), Some(reply.text.as_bytes()));
            reply
        }
    }

    /// The answer with its bytes as they are.
    pub fn fetch(self) -> Fetched {
        let (method, path) = (self.method.clone(), self.path.clone());
        let (agent, request) = self.request();
        let mut response = agent.run(request).unwrap();
        let body = response.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
        let fetched = Fetched { status: response.status().as_u16(), headers: response.headers().clone(), body };
        check(&method, &path, fetched.status, fetched.header("content-type"), Some(&fetched.body));
        fetched
    }

    /// The body of an answer that does not end.
    pub fn open(self) -> impl std::io::Read + use<> {
        let (method, path) = (self.method.clone(), self.path.clone());
        let (agent, request) = self.request();
        let response = agent.run(request).unwrap();
        assert_eq!(response.status(), 200);
        check(&method, &path, 200, response.headers()["content-type"].to_str().unwrap(), None);
        response.into_body().into_reader()
    }

    fn request(self) -> (ureq::Agent, ureq::http::Request<Vec<u8>>) {
        let mut request = ureq::http::Request::builder().method(self.method.as_str()).uri(format!("{}{}", self.app.base, self.path));
        // The accounts of tests speak Persian; what is compared with the code is English.
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept-language")) {
            request = request.header("Accept-Language", "en");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = self.body.unwrap_or_default();
        (self.app.agent.clone(), request.body(body).unwrap())
    }
}

impl TestApp {
    /// A server on each database that is reachable.
    pub fn both() -> Vec<Self> {
        TestDb::both().into_iter().map(|db| Self::on(db, |_| {})).collect()
    }

    /// A server on each database with a changed configuration.
    pub fn both_with(change: impl Fn(&mut Config)) -> Vec<Self> {
        TestDb::both().into_iter().map(|db| Self::on(db, &change)).collect()
    }

    /// A server on SQLite with a changed configuration.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on(TestDb::sqlite(), change)
    }

    fn on(mut db: TestDb, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.database.url = DatabaseUrl::new(&db.url);
        config.database.connections = 4;
        config.security.master_key = Some(MasterKey::new([7; 32]));
        config.security.password_memory_kib = COST.memory_kib;
        config.security.password_passes = COST.passes;
        config.server.workers = 2;
        config.server.grace_s = 2;
        config.evidence.folder = db.folder().join("evidence");
        config.evidence.disk_reserve_bytes = 0;
        change(&mut config);
        let clock = Arc::new(ManualClock::at(START));
        let ids: SharedIds = Arc::new(SeededIds::new(1));
        let running = start(&config, "127.0.0.1:0", &clock, &ids);
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        // SQLite is written through one writer; the test's own handle would be a second one.
        if db.url.starts_with("sqlite") {
            db.db = Some(Db::open(&DbOptions { url: db.url.clone(), connections: 1 }).unwrap());
        }
        let base = format!("http://{}", running.addr);
        Self { db, clock, ids, base, agent, config, running: Some(running) }
    }

    /// Stops the server and starts another one at the same address, on what the first one left.
    pub fn restart(&mut self) {
        self.stop();
        let running = start(&self.config, self.address(), &self.clock, &self.ids);
        self.running = Some(running);
    }

    /// Starts anew with a changed configuration.
    pub fn reconfigure(&mut self, change: impl FnOnce(&mut Config)) {
        self.stop();
        change(&mut self.config);
        self.restart();
    }

    /// Copies the database, with the server stopped; answers where the copy is.
    pub fn back_up(&mut self) -> String {
        self.stop();
        self.db.db = None;
        let copy = backup::back_up(&self.db, self.db.folder());
        self.start_again();
        copy
    }

    /// Puts a copy back, as an operator does with `bazdid restored`.
    pub fn put_back(&mut self, copy: &str) {
        self.stop();
        self.db.db = None;
        backup::put_back(&self.db, copy);
        let db = self.open_db();
        let now = self.clock.now();
        let shared = Arc::new(Shared::new(Settings::default(), &[7; 32]));
        let ctx = Ctx {
            now,
            ids: self.ids.clone(),
            request_id: self.ids.uuid(now),
            actor: None,
            language: bazdid_protocol::words::language::Language::English,
            shared,
        };
        db.write_blocking(move |tx| {
            let epoch = feed_epoch(tx)?;
            renew_feed(tx, &ctx, &epoch, Sign::Operator)
        })
        .unwrap();
        drop(db);
        self.start_again();
    }

    fn start_again(&mut self) {
        self.restart();
        self.db.db = Some(self.open_db());
    }

    fn open_db(&self) -> Db {
        let connections = if self.db.url.starts_with("sqlite") { 1 } else { 4 };
        Db::open(&DbOptions { url: self.db.url.clone(), connections }).unwrap()
    }

    /// Grants somebody an area, or some, in place of what they had.
    pub fn regrant(&self, account_id: AccountId, role: Role, areas: &[AreaId]) {
        let now = self.clock.now();
        let grant = RoleGrant {
            id: self.ids.id(now),
            account_id,
            role,
            organisation_id: None,
            areas: areas.to_vec(),
            valid_from: now,
            valid_to: None,
        };
        let change = move |tx: &mut Tx<'_>| {
            let mut grants = store::account::list_grants_of(tx, &[account_id])?;
            for old in grants.iter_mut().filter(|g| g.valid_to.is_none()) {
                old.valid_to = Some(now);
            }
            if !grant.areas.is_empty() {
                grants.push(grant.clone());
            }
            store::account::save_grants(tx, &grants)
        };
        self.db.db().write_blocking(change).unwrap();
    }

    /// Grants somebody one more role.
    pub fn grant_too(&self, account_id: AccountId, role: Role, areas: &[AreaId]) {
        let now = self.clock.now();
        let areas = areas.to_vec();
        let grant = RoleGrant { id: self.ids.id(now), account_id, role, organisation_id: None, areas, valid_from: now, valid_to: None };
        self.db.db().write_blocking(move |tx| store::account::save_grants(tx, std::slice::from_ref(&grant))).unwrap();
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// What the worker does that is due by the clock.
    pub fn tick(&self) -> Round {
        self.running().worker.tick().unwrap()
    }

    /// Puts a smaller picture where the worker would.
    pub fn put_small(&self, sha256: &str, size: Size, bytes: Vec<u8>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let key = Key::Small(sha256.to_owned(), size);
        runtime.block_on(self.running().uploads.blobs().put_bytes(bytes, &key)).unwrap();
    }

    /// Puts somebody's account out of service.
    pub fn disable(&self, login: &str) {
        self.person("chief", Role::Admin, None, &[]);
        let token = self.token("chief");
        let found = self.call("GET", "/v1/accounts?limit=200").token(&token).send().ok();
        let account = found["items"].as_array().unwrap().iter().find(|a| a["login"] == login).unwrap().clone();
        let path = format!("/v1/accounts/{}/disable", account["id"].as_str().unwrap());
        self.call("POST", &path).token(&token).if_match(account["rev"].as_i64().unwrap()).send().ok();
    }

    /// Ends what somebody was granted, an instant after it began.
    pub fn end_grants(&self, login: &str) {
        let login = login.to_owned();
        let end = move |tx: &mut Tx<'_>| {
            let accounts = store::account::page_accounts(tx, &AccountFilter::default(), None, 200)?;
            let person = accounts.into_iter().find(|a| a.login == login).unwrap();
            let mut grants = store::account::list_grants_of(tx, &[person.id])?;
            for grant in &mut grants {
                grant.valid_to = Some(grant.valid_from.plus_micros(1));
            }
            store::account::save_grants(tx, &grants)
        };
        self.db.db().write_blocking(end).unwrap();
    }

    /// What the worker does for uploads.
    pub fn sweep(&self) -> Swept {
        let running = self.running();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(running.worker.sweep(&running.uploads)).unwrap()
    }

    /// Passes on and sends what has happened, as the server's own deliverer does.
    pub fn deliver(&self) -> Delivered {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.running().deliverer.run_due()).unwrap()
    }

    /// The server's own deliverer, to run it beside the requests.
    pub fn deliverer(&self) -> Deliverer {
        self.running().deliverer.clone()
    }

    /// Reads and judges what waits, as the server's own reader does.
    pub fn read_pictures(&self) -> Looked {
        self.read_with(&self.running().reader)
    }

    /// The same by a reader of one's own.
    pub fn read_with(&self, reader: &Reader) -> Looked {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(reader.run_due()).unwrap()
    }

    /// Another reader beside the server's.
    pub fn reader(&self, change: impl FnOnce(&mut Setup)) -> Reader {
        let mut setup = self.running().reader.setup().clone();
        change(&mut setup);
        Reader::new(setup)
    }

    /// Where it listens, such as `http://127.0.0.1:1234`.
    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call { app: self, method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: None }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    pub fn get(&self, path: &str) -> Reply {
        self.call("GET", path).send()
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path).json(body).send()
    }

    /// An account with a password and no grant.
    pub fn account(&self, login: &str) -> AccountId {
        let now = self.clock.now();
        let id: AccountId = self.ids.id(now);
        let account = Account {
            id,
            rev: 1,
            login: login.into(),
            display_name: format!("خانم {login}"),
            locale: "fa".into(),
            state: ActiveState::Active,
            phone_encrypted: None,
            created_at: now,
            updated_at: now,
        };
        let credential = Credential {
            account_id: id,
            password_hash: password::hash(PASSWORD, [1; 16], COST).unwrap(),
            changed_at: now,
            must_change: false,
        };
        let write = move |tx: &mut Tx<'_>| {
            store::account::save_accounts(tx, std::slice::from_ref(&account))?;
            store::credential::save_credential(tx, &credential)
        };
        self.db.db().write_blocking(write).unwrap();
        id
    }

    /// An account with one grant without an end.
    pub fn person(&self, login: &str, role: Role, organisation_id: Option<OrganisationId>, areas: &[AreaId]) -> AccountId {
        let account_id = self.account(login);
        let now = self.clock.now();
        let grant =
            RoleGrant { id: self.ids.id(now), account_id, role, organisation_id, areas: areas.to_vec(), valid_from: now, valid_to: None };
        self.db.db().write_blocking(move |tx| store::account::save_grants(tx, std::slice::from_ref(&grant))).unwrap();
        account_id
    }

    pub fn organisation(&self, code: &str, kind: OrganisationKind) -> OrganisationId {
        let now = self.clock.now();
        let id = self.ids.id(now);
        let row = Organisation {
            id,
            rev: 1,
            code: code.into(),
            kind,
            name_fa: code.into(),
            name_en: code.into(),
            parent_id: None,
            state: ActiveState::Active,
            updated_at: now,
        };
        self.db.db().write_blocking(move |tx| store::organisation::save_organisations(tx, std::slice::from_ref(&row))).unwrap();
        id
    }

    /// Logs in and gives the access token.
    #[track_caller]
    pub fn token(&self, login: &str) -> String {
        let body = self.post("/v1/auth/login", &json!({ "login": login, "password": PASSWORD })).ok();
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// How many wait at the server for something to change.
    pub fn waiting(&self) -> usize {
        self.running().worker.db.hub().waiting()
    }

    /// Takes every place among those who wait.
    pub fn take_every_seat(&self) -> Vec<store::hub::Seat> {
        std::iter::from_fn(|| self.running().worker.db.hub().enter(bazdid_service::sync::limits::MAX_WAITERS)).collect()
    }

    /// Stops the server and waits for it.
    pub fn stop(&mut self) {
        if let Some(Running { worker, uploads, reader, deliverer, stop, thread, .. }) = self.running.take() {
            stop();
            thread.join().unwrap();
            // The last of those who know the database.
            drop((worker, uploads, reader, deliverer));
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop();
    }
}
