//! `bazdid import contracts`.

use crate::cli::import::{OfficeClient, TableArgs, progress, read, report::Report};
use bazdid_command::Failure;
use bazdid_service::import::{FileFault, Instants, Rejected, contract, reason, table::MAX_BYTES};

/// Options of `import contracts`.
#[derive(Debug, clap::Args)]
#[command(after_help = "One coverage a row; the columns of the contract stand in each of its rows:\n  \
    number,organisation,valid_from,valid_to,status,daily_capacity,area,category,descent,rank,coverage_capacity\n\
    organisation, area and category are codes; an empty category or * is everything. valid_to is the first day after the contract.")]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    let bytes = read(&args.table.file, MAX_BYTES)?;
    let said = |e: FileFault| Failure::said(format!("{}: {e}", args.table.file.display()));
    let mut table = contract::open(&bytes, &args.table.map).map_err(said)?;
    let instants = Instants::new(office.ctx.shared.settings.time_zone, args.table.date_format.clone());
    let (mut report, bar) = (Report::default(), progress(bytes.len()));
    while let Some(row) = table.next_row() {
        let refused = |line, key: &str, reason| Rejected { line, key: key.to_owned(), reason };
        let outcome = match row.map(|row| (row.line, contract::read(&table, &row, &instants))) {
            Err((line, reason)) | Ok((line, Err(reason))) => Err(refused(line, "", reason)),
            Ok((line, Ok(row))) => {
                let (ctx, number) = (office.ctx.clone(), row.number.clone());
                match office.write(args.table.run(), move |tx| contract::import(tx, &ctx, &row)) {
                    Ok(taken) => Ok(taken),
                    Err(e) if e.code.info().status < 500 => Err(refused(line, &number, reason(&e))),
                    Err(e) => return Err(e.into()),
                }
            }
        };
        report.add(outcome);
        bar.set_position(table.bytes_read());
    }
    bar.finish_and_clear();
    report.finish("contracts", args.table.run(), args.table.rejects.as_deref())
}
