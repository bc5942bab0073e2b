//! `bazdid import` and `bazdid doctor`, run as a person runs them, with the files of `tests/imports`: what each is taken for, and
//! what is said of it. `docs/edge-cases.md` names these tests.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bazdid_domain::{
    organisation::OrganisationKind,
    ticket::{Ticket, TicketStatus},
};
use bazdid_store as store;
use serde_json::Value;

use crate::{
    area::import_qazvin,
    city::{City, load_catalogue},
};

/// How the program ended, what it said, and the report that it wrote.
struct Ended {
    code: i32,
    said: String,
    report: Value,
}

impl Ended {
    fn count(&self, what: &str) -> u64 {
        self.report[what].as_u64().unwrap_or_else(|| panic!("no {what}: {}\n{}", self.report, self.said))
    }

    /// Lines, created, known, refused, ignored; and that the first is the sum of the others and of the rows.
    #[track_caller]
    fn counts(&self) -> [u64; 5] {
        let counts = ["lines", "created", "known", "refused", "ignored"].map(|what| self.count(what));
        assert_eq!(counts[0], counts[1..].iter().sum::<u64>(), "{}", self.report);
        assert_eq!(counts[0], self.report["rows"].as_array().unwrap().len() as u64, "{}", self.report);
        counts
    }

    fn reason(&self, line: u64) -> (&str, &str) {
        let rows = self.report["rows"].as_array().unwrap();
        let row = rows.iter().find(|r| r["line"] == line).unwrap_or_else(|| panic!("no line {line}: {}", self.report));
        (row["outcome"].as_str().unwrap(), row["reason"].as_str().unwrap_or_default())
    }
}

fn run(city: &City, args: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bazdid"))
        .args(args)
        .current_dir(folder.path())
        .env("BAZDID_DATABASE__URL", &city.test_db.url)
        .env("BAZDID_SECURITY__MASTER_KEY", "07".repeat(32))
        .env("BAZDID_TELEMETRY__LEVEL", "error")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), said)
}

fn import(city: &City, what: &str, file: &Path, args: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let mut all = vec!["import", what, file.to_str().unwrap(), "--report", report.to_str().unwrap()];
    all.extend(args);
    let (code, said) = run(city, &all);
    let text = std::fs::read_to_string(&report).unwrap_or_else(|e| panic!("no report ({e}): {said}"));
    Ended { code, said, report: serde_json::from_str(&text).unwrap() }
}

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imports").join(name)
}

/// A city with areas and catalogue, on each database.
fn cities() -> Vec<City> {
    let cities = City::both();
    for city in &cities {
        import_qazvin(city);
        load_catalogue(city);
    }
    cities
}

fn requests(city: &City, name: &str, args: &[&str]) -> Ended {
    import(city, "requests", &case(name), args)
}

/// A file of its own.
fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn ticket(city: &City, key: &str) -> (Ticket, Vec<(TicketStatus, String)>, usize) {
    let id = city.read(|tx| store::ticket::search::list_by_source(tx, &[key]))[0].1;
    let unit = city.write(move |tx| store::aggregate::load_unit(tx, &[id]));
    let history = city.read(|tx| store::ticket::search::list_status_changes(tx, id));
    let history = history.into_iter().map(|h| (h.to, h.at.to_string())).collect();
    (unit.tickets.get(id).unwrap().clone(), history, unit.work_orders.iter().count())
}

#[test]
fn import_files_with_nothing_wrong_are_taken_and_known_the_second_time() {
    for city in cities() {
        for (name, lines) in [("ok.csv", 3), ("bom_semicolon.csv", 3), ("cr_only.csv", 3), ("utf16.csv", 3), ("dates_dst.csv", 6)] {
            let file = format!("control/{name}");
            let args = ["--open", "--source", name];
            let dry = requests(&city, &file, &["--open", "--source", name, "--dry-run"]);
            assert_eq!((dry.code, dry.counts()), (0, [lines, lines, 0, 0, 0]), "{name}: {}", dry.said);
            assert!(dry.said.contains(&format!("{lines} of them would go to contractors")), "{}", dry.said);
            let first = requests(&city, &file, &args);
            assert_eq!((first.code, first.counts()), (0, [lines, lines, 0, 0, 0]), "{name}: {}", first.said);
            let again = requests(&city, &file, &args);
            assert_eq!((again.code, again.counts()), (0, [lines, 0, lines, 0, 0]), "{name}: {}", again.said);
        }
        // A gap in the clocks of 2022: as far after it as it would have been.
        assert_eq!(ticket(&city, "dates_dst.csv:1").0.created_at.to_string(), "2022-03-21T21:00:00.000000Z");
    }
}

