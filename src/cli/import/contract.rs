//! `bazdid import contracts`.

use crate::cli::import::{DateArgs, Made, OfficeClient, TableArgs, answered, each_row};
use bazdid_command::Failure;
use bazdid_service::import::{contract, seen::Seen};

/// Options of `import contracts`.
#[derive(Debug, clap::Args)]
#[command(after_help = "One coverage a row; the columns of the contract stand in each of its rows:\n  \
    number,organisation,valid_from,valid_to,status,daily_capacity,area,category,descent,rank,coverage_capacity\n\
    organisation, area and category are codes; an empty category or * is everything. valid_to is the first day after the contract.\n\
    A status, capacity, descent or rank that is left out stays as it is; a new contract is active.")]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
    #[command(flatten)]
    dates: DateArgs,
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    const WHAT: &str = "contracts";
    let input = args.table.input(WHAT)?;
    let opened = contract::open(&input, &args.table.map, args.dates.instants(office));
    let (mut table, instants) = opened.map_err(|fault| args.table.refuse(WHAT, &input, &fault))?;
    let (mut report, mut seen, mut made) = (args.table.new_report(WHAT), Seen::default(), Made::default());
    each_row(&mut table, &mut report, |table, row| {
        let read = contract::read(table, row, &instants).and_then(|row| contract::agree(&mut seen, &row).map(|()| row));
        let row = match read {
            Ok(row) => row,
            Err(reason) => return Ok((String::new(), Err(reason))),
        };
        let (ctx, number) = (office.ctx.clone(), row.number.clone());
        let answer = answered(office.write(args.table.run(), move |tx| contract::import(tx, &ctx, &row)))?;
        Ok((number.clone(), answer.map(|taken| made.first(&number, taken))))
    })?;
    report.finish()
}
