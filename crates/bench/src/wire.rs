//! The requests of devices, as bytes: the bench looks at no more of an answer than it must, to leave the processor to the server.

use std::{
    collections::BTreeMap,
    io::Read as _,
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use ureq::Agent;
use uuid::Uuid;

use crate::{
    BenchResult,
    env::{BenchEnv, Served},
    figures::scramble,
    people::Login,
};
use bazdid_client::{Device, clocks::DeviceClock, http::HttpTransport};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::ticket::TicketStatus;
use bazdid_protocol::text_enum::TextEnum as _;

/// Stack of a thread that plays a device; a thousand of them are started.
const STACK: usize = 512 * 1024;

/// An agent that hands every answer over, whatever its status. Each has connections of its own.
#[must_use]
pub fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(120))).build().into()
}

/// A whole field device.
#[must_use]
pub fn device(bench: &BenchEnv, login: &Login, name: &str) -> Device<HttpTransport> {
    let clock = DeviceClock::new(bench.clock.clone(), bench.ids.clone());
    Device::new(login.http.clone(), login.account, name, clock, bench.ids.clone())
}

/// Registers a device of a login; its id.
///
/// # Errors
/// The server refuses.
pub fn register(bench: &BenchEnv, login: &Login) -> BenchResult<Value> {
    let nonce = bench.ids.uuid(bench.clock.now());
    let body = json!({ "nonce": nonce, "name": "bench", "platform": "bench", "app_version": "1" });
    let reply = login.http.clone().request("POST", "/v1/sync/devices", &[], Some(&body))?.ok()?;
    reply.get("id").cloned().ok_or_else(|| Failure::said("a registration without an id"))
}

/// What came of a push.
#[derive(Debug)]
pub enum Pushed {
    /// It was answered.
    Answered(String),
    /// Come back after so many seconds.
    Later(u64),
}

/// Sends one push.
///
/// # Errors
/// No answer came, or a refusal.
pub fn push(agent: &Agent, base: &str, bearer: &str, body: &str) -> BenchResult<Pushed> {
    let request = agent.post(format!("{base}/v1/sync/push")).header("authorization", bearer);
    let mut reply = request.content_type("application/json").send(body).map_err(|e| Failure::said(format!("a push was lost: {e}")))?;
    if matches!(reply.status().as_u16(), 429 | 503) {
        return Ok(Pushed::Later(retry_after(&reply)));
    }
    let text = reply.body_mut().read_to_string().map_err(|e| Failure::said(format!("an answer was cut off: {e}")))?;
    if reply.status() == 200 { Ok(Pushed::Answered(text)) } else { Err(Failure::said(format!("a push was refused: {}", brief(&text)))) }
}

/// Sends one push to a server that is not busy.
///
/// # Errors
/// As [`push`], and if the server asks to wait.
pub fn push_now(agent: &Agent, base: &str, bearer: &str, body: &str) -> BenchResult<String> {
    match push(agent, base, bearer, body)? {
        Pushed::Answered(text) => Ok(text),
        Pushed::Later(_) => Err(Failure::said("the server asked to wait though few devices sent")),
    }
}

fn retry_after<T>(reply: &ureq::http::Response<T>) -> u64 {
    reply.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The beginning of an answer, for a message.
#[must_use]
pub fn brief(answer: &str) -> String {
    answer.chars().take(600).collect()
}

/// The first result of an answer that is not `applied`, for a message.
#[must_use]
pub fn first_other(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let mut results = answer.get("results").and_then(Value::as_array).into_iter().flatten();
    let other = results.find(|r| r.get("status").and_then(Value::as_str) != Some("applied"));
    brief(&other.map(Value::to_string).unwrap_or_default())
}

/// How many mutations of an answer were applied.
#[must_use]
pub fn applied(answer: &str) -> usize {
    answer.matches("\"status\":\"applied\"").count()
}

/// A page as it came.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// How long it took.
    pub took: Duration,
    /// Bytes on the wire.
    pub wire: usize,
    /// Rows that were put.
    pub rows: usize,
    /// Whether it is the last one.
    pub complete: bool,
}