#[test]
fn import_decimal_commas_and_persian_digits_are_numbers() {
    for city in cities() {
        for name in ["B15_decimal_comma_semicolon.csv", "B15_fa_digits_coords.csv"] {
            let done = requests(&city, name, &["--open", "--source", name]);
            assert_eq!((done.code, done.counts()), (0, [3, 3, 0, 0, 0]), "{name}: {}", done.said);
            let point = ticket(&city, &format!("{name}:1")).0.point;
            assert_eq!((point.lat, point.lon), (36.271, 50.001));
        }
    }
}

#[test]
fn import_jalali_dates_and_other_usual_forms_are_read() {
    for city in cities() {
        let jalali = requests(&city, "B16_dates_jalali.csv", &["--open", "--source", "j"]);
        assert_eq!((jalali.code, jalali.counts()), (0, [7, 7, 0, 0, 0]), "{}", jalali.said);
        let at = |key: &str| ticket(&city, key).0.created_at.to_string();
        assert_eq!(
            [at("j:1"), at("j:2"), at("j:7")],
            ["2026-11-29T20:30:00.000000Z", "2026-11-30T07:00:00.000000Z", "2025-03-19T20:30:00.000000Z"]
        );
        let others = requests(&city, "B16_dates_other_forms.csv", &["--open", "--source", "o"]);
        assert_eq!((others.code, others.counts()), (1, [11, 10, 0, 1, 0]), "{}", others.said);
        assert!(others.reason(10).1.contains("a spreadsheet has shortened"), "{}", others.reason(10).1);
        assert_eq!(at("o:1"), "2026-11-20T06:30:00.000000Z");
    }
}

#[test]
fn import_contracts_with_jalali_dates_are_in_force_in_our_century() {
    for city in City::both() {
        city.organisation("works", OrganisationKind::Contractor);
        assert_eq!(import(&city, "areas", &case("control/overlap.geojson"), &[]).code, 0);
        let done = import(&city, "contracts", &case("B16_contracts_jalali.csv"), &[]);
        assert_eq!((done.code, done.counts()), (0, [3, 3, 0, 0, 0]), "{}", done.said);
        let contracts = city.read(store::contract::list_contracts);
        let first = contracts.iter().find(|c| c.number.contains('/')).unwrap();
        assert_eq!(
            (first.valid_from.to_string(), first.valid_to.to_string()),
            ("2026-03-20T20:30:00.000000Z".into(), "2027-03-20T20:30:00.000000Z".into())
        );
        let (code, said) = run(
            &city,
            &[
                "user",
                "add",
                "crew-1",
                "--no-password",
                "--role",
                "crew",
                "--organisation",
                "works",
                "--from",
                "1405-01-01",
                "--to",
                "۱۴۰۶/۰۱/۰۱",
            ],
        );
        assert!(code == 0 && said.contains("from 2026-03-20T20:30:00") && said.contains("to 2027-03-20T20:30:00"), "{said}");
    }
}

#[test]
fn import_one_order_of_day_and_month_holds_for_the_whole_file() {
    for city in cities() {
        let done = requests(&city, "B17_dates_day_first.csv", &["--open"]);
        assert_eq!((done.code, done.counts()), (0, [6, 6, 0, 0, 0]), "{}", done.said);
        assert_eq!(ticket(&city, "1").0.created_at.to_string(), "2026-11-05T05:30:00.000000Z");
        let folder = tempfile::tempdir().unwrap();
        let heading = "source_ref,text,lat,lon,category,created_at\n";
        let rows = |dates: [&str; 2]| {
            let row = |(n, date)| format!("a{n},چاله,36.271,50.001,roads.pothole,{date}\n");
            written(&folder, "dates.csv", &format!("{heading}{}\n", dates.into_iter().enumerate().map(row).collect::<String>()))
        };
        let ambiguous = import(&city, "requests", &rows(["05/11/2025", "06/10/2025"]), &["--open"]);
        assert_eq!((ambiguous.code, ambiguous.counts()), (1, [3, 0, 0, 2, 1]), "refused as a file: {}", ambiguous.said);
        assert!(ambiguous.said.contains("line 2") && ambiguous.said.contains("--date-format day-first"), "{}", ambiguous.said);
        let both = import(&city, "requests", &rows(["25/11/2025", "11/25/2025"]), &["--open"]);
        assert!(
            both.code == 1 && both.count("refused") == 2 && both.said.contains("in line 2 the day comes first, in line 3 the month"),
            "{}",
            both.said
        );
        let said = import(&city, "requests", &rows(["05/11/2025", "06/10/2025"]), &["--open", "--date-format", "month-first"]);
        assert_eq!((said.code, said.count("created")), (0, 2), "{}", said.said);
        assert_eq!(ticket(&city, "a0").0.created_at.to_string(), "2025-05-10T20:30:00.000000Z");
    }
}

