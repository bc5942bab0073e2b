//! Searches for words among many tickets: short and long words, frequent ones and such that nobody wrote.

use std::time::Duration;

use serde_json::Value;

use crate::{
    BenchResult, Sizes, crew,
    env::BenchEnv,
    figures::{Figures, Wanted, float, percentile_ms},
    import,
    people::{Login, Office, Reach},
    tickets,
};
use bazdid_clock::Stopwatch;
use bazdid_command::{Failure, out};
use bazdid_domain::account::Role;
use bazdid_store::{
    Db, DbOptions,
    ticket::search::index::{IndexState, index_state},
};

/// Requests of one file: progress is told after each.
const FILE: usize = 100_000;
/// What a search may take.
const MOST_MS: f64 = 50.0;
/// Tickets a second that must be registered beside the index.
const LEAST: f64 = 500.0;
/// Tickets that are registered to see that.
const REGISTERED: usize = 4_000;
/// How long the index may take.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// How long to wait before the index is asked again.
const PAUSE: Duration = Duration::from_secs(2);
/// Fewer than these wait for their block.
const RESTING: i64 = 2_048;

const THINGS: [&str; 12] = [
    "چالهٔ بزرگ",
    "شکستن شاخه",
    "نشت آب",
    "سد معبر",
    "زباله",
    "جوی آب",
    "پل عابر",
    "تابلوی شکسته",
    "روشنایی پارک",
    "فاضلاب",
    "آسفالت",
    "سگ ولگرد",
];
const PLACES: [&str; 8] = ["خیابان", "کوچه", "بلوار", "میدان", "بن‌بست", "بزرگراه", "جنب مدرسه", "روبه‌روی نانوایی"];
const NAMES: [&str; 16] = [
    "شهید بهشتی",
    "سعدی",
    "حافظ",
    "فردوسی",
    "نوروزیان",
    "خیام",
    "پیروزی",
    "ولی‌عصر",
    "طالقانی",
    "امام خمینی",
    "فلسطین",
    "نادری",
    "راه‌آهن",
    "دانشگاه",
    "بهار",
    "لاله",
];

/// A request for a number, out of a total: some words are frequent, some rare, some stand only in the oldest ones.
fn said_of(n: usize, total: usize) -> (String, String) {
    let pick = |words: &[&'static str], n: usize| words.iter().copied().nth(n % words.len().max(1)).unwrap_or_default();
    let mut text = format!("{} شمارهٔ {n} در {}", pick(&THINGS, n.wrapping_mul(7919) >> 3), pick(&PLACES, n >> 2));
    if n % 5_000 == 1 {
        text.push_str(" مشکل آب‌رسانی");
    }
    if n % 20_000 == 7 {
        text.push_str(" ژرفا");
    }
    if n < total / 50 {
        text.push_str(" برف و یخ");
    }
    (text, format!("{} {} پلاک {}", pick(&PLACES, n.wrapping_mul(31)), pick(&NAMES, n.wrapping_mul(104_729) >> 4), n % 400))
}

/// Who looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Somebody who reads everything.
    Everywhere,
    /// A supervisor of one district.
    Here,
    /// A contractor's manager without an order.
    Contractor,
}
use Who::{Contractor, Everywhere, Here};

/// What is looked for: a name of the case, the words, what else is asked, by whom.
const CASES: [(&str, &str, &str, Who); 17] = [
    ("one letter, frequent", "ا", "", Everywhere),
    ("one letter, rare", "ژ", "", Everywhere),
    ("two letters", "پل", "", Everywhere),
    ("two letters, in many words", "آب", "", Everywhere),
    ("three letters", "جوی", "", Everywhere),
    ("a frequent word inside one district", "خیابان", "", Here),
    ("two frequent words inside one district", "فاضلاب بلوار", "", Here),
    ("a word that nobody wrote", "زرافه", "", Everywhere),
    ("a word of known letters that nobody wrote", "شکستنآب", "", Everywhere),
    ("a word that nobody wrote, in one district", "چالابان", "", Here),
    ("joined where a half-space was typed", "آبرسانی", "", Everywhere),
    ("a word of the oldest tickets", "برف", "", Everywhere),
    ("a word of the oldest tickets and one of all", "برف خیابان", "", Here),
    ("a frequent word with a status that few have", "خیابان", "&status=cancelled", Everywhere),
    ("a frequent word with a status that few have, in one district", "خیابان", "&status=cancelled", Here),
    ("a frequent word before the first day", "خیابان", "&created_to=2000-01-01T00:00:00Z", Everywhere),
    ("a frequent word, by a contractor without orders", "خیابان", "", Contractor),
];

