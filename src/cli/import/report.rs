//! What is said after an import: counts, the reasons of refusals, a file of the refused rows.

use std::{collections::BTreeMap, path::Path};

use bazdid_command::{Failure, out};
use bazdid_service::{
    area::Run,
    import::{Rejected, Taken},
};

/// Refused rows that are shown on the terminal; all of them go into the file.
const SHOWN: usize = 10;

/// Counts of an import.
#[derive(Debug, Default)]
pub(super) struct Report {
    created: usize,
    changed: usize,
    unchanged: usize,
    refused: Vec<Rejected>,
    /// Rows that were taken without a part of them.
    notes: Vec<Rejected>,
}

impl Report {
    /// Counts a row.
    pub(super) fn add(&mut self, outcome: Result<Taken, Rejected>) {
        match outcome {
            Ok(Taken::Created) => self.created += 1,
            Ok(Taken::Changed) => self.changed += 1,
            Ok(Taken::Unchanged) => self.unchanged += 1,
            Err(rejected) => self.refused.push(rejected),
        }
    }

    /// Keeps what is to be told of a row that is taken without a part of it.
    pub(super) fn note(&mut self, note: Rejected) {
        self.notes.push(note);
    }

    /// Rows so far.
    pub(super) fn rows(&self) -> usize {
        self.created + self.changed + self.unchanged + self.refused.len()
    }

    /// Prints the counts and the refusals, writes the file of refusals.
    ///
    /// # Errors
    /// The file cannot be written, or not a single row could be taken.
    pub(super) fn finish(self, what: &str, run: Run, rejects: Option<&Path>) -> Result<(), Failure> {
        let made = if run == Run::Dry { "would be created" } else { "created" };
        let (rows, refused) = (self.rows(), self.refused.len());
        out(format_args!(
            "{what}: {rows} rows: {} {made}, {} changed, {} as they were, {refused} refused",
            self.created, self.changed, self.unchanged
        ));
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for rejected in &self.refused {
            *reasons.entry(&rejected.reason).or_default() += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
        for (reason, count) in reasons.iter().take(SHOWN).filter(|_| refused > SHOWN) {
            out(format_args!("  {count:>6} × {reason}"));
        }
        for Rejected { line, key, reason } in self.refused.iter().take(SHOWN) {
            out(format_args!("  line {line}{}: {reason}", if key.is_empty() { String::new() } else { format!(" ({key})") }));
        }
        if refused > SHOWN {
            out(format_args!(
                "  … and {} more{}",
                refused - SHOWN,
                if rejects.is_some() { "" } else { "; --rejects FILE writes all of them" }
            ));
        }
        for Rejected { line, key, reason } in self.notes.iter().take(SHOWN) {
            out(format_args!("  line {line}{}: {reason}", if key.is_empty() { String::new() } else { format!(" ({key})") }));
        }
        if self.notes.len() > SHOWN {
            out(format_args!("  … and {} more were taken without their phone", self.notes.len() - SHOWN));
        }
        if let Some(path) = rejects {
            write(path, &self.refused).map_err(|e| Failure::said(format!("cannot write {}: {e}", path.display())))?;
            out(format_args!("the refused rows stand in {}", path.display()));
        }
        if run == Run::Dry {
            out("nothing was kept: this was a dry run");
        }
        if rows > 0 && refused == rows { Err(Failure::said("no row could be taken")) } else { Ok(()) }
    }
}

fn write(path: &Path, refused: &[Rejected]) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(["line", "key", "reason"])?;
    for Rejected { line, key, reason } in refused {
        writer.write_record([line.to_string().as_str(), key, reason])?;
    }
    Ok(writer.flush()?)
}