#[test]
fn import_an_open_quotation_mark_is_told_with_its_line_and_what_it_swallows() {
    for city in cities() {
        let whole = requests(&city, "B18_unclosed_quote.csv", &["--open"]);
        assert_eq!((whole.code, whole.counts()), (1, [1, 0, 0, 1, 0]), "{}", whole.said);
        assert!(whole.reason(2).1.contains("never closed: it swallows the 2 lines below it"), "{}", whole.reason(2).1);
        let stray = requests(&city, "B18_stray_quote_20.csv", &["--open"]);
        assert_eq!((stray.code, stray.counts()), (1, [10, 9, 0, 1, 0]), "{}", stray.said);
        assert!(stray.said.contains("line 11") && stray.reason(11).0 == "refused", "{}", stray.said);
    }
}

#[test]
fn import_two_rows_of_one_key_that_differ_are_never_both_taken() {
    for city in cities() {
        let shortened = requests(&city, "B20_excel_sci_key.csv", &["--open"]);
        assert_eq!((shortened.code, shortened.counts()), (1, [2, 0, 0, 2, 0]), "{}", shortened.said);
        assert!(shortened.said.contains("1.37E+11") && shortened.said.contains("format the column as text"), "{}", shortened.said);
        let folder = tempfile::tempdir().unwrap();
        let heading = "source_ref,text,lat,lon,category\n";
        let row = |key: &str, text: &str| format!("{key},{text},36.271,50.001,roads.pothole\n");
        let text = format!("{heading}{}{}{}\n{}", row("7", "یک"), row("7", "دو"), row("7", "یک"), row("8", "سه"));
        for (args, created) in [(["--open", "--dry-run"], 2), (["--open", "--source=x"], 2)] {
            let done = import(&city, "requests", &written(&folder, "keys.csv", &text), &args);
            assert_eq!((done.code, done.counts()), (1, [5, created, 1, 1, 1]), "{}", done.said);
            assert!(
                done.reason(3).0 == "refused" && done.reason(3).1.contains("line 2 says something else of the same key"),
                "{}",
                done.report
            );
            assert_eq!((done.reason(4).0, done.reason(5).0), ("known", "ignored"));
        }
        city.organisation("pars", OrganisationKind::Contractor);
        let heading = "number,organisation,valid_from,valid_to,area,rank\n";
        let row = |to: &str, rank: u8| format!("1405-9,pars,1405/01/01,{to},2603052291,{rank}\n");
        let text = format!("{heading}{}{}{}", row("1406/01/01", 1), row("1407/01/01", 1), row("1406/01/01", 2));
        let done = import(&city, "contracts", &written(&folder, "contracts.csv", &text), &[]);
        assert_eq!(done.counts(), [3, 1, 0, 2, 0], "{}", done.said);
        assert!(done.reason(3).1.contains("same contract") && done.reason(4).1.contains("same coverage"), "{}", done.report);
        let text = "login,name,role,organisation\nali,Ali,crew,pars\nali,Alireza,contractor_manager,pars\nreza,Reza,crew,pars\nreza,Reza,contractor_manager,pars\n";
        let done = import(&city, "accounts", &written(&folder, "people.csv", text), &["--dry-run"]);
        assert_eq!(done.counts(), [4, 2, 1, 1, 0], "a second grant only changes what the first row makes: {}", done.said);
    }
}

#[test]
fn import_texts_are_kept_whole_up_to_the_limit_of_the_api() {
    for city in cities() {
        let done = requests(&city, "B25_long_text.csv", &["--open"]);
        assert_eq!((done.code, done.counts()), (0, [1, 1, 0, 0, 0]), "{}", done.said);
        assert!(ticket(&city, "1").0.text.chars().count() > 2_000, "nothing is cut off");
        let folder = tempfile::tempdir().unwrap();
        let text = format!("source_ref,text,lat,lon,category\n2,{},36.271,50.001,roads.pothole\n", "ا".repeat(4_001));
        let long = import(&city, "requests", &written(&folder, "long.csv", &text), &["--open"]);
        assert_eq!((long.code, long.counts()), (1, [1, 0, 0, 1, 0]), "{}", long.said);
        assert!(long.reason(2).1.contains("at most 4000 characters"), "{}", long.reason(2).1);
    }
}

