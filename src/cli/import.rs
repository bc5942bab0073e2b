//! `bazdid import`: areas, the catalogue, requests, accounts and contracts from files, straight into the database.
//!
//! Safe to run twice. A dry run does all that the real one does and keeps nothing. A row that is refused is told with its line and
//! the reason; the others are taken.

mod account;
mod area;
mod catalogue;
mod contract;
mod organisation;
mod report;
mod request;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::office::OfficeClient;
use bazdid_command::{Env, Failure, out};
use bazdid_protocol::error::Result;
use bazdid_service::{
    area::Run,
    import::{DateFormat, FileFault, Input, Instants, LineOutcome, Rejected, Table, Taken, fault::MAX_BYTES, reason, table::Row},
};

use report::{Report, ReportArgs};

/// Options of `import`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    bazdid import catalogue                                    the categories of a 137 centre, Persian and English\n  \
    bazdid import areas districts.geojson --code BoroCD --name-en boro_name --kind district --source \"NYC Open Data\"\n  \
    bazdid import accounts people.csv --passwords-out passwords.csv\n  \
    bazdid import contracts contracts.csv --dry-run\n  \
    bazdid import requests calls.xlsx --open --category roads.pothole --dry-run --report report.json\n  \
    bazdid import requests archive.csv --map text=descriptor --category-map types.csv --rejects refused.csv\n\n\
    Giving a file again changes nothing: areas and accounts are known by code and login, contracts by number, requests by their key.\n\
    The exit code is 1 if a row was refused; the others are taken.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Areas with their outlines, from GeoJSON.
    Areas(area::Args),
    /// Organisations, categories and checklists, from JSON; the shipped ones if no file is given.
    Catalogue(catalogue::Args),
    /// Organisations, contractors above all, from a table.
    Organisations(organisation::Args),
    /// Service requests of another system, from a table: open ones become tickets with their work, closed ones are filed.
    Requests(request::Args),
    /// Accounts with their grants, from a table.
    Accounts(account::Args),
    /// Contracts with what they cover, from a table.
    Contracts(contract::Args),
}

/// What every import from a table can be told.
#[derive(Debug, Clone, clap::Args)]
struct TableArgs {
    /// The file: comma, semicolon or tab between the columns, or a spreadsheet (.xlsx), of which the first sheet is read.
    file: PathBuf,
    /// Say what would happen; keep nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write the refused rows with line and reason to a file.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArgs,
    /// Which column holds what, where the usual names do not do; several columns are joined by +.
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = pair)]
    map: Vec<(String, String)>,
    /// How the file is encoded if it is not UTF-8 or UTF-16, such as windows-1256.
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
}

/// How dates of a table are written.
#[derive(Debug, Clone, clap::Args)]
struct DateArgs {
    /// How dates are written: day-first or month-first where they end with the year, or a format as of strftime such as %d.%m.%Y, which
    /// is tried before the usual ways. A year from 1200 to 1500 is always Jalali.
    #[arg(long, value_name = "FORMAT", value_parser = clap::value_parser!(DateFormat))]
    date_format: Option<DateFormat>,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (field, column) = text.split_once('=').ok_or("expected FIELD=COLUMN")?;
    Ok((field.trim().to_owned(), column.trim().to_owned()))
}

impl TableArgs {
    const fn run(&self) -> Run {
        run_of(self.dry_run)
    }

    fn new_report(&self, what: &'static str) -> Report {
        Report::new(what, self.run(), &self.report, self.rejects.as_deref())
    }

    /// The bytes of the file, decoded or unpacked.
    fn input(&self, what: &'static str) -> std::result::Result<Input, Failure> {
        let bytes = read(&self.file, MAX_BYTES)?;
        let input =
            Input::new(bytes, self.encoding.as_deref()).map_err(|fault| self.new_report(what).refuse_file(&self.file, None, &fault))?;
        if let Input::Sheet { name, others, .. } = &input
            && !others.is_empty()
        {
            out(format_args!("the sheet \"{name}\" is read; not read: {}", others.join(", ")));
        }
        Ok(input)
    }

