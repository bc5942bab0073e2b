//! The dependency law of the house, checked on the sources themselves.
//!
//! Comments, texts and test modules do not count: a test may use what it needs.

use std::{collections::BTreeSet, fs, path::Path};

/// Modules of ours that a top-level module may name. Itself is always allowed; the root of the library is free.
const LAW: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("error", &["domain"]),
    ("clock", &["domain", "error"]),
    ("client", &["domain", "error", "clock"]),
    ("config", &["domain", "error"]),
    ("telemetry", &["config", "error"]),
    ("catalogue", &["domain", "error"]),
    ("demo_data", &["catalogue", "domain", "error"]),
    ("picture", &["domain"]),
    ("security", &["domain", "error"]),
    ("store", &["domain", "error", "clock"]),
    ("service", &["store", "domain", "security", "catalogue", "error", "clock"]),
    // Files are no database: the transaction knows nothing of them, and they nothing of it. `upload` brings both together.
    ("blob", &["domain", "error"]),
    ("upload", &["blob", "picture", "service", "store", "domain", "error"]),
    ("http", &["upload", "service", "store", "domain", "security", "config", "telemetry", "error", "clock"]),
    ("worker", &["upload", "blob", "picture", "service", "store", "domain", "security", "config", "telemetry", "error", "clock"]),
    ("server", &["http", "worker", "upload", "blob", "service", "store", "domain", "security", "config", "telemetry", "error", "clock"]),
    (
        "cli",
        &[
            "server",
            "http",
            "worker",
            "service",
            "store",
            "domain",
            "security",
            "catalogue",
            "demo_data",
            "client",
            "config",
            "telemetry",
            "error",
            "clock",
        ],
    ),
    ("main", &["cli", "config", "telemetry", "error"]),
];

/// What only some places may say: how a path begins, and the files and folders (with `/`) that may.
const FENCED: &[(&str, &[&str])] = &[
    // A field app links the device without the server's store, so its file is its own.
    ("diesel", &["store.rs", "store/", "client/file.rs", "client/file/"]),
    ("libsqlite3_sys", &["store.rs", "store/"]),
    ("pq_sys", &["store.rs", "store/"]),
    ("actix", &["http.rs", "http/", "server.rs"]),
    ("utoipa_actix_web", &["http.rs", "http/", "server.rs"]),
    (
        "tokio",
        &[
            "server.rs",
            "worker.rs",
            "worker/",
            "store/db.rs",
            "store/hub.rs",
            "main.rs",
            "cli.rs",
            "cli/",
            "http.rs",
            "http/",
            "blob.rs",
            "blob/",
            "upload.rs",
            "upload/",
        ],
    ),
    ("object_store", &["blob.rs", "blob/"]),
    ("std::env", &["config.rs"]),
    ("clap", &["main.rs", "cli.rs", "cli/"]),
];

/// Lines of a file without its test modules.
const MAX_LINES: usize = 450;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[("store/schema.rs", "one table after the other, nothing to read twice")];

/// Places where the two databases get different code. Raise it only with a reason that stands beside the fork.
const MAX_FORKS: usize = 3;

/// A source: path below `src` with `/`, and text.
type Source = (String, String);

/// What is left of a source without comments and texts; every line break stays.
fn without_texts(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let gone = blank_length(rest, before).unwrap_or(0);
        if gone == 0 {
            out.push(c);
            before = c;
            rest = rest.split_at(c.len_utf8()).1;
        } else {
            let (blank, after) = rest.split_at(gone);
            out.extend(blank.chars().map(|c| if c == '\n' { c } else { ' ' }));
            before = ' ';
            rest = after;
        }
    }
    out
}

