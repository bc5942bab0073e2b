//! `bazdid import requests`.

use std::path::PathBuf;

use crate::cli::import::{DateArgs, OfficeClient, TableArgs, advance, progress, read};
use bazdid_command::Failure;
use bazdid_service::{
    Ctx,
    import::{
        Input, LineOutcome, Taken,
        category_map::CategoryMap,
        fault::MAX_BYTES,
        request::{CHUNK, RequestFile, RequestOptions, register, unread_phone},
        standing::{Standing, StatusWords},
    },
};

/// What the types of request of some cities mean: used where no other table is given.
const KNOWN_TYPES: &str = bazdid_demo_data::NYC_CATEGORIES;

/// Options of `import requests`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields for --map: source_ref, text, lat, lon, accuracy_m, category, created_at, status, closed_at, due_at, address, phone.\n\
    The table of categories has columns of the file and, last, \"category\" with a code of the catalogue; * stands for anything:\n  \
    complaint_type,descriptor,category\n  Street Condition,Pothole,roads.pothole\n  Street Condition,*,roads.resurfacing\n\
    An open row becomes a ticket that goes to contractors and inspectors; a closed one is filed with its history. --dry-run says how many\n\
    would go."
)]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
    #[command(flatten)]
    dates: DateArgs,
    /// What the words of the file mean, as a table.
    #[arg(long, value_name = "FILE")]
    category_map: Option<PathBuf>,
    /// Code of the category of rows that say nothing else.
    #[arg(long, value_name = "CODE")]
    category: Option<String>,
    /// What stands before the keys of this file, where keys of several systems could meet.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Rows that say nothing of their status are open: each becomes a live ticket.
    #[arg(long, conflicts_with = "closed")]
    open: bool,
    /// Rows that say nothing of their status are closed: nobody is asked to work on them.
    #[arg(long)]
    closed: bool,
    /// What a word of the status column means, where that is not plain; may be given several times.
    #[arg(long, value_name = "WORD=open|closed", value_parser = status_word)]
    status: Vec<(String, Standing)>,
}

fn status_word(text: &str) -> Result<(String, Standing), String> {
    let (word, standing) = text.rsplit_once('=').ok_or("expected WORD=open or WORD=closed")?;
    Ok((word.trim().to_owned(), standing.trim().parse().map_err(|_| "expected WORD=open or WORD=closed")?))
}

impl Args {
    fn standing(&self) -> Option<Standing> {
        match (self.open, self.closed) {
            (true, _) => Some(Standing::Open),
            (false, true) => Some(Standing::Closed),
            (false, false) => None,
        }
    }

    fn categories(&self) -> Result<CategoryMap, Failure> {
        let Some(path) = &self.category_map else {
            return CategoryMap::parse(KNOWN_TYPES).map_err(|fault| Failure::said(fault.to_string()));
        };
        let bytes = read(path, MAX_BYTES)?;
        // A table of one's own is often UTF-8 where the export of an old system is not.
        let encoding = self.table.encoding.as_deref().filter(|_| std::str::from_utf8(&bytes).is_err());
        let read = Input::new(bytes, encoding).and_then(|input| CategoryMap::parse(&input));
        read.map_err(|fault| Failure::said(format!("{}: {fault}", path.display())))
    }
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    const WHAT: &str = "requests";
    let input = args.table.input(WHAT)?;
    let options = RequestOptions {
        map: args.table.map.clone(),
        categories: args.categories()?,
        default_category: args.category.clone(),
        source: args.source.clone(),
        instants: args.dates.instants(office),
        standing: args.standing(),
        status_words: StatusWords::new(&args.status),
    };
    let reference = office.db.read_blocking(|tx| office.ctx.reference(tx))?;
    let mut file = RequestFile::open(&input, options, &reference).map_err(|fault| args.table.refuse(WHAT, &input, &fault))?;
    // The system itself registers them: an import is nobody's own call.
    let ctx = Ctx { actor: None, ..office.ctx.clone() };
    let (mut report, bar) = (args.table.new_report(WHAT), progress(file.progress()));
    report.dispatch(0);
    while let Some(chunk) = file.next_chunk(CHUNK) {
        chunk.answered.into_iter().for_each(|line| report.add(line));
        let (by, rows) = (ctx.clone(), chunk.requests.clone());
        let answers = office.write(args.table.run(), move |tx| register(tx, &by, &rows)).map_err(|e| report.break_off(e.into()))?;
        for (row, answer) in chunk.requests.iter().zip(answers) {
            report.dispatch(usize::from(row.is_open() && answer == Ok(Taken::Created)));
            let key = row.ticket.new.source_ref.as_deref().unwrap_or_default();
            report.add(LineOutcome::of(row.line, key, answer).noting(unread_phone(&ctx, row).map(|told| told.reason)));
        }
        advance(&bar, file.progress());
        bar.set_message(format!("{} lines", report.len()));
    }
    bar.finish_and_clear();
    report.finish()
}
