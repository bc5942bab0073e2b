//! Devices that wait on one channel: how soon all of them know of a change, and have read it.
//!
//! They wait as tasks of one thread, not as a thread each: two thousand threads that wake at once would be measured instead of the server.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::{
    BenchResult, Sizes,
    crew::{give, organisation},
    env::{BenchEnv, Served},
    figures::{Figures, Wanted, float, millis},
    people::{Login, Office},
    pull::USUAL,
    wire::{Mix, Reader, agent, between, brief, load, push_now},
};
use bazdid_clock::Stopwatch;
use bazdid_command::Failure;
use bazdid_domain::account::Role;

/// Changes that they wait for, one after another.
const ROUNDS: usize = 5;
/// After the last of them has asked, so long until the change: each has its place by then.
const SETTLE: Duration = Duration::from_secs(1);
/// Whoever has not asked again after so long was not woken.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures.
///
/// # Errors
/// The server refuses, or somebody was not woken.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let many = sizes.waiters;
    figures.part("waiters", &format!("{many} devices of one contractor wait for a change ({ROUNDS} times)"));
    let server = bench.serve()?;
    let mut office = Office::open(bench, &server)?;
    let organisation = organisation(bench, &mut office)?;
    let order = give(bench, &server, &organisation, "waiters", 1)?.pop().and_then(|id| id.parse::<Uuid>().ok());
    let order = (order.ok_or_else(|| Failure::said("no order"))?, Value::Null);
    let logins = office.workers(Role::Crew, &organisation, many)?;
    let writer = office.worker(Role::Crew, &organisation)?;
    let mut waiters = Vec::with_capacity(many);
    for login in &logins {
        bench.watch.go_on()?;
        waiters.push(Waiter::new(bench, &server, login)?);
    }
    let bodies = load(bench, &writer, &[&order], Mix::Notes, ROUNDS, 1)?.bodies;
    let told = wait_all(&server, &writer, waiters, bodies)?;
    let mut woken: Vec<Duration> = told.iter().map(|t| t.woken).collect();
    let mut read: Vec<Duration> = told.iter().map(|t| t.read).collect();
    figures.times("acknowledged → woken", &mut woken, Wanted::Below(300.0));
    figures.say("acknowledged → the last one woken", woken.last().map_or(f64::NAN, |d| millis(*d)), "ms");
    figures.times("acknowledged → woken and read by all", &mut read, Wanted::Open);
    figures.say("wakings", float(woken.len()), "answers");
    figures.say("memory of the server", server.resident_mib(), "MiB");
    Ok(())
}

/// When a waiter knew of a change and had read it.
#[derive(Debug, Clone, Copy)]
struct Heard {
    woken: Duration,
    read: Duration,
}

/// A device that waits.
struct Waiter {
    bearer: String,
    device: Value,
    cursor: String,
}

impl Waiter {
    fn new(bench: &BenchEnv, server: &Served, login: &Login) -> BenchResult<Self> {
        let mut reader = Reader::new(bench, server, login)?;
        reader.all(USUAL, "identity")?;
        let cursor = reader.cursor.ok_or_else(|| Failure::said("a pull without a cursor"))?;
        Ok(Self { bearer: login.bearer()?, device: reader.device, cursor })
    }

    fn question(&self) -> String {
        let device = self.device.as_str().unwrap_or_default();
        format!(
            "GET /v1/sync/wait?device={device}&cursor={}&timeout_s=55 HTTP/1.1\r\nhost: bench\r\nauthorization: {}\r\n\r\n",
            self.cursor, self.bearer
        )
    }

    fn pull(&self) -> String {
        let body = json!({ "device": self.device, "schema": 1, "cursor": self.cursor, "limit": USUAL, "reset": [] }).to_string();
        format!(
            "POST /v1/sync/pull HTTP/1.1\r\nhost: bench\r\nauthorization: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.bearer,
            body.len()
        )
    }
}