    /// How a file that cannot be used is reported.
    fn refuse(&self, what: &'static str, input: &Input, fault: &FileFault) -> Failure {
        self.new_report(what).refuse_file(&self.file, Some(input), fault)
    }
}

impl DateArgs {
    fn instants(&self, office: &OfficeClient) -> Instants {
        Instants::new(office.ctx.shared.settings.time_zone, self.date_format.clone())
    }
}

/// What a flag means.
const fn run_of(dry_run: bool) -> Run {
    if dry_run { Run::Dry } else { Run::Real }
}

/// Imports.
///
/// # Errors
/// The configuration has faults, the database cannot be reached, the file cannot be used, or a row of it was refused.
pub fn run(args: &Args, env: &Env) -> std::result::Result<(), Failure> {
    let office = OfficeClient::open(env)?;
    match &args.what {
        What::Areas(args) => area::run(args, &office),
        What::Catalogue(args) => catalogue::run(args, &office),
        What::Organisations(args) => organisation::run(args, &office),
        What::Requests(args) => request::run(args, &office),
        What::Accounts(args) => account::run(args, &office),
        What::Contracts(args) => contract::run(args, &office),
    }
}

/// The bytes of a file that is not larger than is read.
fn read(path: &Path, most: usize) -> std::result::Result<Vec<u8>, Failure> {
    let fault = |e: std::io::Error| Failure::said(format!("cannot read {}: {e}", path.display()));
    let size = std::fs::metadata(path).map_err(fault)?.len();
    if size > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Failure::said(format!("{} has {size} bytes; at most {most} are read: split it", path.display())));
    }
    std::fs::read(path).map_err(fault)
}

/// Takes the rows of a table one by one, each in a transaction of its own; lines that cannot be read are reported, and so are the lines before one
/// at which the import breaks off.
fn each_row(
    table: &mut Table<'_>,
    report: &mut Report,
    mut take: impl FnMut(&Table<'_>, &Row) -> std::result::Result<(String, std::result::Result<Taken, String>), Failure>,
) -> std::result::Result<(), Failure> {
    let bar = progress(table.progress());
    while let Some(row) = table.next_row() {
        let (line, key, answer) = match row {
            Err((line, reason)) => (line, String::new(), Err(reason)),
            Ok(row) => {
                let (key, answer) = take(table, &row).map_err(|failure| report.break_off(failure))?;
                (row.line, key, answer)
            }
        };
        report.add(LineOutcome::of(line, &key, answer.map_err(|reason| Rejected { line, key: key.clone(), reason })));
        advance(&bar, table.progress());
    }
    table.take_blank().into_iter().for_each(|line| report.add(LineOutcome::blank(line)));
    bar.finish_and_clear();
    Ok(())
}

/// An answer of a use case, with its refusal as a reason; anything else ends the import.
fn answered<T>(result: Result<T>) -> std::result::Result<std::result::Result<T, String>, Failure> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(e) if e.code.info().status < 500 => Ok(Err(reason(&e))),
        Err(e) => Err(e.into()),
    }
}

/// In a dry run each row is taken back before the next: what an earlier row would have made is only changed by a later one.
#[derive(Debug, Default)]
struct Made(std::collections::BTreeSet<String>);

impl Made {
    fn first(&mut self, key: &str, taken: Taken) -> Taken {
        if taken == Taken::Created && !self.0.insert(key.to_owned()) { Taken::Changed } else { taken }
    }
}

/// A bar over a file; it shows only on a terminal.
fn progress((at, all): (usize, usize)) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(all).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}  {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    advance(&bar, (at, all));
    bar
}

fn advance(bar: &ProgressBar, (at, _): (usize, usize)) {
    bar.set_position(u64::try_from(at).unwrap_or(u64::MAX));
}