/// Length of the comment or literal that `rest` begins with.
fn blank_length(rest: &str, before: char) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if rest.starts_with('"') {
        return Some(text(rest));
    }
    if let Some(after) = rest.strip_prefix('\'') {
        let mut chars = after.chars();
        let first = chars.next()?;
        if first == '\\' {
            let escaped = chars.next()?.len_utf8();
            return Some(2 + escaped + after.split_at(1 + escaped).1.find('\'')? + 1);
        }
        return (chars.next() == Some('\'')).then(|| 2 + first.len_utf8());
    }
    if is_word(before) {
        return None;
    }
    let raw = rest.trim_start_matches(['b', 'c']).strip_prefix('r')?;
    let body = raw.trim_start_matches('#');
    let hashes = raw.len() - body.len();
    let end = format!("\"{}", "#".repeat(hashes));
    let inside = body.strip_prefix('"')?;
    let length = inside.find(&end)? + end.len();
    Some(rest.len() - inside.len() + length)
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = rest;
    while !at.is_empty() {
        let step = if at.starts_with("/*") {
            depth += 1;
            2
        } else if at.starts_with("*/") {
            depth -= 1;
            2
        } else {
            at.chars().next().map_or(1, char::len_utf8)
        };
        at = at.split_at(step).1;
        if depth == 0 {
            break;
        }
    }
    rest.len() - at.len()
}

fn text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == '"' {
            return at + 1;
        }
    }
    rest.len()
}

/// Cuts out each item that stands only in the build of the tests.
fn without_tests(bare: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(bare.len());
    let mut rest = bare;
    while let Some(at) = rest.find(MARK) {
        out.push_str(rest.split_at(at).0);
        rest = rest.split_at(at + MARK.len()).1;
        let mut depth = 0_usize;
        let end = rest.char_indices().find_map(|(at, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            (depth == 0 && matches!(c, '}' | ';')).then_some(at + 1)
        });
        rest = rest.split_at(end.unwrap_or(rest.len())).1;
    }
    out + rest
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn is_name(token: &str) -> bool {
    token.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic())
}

/// Words, `::` and single signs.
fn tokens(bare: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = bare.trim_start();
    while let Some(c) = rest.chars().next() {
        let length = if is_word(c) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            c.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        found.push(token);
        rest = after.trim_start();
    }
    found
}

/// Every path that is written, with the groups of `use` spread out.
fn paths(tokens: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = tokens;
    let mut before = "";
    while let [first, tail @ ..] = rest {
        rest = if is_name(first) && before != "." { follow(tail, (*first).to_owned(), &mut found) } else { tail };
        before = first;
    }
    found
}

fn follow<'t, 's>(mut rest: &'t [&'s str], mut path: String, found: &mut Vec<String>) -> &'t [&'s str] {
    loop {
        match rest {
            ["::", "{", tail @ ..] => return spread(tail, &path, found),
            ["::", name, tail @ ..] if is_name(name) => {
                path = format!("{path}::{name}");
                rest = tail;
            }
            _ => {
                found.push(path);
                return rest;
            }
        }
    }
}

fn spread<'t, 's>(mut rest: &'t [&'s str], prefix: &str, found: &mut Vec<String>) -> &'t [&'s str] {
    loop {
        match rest {
            [] => return rest,
            ["}", tail @ ..] => return tail,
            [name, tail @ ..] if is_name(name) => rest = follow(tail, format!("{prefix}::{name}"), found),
            [_, tail @ ..] => rest = tail,
        }
    }
}

/// The top-level module that a file belongs to.
fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

/// The top-level module of ours that a path leads to, if it leaves the file's own.
fn leads_to<'p>(file: &str, path: &'p str) -> Option<&'p str> {
    let mut steps = path.split("::");
    match steps.next() {
        Some("crate" | "bazdid") => steps.next(),
        Some("super") => {
            // `a/b.rs` is the module a::b: two steps up is the root.
            let depth = file.split('/').count();
            let up = 1 + path.split("::").skip(1).take_while(|s| *s == "super").count();
            (up >= depth).then(|| path.split("::").nth(up)).flatten()
        }
        _ => None,
    }
}

