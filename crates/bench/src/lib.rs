//! `bazdid bench`: a server of its own on loopback under a bounded load, with the figures that operators and developers compare.
//!
//! It starts the same program as a child on a database of its own, drives it over HTTP as devices and the office do, and removes everything
//! behind it. `docs/performance.md` says what each part measures.

mod crew;
pub mod env;
pub mod figures;
mod hostile;
mod import;
mod outage;
pub mod people;
mod pull;
mod push;
mod search;
mod size;
mod start;
mod storm;
mod tickets;
mod uploads;
mod waiters;
pub mod wire;

use std::path::PathBuf;

use crate::{
    env::{BenchEnv, Where},
    figures::Figures,
};
use bazdid_command::{Env, Failure, out};
use bazdid_demo::CityWord;
use bazdid_server::{
    config::{LogFormat, Telemetry},
    telemetry,
};

/// Result of a step of the bench.
pub type BenchResult<T> = Result<T, Failure>;

/// Options of `bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bazdid bench                                  every part on SQLite, some minutes\n  \
    bazdid bench push pull --city tehran          these two, in a city of 22 districts\n  \
    bazdid bench --database postgres://postgres@127.0.0.1:5432/postgres\n  \
    bazdid bench outage --devices 1000 --figures outage.json\n  \
    BAZDID_SERVER__WORKERS=4 bazdid bench pull    with another configuration of the server\n\n\
    The bench starts a server of its own on a free port of 127.0.0.1, with a database of its own: a temporary file, or a database that it makes on\n\
    the PostgreSQL server named and drops at the end, after an error or Ctrl-C too. Nothing but this machine is ever loaded: a server elsewhere is\n\
    refused. Clients and server share the processors, so the figures are those of both together; take a release build on an idle machine.\n\
    What is wanted stands beside a figure; missing it is told and is no failure. Exit code 1 if something was refused or lost.")]
pub struct Args {
    /// Which parts; all but those that are marked if none is named.
    #[arg(value_enum, value_name = "PART")]
    parts: Vec<Part>,
    /// `sqlite`, or the URL of any database of a PostgreSQL server on this machine whose user may create databases.
    #[arg(long, value_name = "sqlite|URL", default_value = "sqlite")]
    database: Where,
    /// Which city of the demonstration.
    #[arg(long, value_enum, default_value_t = CityWord::Qazvin)]
    city: CityWord,
    /// Requests of the demonstration's day, before the load; as many as the city usually has.
    #[arg(long, value_name = "N")]
    requests: Option<usize>,
    /// Tickets that are open beside those of the demonstration when devices push and pull.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    tickets: u64,
    /// Pushes of 100 mutations in each run of `push`, of all devices together.
    #[arg(long, value_name = "N", default_value_t = 240, value_parser = clap::value_parser!(u64).range(8..=10_000))]
    batches: u64,
    /// Devices of `storm` and `outage`.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=5_000))]
    devices: u64,
    /// Devices of `waiters`, connections of a flood of `hostile`; a server has room for 5,000.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=5_000))]
    waiters: u64,
    /// Photos of each run of `uploads`; each takes 2.1 MB of the disk until the end.
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u64).range(1..=5_000))]
    photos: u64,
    /// Open orders of the crew.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=5_000))]
    orders: u64,
    /// Tickets in the large store of `size`; the small one has a hundredth.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=5_000_000))]
    large: u64,
    /// How often something short is repeated; fewer for a first look.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    rounds: u64,
    /// Be the process that floods for `hostile`: the plan comes in by the input.
    #[arg(long, hide = true)]
    flood: bool,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    figures: Option<PathBuf>,
}

/// The parts, in the order in which they run: each leaves its rows to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Part {
    /// The morning: many devices read what changed overnight, send something and look for more, all at once.
    Storm,
    /// Only if named: searches for words among --tickets, and tickets registered beside them.
    Search,
    /// Tickets registered over HTTP, each with area, likely duplicates and assignment.
    Tickets,
    /// What devices send, against the same rows by plain batched SQL.
    Push,
    /// What devices read: first sync, nothing new, a hundred changes.
    Pull,
    /// First sync of a crew with its open orders: time and bytes.
    Crew,
    /// Many devices wait on one channel: how soon all know of a change.
    Waiters,
    /// Many devices send what was done offline, all at once; nothing is lost.
    Outage,
    /// Photos' bytes: in one piece, in pieces, 200 lines at once.
    Uploads,
    /// Import of service requests with area and assignment.
    Import,
    /// Cold start, and resident memory.
    Start,
    /// Only if named: floods by one party while others work, with the shares that an installation has.
    Hostile,
    /// Only if named: what pulls cost with few tickets in the store and with a hundred times as many. Best with --city tehran.
    Size,
}

