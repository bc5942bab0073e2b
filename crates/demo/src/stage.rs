//! The stage: a folder, a fresh database and a server in this process. What follows knows the server by its address only.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::mpsc,
    thread::JoinHandle,
};

use crate::people::{DemoResult, Person};
use bazdid_clock::{SharedClock, SharedIds};
use bazdid_command::{Failure, out};
use bazdid_demo_data::City;
use bazdid_domain::{
    account::Role,
    area::AreaKind,
    catalogue::Catalogue,
    geojson::{Expected, Names, read_areas},
};
use bazdid_protocol::error::{Error, Result};
use bazdid_server::{
    self as server, Migrations,
    config::{Config, DatabaseUrl},
};
use bazdid_service::{
    Ctx,
    account::{self, NewAccount, grant::NewGrant, password::NewPassword},
    area::{self, Run},
    catalogue::{Existing, import_catalogue},
};
use bazdid_store as store;

/// Says that a folder is the demonstration's own.
const MARK: &str = "this-is-a-bazdid-demo.txt";
/// Name in the database's server state that says the same.
const STATE: &str = "demo";

/// A running server.
pub struct Stage {
    /// Where it is reached, such as `http://127.0.0.1:8080`.
    pub base_url: String,
    /// Its database, without a password.
    pub database: String,
    evidence: PathBuf,
    stop: Option<Box<dyn FnOnce() + Send>>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// The folder of the demonstration, empty but for its mark. A folder of something else is left alone; an earlier
/// demonstration is replaced.
///
/// # Errors
/// The folder holds something else, or cannot be made or emptied.
pub fn folder(data: &Path) -> DemoResult<()> {
    let cannot = |what: &str, e: std::io::Error| Failure::said(format!("cannot {what} {}: {e}", data.display()));
    let mark = data.join(MARK);
    let is_empty = fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none());
    if mark.exists() {
        out(format_args!("The earlier demonstration in {} is replaced.", data.display()));
        fs::remove_dir_all(data).map_err(|e| cannot("empty", e))?;
    } else if !is_empty {
        return Err(Failure::said(format!(
            "{} holds something that is not a demonstration; it is left alone. Name another folder with --data",
            data.display()
        )));
    }
    fs::create_dir_all(data).map_err(|e| cannot("make", e))?;
    fs::write(&mark, "Made by `bazdid demo`, which replaces this whole folder when it runs again.\n").map_err(|e| cannot("write to", e))
}

/// The configuration of the demonstration's server.
#[must_use]
pub fn config(data: &Path, database: Option<&str>, zone: chrono_tz::Tz) -> Config {
    let mut config = Config::default();
    let file = || format!("sqlite://{}", data.join("bazdid.db").display());
    config.database.url = DatabaseUrl::new(database.map_or_else(file, str::to_owned));
    config.security.key_file = data.join("bazdid.key");
    config.evidence.folder = data.join("evidence");
    config.city.time_zone = zone;
    config.telemetry.level = "warn".to_owned();
    config
}

/// Makes the database fresh. One that holds something else is left alone.
///
/// # Errors
/// It cannot be reached, or holds something else.
pub fn fresh_database(config: &Config) -> DemoResult<()> {
    let url = config.database.url.reveal();
    store::migrate(url)?;
    let runtime = runtime()?;
    let db = server::database(config, Migrations::Leave)?;
    let (used, ours) = runtime.block_on(db.read(|tx| {
        let used = !store::account::list_accounts(tx)?.is_empty();
        Ok((used, store::state::find_state(tx, STATE)?.is_some()))
    }))?;
    if used && !ours {
        return Err(Failure::said(format!("{} holds something that is not a demonstration; it is left alone", config.database.url)));
    }
    if ours {
        out("The earlier demonstration in that database is replaced.");
    }
    drop(db);
    if ours {
        store::revert_all(url)?;
        store::migrate(url)?;
    }
    let db = server::database(config, Migrations::Leave)?;
    runtime.block_on(db.write(|tx| store::state::save_state(tx, STATE, "yes")))?;
    Ok(())
}