#[test]
fn import_other_encodings_are_named_and_a_hint_says_how() {
    for city in cities() {
        let args = |more: &[&'static str]| [&["--open", "--category", "roads.pothole"], more].concat();
        let rows = requests(&city, "B26_windows1256.csv", &args(&[]));
        assert_eq!((rows.code, rows.counts()), (1, [3, 0, 0, 3, 0]), "{}", rows.said);
        let heading = requests(&city, "B26_windows1256_heading.csv", &args(&[]));
        assert_eq!((heading.code, heading.counts()), (1, [1, 0, 0, 1, 0]), "refused as a file: {}", heading.said);
        for said in [&rows.said, &heading.said] {
            assert_eq!(said.matches("--encoding windows-1256").count(), 1, "told once: {said}");
        }
        for (name, key, lines) in [("B26_windows1256.csv", Some("1"), 3), ("B26_windows1256_heading.csv", None, 1)] {
            let done = requests(&city, name, &args(&["--encoding", "windows-1256"]));
            assert_eq!((done.code, done.counts()), (0, [lines, lines, 0, 0, 0]), "{name}: {}", done.said);
            assert!(key.is_none_or(|key| ticket(&city, key).0.text.starts_with("چاله")));
        }
    }
}

#[test]
fn import_words_of_another_keyboard_are_the_same_words() {
    for city in cities() {
        let map = case("B28_map.csv");
        let done = requests(&city, "B28_category_yekaf.csv", &["--open", "--category-map", map.to_str().unwrap()]);
        assert_eq!((done.code, done.counts()), (0, [5, 5, 0, 0, 0]), "{}", done.said);
        let semicolon = case("B28_map_semicolon.csv");
        let some = requests(&city, "B28_category_yekaf.csv", &["--open", "--source", "s", "--category-map", semicolon.to_str().unwrap()]);
        assert_eq!((some.code, some.counts()), (1, [5, 4, 0, 1, 0]), "{}", some.said);
        assert!(some.reason(4).1.contains("no category for"), "{}", some.reason(4).1);
    }
}

#[test]
fn import_persian_headings_are_known_and_a_spreadsheet_is_known_by_its_bytes() {
    for city in cities() {
        let heading = requests(&city, "B31_heading_fa.csv", &["--open", "--category", "roads.pothole", "--map", "source_ref=شماره"]);
        assert_eq!((heading.code, heading.counts()), (0, [1, 1, 0, 0, 0]), "{}", heading.said);
        assert_eq!(ticket(&city, "1").0.text, "چاله");
        let broken = requests(&city, "B31_xlsx.csv", &["--open"]);
        assert_eq!((broken.code, broken.counts()), (1, [0, 0, 0, 0, 0]), "{}", broken.said);
        assert!(broken.said.contains("is a spreadsheet") && broken.said.contains("CSV UTF-8"), "{}", broken.said);
        let sheet =
            requests(&city, "calls_xlsx.csv", &["--open", "--source", "sheet", "--category", "roads.pothole", "--map", "source_ref=شماره"]);
        assert_eq!((sheet.code, sheet.counts()), (0, [3, 2, 0, 0, 1]), "{}", sheet.said);
        let (made, _, _) = ticket(&city, "sheet:137000000001");
        assert_eq!((made.text.as_str(), made.created_at.to_string().as_str()), ("چاله در خیابان", "2026-11-20T06:30:00.000000Z"));
    }
}

#[test]
fn import_an_archive_does_not_dispatch_what_is_done_with() {
    for city in cities() {
        let undecided = requests(&city, "control/ok.csv", &[]);
        assert_eq!((undecided.code, undecided.counts()), (1, [3, 0, 0, 3, 0]), "{}", undecided.said);
        assert!(undecided.said.contains("--open") && undecided.said.contains("--closed"), "{}", undecided.said);
        let closed = requests(&city, "control/ok.csv", &["--closed"]);
        assert!(closed.code == 0 && closed.count("dispatched") == 0, "{}", closed.said);
        assert_eq!(ticket(&city, "1").0.status, TicketStatus::Closed);

        let folder = tempfile::tempdir().unwrap();
        let text = "شماره پیگیری,شرح,عرض جغرافیایی,طول جغرافیایی,نوع,تاریخ ثبت,وضعیت,تاریخ انجام,مهلت\n\
            a,چاله,36.271,50.001,roads.pothole,1403/02/01,انجام شده,1403/02/05 12:00,1403/02/10\n\
            b,چاله,36.271,50.001,roads.pothole,1403/02/01,بسته,,\n\
            c,چاله,36.271,50.001,roads.pothole,1403/02/01,در حال انجام,,1403/02/10\n\
            d,چاله,36.271,50.001,roads.pothole,1403/02/01,مختومه,1403/01/05,\n\
            e,چاله,36.271,50.001,roads.pothole,1403/02/01,آماده تحویل,1403/02/05,\n\
            f,چاله,36.271,50.001,roads.pothole,1403/02/01,,1403/02/05,\n";
        let file = written(&folder, "archive.csv", text);
        let dry = import(&city, "requests", &file, &["--dry-run"]);
        assert_eq!((dry.code, dry.counts(), dry.count("dispatched")), (1, [6, 4, 0, 2, 0], 1), "{}", dry.said);
        assert!(dry.said.contains("1 of them would go to contractors and inspectors, 3 are filed as closed"), "{}", dry.said);
        assert!(dry.reason(5).1.contains("closed before it was opened"), "{}", dry.reason(5).1);
        assert!(dry.reason(6).1.contains("--status \"آماده تحویل=open\""), "{}", dry.reason(6).1);
        let done = import(&city, "requests", &file, &["--status", "آماده تحویل=closed"]);
        assert_eq!((done.counts(), done.count("dispatched")), ([6, 5, 0, 1, 0], 1), "{}", done.said);

        let (a, history, orders) = ticket(&city, "a");
        assert_eq!((a.status, orders), (TicketStatus::Closed, 0), "nobody is asked to work on it");
        assert_eq!(a.promise_at.map(|t| t.to_string()).as_deref(), Some("2024-04-28T20:30:00.000000Z"));
        let opened = "2024-04-19T20:30:00.000000Z".to_owned();
        assert_eq!(history, [(TicketStatus::New, opened.clone()), (TicketStatus::Closed, "2024-04-24T08:30:00.000000Z".into())]);
        let (b, history, _) = ticket(&city, "b");
        assert_eq!((b.status_reason.as_deref(), history[1].1.as_str()), (Some("closed_before_import_at_unknown_time"), opened.as_str()));
        let (c, _, orders) = ticket(&city, "c");
        assert!(c.status != TicketStatus::Closed && orders == 1, "{c:?}");
        assert_eq!(ticket(&city, "f").0.status, TicketStatus::Closed, "a closing date says that it is closed");
    }
}

#[test]
fn import_a_wrong_mapping_is_told_once_with_a_count() {
    for city in cities() {
        let folder = tempfile::tempdir().unwrap();
        let rows: String = (0..200).map(|n| format!("{n},چاله {n},36.271,50.001,خیابان {n}\n")).collect();
        let file = written(&folder, "many.csv", &format!("id,text,lat,lon,address\n{rows}"));
        let done = import(&city, "requests", &file, &["--open", "--category", "roads.pothole", "--map", "lat=address"]);
        assert_eq!((done.code, done.counts()), (1, [200, 0, 0, 200, 0]));
        assert!(done.said.contains("200 × such as line 2") && done.said.matches("is no number").count() == 1, "{}", done.said);
        let words: String = (0..9).map(|n| format!("w{n},چاله,36.271,50.001,{}\n", if n < 6 { "Noise" } else { "Heat" })).collect();
        let file = written(&folder, "words.csv", &format!("id,text,lat,lon,category\n{words}"));
        let done = import(&city, "requests", &file, &["--open"]);
        assert!(done.count("refused") == 9 && done.said.contains("most often: \"Noise\" (6), \"Heat\" (3)"), "{}", done.said);
        let outlines = import(&city, "areas", &case("control/overlap.geojson"), &["--code", "Code"]);
        assert_eq!((outlines.code, outlines.counts()), (1, [2, 0, 0, 2, 0]), "{}", outlines.said);
        assert!(
            outlines.said.contains("2 features, the first of them feature 0") && outlines.said.matches("is missing").count() == 1,
            "{}",
            outlines.said
        );
    }
}

#[test]
fn import_outlines_with_nothing_wrong_are_taken_and_overlaps_are_told() {
    for city in City::both() {
        for (name, said) in [
            ("cw", ""),
            ("dup_vertex", ""),
            ("overlap", "A and B overlap: 50.0 % of the smaller one"),
            ("same_twice", "S1 and S2 have the same outline"),
            ("sliver", ""),
            ("swapped_first", ""),
            ("z", ""),
        ] {
            let done = import(&city, "areas", &case(&format!("control/{name}.geojson")), &["--dry-run"]);
            assert!(done.code == 0 && done.counts()[0] == done.count("created"), "{name}: {}", done.said);
            assert!(done.said.contains(said) && done.said.contains("note:") != said.is_empty(), "{name}: {}", done.said);
        }
        let metres = import(&city, "areas", &case("control/crs3857.geojson"), &[]);
        assert!(metres.code == 1 && metres.counts() == [1, 0, 0, 1, 0] && metres.said.contains("WGS84"), "{}", metres.said);
        assert_eq!(import(&city, "areas", &case("control/overlap.geojson"), &[]).code, 0);
        let (code, doctor) = run(&city, &["doctor"]);
        assert!(code == 0 && doctor.contains("note  outlines: ") && doctor.contains("A and B overlap: 50.0 %"), "{doctor}");
    }
}

#[test]
fn import_an_area_over_the_date_line_is_refused_by_name() {
    for city in City::both() {
        let done = import(&city, "areas", &case("B30_antimeridian.geojson"), &[]);
        assert_eq!((done.code, done.counts()), (1, [1, 0, 0, 1, 0]), "{}", done.said);
        assert!(done.said.contains("feature 0 (FJ)") && done.said.contains("crosses the date line"), "{}", done.said);
    }
}

#[test]
fn import_faulty_outlines_refuse_the_file_or_are_left_out_or_repaired() {
    for city in City::both() {
        let folder = tempfile::tempdir().unwrap();
        let feature = |code: &str, ring: &str| {
            format!(
                "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{code}\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{ring}]}}}}"
            )
        };
        let good = feature("good", "[[50,36],[50.1,36],[50.1,36.1],[50,36.1],[50,36]]");
        let eight = feature("eight", "[[51,36],[51.1,36.1],[51.1,36],[51,36.1],[51,36]]");
        let open = feature("open", "[[52,36],[52.1,36],[52.1,36.1],[52,36.1]]");
        let flat = feature("flat", "[[53,36],[53.1,36.1],[53.2,36.2],[53,36]]");
        let file = |features: &[&String]| {
            let all = features.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(",");
            written(&folder, "areas.geojson", &format!("{{\"type\":\"FeatureCollection\",\"features\":[{all}]}}"))
        };
        let all = [&good, &eight, &open, &flat];
        let whole = import(&city, "areas", &file(&all), &[]);
        assert_eq!((whole.code, whole.counts()), (1, [4, 0, 0, 4, 0]), "{}", whole.said);
        assert!(
            whole.reason(2).1.contains("crosses or touches itself") && whole.reason(1).1.contains("3 of its features"),
            "{}",
            whole.report
        );
        let skipped = import(&city, "areas", &file(&all), &["--skip-invalid", "--dry-run"]);
        assert_eq!((skipped.code, skipped.counts()), (1, [4, 1, 0, 3, 0]), "{}", skipped.said);
        let repaired = import(&city, "areas", &file(&[&good, &eight, &open]), &["--repair", "--dry-run"]);
        assert_eq!((repaired.code, repaired.counts()), (0, [3, 3, 0, 0, 0]), "{}", repaired.said);
        assert!(
            repaired.said.contains("feature 1 (eight) was repaired") && repaired.said.contains("now: 2 polygon(s)"),
            "{}",
            repaired.said
        );
        assert!(
            repaired.said.contains("feature 2 (open) was repaired") && repaired.said.contains("before: no outline"),
            "{}",
            repaired.said
        );
        let beyond = import(&city, "areas", &file(&all), &["--repair"]);
        assert_eq!((beyond.code, beyond.counts()), (1, [4, 0, 0, 4, 0]), "what cannot be repaired refuses the file: {}", beyond.said);
        let both = import(&city, "areas", &file(&all), &["--repair", "--skip-invalid"]);
        assert_eq!((both.code, both.counts()), (1, [4, 3, 0, 1, 0]), "{}", both.said);
        let codes = city.read(store::area::list_areas).len();
        assert_eq!(codes, 3);
    }
}

#[test]
fn import_the_catalogue_gives_the_municipality_its_own_name() {
    for city in City::both() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report.json");
        let name = |city: &City| city.read(|tx| store::organisation::find_organisation_by_code(tx, "municipality")).unwrap().name_fa;
        let (code, said) = run(&city, &["import", "catalogue", "--report", report.to_str().unwrap()]);
        assert!(code == 0 && name(&city) == "شهرداری", "{said}");
        let written: Value = serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
        assert!(written["created"].as_u64() > Some(50) && written["lines"] == written["created"], "{written}");
        let (code, said) = run(&city, &["doctor"]);
        assert!(code == 0 && said.contains("note  municipality: it is called «شهرداری»"), "{said}");
        let (code, said) =
            run(&city, &["import", "catalogue", "--municipality-fa", "شهرداری اراک", "--municipality-en", "Municipality of Arak"]);
        assert!(code == 0 && said.contains(" 0 created, 1 changed") && name(&city) == "شهرداری اراک", "{said}");
        let (_, said) = run(&city, &["doctor"]);
        assert!(said.contains("ok    municipality: شهرداری اراک"), "{said}");
        assert!(said.contains("ok    webhooks: nobody receives events"), "{said}");
        let (_, added) = run(&city, &["webhook", "add", "https://hooks.example.org/x", "--event", "ticket.created"]);
        assert!(run(&city, &["doctor"]).1.contains("ok    webhooks: 1 receive events"), "{added}");
        let id = added.split_whitespace().nth(1).unwrap();
        run(&city, &["webhook", "disable", id]);
        let (code, said) = run(&city, &["doctor"]);
        assert!(code == 0 && said.contains(&format!("note  webhooks: {id} is disabled")), "{said}");
        let (code, said) = run(&city, &["import", "catalogue"]);
        assert!(code == 0 && name(&city) == "شهرداری اراک", "a name that was given stays: {said}");
    }
}