/// Several pages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pages {
    /// How many.
    pub pages: usize,
    /// Rows that were put.
    pub rows: usize,
    /// Bytes on the wire.
    pub wire: usize,
    /// How long they took together.
    pub took: Duration,
    /// How often the server asked to come back later.
    pub later: usize,
}

/// A device that only reads.
#[derive(Debug)]
pub struct Reader {
    agent: Agent,
    base: String,
    bearer: String,
    /// The device's id.
    pub device: Value,
    /// Where it is in the feed.
    pub cursor: Option<String>,
    /// The last page.
    last: String,
}

impl Reader {
    /// A new device of a login.
    ///
    /// # Errors
    /// The server refuses.
    pub fn new(bench: &BenchEnv, server: &Served, login: &Login) -> BenchResult<Self> {
        let device = register(bench, login)?;
        Ok(Self { agent: agent(), base: server.base.clone(), bearer: login.bearer()?, device, cursor: None, last: String::new() })
    }

    /// Goes on at another address of the same server.
    pub fn move_to(&mut self, base: &str) {
        base.clone_into(&mut self.base);
    }

    /// One page, in a content encoding.
    ///
    /// # Errors
    /// No answer came, or a refusal.
    pub fn page(&mut self, limit: usize, encoding: &str) -> BenchResult<Result<Page, u64>> {
        let body = json!({ "device": self.device, "schema": 1, "cursor": self.cursor, "limit": limit, "reset": [] }).to_string();
        let watch = Stopwatch::start();
        let url = format!("{}/v1/sync/pull", self.base);
        let request = self.agent.post(url).header("authorization", &self.bearer).header("accept-encoding", encoding);
        let lost = |e: &dyn std::fmt::Display| Failure::said(format!("a page was lost: {e}"));
        let mut reply = request.content_type("application/json").send(body).map_err(|e| lost(&e))?;
        if matches!(reply.status().as_u16(), 429 | 503) {
            return Ok(Err(retry_after(&reply)));
        }
        let packed = reply.headers().get("content-encoding").is_some_and(|e| e == "zstd");
        let mut bytes = Vec::new();
        reply.body_mut().as_reader().read_to_end(&mut bytes).map_err(|e| lost(&e))?;
        let (took, wire) = (watch.elapsed(), bytes.len());
        let plain = if packed { zstd::stream::decode_all(bytes.as_slice()).map_err(|e| lost(&e))? } else { bytes };
        let text = String::from_utf8(plain).map_err(|e| lost(&e))?;
        let cursor = between(&text, "\"cursor\":\"", "\"").filter(|_| reply.status() == 200);
        self.cursor = Some(cursor.ok_or_else(|| Failure::said(format!("a page was refused: {}", brief(&text))))?.to_owned());
        let page = Page { took, wire, rows: text.matches("\"op\":\"put\"").count(), complete: text.contains("\"complete\":true") };
        self.last = text;
        Ok(Ok(page))
    }

    /// How many rows of each kind the last page had, for a message.
    #[must_use]
    pub fn kinds(&self) -> String {
        let page: Value = serde_json::from_str(&self.last).unwrap_or_default();
        let changes = page.get("changes").and_then(Value::as_array).into_iter().flatten();
        let mut kinds = BTreeMap::<&str, usize>::new();
        for kind in changes.filter_map(|c| c.get("t")?.as_str()) {
            *kinds.entry(kind).or_default() += 1;
        }
        kinds.iter().map(|(kind, n)| format!("{n} of {kind}")).collect::<Vec<_>>().join(", ")
    }

    /// One page of a server that is not busy.
    ///
    /// # Errors
    /// As [`Reader::page`], and if the server asks to wait.
    pub fn page_now(&mut self, limit: usize, encoding: &str) -> BenchResult<Page> {
        self.page(limit, encoding)?.map_err(|_| Failure::said("the server asked to wait though few devices asked"))
    }