/// What an installation does before its server starts: the importers bring areas and catalogue, `bazdid user add` the first
/// administrator. Returns (areas, things of the catalogue).
///
/// # Errors
/// The files have faults; the database fails.
pub fn install(config: &Config, clock: &SharedClock, ids: &SharedIds, city: City, admin: &Person) -> DemoResult<(usize, usize)> {
    let (db, shared) = server::open(config, ids, Migrations::Leave)?;
    let ctx = Ctx::of_machine(clock, ids, &shared);
    let catalogue = catalogue(city).map_err(|e| Failure::said(format!("the catalogue cannot be read: {e}")))?;
    let reading = read_areas(city.geojson().as_bytes(), &names(), Expected::Anywhere).map_err(|faults| area::refused(&faults))?;
    let password = NewPassword::new(&ctx, &admin.password, &admin.login, "/password")?;
    let (login, name) = (admin.login.clone(), admin.name.clone());
    let done = db.write_blocking(move |tx| {
        let areas = area::import_areas(tx, &ctx, &reading, Run::Real)?;
        let things = import_catalogue(tx, &ctx, &catalogue, Existing::Keep, Run::Real)?;
        let new = NewAccount {
            login: login.clone(),
            display_name: name.clone(),
            locale: "fa".to_owned(),
            phone: None,
            password: Some(password.clone()),
        };
        let made = account::create(tx, &ctx, &new)?.account;
        let role = NewGrant { role: Role::Admin, organisation_id: None, areas: Vec::new(), valid_from: None, valid_to: None };
        account::grant::grant(tx, &ctx, made.id, made.rev, &role)?;
        Ok((areas.created.len(), things.created))
    })?;
    Ok(done)
}

/// The shipped catalogue with the name of the city, and the checklist that stands as an example in `examples/checklists.json`.
fn catalogue(city: City) -> Result<Catalogue, serde_json::Error> {
    const CHECKLISTS: &str = include_str!("../../../examples/checklists.json");
    let mut catalogue = Catalogue::shipped()?;
    let (fa, en) = city.names();
    catalogue.name_municipality(Some(&format!("شهرداری {fa}")), Some(&format!("Municipality of {en}")));
    catalogue.checklists = Catalogue::parse(CHECKLISTS)?.checklists;
    Ok(catalogue)
}

/// How the demonstration's files name what an area has.
fn names() -> Names {
    let property = |name: &str| Some(name.to_owned());
    Names {
        code: "code".to_owned(),
        name_fa: property("name_fa"),
        name_en: property("name_en"),
        kind: property("kind"),
        default_kind: AreaKind::District,
        parent: property("parent"),
        default_parent: None,
        source: property("source"),
        default_source: "unknown".to_owned(),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Error::internal("the runtime cannot be started").caused_by(e))
}

/// Starts the server in a thread of its own.
///
/// # Errors
/// The port is taken, or the server cannot be built.
pub fn open(config: Config, port: u16, clock: SharedClock, ids: SharedIds) -> DemoResult<Stage> {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener =
        TcpListener::bind(at).map_err(|e| Failure::said(format!("cannot listen on {at}: {e}; name another port with --port")))?;
    let (tell, told) = mpsc::channel();
    let (database, evidence) = (config.database.url.to_string(), config.evidence.folder.clone());
    let thread = std::thread::spawn(move || -> Result<()> {
        runtime()?.block_on(async move {
            let server = match server::build(&config, clock, ids, listener, Migrations::Leave) {
                Ok(server) => server,
                Err(error) => {
                    drop(tell.send(Err(error)));
                    return Ok(());
                }
            };
            drop(tell.send(Ok((server.addr(), server.handle()))));
            server.run_until_stopped().await.map(drop)
        })
    });
    let (addr, handle) = told.recv().map_err(|_| Failure::said("the server ended before it began"))??;
    let stop = Box::new(move || {
        // The handle only needs somebody who waits; any runtime will do.
        if let Ok(runtime) = runtime() {
            runtime.block_on(handle.stop());
        }
    });
    Ok(Stage { base_url: format!("http://{addr}"), database, evidence, stop: Some(stop), thread: Some(thread) })
}

impl Stage {
    /// Files with the content of a photo in the server's folder: the one thing that cannot be asked over HTTP.
    #[must_use]
    pub fn contents(&self) -> usize {
        files(&self.evidence.join("sha256"))
    }

    /// Waits until a signal ends the server.
    ///
    /// # Errors
    /// The server failed.
    pub fn wait(mut self) -> DemoResult<()> {
        self.join()
    }

    /// Ends the server.
    ///
    /// # Errors
    /// The server failed.
    pub fn close(mut self) -> DemoResult<()> {
        if let Some(stop) = self.stop.take() {
            stop();
        }
        self.join()
    }

    fn join(&mut self) -> DemoResult<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(outcome)) => outcome.map_err(Into::into),
            Some(Err(_)) => Err(Failure::said("the server broke down")),
            None => Ok(()),
        }
    }
}

/// Files below a folder; none if it is not there.
fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok);
    entries.map(|e| if e.path().is_dir() { files(&e.path()) } else { 1 }).sum()
}
