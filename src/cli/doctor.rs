//! `bazdid doctor`: looks for what is wrong, and says what to do.

mod webhooks;

use std::path::{Path, PathBuf};

use bazdid_command::{Env, Failure, explain, out};
use bazdid_domain::catalogue::{MUNICIPALITY, UNNAMED_FA};
use bazdid_protocol::{error::Error, time::Timestamp};
use bazdid_server::{
    config::{Config, DEFAULT_FILE},
    key, telemetry,
};
use bazdid_service::{
    area,
    master_key::{self, Recognised},
};
use bazdid_store::{
    self as store, Db, DbOptions,
    ticket::search::index::{IndexState, MAX_WAITING, index_state},
};

/// Options of `doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Each line says ok, note or FAULT, and what to do. The exit code is 1 if there is a fault. Nothing is changed.")]
pub struct Args {}

/// What a check found.
enum Found {
    Fine(String),
    /// Not wrong, but worth knowing.
    Note(String),
    Fault(String),
}

/// Overlaps of areas that are shown.
const OVERLAPS: usize = 10;

/// Before this nobody ran the program: a clock that shows less is wrong.
const BUILT: Timestamp = Timestamp::from_micros(1_763_942_400_000_000);

/// Looks.
///
/// # Errors
/// There is a fault.
pub fn run(_: &Args, env: &Env) -> Result<(), Failure> {
    let mut faults = 0_usize;
    let mut say = |what: &str, found: Found| {
        let (word, text) = match found {
            Found::Fine(text) => ("ok   ", text),
            Found::Note(text) => ("note ", text),
            Found::Fault(text) => {
                faults += 1;
                ("FAULT", text)
            }
        };
        out(format_args!("{word} {what}: {text}"));
    };
    match Config::load(env.file.as_deref()) {
        Err(wrong) => {
            for fault in wrong.0 {
                say("configuration", Found::Fault(fault.to_string()));
            }
        }
        Ok(config) => {
            telemetry::start(&config.telemetry);
            say("configuration", Found::Fine("read without a fault".into()));
            say("files", files(&config, env.file.as_deref()));
            say("master key", master_key(&config));
            say("disk", disk(&config));
            for (what, found) in database(&config, env.clock.now()) {
                say(what, found);
            }
        }
    }
    say("clock", clock(env.clock.now()));
    if faults == 0 { Ok(()) } else { Err(Failure::said(format!("{faults} fault(s)"))) }
}

fn master_key(config: &Config) -> Found {
    let path = config.security.key_file.display();
    match key::find(&config.security) {
        Err(e) => Found::Fault(explain(&e)),
        Ok(None) => Found::Note(format!("{path} is not there; `bazdid serve` makes it on its first start")),
        Ok(Some(_)) if config.security.master_key.is_some() => Found::Fine("given by the configuration".into()),
        Ok(Some(_)) => Found::Fine(format!("{path}; keep a copy of it apart from the database's")),
    }
}

/// What the files of an installation may allow to others.
#[derive(Clone, Copy)]
struct Allowed {
    /// The bits of a mode that are too many.
    never: u32,
    /// What `chmod` is to make of it.
    right: &'static str,
}

/// Files that the program makes.
const OWN_FILE: Allowed = Allowed { never: 0o077, right: "600" };
/// Folders that the program makes.
const OWN_FOLDER: Allowed = Allowed { never: 0o077, right: "700" };
/// What an administrator makes: it may belong to them, and be read by the group of the program.
const CONFIGURATION: Allowed = Allowed { never: 0o007, right: "o=" };

