//! What is said after an import: counts, the reasons of refusals, a file of the refused rows, a report for machines.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::Serialize;

use bazdid_command::{Failure, out};
use bazdid_service::{
    area::Run,
    import::{FileFault, Input, LineOutcome, Outcome, Rejected, table::lines_below_heading},
};

/// Reasons of refusals that are shown on the terminal; all of them go into the files.
const SHOWN: usize = 10;
/// Lines that are named for each reason.
const LINES: usize = 5;

/// Where an import is reported beside the terminal.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct ReportArgs {
    /// Write the counts and what became of each line to a file, as JSON; also of a dry run and of a file that is refused as a whole.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What became of the lines of a file.
#[derive(Debug)]
pub(super) struct Report {
    what: &'static str,
    run: Run,
    args: ReportArgs,
    rejects: Option<PathBuf>,
    rows: Vec<LineOutcome>,
    /// Tickets that go to contractors and inspectors; absent for other files.
    dispatched: Option<usize>,
}

#[derive(Serialize)]
struct Document<'r> {
    lines: usize,
    created: usize,
    known: usize,
    refused: usize,
    ignored: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispatched: Option<usize>,
    dry_run: bool,
    /// Why the file was refused as a whole.
    fault: Option<&'r str>,
    rows: Vec<DocumentRow<'r>>,
}

#[derive(Serialize)]
struct DocumentRow<'r> {
    line: u64,
    outcome: Outcome,
    reason: Option<&'r str>,
}

impl Report {
    /// An empty one.
    pub(super) fn new(what: &'static str, run: Run, args: &ReportArgs, rejects: Option<&Path>) -> Self {
        Self { what, run, args: args.clone(), rejects: rejects.map(Path::to_path_buf), rows: Vec::new(), dispatched: None }
    }

    /// Counts a line.
    pub(super) fn add(&mut self, outcome: LineOutcome) {
        self.rows.push(outcome);
    }

    /// Counts a ticket that goes to contractors and inspectors; `none` are still counted as none.
    pub(super) fn dispatch(&mut self, tickets: usize) {
        self.dispatched = Some(self.dispatched.unwrap_or_default() + tickets);
    }

    /// Lines so far.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.rows.iter().filter(|r| r.outcome == outcome).count()
    }

    /// Reports a file that is refused as a whole: every line of it that says something is refused for the one reason.
    pub(super) fn refuse_file(mut self, file: &Path, input: Option<&Input>, fault: &FileFault) -> Failure {
        let said = fault.to_string();
        self.rows = input
            .map(lines_below_heading)
            .unwrap_or_default()
            .into_iter()
            .map(|(line, blank)| refused_or_blank(line, blank, &said))
            .collect();
        match self.write_files(Some(&said)) {
            Ok(()) => Failure::said(format!("{}: {said}", file.display())),
            Err(failure) => failure,
        }
    }

    /// Tells of a row that was taken without a part of it.
    pub(super) fn note(&mut self, told: Rejected) {
        if let Some(row) = self.rows.iter_mut().rfind(|row| row.line == told.line) {
            *row = row.clone().noting(Some(told.reason));
        }
    }

    /// Reports that nothing was kept of a file whose lines were looked at: each one keeps its outcome.
    pub(super) fn refuse_all(self, fault: &str) -> Failure {
        match self.write_files(Some(fault)) {
            Ok(()) => Failure::said(fault),
            Err(failure) => failure,
        }
    }

    /// Writes what became of the lines before one at which the import breaks off: they are kept.
    pub(super) fn break_off(&mut self, failure: Failure) -> Failure {
        self.rows.sort_by_key(|r| r.line);
        self.print_counts();
        if let Err(unwritten) = self.write_files(Some(&format!("the import broke off: {}", failure.text()))) {
            out(unwritten.text());
        }
        failure
    }

    /// Prints the counts and the refusals, writes the files.
    ///
    /// # Errors
    /// A file cannot be written, or a row was refused.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        // Blank lines and rows that were told by reading alone stand among the others.
        self.rows.sort_by_key(|r| r.line);
        self.print_counts();
        self.finish_counted()
    }

    fn print_counts(&self) {
        let dry = self.run == Run::Dry;
        let (lines, refused, ignored) = (self.rows.len(), self.count(Outcome::Refused), self.count(Outcome::Ignored));
        let (created, known) = (self.count(Outcome::Created), self.count(Outcome::Known));
        let made = if dry { "would be created" } else { "created" };
        let blank = if ignored == 0 { String::new() } else { format!(", {ignored} ignored") };
        out(format_args!("{}: {lines} lines: {created} {made}, {known} known already, {refused} refused{blank}", self.what));
        if let Some(dispatched) = self.dispatched {
            let goes = if dry { "would go" } else { "went" };
            out(format_args!(
                "  {dispatched} of them {goes} to contractors and inspectors, {} are filed as closed",
                created.saturating_sub(dispatched)
            ));
        }
    }

    /// Prints the refusals, where the counts were printed already, and writes the files.
    ///
    /// # Errors
    /// A file cannot be written, or a row was refused.
    pub(super) fn finish_counted(self) -> Result<(), Failure> {
        let (lines, refused) = (self.rows.len(), self.count(Outcome::Refused));
        let taken = self.count(Outcome::Created) + self.count(Outcome::Known);
        print_reasons(self.rows.iter().filter(|r| r.outcome == Outcome::Refused), self.rejects.is_some() || self.args.report.is_some());
        print_reasons(
            self.rows.iter().filter(|r| r.is_partial() || (r.outcome == Outcome::Created && r.reason.is_some())),
            self.args.report.is_some(),
        );
        self.write_files(None)?;
        if self.run == Run::Dry {
            out("nothing was kept: this was a dry run");
        }
        match (refused, taken) {
            (0, _) => Ok(()),
            (_, 0) => Err(Failure::said("no row could be taken")),
            (refused, _) => Err(Failure::said(format!("{refused} of {lines} lines were refused; the others were taken"))),
        }
    }

    fn write_files(&self, fault: Option<&str>) -> Result<(), Failure> {
        let cannot = |path: &Path, e: &dyn std::fmt::Display| Failure::said(format!("cannot write {}: {e}", path.display()));
        if let Some(path) = &self.rejects {
            write_rejects(path, &self.rows).map_err(|e| cannot(path, &e))?;
            out(format_args!("the refused rows stand in {}", path.display()));
        }
        if let Some(path) = &self.args.report {
            self.write_report(path, fault).map_err(|e| cannot(path, &e))?;
            out(format_args!("what became of each line stands in {}", path.display()));
        }
        Ok(())
    }

    fn write_report(&self, path: &Path, fault: Option<&str>) -> std::io::Result<()> {
        let document = Document {
            lines: self.rows.len(),
            created: self.count(Outcome::Created),
            known: self.count(Outcome::Known),
            refused: self.count(Outcome::Refused),
            ignored: self.count(Outcome::Ignored),
            dispatched: self.dispatched,
            dry_run: self.run == Run::Dry,
            fault,
            rows: self.rows.iter().map(|r| DocumentRow { line: r.line, outcome: r.outcome, reason: r.reason.as_deref() }).collect(),
        };
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        serde_json::to_writer(&mut file, &document)?;
        file.write_all(b"\n")?;
        file.flush()
    }
}

