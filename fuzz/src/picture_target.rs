//! Any bytes at all, read and made smaller as a stored photo is. See `README.md`.

#![no_main]

use std::{fs, path::PathBuf};

use bazdid_picture::harm;

/// An empty folder that is named first gets sound pictures to begin with.
fn plant() {
    let named = std::env::args().skip(1).find(|a| !a.starts_with('-')).map(PathBuf::from);
    let Some(folder) = named.filter(|f| f.is_dir()) else { return };
    if fs::read_dir(&folder).expect("the folder can be read").next().is_none() {
        for (n, seed) in harm::seeds().iter().enumerate() {
            fs::write(folder.join(format!("seed-{n:02}")), seed).expect("the folder can be written");
        }
    }
}

libfuzzer_sys::fuzz_target!(init: plant(), |bytes: &[u8]| harm::check(bytes));