    /// Reads to the end; comes back when the server asks to wait.
    ///
    /// # Errors
    /// As [`Reader::page`].
    pub fn all(&mut self, limit: usize, encoding: &str) -> BenchResult<Pages> {
        let mut sum = Pages::default();
        loop {
            match self.page(limit, encoding)? {
                Ok(page) => {
                    sum.pages += 1;
                    sum.rows += page.rows;
                    sum.wire += page.wire;
                    sum.took += page.took;
                    if page.complete {
                        return Ok(sum);
                    }
                }
                Err(seconds) => {
                    sum.later += 1;
                    std::thread::sleep(Duration::from_secs(seconds));
                }
            }
        }
    }
}

/// What stands between two texts, the first time.
#[must_use]
pub fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let rest = text.split_once(before)?.1;
    rest.split_once(after).map(|(inside, _)| inside)
}

/// What a phone records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Notes of some twenty words, about 200 bytes.
    Notes,
    /// A field day's facts: visit, photo, measurement and note in turn.
    Facts,
}

impl Mix {
    /// A word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Facts => "facts",
        }
    }
}

/// A ticket with its place.
pub type Ticket = (Uuid, Value);

/// The tickets that somebody reads and that the office has not ended, with their places.
///
/// # Errors
/// The server refuses, or there are none.
pub fn tickets_of(bench: &BenchEnv, login: &Login) -> BenchResult<Vec<Ticket>> {
    let mut device = device(bench, login, "bench");
    device.pull()?;
    let point = |row: &Value| row.get("point").cloned().unwrap_or_default();
    // What is recorded about a ticket that the office has ended is kept for a person to decide: another law than that of the mass.
    let status = |row: &Value| row.get("status").and_then(Value::as_str).and_then(|word| TicketStatus::parse(word).ok());
    let goes_on = |row: &Value| status(row).is_some_and(|s| !s.is_shut_by_office());
    let tickets = device.state.copy.list("ticket").filter(|(_, r)| goes_on(&r.row));
    let tickets: Vec<Ticket> = tickets.map(|(id, r)| (id, point(&r.row))).collect();
    if tickets.is_empty() { Err(Failure::said("who loads the server reads no ticket")) } else { Ok(tickets) }
}

/// A device with its pushes ready to be sent.
#[derive(Debug)]
pub struct Loaded {
    /// The header of its requests.
    pub bearer: String,
    /// Its pushes, in order.
    pub bodies: Vec<String>,
}

/// Registers a device and writes down what it will push about the tickets.
///
/// # Errors
/// The server refuses.
pub fn load(bench: &BenchEnv, login: &Login, tickets: &[&Ticket], mix: Mix, batches: usize, batch: usize) -> BenchResult<Loaded> {
    load_on(bench, login, &register(bench, login)?, tickets, mix, batches, batch)
}

/// As [`load`], for a device that is registered and has sent nothing yet.
///
/// # Errors
/// The login has no token, or there are no tickets.
pub fn load_on(
    bench: &BenchEnv,
    login: &Login,
    device: &Value,
    tickets: &[&Ticket],
    mix: Mix,
    batches: usize,
    batch: usize,
) -> BenchResult<Loaded> {
    let mut seq = 0_usize;
    let mut subjects = tickets.iter().flat_map(|ticket| std::iter::repeat_n(ticket, 4)).cycle();
    let mut bodies = Vec::with_capacity(batches);
    for _ in 0..batches {
        let now = bench.clock.now();
        let mut mutations = Vec::with_capacity(batch);
        for _ in 0..batch {
            seq += 1;
            let (ticket, point) = subjects.next().ok_or_else(|| Failure::said("there is no ticket to report about"))?;
            let (cmd, args) = fact(bench, mix, seq, point);
            mutations.push(json!({
                "seq": seq, "id": bench.ids.uuid(now), "cmd": cmd, "v": 1, "entity": ticket, "base": 1, "at": now, "up": seq,
                "boot": "bench", "args": args,
            }));
        }
        let body = json!({
            "device": device, "schema": 1, "sent_at": now, "uptime_ms": seq + 1000, "boot": "bench", "pending": 0, "acked_through": 0,
            "mutations": mutations,
        });
        bodies.push(body.to_string());
    }
    Ok(Loaded { bearer: login.bearer()?, bodies })
}

