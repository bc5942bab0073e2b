//! What the tests of several crates share. A dev-dependency only.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::{io::Write as _, path::PathBuf};

/// A file of the folder of real data that is not part of the project; nothing, and a line on the terminal, where it is not there.
/// `BAZDID_TEST_DATA` names the folder.
#[must_use]
pub fn real_data(file: &str) -> Option<PathBuf> {
    let near = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var("BAZDID_TEST_DATA").map_or_else(|_| near(), PathBuf::from).join(file);
    if path.exists() {
        return Some(path);
    }
    // Past the test harness, which shows the output of failed tests only.
    let mut terminal = std::io::stderr();
    writeln!(terminal, "skipped: no {}; BAZDID_TEST_DATA may name the folder of real data", path.display()).unwrap();
    None
}