/// Measures.
///
/// # Errors
/// The server refuses.
pub fn run(bench: &BenchEnv, figures: &mut Figures, sizes: &Sizes) -> BenchResult<()> {
    let total = sizes.tickets;
    figures.part("search", &format!("words among {total} tickets, {} searches a case", sizes.rounds));
    for from in (0..total).step_by(FILE) {
        bench.watch.go_on()?;
        let to = from.saturating_add(FILE).min(total);
        let rate = import::import_texts(bench, "search", from..to, |n| said_of(n, total))?;
        out(format_args!("  … {to} of {total} tickets, {rate:.0} a second"));
    }
    let server = bench.serve()?;
    let indexed = Stopwatch::start();
    let state = wait_for_index(bench)?;
    figures.say("until the index was made", indexed.elapsed().as_secs_f64(), "s");
    figures.say("its blocks", float(usize::try_from(state.blocks).unwrap_or_default()), "blocks");
    let mut everywhere = Login::of(&server, &bench.person(Role::Admin)?)?;
    let mut office = Office::open(bench, &server)?;
    let mut here = office.logins(Role::Supervisor, Reach::OneDistrict, 1)?.pop().ok_or_else(|| Failure::said("no login"))?;
    let contractor = crew::organisation(bench, &mut office)?;
    let mut manager = office.worker(Role::ContractorManager, &contractor)?;
    let mut all = Vec::new();
    for (name, words, filter, who) in CASES {
        bench.watch.go_on()?;
        let login = match who {
            Everywhere => &mut everywhere,
            Here => &mut here,
            Contractor => &mut manager,
        };
        let (mut times, found) = search(login, words, filter, sizes.rounds)?;
        figures.judge(&format!("{name} ({found} on the page), p95"), percentile_ms(&mut times, 0.95), "ms", Wanted::Below(MOST_MS));
        all.extend(times);
    }
    figures.judge("all searches, p95", percentile_ms(&mut all, 0.95), "ms", Wanted::Below(MOST_MS));
    let registered = tickets::register(bench, &server, figures, "beside", REGISTERED)?;
    figures.judge("registered beside the index", registered, "tickets/s", Wanted::Least(LEAST));
    if let Some(size) = bench.file_mib() {
        figures.say("database file", size, "MiB");
    }
    Ok(())
}

/// Times of a search, and how many tickets its page has.
fn search(login: &mut Login, words: &str, filter: &str, rounds: usize) -> BenchResult<(Vec<Duration>, usize)> {
    let path = format!("/v1/tickets?limit=50&q={}{filter}", words.bytes().map(|b| format!("%{b:02X}")).collect::<String>());
    let (mut times, mut found) = (Vec::with_capacity(rounds), 0);
    for round in 0..=rounds {
        let watch = Stopwatch::start();
        let page = login.http.request("GET", &path, &[], None)?.ok()?;
        // The first one warms what all others find warm.
        if round > 0 {
            times.push(watch.elapsed());
        }
        found = page.get("items").and_then(Value::as_array).map_or(0, Vec::len);
    }
    Ok((times, found))
}

/// Waits until the server has put what was imported into the index.
fn wait_for_index(bench: &BenchEnv) -> BenchResult<IndexState> {
    let db = Db::open(&DbOptions { url: bench.url().to_owned(), connections: 1 })?;
    let watch = Stopwatch::start();
    loop {
        bench.watch.go_on()?;
        let state = db.read_blocking(index_state)?;
        if state.waiting < RESTING && state.outdated_blocks == 0 {
            return Ok(state);
        }
        if watch.elapsed() > PATIENCE {
            return Err(Failure::said(format!("{} tickets still wait for the index", state.waiting)));
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_domain::{
        fold::fold,
        search::{finds, words},
    };

    #[test]
    fn the_requests_have_what_the_cases_look_for() {
        let texts: Vec<String> =
            (0..20_000).map(|n| said_of(n, 20_000)).map(|(text, address)| fold(&format!("{text} {address}"))).collect();
        for (name, query, ..) in CASES {
            let words = words(query);
            let found = texts.iter().filter(|text| finds(text, &words)).count();
            assert_eq!(found == 0, name.contains("nobody"), "{name}: {found}");
        }
    }
}