fn refused_or_blank(line: u64, blank: bool, said: &str) -> LineOutcome {
    if blank {
        LineOutcome::blank(line)
    } else {
        LineOutcome { line, key: String::new(), outcome: Outcome::Refused, reason: Some(said.to_owned()) }
    }
}

/// Prints each kind of refusal once, with how often it came and the first lines that had it.
fn print_reasons<'r>(refused: impl Iterator<Item = &'r LineOutcome>, in_file: bool) {
    let mut kinds: BTreeMap<String, Vec<&LineOutcome>> = BTreeMap::new();
    for row in refused {
        kinds.entry(kind_of(row.reason.as_deref().unwrap_or_default())).or_default().push(row);
    }
    let mut kinds: Vec<_> = kinds.into_values().collect();
    kinds.sort_by_key(|rows| (std::cmp::Reverse(rows.len()), rows.first().map(|r| r.line)));
    for rows in kinds.iter().take(SHOWN) {
        let Some(first) = rows.first() else { continue };
        let reason = first.reason.as_deref().unwrap_or_default();
        let key = if first.key.is_empty() || reason.contains(&first.key) { String::new() } else { format!(" ({})", first.key) };
        if rows.len() == 1 {
            out(format_args!("  line {}{key}: {reason}", first.line));
        } else {
            let lines: Vec<String> = rows.iter().take(LINES).map(|r| r.line.to_string()).collect();
            let more = if rows.len() > LINES { ", …" } else { "" };
            out(format_args!("  {} × such as line {}{key}: {reason} (lines {}{more})", rows.len(), first.line, lines.join(", ")));
            if let Some(words) = most_quoted(rows) {
                out(format_args!("      most often: {words}"));
            }
        }
    }
    if kinds.len() > SHOWN {
        let hint = if in_file { "" } else { "; --rejects FILE writes all refused rows" };
        out(format_args!("  … and {} more reasons{hint}", kinds.len() - SHOWN));
    }
}

/// What reasons of one kind quote most often: the words that a table of categories lacks, for example. Nothing if it is one word, or
/// if no two rows have the same.
fn most_quoted(rows: &[&LineOutcome]) -> Option<String> {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for word in rows.iter().filter_map(|r| r.reason.as_deref()?.split('"').nth(1)) {
        *words.entry(word).or_default() += 1;
    }
    let mut words: Vec<_> = words.into_iter().collect();
    words.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    let most = words.first().map_or(0, |(_, count)| *count);
    let told = words.iter().take(LINES).map(|(word, count)| format!("\"{word}\" ({count})")).collect::<Vec<_>>().join(", ");
    (words.len() > 1 && most > 1).then(|| if words.len() > LINES { format!("{told}, …") } else { told })
}

/// A reason without what it quotes and counts: a wrong mapping gives the same one in every line.
pub(super) fn kind_of(reason: &str) -> String {
    let mut quoted = false;
    let visible = reason.chars().filter(|c| {
        let mark = *c == '"';
        quoted ^= mark;
        !quoted && !mark && !c.is_ascii_digit()
    });
    visible.collect()
}

fn write_rejects(path: &Path, rows: &[LineOutcome]) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(["line", "key", "reason"])?;
    for LineOutcome { line, key, reason, .. } in rows.iter().filter(|r| r.outcome == Outcome::Refused) {
        writer.write_record([line.to_string().as_str(), key, reason.as_deref().unwrap_or_default()])?;
    }
    Ok(writer.flush()?)
}