/// Lets all of them wait for each of the pushes.
fn wait_all(server: &Served, writer: &Login, waiters: Vec<Waiter>, bodies: Vec<String>) -> BenchResult<Vec<Heard>> {
    let said = |e: std::io::Error| Failure::said(format!("the waiters cannot be played: {e}"));
    let address = server.base.trim_start_matches("http://").parse::<SocketAddr>();
    let address = address.map_err(|e| Failure::said(format!("{}: {e}", server.base)))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(said)?;
    let (many, rounds) = (waiters.len(), bodies.len());
    let (asked, watch) = (Arc::new(AtomicUsize::new(0)), Stopwatch::start());
    let (base, bearer) = (server.base.clone(), writer.bearer()?);
    runtime.block_on(async move {
        let task = |waiter| tokio::spawn(wait(waiter, address, rounds, Arc::clone(&asked), watch));
        let tasks: Vec<_> = waiters.into_iter().map(task).collect();
        let mut acknowledged = Vec::with_capacity(rounds);
        for (round, body) in (1..).zip(bodies) {
            let patience = Stopwatch::start();
            while asked.load(Ordering::SeqCst) < round * many {
                if patience.elapsed() > PATIENCE {
                    return Err(Failure::said("not every waiter asked, or not every one was woken"));
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(SETTLE).await;
            let (base, bearer) = (base.clone(), bearer.clone());
            let push = move || push_now(&agent(), &base, &bearer, &body).map(|_| watch.elapsed());
            let pushed = tokio::task::spawn_blocking(push).await.map_err(|e| Failure::said(format!("the push broke down: {e}")))?;
            acknowledged.push(pushed?);
        }
        let mut heard = Vec::with_capacity(rounds * many);
        for task in tasks {
            let times = task.await.map_err(|e| Failure::said(format!("a waiter broke down: {e}")))??;
            let since =
                |(at, times): (&Duration, Heard)| Heard { woken: times.woken.saturating_sub(*at), read: times.read.saturating_sub(*at) };
            heard.extend(acknowledged.iter().zip(times).map(since));
        }
        Ok(heard)
    })
}

/// Waits for so many changes and reads each; when it heard of each of them, since the watch began.
async fn wait(
    mut waiter: Waiter,
    address: SocketAddr,
    rounds: usize,
    asked: Arc<AtomicUsize>,
    watch: Stopwatch,
) -> BenchResult<Vec<Heard>> {
    let stream = TcpStream::connect(address).await.map_err(|e| Failure::said(format!("a waiter cannot connect: {e}")))?;
    let mut heard = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        asked.fetch_add(1, Ordering::SeqCst);
        // A wait that ends without a change is begun again.
        while !exchange(&stream, &waiter.question()).await?.contains("\"changed\":true") {}
        let woken = watch.elapsed();
        let page = exchange(&stream, &waiter.pull()).await?;
        let read = watch.elapsed();
        if !page.contains("\"t\":\"note\"") {
            return Err(Failure::said(format!("who was woken did not read the change: {}", brief(&page))));
        }
        let cursor = between(&page, "\"cursor\":\"", "\"").ok_or_else(|| Failure::said("a page without a cursor"))?;
        cursor.clone_into(&mut waiter.cursor);
        heard.push(Heard { woken, read });
    }
    Ok(heard)
}

/// Sends a request and reads the answer, which must be 200 and of a length that it says; its body.
async fn exchange(stream: &TcpStream, request: &str) -> BenchResult<String> {
    let lost = |e: std::io::Error| Failure::said(format!("a waiter was cut off: {e}"));
    let mut rest = request.as_bytes();
    while !rest.is_empty() {
        stream.writable().await.map_err(lost)?;
        match stream.try_write(rest) {
            Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(e) => return Err(lost(e)),
        }
    }
    let mut answer = Vec::new();
    loop {
        stream.readable().await.map_err(lost)?;
        let mut piece = [0_u8; 4096];
        match stream.try_read(&mut piece) {
            Ok(0) => return Err(Failure::said("the server closed the line of a waiter")),
            Ok(read) => answer.extend_from_slice(piece.get(..read).unwrap_or_default()),
            Err(e) if e.kind() == ErrorKind::WouldBlock => continue,
            Err(e) => return Err(lost(e)),
        }
        if let Some(body) = whole_body(&answer)? {
            return Ok(body);
        }
    }
}

/// The body of an answer, once all of it is there.
fn whole_body(answer: &[u8]) -> BenchResult<Option<String>> {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let length = length
        .filter(|_| head.starts_with("http/1.1 200"))
        .ok_or_else(|| Failure::said(format!("a waiter was refused: {}", brief(&text))))?;
    // Bytes that are still to come may cut a letter in two; then the text is longer than what came of it.
    let got = answer.len().saturating_sub(head.len() + 4);
    Ok((got >= length).then(|| body.to_owned()))
}
