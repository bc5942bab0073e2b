//! `bazdid demo`: a city's field day from one command, through the public HTTP API only.
//!
//! The day is played on a clock that began some hours ago, so that nobody waits; at its end it is the machine's own.

pub mod album;
pub mod camera;
pub mod check;
pub mod city;
pub mod clock;
pub mod day;
pub mod people;
pub mod report;
pub mod routine;
pub mod scenes;
pub mod sending;
pub mod shutter;
pub mod stage;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, thread};

use serde_json::{Value, json};

use crate::{
    camera::Camera,
    check::Count,
    city::{Ids, Plan, Term, by_code},
    clock::{DayClock, Dice},
    day::Day,
    people::{DemoResult, OfficeClient, Person, Phone},
    report::Figures,
    stage::Stage,
};
use bazdid_client::copy::LocalCopy;
use bazdid_clock::{Clock as _, SharedClock};
use bazdid_command::{Env, Failure, out};
use bazdid_demo_data::{self as demo_data, City, Request};
use bazdid_domain::account::Role;
use bazdid_server::telemetry;

/// The day begins so many minutes before now.
const DAY_MINUTES: i64 = 600;
/// Tours of work after the scenes.
const TOURS: usize = 3;
/// A line of progress after so many requests.
const PROGRESS: usize = 100;

/// Options of `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bazdid demo\n  bazdid demo --city nyc --port 9000\n  \
    bazdid demo --exit --summary-file day.json\n  bazdid demo --database postgres://postgres@127.0.0.1/bazdid_demo\n\n\
    Exit code 1 when a phone diverged from the server, a mutation or a photo was lost, or the day went otherwise than its story.")]
pub struct Args {
    /// Folder of the database and the key. Made if it is not there; an earlier demonstration in it is replaced.
    #[arg(long, value_name = "DIR", default_value = "data/demo")]
    pub data: PathBuf,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// End the server when the day is over.
    #[arg(long)]
    pub exit: bool,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    pub summary_file: Option<PathBuf>,
    /// Which city.
    #[arg(long, value_enum, default_value_t = CityWord::Qazvin)]
    pub city: CityWord,
    /// Another database than the file in the folder; it must be empty or hold an earlier demonstration.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// The same day for the same seed.
    #[arg(long, default_value_t = 137)]
    pub seed: u64,
    /// How many requests; as many as the city usually has.
    #[arg(long, value_name = "N")]
    pub requests: Option<usize>,
    /// Pixels of the longer side of a photo.
    #[arg(long, value_name = "N", default_value_t = 1280, value_parser = clap::value_parser!(u32).range(160..=8000))]
    pub photo_pixels: u32,
}

/// Words of the cities on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CityWord {
    /// Qazvin: synthetic outlines of its four districts, synthetic requests.
    Qazvin,
    /// Tehran: real outlines of its 22 regions, synthetic requests.
    Tehran,
    /// New York City: real outlines of 71 community districts, real requests.
    Nyc,
}

impl From<CityWord> for City {
    fn from(word: CityWord) -> Self {
        match word {
            CityWord::Qazvin => Self::Qazvin,
            CityWord::Tehran => Self::Tehran,
            CityWord::Nyc => Self::Nyc,
        }
    }
}

/// A demonstration that is ready to be played.
#[derive(Debug)]
pub struct Demo {
    /// Its server.
    pub stage: Stage,
    /// Its day.
    pub day: Day,
    /// Its city.
    pub city: City,
    /// Who covers what and who works where.
    pub plan: Plan,
    /// The supervisor, who sees everything that the field may see.
    pub supervisor: Person,
    /// When it began, by the machine's clock.
    began: bazdid_protocol::time::Timestamp,
    machine: SharedClock,
}

/// What came of a demonstration.
#[derive(Debug)]
pub struct Outcome {
    /// The figures as JSON.
    pub summary: Value,
    /// What was counted.
    pub count: Count,
}