#[test]
fn import_checklists_come_by_a_file_and_are_given_to_categories() {
    for city in cities() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/checklists.json");
        let load = |file: &Path| run(&city, &["import", "catalogue", "--file", file.to_str().unwrap()]);
        let (code, said) = load(&example);
        assert!(code == 0 && said.contains("1 created"), "{said}");
        let held = |city: &City| {
            let checklists = city.read(store::category::list_checklists);
            let category = city.read(|tx| store::category::find_category_by_code(tx, "roads.sidewalk")).unwrap();
            (checklists.len(), checklists.iter().find(|c| Some(c.id) == category.checklist_id).map(|c| c.version))
        };
        assert_eq!(held(&city), (1, Some(1)));
        let (_, said) = load(&example);
        assert!(said.contains("0 created, 0 changed, 1 left"), "{said}");
        let folder = tempfile::tempdir().unwrap();
        let text = std::fs::read_to_string(&example).unwrap();
        let changed = written(&folder, "more.json", &text.replace("Remark of the inspector", "Remark"));
        let (code, said) = run(&city, &["import", "catalogue", "--update", "--file", changed.to_str().unwrap()]);
        assert!(code == 0 && held(&city) == (2, Some(2)), "a new version, given to the categories of the old one: {said}");
        for (from, to, told) in [
            ("\"kind\": \"text\"", "\"sort\": 1", "item 4 has no \"kind\""),
            ("roads.sidewalk", "roads.nothing", "no category \"roads.nothing\""),
        ] {
            let wrong = written(&folder, "wrong.json", &text.replace(from, to));
            let (code, said) = load(&wrong);
            assert!(code == 1 && said.contains(told), "{said}");
        }
    }
}

