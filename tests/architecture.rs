//! What cargo cannot say of the architecture: which crates may know each other and the libraries that belong in one place, how
//! long a file may be, and where the two databases get different code.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Crates of ours that a crate may depend on. `cargo` refuses what a manifest does not name; this refuses to name it.
const LAW: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("clock", &["protocol"]),
    // What people read: words, not rules.
    ("texts", &["protocol"]),
    ("domain", &["protocol"]),
    // A device is linked into an app: it knows nothing of the server.
    ("client", &["protocol", "clock"]),
    ("picture", &["protocol", "domain"]),
    ("security", &["protocol"]),
    ("store", &["protocol", "clock", "domain"]),
    ("service", &["protocol", "clock", "domain", "security", "store"]),
    // Files are no database: `upload` brings both together.
    ("upload", &["protocol", "domain", "picture", "service", "store"]),
    ("server", &["protocol", "clock", "domain", "picture", "security", "service", "store", "texts", "upload"]),
    ("command", &["protocol", "clock", "client", "server"]),
    ("testkit", &[]),
    ("demo-data", &["protocol"]),
    ("demo", &["protocol", "clock", "domain", "picture", "service", "store", "client", "server", "demo-data", "command"]),
    ("bench", &["protocol", "clock", "domain", "store", "client", "server", "demo", "command"]),
];

/// Libraries that belong in some crates only.
const ONLY_IN: &[(&str, &[&str])] = &[
    // The types of `protocol` are columns behind its feature `diesel`; the file of a device is its own.
    ("diesel", &["store", "client", "protocol"]),
    ("pq-sys", &["store"]),
    ("libsqlite3-sys", &["store", "client"]),
    ("actix-web", &["server"]),
    ("actix-http", &["server"]),
    ("actix-server", &["server"]),
    ("actix-service", &["server"]),
    ("governor", &["server"]),
    ("utoipa", &["server", "protocol"]),
    ("object_store", &["upload"]),
    ("tokio", &["store", "upload", "server", "demo", "bench"]),
    ("rand", &["clock"]),
    ("jsonwebtoken", &["security"]),
    ("clap", &["demo", "bench"]),
];

/// Lines that a file may have before its tests.
const MAX_LINES: usize = 450;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[("crates/store/src/schema.rs", "one table after the other, nothing to read twice")];

/// Places where the two databases get different code. Raise it only with a reason that stands beside the fork.
const MAX_FORKS: usize = 4;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The names below `[dependencies]`, of this target or of all, without those for tests and builds.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            inside = section.ends_with("dependencies]") && !section.contains("dev-") && !section.contains("workspace");
        } else if inside && line.starts_with(|c: char| c.is_ascii_lowercase()) {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            found.insert(name.to_owned());
        }
    }
    found
}

/// Every crate of the workspace below `crates` with what it depends on.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| {
            let folder = entry.unwrap();
            let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
            (folder.file_name().to_string_lossy().into_owned(), dependencies(&manifest))
        })
        .collect()
}

/// Every dependency that the law does not know.
fn violations(crates: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, dependencies) in crates {
        let Some((_, allowed)) = LAW.iter().find(|(n, _)| n == name) else {
            found.push(format!("the law has no row for the crate `{name}`"));
            continue;
        };
        for dependency in dependencies {
            match dependency.strip_prefix("bazdid-") {
                Some(ours) if !allowed.contains(&ours) => found.push(format!("`{name}` must not depend on `{ours}`")),
                Some(_) => {}
                None if ONLY_IN.iter().any(|(library, places)| library == dependency && !places.contains(&name.as_str())) => {
                    found.push(format!("`{name}` must not depend on `{dependency}`"));
                }
                None => {}
            }
        }
    }
    found
}

fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            into.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(&root().join("src"), &mut found);
    for name in crates().keys() {
        sources(&root().join("crates").join(name).join("src"), &mut found);
    }
    found
}

/// Lines before the module of the tests.
fn lines(source: &str) -> usize {
    source.lines().take_while(|l| *l != "mod tests {").count()
}

/// How often a source has one text for each database.
fn forks(source: &str) -> usize {
    let code = source.lines().filter(|l| !l.trim_start().starts_with("//"));
    code.map(|l| l.matches("pg |").count() + l.matches("Conn::Pg").count()).sum()
}

#[test]
fn crates_depend_on_what_the_law_allows() {
    let crates = crates();
    assert_eq!(crates.len(), LAW.len(), "a row of the law for each crate");
    assert_eq!(violations(&crates), Vec::<String>::new());
}

#[test]
fn what_is_against_the_law_is_found() {
    let cases = [
        ("domain", "bazdid-store.workspace = true", 1),
        ("client", "bazdid-server = { workspace = true }", 1),
        ("service", "actix-web.workspace = true", 1),
        ("unheard-of", "", 1),
        ("service", "bazdid-store.workspace = true", 0),
    ];
    for (name, line, wanted) in cases {
        let manifest = format!("[package]\nname = \"x\"\n[dependencies]\n{line}\n[dev-dependencies]\nactix-web.workspace = true\n");
        let found = violations(&BTreeMap::from([(name.to_owned(), dependencies(&manifest))]));
        assert_eq!(found.len(), wanted, "{name}: {line}: {found:?}");
    }
}

#[test]
fn files_are_short() {
    let sources = all_sources();
    assert!(sources.len() > 300, "the sources were not found");
    for (name, source) in &sources {
        let (lines, longer) = (lines(source), LONGER.iter().any(|(f, _)| f == name));
        assert_eq!(lines > MAX_LINES, longer, "{name} has {lines} lines without tests; {MAX_LINES} are enough");
    }
}

/// Whether a source sets the state of a work order before its tests.
fn sets_the_state(source: &str) -> bool {
    let code = source.lines().take_while(|l| *l != "mod tests {").filter(|l| !l.trim_start().starts_with("//"));
    let sets = ["order.state = ", "{ state: WorkOrderState::", "row.state = "];
    code.into_iter().any(|line| sets.iter().any(|set| line.contains(set)))
}

#[test]
fn the_state_of_an_order_is_changed_in_one_place() {
    let rules = |name: &str| (name.starts_with("crates/domain/") || name.starts_with("crates/service/")) && !name.contains("/tests");
    let found: Vec<String> =
        all_sources().into_iter().filter(|(name, source)| rules(name) && sets_the_state(source)).map(|(name, _)| name).collect();
    assert_eq!(found, ["crates/domain/src/work_order_graph.rs"], "everything else asks `Mover::take`, which asks the table");
}

#[test]
fn the_databases_share_their_code() {
    let shared = |name: &str| name.starts_with("crates/store/") && !name.ends_with("/macros.rs") && !name.ends_with("/tx.rs");
    let forks: usize = all_sources().iter().filter(|(name, _)| shared(name)).map(|(_, source)| forks(source)).sum();
    assert!(forks <= MAX_FORKS, "{forks} forks between the databases; {MAX_FORKS} were agreed");
    assert!(forks > 0, "forks are not recognised any more");
}