impl Outcome {
    /// Whether every phone agrees with the server, nothing was lost and the day went as its story says.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let surprises = self.summary.get("surprises").and_then(Value::as_array).is_some_and(|s| !s.is_empty());
        let photos = &self.count.photos;
        self.count.diverged.is_empty() && self.count.lost.is_empty() && photos.faults.is_empty() && photos.unread == 0 && !surprises
    }
}

/// Plays the demonstration.
///
/// # Errors
/// The folder or database holds something else, the port is taken, or the day did not come out right.
pub fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    // In a thread of its own: what the phones and cameras took of memory goes with it, and the server stays up with its own.
    let played = thread::scope(|scope| scope.spawn(|| whole_day(args, env)).join());
    let (stage, good) = played.map_err(|_| Failure::said("the demonstration broke down"))??;
    if args.exit {
        stage.close()?
    } else {
        stage.wait()?
    }
    if good { Ok(()) } else { Err(Failure::said("the day did not come out right; see the lines marked with !")) }
}

/// Plays the day and tells of it. Returns the server, and whether the day came out right.
fn whole_day(args: &Args, env: &Env) -> DemoResult<(Stage, bool)> {
    let mut demo = prepare(args, env)?;
    demo.play();
    let outcome = demo.finish()?;
    if let Some(file) = &args.summary_file {
        let text = serde_json::to_string_pretty(&outcome.summary).unwrap_or_default();
        std::fs::write(file, format!("{text}\n")).map_err(|e| Failure::said(format!("cannot write {}: {e}", file.display())))?;
        out(format_args!("\nThe figures are in {}.", file.display()));
    }
    if !args.exit {
        demo.invite();
    }
    Ok((demo.into_stage(), outcome.is_good()))
}

/// Builds the stage and the city.
///
/// # Errors
/// The folder or database holds something else, the port is taken, or the server refuses.
pub fn prepare(args: &Args, env: &Env) -> DemoResult<Demo> {
    let city = City::from(args.city);
    let began = env.clock.now();
    let dice = Dice::new(args.seed);
    out(format_args!("bazdid demo — a field day in {} ({})\n", city.names().1, city.names().0));
    stage::folder(&args.data)?;
    let config = stage::config(&args.data, args.database.as_deref(), city.time_zone());
    telemetry::start(&config.telemetry);
    stage::fresh_database(&config)?;
    let outlines = demo_data::outlines(city);
    let wanted = args.requests.unwrap_or(city.usual_requests());
    let requests = demo_data::requests(city, &outlines, wanted, &mut || dice.share());
    let plan = city::plan(city, outlines, &requests, &dice);
    let clock = Arc::new(DayClock::behind(env.clock.clone(), DAY_MINUTES));
    let shared: SharedClock = clock.clone();
    let who = |login: &str| plan.people.iter().find(|p| p.login == login).cloned().ok_or_else(|| Failure::said(format!("no {login}")));
    let admin = who("admin")?;
    let (areas, things) = stage::install(&config, &shared, &env.ids, city, &admin)?;
    let synthetic = plan.outlines.iter().filter(|o| o.is_synthetic()).count();
    let outlines = match synthetic {
        0 => "real outlines".to_owned(),
        n => format!("of which the outlines of {n} are SYNTHETIC: the real ones of Qazvin's districts were not to be had"),
    };
    out(format_args!("  {areas} areas imported, {outlines}"));
    out(format_args!("  {things} organisations and categories of the 137 list imported"));
    let stage = stage::open(config, args.port, shared.clone(), env.ids.clone())?;
    out(format_args!("  server at {}, database {}", stage.base_url, stage.database));
    let mut admin = OfficeClient::open(&stage.base_url, &admin, env.ids.clone())?;
    let mut ids = Ids {
        areas: by_code(&mut admin, "/v1/areas")?,
        categories: by_code(&mut admin, "/v1/categories")?,
        organisations: city::organisations(&mut admin, &plan)?,
    };
    let term = Term { from: clock.now().plus_days(-30), to: clock.now().plus_days(335) };
    let contracts = city::contracts(&mut admin, &plan, &ids, &term)?;
    out(format_args!("  {contracts} contracts with samples of contractors (organisations that do not exist are called «نمونه», sample)"));
    for person in plan.people.iter().filter(|p| p.role != Role::Admin) {
        ids.account(&mut admin, person)?;
    }
    out(format_args!("  {} accounts with random passwords", plan.people.len()));
    let office = |login: &str| OfficeClient::open(&stage.base_url, &who(login)?, env.ids.clone());
    let phones = plan.people.iter().filter(|p| matches!(p.role, Role::Inspector | Role::ContractorManager | Role::Crew));
    let folder = args.data.join("phones");
    let phones = phones.map(|p| Phone::open_in(&folder, &stage.base_url, p, &clock, &env.ids)).collect::<DemoResult<Vec<_>>>()?;
    let (operator, supervisor) = (office("operator")?, office("supervisor")?);
    let mut day = Day {
        operator,
        auditor: office("auditor")?,
        clock,
        ids: env.ids.clone(),
        dice,
        zone: city.time_zone(),
        staffed: plan.staffed.clone(),
        categories: std::mem::take(&mut ids.categories),
        organisations: std::mem::take(&mut ids.organisations),
        phones,
        camera: Camera { pixels: args.photo_pixels, zone: city.time_zone() },
        supervisor,
        surprises: Vec::new(),
        released: 0,
        reserved: Vec::new(),
        lost_files: Vec::new(),
        example: None,
    };
    register(&mut day, city, &requests)?;
    Ok(Demo { supervisor: who("supervisor")?, stage, day, city, plan, began, machine: env.clock.clone() })
}