#[test]
fn import_organisations_come_from_a_table() {
    for city in cities() {
        let folder = tempfile::tempdir().unwrap();
        let text = "code;kind;name_fa;parent\npars;contractor;شرکت پارس;\nnorth;region_office;شهرداری منطقه شمال;municipality\npars;contractor;شرکت دیگر;\n\nx;shop;مغازه;\n";
        let file = written(&folder, "organisations.csv", text);
        let dry = import(&city, "organisations", &file, &["--dry-run"]);
        assert_eq!((dry.code, dry.counts()), (1, [5, 2, 0, 2, 1]), "{}", dry.said);
        let done = import(&city, "organisations", &file, &[]);
        assert_eq!((done.code, done.counts()), (1, [5, 2, 0, 2, 1]), "{}", done.said);
        assert!(done.reason(4).1.contains("line 2 says something else"), "{}", done.report);
        let again = import(&city, "organisations", &file, &[]);
        assert_eq!(again.counts(), [5, 0, 2, 2, 1], "{}", again.said);
        let text = "code,kind,name_fa,parent\nn,region_office,شمال,municipality\nn-1,region_office,شمال یک,n\nn-1,region_office,شمال یک,n\nx,partner,شریک,nobody\n";
        let nested = written(&folder, "nested.csv", text);
        for args in [&["--dry-run"][..], &[]] {
            let done = import(&city, "organisations", &nested, args);
            assert_eq!((done.code, done.counts()), (1, [4, 2, 1, 1, 0]), "{args:?}: {}", done.said);
        }
        let again = import(&city, "organisations", &nested, &["--dry-run"]);
        assert_eq!(again.counts(), [4, 0, 3, 1, 0], "{}", again.said);
    }
}