fn may(file: &str, places: &[&str]) -> bool {
    places.iter().any(|p| if p.ends_with('/') { file.starts_with(p) } else { file == *p })
}

/// Everything in these sources that breaks the law.
fn violations(sources: &[Source]) -> Vec<String> {
    let ours: BTreeSet<&str> = sources.iter().map(|(file, _)| module_of(file)).collect();
    let mut found = Vec::new();
    for (file, source) in sources {
        let bare = without_tests(&without_texts(source));
        let lines = bare.lines().count();
        if lines > MAX_LINES && !LONGER.iter().any(|(f, _)| f == file) {
            found.push(format!("{file}: {lines} lines without tests; {MAX_LINES} are enough"));
        }
        let module = module_of(file);
        let allowed = LAW.iter().find(|(m, _)| *m == module).map(|(_, allowed)| *allowed);
        if allowed.is_none() && module != "lib" {
            found.push(format!("{file}: the law has no row for the module `{module}`"));
        }
        let written: BTreeSet<String> = paths(&tokens(&bare)).into_iter().collect();
        for path in written {
            if let (Some(to), Some(allowed)) = (leads_to(file, &path), allowed)
                && to != module
                && ours.contains(to)
                && !allowed.contains(&to)
            {
                found.push(format!("{file}: `{module}` must not know `{to}` ({path})"));
            }
            for (fenced, places) in FENCED {
                if path.starts_with(fenced) && !may(file, places) {
                    found.push(format!("{file}: `{path}` belongs in {}", places.join(", ")));
                }
            }
        }
    }
    found
}

/// How often the store has one text for each database.
fn forks(sources: &[Source]) -> usize {
    sources
        .iter()
        .filter(|(file, _)| file.starts_with("store/") && !matches!(file.as_str(), "store/macros.rs" | "store/tx.rs"))
        .map(|(_, source)| {
            let bare = without_tests(&without_texts(source));
            let tokens = tokens(&bare);
            tokens.windows(2).filter(|w| matches!(w, ["pg", "|"])).count()
                + tokens.windows(3).filter(|w| matches!(w, ["Conn", "::", "Pg"])).count()
        })
        .sum()
}