/// The operator registers the requests of the morning.
fn register(day: &mut Day, city: City, requests: &[Request]) -> DemoResult<()> {
    let what = if demo_data::has_real_requests(city) {
        "real service requests (NYC 311)"
    } else {
        "SYNTHETIC requests in the words of the 137 list"
    };
    day.scene(&format!("The operator registers {} {what}", requests.len()));
    for (n, request) in requests.iter().enumerate() {
        let category = day.category(&request.category)?;
        let body = json!({
            "category": category, "text": request.text, "point": request.point, "address_text": request.address,
            "source_ref": request.source.as_ref().map(|key| format!("nyc311:{key}")),
        });
        day.operator.create("/v1/tickets", &body)?;
        if (n + 1) % PROGRESS == 0 {
            day.more(&format!("{} of {}", n + 1, requests.len()));
        }
    }
    day.more("each was located, offered to a contractor by contract or given to an inspector, with the reasons on record");
    Ok(())
}

impl Demo {
    /// Plays the scenes and the tours.
    pub fn play(&mut self) {
        scenes::play(&mut self.day);
        self.day.scene("The rest of the day: offers are answered, work is done, rounds are judged");
        for _ in 0..TOURS {
            if let Err(failure) = routine::tour(&mut self.day) {
                let what = format!("a tour could not be brought to its end: {}", failure.text());
                self.day.more(&what);
                self.day.surprises.push(what);
            }
        }
        scenes::play_pictures(&mut self.day);
    }

