//! Many devices at once, statements of a batch, a database that refuses.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, Once},
    thread,
};

use bazdid_domain::{
    account::{Account, Role},
    organisation::ActiveState,
    ticket::{Ticket, TicketStatus},
    visit::{Audience, Note},
};
use bazdid_protocol::{
    envelope::{PushRequest, PushResponse},
    ids::{DeviceId, MutationId},
    outcome::{OutcomeCode, Status},
    time::Timestamp,
};
use bazdid_service::{
    change::{self, Change},
    device,
    sync::push::{Batch, push},
};
use bazdid_store as store;
use diesel::{
    Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection,
    connection::{Instrumentation, InstrumentationEvent, SimpleConnection as _, set_default_instrumentation},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{D_WEST, HALL, INSPECTOR_W, START, SUPERVISOR, SharedCity, grant, id, on_both, ticket_with_order},
    push::{body, note, registered, send},
};

thread_local! {
    /// Statements of this thread while it counts: on SQLite the writer's, on PostgreSQL the test's own.
    static COUNT: RefCell<Option<Count>> = const { RefCell::new(None) };
}

/// Statements, of which an insert that runs for group after group of rows counts once: SQLite has no way to the server to save, so
/// prepared statements for so many rows are cheaper there than the parsing of a long one.
#[derive(Default)]
struct Count {
    statements: usize,
    last: String,
    /// Whether whole notes were read.
    notes: bool,
}

impl Count {
    fn add(&mut self, query: &str) {
        let text = query.split(" -- binds").next().unwrap().split(" VALUES ").next().unwrap();
        self.notes |= text.starts_with("SELECT") && text.contains("notes") && text.contains("audience");
        if text != self.last {
            self.statements += 1;
            text.clone_into(&mut self.last);
        }
    }
}

/// Statements by the database that they went to, of all threads.
static BY_DATABASE: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// The texts of the statements that went to the databases that are watched.
static TEXTS: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

/// How many statements went to a database so far, from whatever thread.
pub fn statements(url: &str) -> usize {
    BY_DATABASE.lock().unwrap().get(url.trim_start_matches("sqlite://")).copied().unwrap_or_default()
}

/// Collects the texts of a database's statements from here on.
pub fn watch(url: &str) {
    TEXTS.lock().unwrap().insert(url.trim_start_matches("sqlite://").to_owned(), BTreeSet::new());
}

/// The texts that were collected, each once.
pub fn watched(url: &str) -> BTreeSet<String> {
    TEXTS.lock().unwrap().remove(url.trim_start_matches("sqlite://")).unwrap()
}

/// Counts the statements of every connection from here on.
pub fn count_statements() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let make = || -> Option<Box<dyn Instrumentation>> {
            let mut database = String::new();
            Some(Box::new(move |event: InstrumentationEvent<'_>| match event {
                InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut database),
                InstrumentationEvent::StartQuery { query, .. } => {
                    COUNT.with_borrow_mut(|count| {
                        if let Some(count) = count {
                            count.add(&query.to_string());
                        }
                    });
                    *BY_DATABASE.lock().unwrap().entry(database.clone()).or_default() += 1;
                    if let Some(texts) = TEXTS.lock().unwrap().get_mut(&database) {
                        texts.insert(query.to_string().split(" -- binds").next().unwrap().to_owned());
                    }
                }
                _ => {}
            }))
        };
        set_default_instrumentation(make).unwrap();
    });
}

/// Pushes and counts.
fn counted(city: &SharedCity, account: u128, device: DeviceId, mutations: &[Value]) -> (PushResponse, Count) {
    let request: PushRequest = serde_json::from_value(body(device, &city.now().to_string(), mutations)).unwrap();
    let ctx = city.ctx(Some(id(account)));
    let batch = Batch::read(&ctx, request).unwrap();
    city.write(move |tx| {
        COUNT.set(Some(Count::default()));
        let answer = push(tx, &ctx, &batch);
        let count = COUNT.take().unwrap();
        Ok((answer?, count))
    })
}