#[test]
fn import_an_unreadable_phone_is_told_of_a_known_account_too() {
    for city in cities() {
        let folder = tempfile::tempdir().unwrap();
        let file = |phone: &str| {
            written(&folder, "people.csv", &format!("login,name,role,areas,phone\nsara,Sara,supervisor,2603052291,{phone}\n"))
        };
        for (phone, outcome, told) in [
            ("ندارد", "created", "taken without its phone"),
            ("0912 123 4567", "known", "it was there already and was changed"),
            ("ندارد", "known", "taken without its phone"),
        ] {
            let done = import(&city, "accounts", &file(phone), &[]);
            let (became, reason) = done.reason(2);
            assert!(became == outcome && reason.starts_with(told), "{phone}: {}", done.report);
            assert_eq!(done.said.contains("taken without its phone"), phone == "ندارد", "{}", done.said);
        }
    }
}

#[test]
fn import_that_a_fault_of_the_database_ends_tells_of_the_rows_before_it() {
    for city in cities() {
        city.test_db.run_sql(
            "[CREATE TRIGGER fault BEFORE INSERT ON organisations WHEN NEW.code = 'fault' BEGIN SELECT abs(-9223372036854775807 - 1); END\
             |CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO no_such_table VALUES (1); RETURN NEW; END $$;
             CREATE TRIGGER fault BEFORE INSERT ON organisations FOR EACH ROW WHEN (NEW.code = 'fault') EXECUTE FUNCTION fault()]",
        );
        let folder = tempfile::tempdir().unwrap();
        let text = "code,kind,name_fa\npars,contractor,پارس\nshop,shop,مغازه\nfault,contractor,خطا\nlast,contractor,آخر\n";
        let rejects = folder.path().join("rejects.csv");
        let args = ["--rejects", rejects.to_str().unwrap()];
        let done = import(&city, "organisations", &written(&folder, "organisations.csv", text), &args);
        assert_eq!(done.counts(), [2, 1, 0, 1, 0], "{}", done.said);
        assert!(done.code != 0 && done.report["fault"].as_str().unwrap().contains("the import broke off"), "{} {}", done.report, done.said);
        assert!(std::fs::read_to_string(&rejects).unwrap().contains("\n3,"));
        assert!(city.read(|tx| store::organisation::find_organisation_by_code(tx, "pars")).is_some(), "what was taken stays");
    }
}