    /// Compares and tells.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn finish(&mut self) -> DemoResult<Outcome> {
        self.day.scene("Evening: every phone syncs; what people did is compared with what the server holds");
        self.day.clock.catch_up();
        let (count, held) = check::count(&mut self.day, &self.stage, &self.supervisor)?;
        let tickets = self.day.auditor.list("/v1/tickets?limit=200")?.len();
        let mut conflicts = BTreeMap::new();
        for (_, conflict) in held.list("conflict") {
            let kind = conflict.row.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
            *conflicts.entry(kind).or_default() += 1;
        }
        let (assignments, unassigned) = self.assignments(&held);
        let seconds = std::time::Duration::from_micros(u64::try_from(self.machine.now() - self.began).unwrap_or_default());
        let figures = Figures {
            base_url: &self.stage.base_url,
            city: self.city.word(),
            outlines: if self.plan.outlines.iter().any(demo_data::Outline::is_synthetic) { "synthetic" } else { "real" },
            requests: if demo_data::has_real_requests(self.city) { "real" } else { "synthetic" },
            database: &self.stage.database,
            people: &self.plan.people,
            tickets,
            assignments,
            unassigned,
            conflicts,
            held: &held,
            count: &count,
            released: self.day.released,
            surprises: &self.day.surprises,
            duration_s: seconds.as_secs_f64(),
        };
        figures.print();
        figures.print_logins();
        let summary = figures.summary();
        Ok(Outcome { summary, count })
    }

    /// Assigned orders by district, and the number of orders that nobody has.
    fn assignments(&self, held: &LocalCopy) -> (BTreeMap<String, usize>, usize) {
        let names: BTreeMap<String, String> =
            held.list("area").filter_map(|(id, a)| Some((id.to_string(), a.row.get("name_en")?.as_str()?.to_owned()))).collect();
        let leaves: Vec<&str> = demo_data::districts(&self.plan.outlines).iter().map(|d| d.name_en.as_str()).collect();
        let mut by_area: BTreeMap<String, usize> = BTreeMap::new();
        let mut nobody = 0;
        for (_, order) in held.list("work_order") {
            let someone = ["organisation", "account"].iter().any(|f| order.row.get(*f).is_some_and(|v| !v.is_null()));
            if !someone {
                nobody += 1;
                continue;
            }
            let ticket = day::uuid_of(&order.row, "ticket").ok().and_then(|t| held.get("ticket", t));
            let areas = ticket.and_then(|t| t.row.get("areas")).and_then(Value::as_array).into_iter().flatten();
            for name in areas.filter_map(|a| names.get(a.as_str()?)).filter(|n| leaves.contains(&n.as_str())) {
                *by_area.entry(name.clone()).or_default() += 1;
            }
        }
        (by_area, nobody)
    }

    /// The server alone: what the phones of the day held goes.
    #[must_use]
    pub fn into_stage(self) -> Stage {
        self.stage
    }

    /// What to try next.
    pub fn invite(&self) {
        let url = &self.stage.base_url;
        let p = &self.supervisor;
        out(format_args!("\n━━ The server stays up at {url} until Ctrl-C ━━"));
        out(format_args!("  console: {url}/console/"));
        out(format_args!("  documentation: {url}/docs/\n"));
        out(format_args!(
            "  TOKEN=$(curl -s {url}/v1/auth/login -H 'content-type: application/json' \\\n    \
             -d '{{\"login\":\"{}\",\"password\":\"{}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
            p.login, p.password
        ));
        for line in ["/v1/tickets?limit=3", "/v1/rounds?verdict=pending&limit=3", "/v1/conflicts?status=open&limit=3", "/v1/me"] {
            out(format_args!("  curl -s -H \"authorization: Bearer $TOKEN\" '{url}{line}'"));
        }
        let Some((order, photo)) = self.day.example else { return };
        out("\n  the evidence of an order, before beside after, with what the checks found in Persian and English:");
        out(format_args!("  curl -s -H \"authorization: Bearer $TOKEN\" '{url}/v1/work-orders/{order}/evidence'"));
        out("  orders that wait for the bytes of their photos:");
        out(format_args!("  curl -s -H \"authorization: Bearer $TOKEN\" '{url}/v1/work-orders?evidence=pending&limit=3'"));
        out("  a link to a picture for an <img>, good for five minutes without a token (size: screen or thumb):");
        out(format_args!(
            "  LINK=$(curl -s -H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' -d '{{\"size\":\"screen\"}}' \\\n    \
             {url}/v1/photos/{photo}/links | sed 's/.*\"url\":\"\\([^\"]*\\)\".*/\\1/')"
        ));
        out(format_args!("  curl -s \"{url}$LINK\" -o photo.jpg"));
    }
}