#[test]
fn the_statements_of_a_batch_depend_on_the_tables_and_not_on_the_mutations() {
    on_both(|city| {
        let tickets: Vec<Uuid> = (0..10).map(|_| ticket_with_order(city).0.uuid()).collect();
        let (_, device) = registered(city, INSPECTOR_W);
        let batch = |from: i64, many: i64| -> Vec<Value> {
            let n = |seq: i64| u128::try_from(seq).unwrap();
            (from..from + many).map(|seq| note(seq, 5000 + n(seq), tickets[usize::try_from(seq).unwrap() % 10], "x")).collect()
        };
        let (_, few) = counted(city, INSPECTOR_W, device, &batch(1, 10));
        let (answer, many) = counted(city, INSPECTOR_W, device, &batch(11, 500));
        assert!(answer.results.iter().all(|r| r.status == Status::Applied));
        let (few, many) = (few.statements, many.statements);
        println!("{}: {few} statements for 10 mutations, {many} for 500", city.db.kind());
        assert_eq!(few, many);
        assert!(many < 60, "{many}");
    });
}

#[test]
fn notes_are_read_only_for_what_is_decided_by_them() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        send(&phone, device, &[note(1, 5001, ticket.uuid(), "x")]).unwrap();
        let mut seq = 1;
        let mut read = |cmd: &str, entity: Uuid, args: Value, status: Status| {
            seq += 1;
            let mut mutation = note(seq, 6000 + u128::try_from(seq).unwrap(), entity, "y");
            (mutation["cmd"], mutation["args"]) = (cmd.into(), args);
            let (answer, count) = counted(city, INSPECTOR_W, device, &[mutation]);
            assert_eq!(answer.results[0].status, status, "{cmd}: {answer:?}");
            count.notes
        };
        let (known, new, at) = (Uuid::from_u128(5001 + 0x1000), Uuid::from_u128(7000), city.now());
        assert!(!read("note.add", order.uuid(), json!({ "note": new, "text": "z" }), Status::Applied));
        assert!(!read(
            "visit.record",
            ticket.uuid(),
            json!({ "visit": Uuid::from_u128(7001), "kind": "patrol", "arrived_at": at }),
            Status::Applied
        ));
        assert!(!read(
            "measurement.add",
            ticket.uuid(),
            json!({ "measurement": Uuid::from_u128(7002), "item": "depth", "quantity": 1, "unit": "cm" }),
            Status::Applied
        ));
        let photo = json!({
            "photo": Uuid::from_u128(7003), "kind": "before", "sha256": format!("{:064x}", 7003), "bytes": 1, "mime": "image/jpeg",
            "width": 1, "height": 1, "captured_at": at,
        });
        assert!(!read("photo.add", ticket.uuid(), photo, Status::Applied));
        assert!(
            !read("note.add", ticket.uuid(), json!({ "note": known, "text": "z" }), Status::Rejected),
            "the feed tells that its id is taken"
        );
        assert!(read("note.edit", ticket.uuid(), json!({ "note": known, "text": "z" }), Status::Applied));
        assert!(read("ticket.edit", ticket.uuid(), json!({ "set": { "text": "z" } }), Status::Merged));
        assert_eq!(city.unit(ticket).notes.iter().filter(|n| n.text == "z").count(), 2);
        let id = ticket;
        city.write(move |tx| {
            let mut unit = store::aggregate::load_unit(tx, &[id])?;
            let row = unit.tickets.get(id).unwrap().clone();
            unit.tickets.put(Ticket { status: TicketStatus::Cancelled, ..row });
            store::aggregate::save_unit(tx, &unit, Timestamp::default())
        });
        assert!(read("note.add", ticket.uuid(), json!({ "note": Uuid::from_u128(7004), "text": "z" }), Status::Conflict), "it is ended");
    });
}

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    waiting: i64,
}

