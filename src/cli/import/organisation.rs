//! `bazdid import organisations`.

use std::collections::BTreeMap;

use crate::cli::import::{OfficeClient, TableArgs, answered, each_row};
use bazdid_command::Failure;
use bazdid_service::{
    area::Run,
    import::{Table, Taken, organisation, reason, seen::Seen},
};

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
    let mut planned = match args.table.run() {
        Run::Dry => plan(office, table.clone()).map_err(|failure| report.break_off(failure))?,
        Run::Real => BTreeMap::new(),
    };
    each_row(&mut table, &mut report, |table, row| {
        let read = organisation::read(table, row).and_then(|row| organisation::agree(&mut seen, &row).map(|()| row));
        let row = match read {
            Ok(row) => row,
            Err(reason) => return Ok((String::new(), Err(reason))),
        };
        let (ctx, code) = (office.ctx.clone(), row.code.clone());
        let answer = match planned.remove(&row.line) {
            Some(answer) => answer,
            None => answered(office.write(args.table.run(), move |tx| organisation::import(tx, &ctx, &row)))?,
        };
        Ok((code, answer))
    })?;
    report.finish()
}

/// What would become of each line: a dry run keeps no row, and the organisation above may be one of the file. All rows go into one transaction that
/// is taken back.
fn plan(office: &OfficeClient, mut table: Table<'_>) -> Result<BTreeMap<u64, Result<Taken, String>>, Failure> {
    let (mut rows, mut seen) = (Vec::new(), Seen::default());
    while let Some(row) = table.next_row() {
        let read = row.ok().and_then(|row| organisation::read(&table, &row).ok());
        rows.extend(read.filter(|row| organisation::agree(&mut seen, row).is_ok()));
    }
    let ctx = office.ctx.clone();
    Ok(office.write(Run::Dry, move |tx| {
        let mut answers = BTreeMap::new();
        for row in &rows {
            let answer = match organisation::import(tx, &ctx, row) {
                Ok(taken) => Ok(taken),
                Err(e) if e.code.info().status < 500 => Err(reason(&e)),
                Err(e) => return Err(e),
            };
            answers.insert(row.line, answer);
        }
        Ok(answers)
    })?)
}