/// Whether others of the machine may read what is the installation's own.
fn files(config: &Config, named: Option<&Path>) -> Found {
    let database = config.database.url.reveal().strip_prefix("sqlite://");
    let of_database = ["", "-wal", "-shm"].into_iter().filter_map(|ending| database.map(|path| PathBuf::from(format!("{path}{ending}"))));
    let own = of_database.chain([config.security.key_file.clone()]).map(|path| (path, OWN_FILE));
    let photos = (config.evidence.folder.clone(), OWN_FOLDER);
    let file = named.unwrap_or(Path::new(DEFAULT_FILE));
    // Without a secret in it everybody may read it.
    let secret = Config::read(Some(file), []).is_ok_and(|alone| alone.has_secrets());
    let all = own.chain([photos]).chain(secret.then(|| (file.to_owned(), CONFIGURATION)));
    let there: Vec<(PathBuf, Allowed)> = all.filter(|(path, _)| path.exists()).collect();
    let open: Vec<String> = there
        .iter()
        .filter(|(path, allowed)| is_open(path, *allowed))
        .map(|(path, allowed)| format!("chmod {} {}", allowed.right, path.display()))
        .collect();
    if open.is_empty() {
        let looked_at: Vec<String> = there.iter().map(|(path, _)| path.display().to_string()).collect();
        let about_file = if file.exists() && !secret { format!("; {} holds no secret", file.display()) } else { String::new() };
        return Found::Fine(match looked_at.as_slice() {
            [] => format!("there is none yet that others must not read{about_file}"),
            some => format!("nobody else may read {}{about_file}", some.join(", ")),
        });
    }
    Found::Fault(format!("others may read what is not theirs; run\n      {}", open.join("\n      ")))
}

#[cfg(unix)]
fn is_open(path: &Path, allowed: Allowed) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & allowed.never != 0)
}

#[cfg(not(unix))]
const fn is_open(_: &Path, _: Allowed) -> bool {
    false
}

/// The folder of the database file and of the key: the nearest one that exists must take a file.
fn disk(config: &Config) -> Found {
    let url = config.database.url.reveal();
    let file = url.strip_prefix("sqlite://").map_or(config.security.key_file.as_path(), Path::new);
    let folder = file.ancestors().skip(1).find(|a| a.is_dir()).unwrap_or(Path::new("."));
    let probe = folder.join(".bazdid-doctor");
    let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.display();
    match std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => Found::Fine(format!("{shown} can be written")),
        Err(e) => Found::Fault(format!("{shown} cannot be written ({e}); give it to the user that runs bazdid")),
    }
}

fn database(config: &Config, now: Timestamp) -> Vec<(&'static str, Found)> {
    let url = config.database.url.reveal();
    if let Some(path) = url.strip_prefix("sqlite://")
        && !Path::new(path).exists()
    {
        return vec![("database", Found::Note(format!("{path} is not there; `bazdid serve` or `bazdid migrate up` makes it")))];
    }
    let opened = Db::open(&DbOptions { url: url.to_owned(), connections: 1 });
    let (db, about) = match opened.and_then(|db| db.read_blocking(store::about).map(|about| (db, about))) {
        Ok(opened) => opened,
        Err(e) => return vec![("database", Found::Fault(unreachable(config, &e)))],
    };
    let mut found = vec![("database", Found::Fine(format!("{} answers: {}", config.database.url, about.version)))];
    if about.encoding != "UTF8" && about.encoding != "UTF-8" {
        let what = format!("it is encoded as {}; make the database anew with ENCODING 'UTF8' TEMPLATE template0", about.encoding);
        found.push(("encoding", Found::Fault(what)));
    } else {
        found.push(("encoding", Found::Fine(about.encoding)));
    }
    found.push(match store::pending(url) {
        Ok(waiting) if waiting.is_empty() => ("migrations", Found::Fine("up to date".into())),
        Ok(waiting) => ("migrations", Found::Note(format!("{} wait(s): run `bazdid migrate up` or `bazdid serve`", waiting.join(", ")))),
        Err(e) => ("migrations", Found::Fault(explain(&e))),
    });
    // Tables that a migration has still to make are not asked.
    if matches!(found.last(), Some(("migrations", Found::Fine(_)))) {
        found.push(("key of the database", key_of_database(config, &db)));
        found.extend(city(&db));
        found.extend(search(&db).map(|search| ("search", search)));
        let receivers = db.read_blocking(webhooks::read);
        found.push(("webhooks", receivers.map_or_else(|e| Found::Fault(explain(&e)), |all| webhooks::judge(&all, now))));
    }
    found
}