/// On PostgreSQL a push looks for the ids that it names before it has the lock of their ticket; on SQLite there is one writer.
#[test]
fn an_id_that_somebody_else_gives_away_while_a_push_waits_for_the_ticket_is_taken() {
    on_both(|city| {
        if !city.url.starts_with("postgres") {
            return;
        }
        let (ticket, _) = ticket_with_order(city);
        let (_, device) = registered(city, INSPECTOR_W);
        let (db, ctx, now) = (city.db.clone(), city.ctx(Some(id(INSPECTOR_W))), city.now().to_string());
        let request: PushRequest = serde_json::from_value(body(device, &now, &[note(1, 5001, ticket.uuid(), "second")])).unwrap();
        let batch = Batch::read(&ctx, request).unwrap();
        let taken = id(5001 + 0x1000);
        let (locked, release) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel::<()>());
        let (told, held) = (locked.0, release.1);
        let (other, office) = (city.db.clone(), city.ctx(Some(id(SUPERVISOR))));
        let first = thread::spawn(move || {
            other
                .write_blocking(move |tx| {
                    let mut unit = store::aggregate::load_unit(tx, &[ticket])?;
                    unit.notes.put(Note {
                        id: taken,
                        rev: 0,
                        ticket_id: ticket,
                        work_order_id: None,
                        actor: Some(id(INSPECTOR_W)),
                        organisation_id: None,
                        audience: Audience::Field,
                        text: "first".into(),
                        eff: START,
                        removed_at: None,
                        writes: vec![],
                    });
                    change::keep(tx, &office, &mut unit, Change::default())?;
                    told.send(()).unwrap();
                    held.recv().unwrap();
                    Ok(())
                })
                .unwrap();
        });
        locked.1.recv().unwrap();
        let second = thread::spawn(move || db.write_blocking(move |tx| push(tx, &ctx, &batch)).unwrap());
        let mut conn = PgConnection::establish(&city.url).unwrap();
        let mut waits = || -> i64 {
            let sql = "SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            diesel::sql_query(sql).get_result::<Waiting>(&mut conn).unwrap().waiting
        };
        while waits() == 0 {
            thread::sleep(std::time::Duration::from_millis(5));
        }
        release.0.send(()).unwrap();
        first.join().unwrap();
        let answer = second.join().unwrap();
        assert_eq!((answer.results[0].status, answer.results[0].code), (Status::Rejected, Some(OutcomeCode::IdReuse)));
        let texts: Vec<String> = city.unit(ticket).notes.iter().map(|n| n.text.clone()).collect();
        assert_eq!(texts, ["first"]);
    });
}

#[test]
fn three_hundred_devices_at_once_are_all_answered_and_nothing_is_lost() {
    on_both(|city| {
        let (devices, each) = if cfg!(debug_assertions) { (60_u128, 20_i64) } else { (300, 20) };
        let tickets: Vec<Uuid> = (0..8).map(|_| ticket_with_order(city).0.uuid()).collect();
        let accounts: Vec<u128> = (0..devices).map(|n| 10_000 + n).collect();
        let people = accounts.clone();
        city.write(move |tx| {
            let account = |n: &u128| Account {
                id: id(*n),
                rev: 1,
                login: format!("many{n}"),
                display_name: "بازرس".into(),
                locale: "fa".into(),
                state: ActiveState::Active,
                phone_encrypted: None,
                created_at: START,
                updated_at: START,
            };
            store::account::save_accounts(tx, &people.iter().map(account).collect::<Vec<_>>())?;
            let grants: Vec<_> = people.iter().map(|n| grant(n + 50_000, *n, Role::Inspector, HALL, &[D_WEST])).collect();
            store::account::save_grants(tx, &grants)
        });
        let now = city.now().to_string();
        let jobs: Vec<_> = accounts
            .iter()
            .map(|account| {
                let (db, ctx) = (city.db.clone(), city.ctx(Some(id(*account))));
                let (account, now, tickets) = (*account, now.clone(), tickets.clone());
                move || {
                    let new = device::NewDevice {
                        nonce: format!("nonce of {account}"),
                        name: "phone".into(),
                        platform: "android".into(),
                        app_version: "1.0.0".into(),
                    };
                    let for_push = ctx.clone();
                    let device = db.write_blocking(move |tx| device::register(tx, &ctx, &new)).unwrap().id;
                    let batch: Vec<Value> = (1..=each)
                        .map(|seq| {
                            let n = account * 1_000_000 + u128::try_from(seq).unwrap();
                            note(seq, n, tickets[usize::try_from(seq).unwrap() % tickets.len()], "x")
                        })
                        .collect();
                    let request: PushRequest = serde_json::from_value(body(device, &now, &batch)).unwrap();
                    let batch = Batch::read(&for_push, request).unwrap();
                    // A client that is told to come back later comes back.
                    loop {
                        let (ctx, batch) = (for_push.clone(), batch.clone());
                        match db.write_blocking(move |tx| push(tx, &ctx, &batch)) {
                            Ok(answer) => break answer,
                            Err(e) => assert!(e.code.info().retryable, "{e}"),
                        }
                    }
                }
            })
            .collect();
        let threads: Vec<_> = jobs.into_iter().map(thread::spawn).collect();
        let answers: Vec<PushResponse> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        let answered: BTreeSet<MutationId> =
            answers.iter().flat_map(|a| &a.results).filter(|r| r.status == Status::Applied).filter_map(|r| r.id).collect();
        let expected = usize::try_from(devices).unwrap() * usize::try_from(each).unwrap();
        assert_eq!(answered.len(), expected);
        let kept: usize = tickets.iter().map(|t| city.unit(id(t.as_u128())).notes.iter().count()).sum();
        assert_eq!(kept, expected);
        // What the feed counts is what is there.
        let mut inspector = city.device(INSPECTOR_W);
        let (_, pulled) = inspector.sync().unwrap();
        assert!(pulled.diverged.is_empty() && pulled.repaired.is_empty());
        assert_eq!(inspector.state.copy.list("note").count(), expected);
    });
}

