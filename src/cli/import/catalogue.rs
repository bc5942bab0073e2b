//! `bazdid import catalogue`.

use std::path::PathBuf;

use crate::cli::import::{OfficeClient, read, run_of};
use bazdid_command::{Failure, out};
use bazdid_domain::catalogue::Catalogue;
use bazdid_protocol::error::Error;
use bazdid_service::{
    catalogue::{Existing, import_catalogue},
    import::table::MAX_BYTES,
};

/// Options of `import catalogue`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A catalogue file, JSON; the shipped catalogue of a 137 centre if absent.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Change what is there already to what the file says; without it, that is left alone.
    #[arg(long)]
    update: bool,
    /// Say what would happen; keep nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    let catalogue = match &args.file {
        None => Catalogue::shipped().map_err(|e| Error::internal("the shipped catalogue cannot be read").caused_by(e))?,
        Some(path) => {
            let text =
                String::from_utf8(read(path, MAX_BYTES)?).map_err(|_| Failure::said(format!("{} is not UTF-8 text", path.display())))?;
            Catalogue::parse(&text).map_err(|e| Failure::said(format!("{} is no catalogue: {e}", path.display())))?
        }
    };
    let existing = if args.update { Existing::Update } else { Existing::Keep };
    let (ctx, run) = (office.ctx.clone(), run_of(args.dry_run));
    let done = office.db.write_blocking(move |tx| import_catalogue(tx, &ctx, &catalogue, existing, run))?;
    let would = if args.dry_run { "would be " } else { "" };
    out(format_args!("catalogue: {} {would}created, {} {would}changed, {} left as they were", done.created, done.changed, done.unchanged));
    if args.dry_run {
        out("nothing was kept: this was a dry run");
    }
    Ok(())
}