/// Whether the master key is that of the database.
fn key_of_database(config: &Config, db: &Db) -> Found {
    let key = match key::find(&config.security) {
        Ok(key) => key,
        Err(e) => return Found::Fault(explain(&e)),
    };
    let lost = "or say by `bazdid user reset-keys` that it is lost";
    let Some(key) = key else {
        return match db.read_blocking(master_key::has_data) {
            Ok(true) => Found::Fault(format!("the database has data, and its master key is not there; put it back, {lost}")),
            Ok(false) => Found::Note("it has none yet; `bazdid serve` makes it".into()),
            Err(e) => Found::Fault(explain(&e)),
        };
    };
    match db.read_blocking(|tx| master_key::recognise(tx, key.bytes())) {
        Ok(Recognised::Right(vault)) => Found::Fine(format!("it is the configured one, version {}", vault.version())),
        Ok(Recognised::New(_)) => Found::Note("not noted yet; `bazdid serve` does it".into()),
        Ok(Recognised::Other) => Found::Fault(format!("it is another one than the configured one; put the right one back, {lost}")),
        Err(e) => Found::Fault(explain(&e)),
    }
}

/// What a new city easily overlooks.
fn city(db: &Db) -> Vec<(&'static str, Found)> {
    let name = match db.read_blocking(|tx| store::organisation::find_organisation_by_code(tx, MUNICIPALITY)) {
        Ok(None) => Found::Note("it is not there; `bazdid import catalogue` makes it, see docs/first-city.md".into()),
        Ok(Some(o)) if o.name_fa == UNNAMED_FA => Found::Note(format!(
            "it is called «{UNNAMED_FA}» and nothing else; name it by `bazdid import catalogue --municipality-fa NAME --municipality-en NAME`"
        )),
        Ok(Some(o)) => Found::Fine(o.name_fa),
        Err(e) => Found::Fault(explain(&e)),
    };
    let outlines = match db.read_blocking(|tx| area::list_overlaps(tx, &[])) {
        Ok(overlaps) if overlaps.is_empty() => Found::Fine("no two areas of one level overlap".into()),
        Ok(overlaps) => {
            let shown: Vec<String> = overlaps.iter().take(OVERLAPS).map(ToString::to_string).collect();
            let more =
                if overlaps.len() > OVERLAPS { format!("\n      … and {} more", overlaps.len() - OVERLAPS) } else { String::new() };
            Found::Note(format!("a ticket in two areas of one level belongs to both:\n      {}{more}", shown.join("\n      ")))
        }
        Err(e) => Found::Fault(explain(&e)),
    };
    vec![("municipality", name), ("outlines", outlines)]
}

/// How far the index of words has come; nothing where its tables are not there yet.
fn search(db: &Db) -> Option<Found> {
    let IndexState { waiting, outdated_blocks, blocks } = db.read_blocking(index_state).ok()?;
    Some(if outdated_blocks > 0 {
        Found::Note(format!(
            "{outdated_blocks} of {blocks} blocks of the index were folded by another version; until `bazdid serve` has made them anew some \
             spellings are not found"
        ))
    } else if waiting > MAX_WAITING {
        Found::Note(format!("{waiting} tickets are not in the index yet, so a search reads every ticket; `bazdid serve` indexes them"))
    } else {
        Found::Fine(format!("indexed in {blocks} blocks; {waiting} tickets wait"))
    })
}

fn unreachable(config: &Config, e: &Error) -> String {
    format!("{} cannot be reached: {}\n      check the address, the password and whether the server runs", config.database.url, explain(e))
}

fn clock(now: Timestamp) -> Found {
    if now < BUILT {
        Found::Fault(format!("it shows {now}, which is past; set it, best by NTP: promises and tokens depend on it"))
    } else {
        Found::Fine(format!("it shows {now}"))
    }
}