fn read(folder: &Path, below: &str, into: &mut Vec<Source>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{below}{name}");
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &format!("{path}/"), into)?;
        } else if name.ends_with(".rs") && name != "tests.rs" {
            into.push((path, fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    if let Err(error) = read(&root, "", &mut found) {
        found.push((format!("unreadable: {error}"), String::new()));
    }
    found.sort();
    found
}

#[test]
fn the_sources_keep_the_law() {
    let sources = sources();
    assert!(sources.iter().any(|(file, _)| file == "domain/ticket.rs"), "the sources were not found");
    let found = violations(&sources);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_databases_share_their_code() {
    let forks = forks(&sources());
    assert!(forks <= MAX_FORKS, "{forks} forks between the databases; {MAX_FORKS} were agreed");
}

#[test]
fn every_exception_is_still_needed() {
    let sources = sources();
    for (file, _) in LONGER {
        // A file that is not there yet, or no more, is no exception to anything.
        if let Some((_, source)) = sources.iter().find(|(f, _)| f == file) {
            let lines = without_tests(&without_texts(source)).lines().count();
            assert!(lines > MAX_LINES, "{file} has {lines} lines: strike it from the exceptions");
        }
    }
}

/// The violations of a small tree with one planted file.
fn planted(file: &str, source: &str) -> Vec<String> {
    let tree = ["domain/ticket.rs", "store.rs", "store/db.rs", "service/ticket.rs", "http/v1.rs", "config.rs", "error.rs"];
    let mut sources: Vec<Source> = tree.iter().filter(|f| **f != file).map(|f| ((*f).to_owned(), String::new())).collect();
    sources.push((file.to_owned(), source.to_owned()));
    violations(&sources)
}

#[test]
fn planted_violations_are_found() {
    let cases = [
        ("domain/ticket.rs", "use crate::store::Tx;"),
        ("domain/ticket.rs", "use crate::error::Result;"),
        ("domain/ticket.rs", "use crate::{domain::ids::TicketId, service::ticket};"),
        ("domain/ticket.rs", "fn f() -> u8 { crate::service::ticket::f() }"),
        ("domain/ticket.rs", "use super::super::store::Tx;"),
        ("domain/ticket.rs", "use chrono::Utc; use diesel::prelude::*;"),
        ("domain/ticket.rs", "fn f() { r#\"\"#; crate::store::f() }"),
        ("domain/ticket.rs", "fn f<'a>(c: &'a str) { g('\"'); crate::store::f(\"\") }"),
        ("domain/ticket.rs", "#[cfg(test)] mod tests { fn f() { } } use crate::store::Tx;"),
        ("store/db.rs", "use crate::http::v1::Page;"),
        ("store/db.rs", "use crate::service::ticket::create;"),
        ("store/tx.rs", "use tokio::sync::Semaphore;"),
        ("service/ticket.rs", "use crate::http::v1;"),
        ("service/ticket.rs", "#[derive(diesel::Queryable)] struct A;"),
        ("service/ticket.rs", "async fn f() { tokio::time::sleep(d).await }"),
        ("http/v1.rs", "use diesel_migrations::embed_migrations;"),
        ("error.rs", "impl actix_web::ResponseError for Error {}"),
        ("http/v1.rs", "use std::{fmt, env};"),
        ("http/v1.rs", "fn f() { std::env::var(\"A\"); }"),
        ("main.rs", "use bazdid::store::Db;"),
        ("helpers.rs", ""),
    ];
    for (file, source) in cases {
        let found = planted(file, source);
        assert_eq!(found.len(), 1, "{file}: {source}: {found:?}");
    }
    let long = "fn f() {}\n".repeat(MAX_LINES + 1);
    assert_eq!(planted("service/ticket.rs", &long).len(), 1);
}

#[test]
fn what_is_lawful_is_let_through() {
    let cases = [
        ("domain/ticket.rs", "use crate::domain::ids::TicketId; crate::text_enum! { A { B = \"crate::store::x\" } }"),
        (
            "domain/ticket.rs",
            "/// See [`crate::store`].\n// diesel::x\n/* diesel::y /* */ diesel::z */\nfn f() { g(\"diesel::prelude\", r#\"tokio::\"x\"\"#) }",
        ),
        ("domain/ticket.rs", "use super::ids::TicketId;"),
        ("domain/ticket.rs", "#[cfg(test)]\nmod tests {\n use crate::store::Db;\n fn f() { tokio::f() }\n}\n"),
        ("domain/ticket.rs", "fn f(a: &A) { a.diesel; }"),
        ("store/db.rs", "use diesel::prelude::*; use tokio::sync::Semaphore; use crate::{domain::ids::Id, error::Error};"),
        ("service/ticket.rs", "use crate::{domain::ids::Id, error::Error, store::Tx};"),
        ("http/v1.rs", "use actix_web::web; use crate::service::ticket;"),
        ("config.rs", "use std::env;"),
        ("main.rs", "use bazdid::config; #[tokio::main] async fn main() {}"),
    ];
    for (file, source) in cases {
        let found = planted(file, source);
        assert!(found.is_empty(), "{file}: {source}: {found:?}");
    }
}

#[test]
fn forks_are_counted() {
    let fork = "fn f() { on!(tx, pg |c| a(c), sqlite |c| b(c)); on!(tx, |c| a(c)); match x { Conn::Pg(_) => 1 } } // pg |c|".to_owned();
    assert_eq!(
        forks(&[
            ("store/ticket.rs".to_owned(), fork.clone()),
            ("store/macros.rs".to_owned(), fork.clone()),
            ("http/v1.rs".to_owned(), fork)
        ]),
        2
    );
}
