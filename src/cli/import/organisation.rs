//! `bazdid import organisations`.

use crate::cli::import::{OfficeClient, TableArgs, answered, each_row};
use bazdid_command::Failure;
use bazdid_service::import::{organisation, seen::Seen};

/// Options of `import organisations`.
#[derive(Debug, clap::Args)]
#[command(after_help = "One organisation a row; those above before those below:\n  \
    code,kind,name_fa,name_en,parent,state\n\
    kind is municipality, region_office, partner, contractor or emergency_group; parent is the code of the organisation above;\n\
    state is active or inactive. name_en, parent and state may be left out.")]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    const WHAT: &str = "organisations";
    let input = args.table.input(WHAT)?;
    let mut table = organisation::open(&input, &args.table.map).map_err(|fault| args.table.refuse(WHAT, &input, &fault))?;
    let (mut report, mut seen) = (args.table.new_report(WHAT), Seen::default());
    let run = args.table.run();
    each_row(&mut table, &mut report, |table, row| {
        let read = organisation::read(table, row).and_then(|row| organisation::agree(&mut seen, &row).map(|()| row));
        let row = match read {
            Ok(row) => row,
            Err(reason) => return Ok((String::new(), Err(reason))),
        };
        let (ctx, code) = (office.ctx.clone(), row.code.clone());
        Ok((code, answered(office.write(run, move |tx| organisation::import(tx, &ctx, &row)))?))
    })?;
    report.finish()
}