#[test]
fn import_a_first_city_from_an_empty_database_to_the_first_ticket() {
    // The steps of docs/first-city.md with its files.
    for city in City::both() {
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/first-city");
        let named = ["import", "catalogue", "--municipality-fa", "شهرداری نمونه", "--municipality-en", "Municipality of Sample City"];
        assert_eq!(run(&city, &named).0, 0);
        for (what, file, created) in [
            ("areas", "districts.geojson", 3),
            ("organisations", "organisations.csv", 2),
            ("accounts", "people.csv", 5),
            ("contracts", "contracts.csv", 2),
        ] {
            let dry = import(&city, what, &files.join(file), &["--dry-run"]);
            assert_eq!((dry.code, dry.count("created")), (0, created), "{what}: {}", dry.said);
            let done = import(&city, what, &files.join(file), &[]);
            assert_eq!((done.code, done.counts()), (0, [created, created, 0, 0, 0]), "{what}: {}", done.said);
        }
        let (code, said) = run(&city, &["doctor"]);
        assert!(code == 0 && !said.contains("note  municipality") && !said.contains("note  outlines"), "{said}");
        let folder = tempfile::tempdir().unwrap();
        let first = written(&folder, "first.csv", "id,text,lat,lon,category\n1,چاله جلوی مدرسه,36.21,50.01,roads.pothole\n");
        let done = import(&city, "requests", &first, &["--open"]);
        assert_eq!((done.code, done.count("dispatched")), (0, 1), "{}", done.said);
        let (made, _, orders) = ticket(&city, "1");
        assert_eq!((made.status, orders), (TicketStatus::Triaged, 1), "it is offered to the contractor");
        assert!(city.read(|tx| store::organisation::find_organisation_by_code(tx, "pars")).is_some());
    }
}