/// Makes the database refuse notes with a text, for a reason that no rule knows.
fn poison(city: &SharedCity) {
    if city.url.starts_with("postgres") {
        let mut conn = PgConnection::establish(&city.url).unwrap();
        conn.batch_execute("ALTER TABLE notes ADD CONSTRAINT no_poison CHECK (text <> 'poison')").unwrap();
    } else {
        let mut conn = SqliteConnection::establish(city.url.trim_start_matches("sqlite://")).unwrap();
        conn.batch_execute(
            "PRAGMA busy_timeout = 5000; CREATE TRIGGER no_poison BEFORE INSERT ON notes WHEN NEW.text = 'poison' \
             BEGIN SELECT RAISE(ABORT, 'no poison'); END",
        )
        .unwrap();
    }
}

#[test]
fn what_the_database_refuses_is_put_off_and_the_third_time_set_aside_and_the_rest_goes_through() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        poison(city);
        let batch: Vec<Value> = ["a", "b", "poison", "c", "d"]
            .iter()
            .zip(1..)
            .map(|(text, n)| note(n, u128::try_from(n).unwrap(), ticket.uuid(), text))
            .collect();
        for _ in 0..2 {
            let answer = send(&phone, device, &batch).unwrap();
            assert_eq!((answer.deferred_from, answer.device.applied_through), (Some(3), 2));
            let statuses: Vec<Status> = answer.results.iter().map(|r| r.status).collect();
            assert_eq!(statuses, [Status::Applied, Status::Applied, Status::Deferred, Status::Deferred, Status::Deferred]);
            assert!(answer.retry_after_ms > 0);
        }
        let answer = send(&phone, device, &batch).unwrap();
        assert_eq!((answer.deferred_from, answer.device.applied_through), (None, 5));
        let third = &answer.results[2];
        assert_eq!((third.status, third.code), (Status::Conflict, Some(OutcomeCode::Quarantined)));
        let again = send(&phone, device, &batch).unwrap();
        assert!(again.results.iter().all(|r| r.replayed));
        assert_eq!(again.device, answer.device);
        let kept = city.read(|tx| store::mutation::find_mutations(tx, &[id(3)]));
        assert_eq!((kept[0].attempts, kept[0].args["text"].as_str()), (3, Some("poison")), "its payload is kept");
        assert_eq!(city.unit(ticket).notes.iter().count(), 4);
    });
}
