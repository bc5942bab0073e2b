//! `bazdid import`: areas, the catalogue, requests, accounts and contracts from files, straight into the database.
//!
//! Safe to run twice. A dry run does all that the real one does and keeps nothing. A row that is refused is told with its line and
//! the reason; the others are taken.

mod account;
mod area;
mod catalogue;
mod contract;
mod report;
mod request;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};

use bazdid_command::{Env, Failure};
use bazdid_domain::actor::Actor;
use bazdid_protocol::error::{Error, Result};
use bazdid_server::{self as server, Migrations};
use bazdid_service::{Ctx, area::Run};
use bazdid_store::{Db, Tx};

/// Options of `import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    bazdid import catalogue                                    the categories of a 137 centre, Persian and English\n  \
    bazdid import areas districts.geojson --code BoroCD --name-en boro_name --kind district --source \"NYC Open Data\"\n  \
    bazdid import accounts people.csv --passwords-out passwords.csv\n  \
    bazdid import contracts contracts.csv --dry-run\n  \
    bazdid import requests calls.csv --map text=descriptor --category-map types.csv --rejects refused.csv\n\n\
    Giving a file again changes nothing: areas and accounts are known by code and login, contracts by number, requests by their key.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Areas with their outlines, from GeoJSON.
    Areas(area::Args),
    /// Organisations, categories and checklists, from JSON; the shipped ones if no file is given.
    Catalogue(catalogue::Args),
    /// Service requests of another system, from CSV: each becomes a ticket with its work.
    Requests(request::Args),
    /// Accounts with their grants, from CSV.
    Accounts(account::Args),
    /// Contracts with what they cover, from CSV.
    Contracts(contract::Args),
}

/// What every import from a table can be told.
#[derive(Debug, Clone, clap::Args)]
struct TableArgs {
    /// The file: comma, semicolon or tab between the columns, UTF-8.
    file: PathBuf,
    /// Say what would happen; keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write the refused rows with line and reason to a file.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Which column holds what, where the usual names do not do; several columns are joined by +.
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = pair)]
    map: Vec<(String, String)>,
    /// How dates are written, as of strftime, such as %d.%m.%Y; tried before the usual ways.
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<String>,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (field, column) = text.split_once('=').ok_or("expected FIELD=COLUMN")?;
    Ok((field.trim().to_owned(), column.trim().to_owned()))
}

impl TableArgs {
    const fn run(&self) -> Run {
        run_of(self.dry_run)
    }
}

/// What a flag means.
const fn run_of(dry_run: bool) -> Run {
    if dry_run { Run::Dry } else { Run::Real }
}

/// Imports.
///
/// # Errors
/// The configuration has faults, the database cannot be reached, the file cannot be used, or no row of it could be taken.
pub fn run(args: &Args, env: &Env) -> std::result::Result<(), Failure> {
    let config = env.config()?;
    let shared = server::shared(&config, &env.ids)?;
    let db = server::database(&config, Migrations::Run)?;
    let now = env.clock.now();
    let ctx = Ctx { now, ids: env.ids.clone(), request_id: env.ids.uuid(now), actor: Some(Actor::system(now)), shared };
    let office = OfficeClient { db, ctx };
    match &args.what {
        What::Areas(args) => area::run(args, &office),
        What::Catalogue(args) => catalogue::run(args, &office),
        What::Requests(args) => request::run(args, &office),
        What::Accounts(args) => account::run(args, &office),
        What::Contracts(args) => contract::run(args, &office),
    }
}

/// The database and who works on it.
struct OfficeClient {
    db: Db,
    ctx: Ctx,
}

impl OfficeClient {
    /// Runs a use case in one transaction; a dry run is taken back.
    fn write<T: Send + 'static>(&self, run: Run, mut f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        if run == Run::Real {
            return self.db.write_blocking(f);
        }
        let seen: Arc<Mutex<Option<T>>> = Arc::default();
        let inside = Arc::clone(&seen);
        let taken_back = self.db.write_blocking(move |tx| {
            let value = f(tx)?;
            *inside.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            Err::<(), _>(Error::internal("a dry run is taken back"))
        });
        let value = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (value, taken_back) {
            (Some(value), _) => Ok(value),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::internal("a dry run was kept")),
        }
    }
}

/// The bytes of a file that is not larger than is read.
fn read(path: &Path, most: usize) -> std::result::Result<Vec<u8>, Failure> {
    let fault = |e: std::io::Error| Failure::said(format!("cannot read {}: {e}", path.display()));
    let size = std::fs::metadata(path).map_err(fault)?.len();
    if size > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Failure::said(format!("{} has {size} bytes; at most {most} are read: split it", path.display())));
    }
    std::fs::read(path).map_err(fault)
}

/// A bar over the bytes of a file; it shows only on a terminal.
fn progress(bytes: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(bytes).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}  {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}
