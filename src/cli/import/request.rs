//! `bazdid import requests`.

use std::path::PathBuf;

use crate::cli::import::{OfficeClient, TableArgs, progress, read, report::Report};
use bazdid_command::Failure;
use bazdid_service::{
    Ctx,
    import::{
        Instants,
        request::{CHUNK, CategoryMap, RequestFile, RequestOptions, register, unread_phone},
        table::MAX_BYTES,
    },
};

/// What the types of request of some cities mean: used where no other table is given.
const KNOWN_TYPES: &str = bazdid_demo_data::NYC_CATEGORIES;

/// Options of `import requests`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Fields for --map: source_ref, text, lat, lon, accuracy_m, category, created_at, address, phone.\n\
    The table of categories has columns of the file and, last, \"category\" with a code of the catalogue; * stands for anything:\n  \
    complaint_type,descriptor,category\n  Street Condition,Pothole,roads.pothole\n  Street Condition,*,roads.resurfacing")]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
    /// What the words of the file mean, as a table.
    #[arg(long, value_name = "FILE")]
    category_map: Option<PathBuf>,
    /// Code of the category of rows that say nothing else.
    #[arg(long, value_name = "CODE")]
    category: Option<String>,
    /// What stands before the keys of this file, where keys of several systems could meet.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    let bytes = read(&args.table.file, MAX_BYTES)?;
    let map = match &args.category_map {
        None => KNOWN_TYPES.to_owned(),
        Some(path) => {
            String::from_utf8(read(path, MAX_BYTES)?).map_err(|_| Failure::said(format!("{} is not UTF-8 text", path.display())))?
        }
    };
    let said = |e: bazdid_service::import::FileFault| Failure::said(format!("{}: {e}", args.table.file.display()));
    let options = RequestOptions {
        map: args.table.map.clone(),
        categories: CategoryMap::parse(&map).map_err(said)?,
        default_category: args.category.clone(),
        source: args.source.clone(),
        instants: Instants::new(office.ctx.shared.settings.time_zone, args.table.date_format.clone()),
    };
    let reference = office.db.read_blocking(|tx| office.ctx.reference(tx))?;
    let mut file = RequestFile::open(&bytes, options, &reference).map_err(said)?;
    // The system itself registers them: an import is nobody's own call.
    let ctx = Ctx { actor: None, ..office.ctx.clone() };
    let (mut report, bar) = (Report::default(), progress(bytes.len()));
    loop {
        let (rows, refused) = file.next_chunk(CHUNK);
        if rows.is_empty() && refused.is_empty() {
            break;
        }
        refused.into_iter().for_each(|r| report.add(Err(r)));
        rows.iter().filter_map(|row| unread_phone(&ctx, row)).for_each(|n| report.note(n));
        let ctx = ctx.clone();
        for outcome in office.write(args.table.run(), move |tx| register(tx, &ctx, &rows))? {
            report.add(outcome);
        }
        bar.set_position(file.bytes_read());
        bar.set_message(format!("{} rows", report.rows()));
    }
    bar.finish_and_clear();
    report.finish("requests", args.table.run(), args.table.rejects.as_deref())
}