fn fact(bench: &BenchEnv, mix: Mix, n: usize, point: &Value) -> (&'static str, Value) {
    let now = bench.clock.now();
    let id = bench.ids.uuid(now);
    match if mix == Mix::Notes { 3 } else { n % 4 } {
        0 => ("visit.record", json!({ "visit": id, "kind": "patrol", "arrived_at": now, "point": point })),
        1 => (
            "photo.add",
            json!({ "photo": id, "kind": "before", "sha256": format!("{n:0>32}{:032x}", id.as_u128()), "bytes": 2_100_000,
                    "mime": "image/jpeg", "width": 4000, "height": 3000, "captured_at": now, "point": point }),
        ),
        2 => ("measurement.add", json!({ "measurement": id, "item": "depth", "quantity": n % 50, "unit": "cm" })),
        _ => ("note.add", json!({ "note": id, "text": note(n) })),
    }
}

/// Words of notes. In turn they would be packed to nothing; by chance they are packed as what people write.
const WORDS: [&str; 32] = [
    "آسفالت",
    "ریزش",
    "کرده",
    "و",
    "آب",
    "جمع",
    "شده",
    "است",
    "کنار",
    "جدول",
    "روبه‌روی",
    "پلاک",
    "دریچه",
    "شکسته",
    "خطر",
    "برای",
    "عابران",
    "تا",
    "فردا",
    "صبح",
    "نیاز",
    "به",
    "کامیون",
    "دارد",
    "عکس",
    "گرفته",
    "شد",
    "ساکنان",
    "شکایت",
    "دارند",
    "پیاده‌رو",
    "خیابان",
];

/// A note of some twenty words that a number determines.
fn note(n: usize) -> String {
    let seed = u64::try_from(n).unwrap_or_default();
    let word = |at: u64| WORDS.iter().cycle().nth(usize::try_from(scramble(seed * 64 + at) % 32).unwrap_or_default());
    (0..20).filter_map(word).fold(format!("{n}:"), |text, word| text + " " + word)
}

/// Plays devices at once, a thread each: none begins before all are there. What each of them did, in order.
///
/// # Errors
/// The first one's that fails.
pub fn at_once<D: Send, R: Send>(devices: Vec<D>, play: impl Fn(usize, D) -> BenchResult<R> + Sync) -> BenchResult<Vec<R>> {
    // Shut until every thread is there; false if one of them could not be started, and nobody begins.
    let (gate, opened) = (Mutex::new(None), Condvar::new());
    let (gate, opened, play) = (&gate, &opened, &play);
    let lock = || gate.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        let start = |(n, device): (usize, D)| {
            let work = move || {
                let shut = gate.lock().unwrap_or_else(PoisonError::into_inner);
                let open = opened.wait_while(shut, |gate: &mut Option<bool>| gate.is_none()).unwrap_or_else(PoisonError::into_inner);
                let begins = *open == Some(true);
                drop(open);
                if begins { play(n, device) } else { Err(Failure::said("too few threads")) }
            };
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)
        };
        let threads: std::io::Result<Vec<_>> = devices.into_iter().enumerate().map(start).collect();
        *lock() = Some(threads.is_ok());
        opened.notify_all();
        let threads = threads.map_err(|e| Failure::said(format!("so many devices cannot be played here: {e}")))?;
        threads.into_iter().map(|t| t.join().map_err(|_| Failure::said("a device broke down"))?).collect()
    })
}