/// Those that run if none is named.
const EVERY: &[Part] = &[
    Part::Storm,
    Part::Tickets,
    Part::Push,
    Part::Pull,
    Part::Crew,
    Part::Waiters,
    Part::Outage,
    Part::Uploads,
    Part::Import,
    Part::Start,
];

/// The sizes of a run.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Tickets that are open beside the demonstration's.
    pub tickets: usize,
    /// Pushes in each run of `push`.
    pub batches: usize,
    /// Devices of the storms.
    pub devices: usize,
    /// Devices of `waiters`.
    pub waiters: usize,
    /// Photos of each run of `uploads`.
    pub photos: usize,
    /// Open orders of the crew.
    pub orders: usize,
    /// Tickets in the large store of `size`.
    pub large: usize,
    /// How often something short is repeated.
    pub rounds: usize,
}

impl From<&Args> for Sizes {
    fn from(args: &Args) -> Self {
        let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Self {
            tickets: size(args.tickets),
            batches: size(args.batches),
            devices: size(args.devices),
            waiters: size(args.waiters),
            photos: size(args.photos),
            orders: size(args.orders),
            large: size(args.large),
            rounds: size(args.rounds),
        }
    }
}

/// Runs the parts.
///
/// # Errors
/// The database cannot be made, something was refused or lost, or somebody ended it.
pub fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    if args.flood {
        return hostile::flood::play_here();
    }
    telemetry::start(&Telemetry { format: LogFormat::Pretty, level: "warn".to_owned(), ..Telemetry::default() });
    let mut parts = if args.parts.is_empty() { EVERY.to_vec() } else { args.parts.clone() };
    parts.sort_unstable();
    parts.dedup();
    let sizes = Sizes::from(args);
    enough_files(&parts, &sizes)?;
    if cfg!(debug_assertions) {
        out("This is a debug build: the figures say nothing about the speed of a release build.");
    }
    let mut bench = BenchEnv::prepare(&args.database, args.city, args.requests, env)?;
    out(format_args!("database: {}", bench.database()));
    let mut figures = Figures::default();
    for part in parts {
        bench.watch.go_on()?;
        let done = match part {
            Part::Storm => storm::run(&bench, &mut figures, &sizes),
            Part::Crew => crew::run(&bench, &mut figures, &sizes),
            Part::Waiters => waiters::run(&bench, &mut figures, &sizes),
            Part::Size => size::run(&bench, &mut figures, &sizes),
            Part::Search => search::run(&bench, &mut figures, &sizes),
            Part::Tickets => tickets::run(&bench, &mut figures, &sizes),
            Part::Push => push::run(&mut bench, &mut figures, &sizes),
            Part::Pull => pull::run(&bench, &mut figures, &sizes),
            Part::Outage => outage::run(&bench, &mut figures, &sizes),
            Part::Uploads => uploads::run(&bench, &mut figures, &sizes),
            Part::Import => import::run(&bench, &mut figures, &sizes),
            Part::Hostile => hostile::run(&bench, &mut figures, &sizes),
            Part::Start => start::run(&bench, &mut figures),
        };
        // What failed because somebody ended the bench is not told as a fault of the server.
        bench.watch.go_on()?;
        done?;
    }
    if let Some(file) = &args.figures {
        let text = serde_json::to_string_pretty(&figures.to_json(bench.database())).unwrap_or_default();
        std::fs::write(file, format!("{text}\n")).map_err(|e| Failure::said(format!("cannot write {}: {e}", file.display())))?;
        out(format_args!("\nThe figures are in {}.", file.display()));
    }
    bench.close()
}

/// Each device has a connection, here and at the server.
fn enough_files(parts: &[Part], sizes: &Sizes) -> BenchResult<()> {
    let of = |part: &Part| match part {
        Part::Outage | Part::Storm => sizes.devices,
        Part::Waiters => sizes.waiters,
        Part::Hostile => sizes.waiters.max(sizes.devices),
        _ => 0,
    };
    let needed = parts.iter().map(of).max().unwrap_or_default() + 200;
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let soft = limits.lines().find_map(|l| l.strip_prefix("Max open files")?.split_whitespace().next()?.parse::<usize>().ok());
    match soft {
        Some(soft) if soft < needed => Err(Failure::said(format!(
            "{needed} open files are needed and {soft} allowed: run `ulimit -n {needed}` first, or take fewer --devices and --waiters"
        ))),
        _ => Ok(()),
    }
}
