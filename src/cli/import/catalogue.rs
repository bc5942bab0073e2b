//! `bazdid import catalogue`.

use std::path::PathBuf;

use crate::cli::import::{
    OfficeClient, read,
    report::{Report, ReportArgs},
    run_of,
};
use bazdid_command::{Failure, out};
use bazdid_domain::catalogue::{Catalogue, MUNICIPALITY};
use bazdid_protocol::error::Error;
use bazdid_service::{
    area::Run,
    catalogue::{CatalogueImport, Existing, count, import_entries},
    import::{LineOutcome, Outcome, Taken, fault::MAX_BYTES, reason},
};
use bazdid_store as store;

/// Options of `import catalogue`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a file, the shipped catalogue of a 137 centre is taken; the municipality gets the name that is given, or is asked for on\n\
    a terminal. A checklist comes by a file with \"checklists\"; see docs/first-city.md.\n\
    In a report, lines count the organisations, then the checklists, then the categories, from 1."
)]
pub struct Args {
    /// A catalogue file, JSON; the shipped catalogue of a 137 centre if absent.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Persian name of the municipality, such as «شهرداری اراک».
    #[arg(long, value_name = "NAME")]
    municipality_fa: Option<String>,
    /// English name of the municipality, such as "Municipality of Arak".
    #[arg(long, value_name = "NAME")]
    municipality_en: Option<String>,
    /// Change what is there already to what the file says; without it, that is left alone.
    #[arg(long)]
    update: bool,
    /// Say what would happen; keep nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

impl Args {
    /// The names of the municipality: as given, or asked for where nothing says them yet and somebody is there to ask.
    fn municipality(&self, office: &OfficeClient) -> Result<(Option<String>, Option<String>), Failure> {
        let given = (self.municipality_fa.clone(), self.municipality_en.clone());
        if given.0.is_some() || given.1.is_some() || self.file.is_some() {
            return Ok(given);
        }
        let known = office.db.read_blocking(|tx| store::organisation::find_organisation_by_code(tx, MUNICIPALITY))?;
        let terminal = console::Term::stderr();
        if known.is_some() || !terminal.is_term() || !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
            return Ok(given);
        }
        let ask = |what: &str| {
            let asked = terminal.write_str(what).and_then(|()| terminal.read_line());
            let answer = asked.map_err(|e| Failure::said(format!("the terminal gives no answer: {e}")))?;
            Ok::<_, Failure>(Some(answer.trim().to_owned()).filter(|a| !a.is_empty()))
        };
        Ok((ask("Persian name of the municipality (empty: شهرداری): ")?, ask("English name (empty: Municipality): ")?))
    }
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    let mut catalogue = match &args.file {
        None => Catalogue::shipped().map_err(|e| Error::internal("the shipped catalogue cannot be read").caused_by(e))?,
        Some(path) => {
            let text =
                String::from_utf8(read(path, MAX_BYTES)?).map_err(|_| Failure::said(format!("{} is not UTF-8 text", path.display())))?;
            match Catalogue::parse(&text) {
                Ok(catalogue) => catalogue,
                Err(e) => {
                    let report = Report::new("catalogue", run_of(args.dry_run), &args.report, None);
                    return Err(report.refuse_all(&format!("{} is no catalogue: {e}", path.display())));
                }
            }
        }
    };
    let (name_fa, name_en) = args.municipality(office)?;
    let named = name_fa.is_some() || name_en.is_some();
    if named && !catalogue.name_municipality(name_fa.as_deref(), name_en.as_deref()) {
        return Err(Failure::said(format!("the catalogue has no organisation \"{MUNICIPALITY}\" to give a name to")));
    }
    let existing = if args.update { Existing::Update } else { Existing::Keep };
    let (ctx, run, wanted) = (office.ctx.clone(), run_of(args.dry_run), catalogue.clone());
    let result = office.write(run, move |tx| {
        let mut done = import_entries(tx, &ctx, &wanted, existing, Run::Real)?;
        if named && existing == Existing::Keep {
            // A name that was given is wanted, whatever is there.
            let again = import_entries(tx, &ctx, &wanted.municipality_alone(), Existing::Update, Run::Real)?;
            let at = wanted.organisations.iter().position(|o| o.code == MUNICIPALITY);
            if let (Some(Taken::Changed), Some(entry)) =
                (again.first(), at.and_then(|at| done.get_mut(at)).filter(|d| **d == Taken::Unchanged))
            {
                *entry = Taken::Changed;
            }
        }
        Ok(done)
    });
    let mut report = Report::new("catalogue", run, &args.report, None);
    let codes = catalogue.codes();
    let done = match result {
        Ok(done) => done,
        Err(e) if e.code.info().status < 500 => {
            for (line, code) in (1..).zip(codes) {
                report.add(LineOutcome { line, key: code.to_owned(), outcome: Outcome::Refused, reason: Some(reason(&e)) });
            }
            report.refuse_all("nothing was imported");
            return Err(e.into());
        }
        Err(e) => return Err(e.into()),
    };
    show(&done, args.dry_run);
    for ((line, code), taken) in (1..).zip(codes).zip(done) {
        report.add(LineOutcome::of(line, code, Ok(taken)));
    }
    report.finish_counted()
}

fn show(done: &[Taken], dry: bool) {
    let would = if dry { "would be " } else { "" };
    let CatalogueImport { created, changed, unchanged } = count(done);
    out(format_args!("catalogue: {created} {would}created, {changed} {would}changed, {unchanged} left as they were"));
}
