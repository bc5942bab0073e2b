//! `bazdid openapi`: the generated parts of the specification.

use std::path::{Path, PathBuf};

use bazdid_command::{Env, Failure, out};
use bazdid_server::http::{
    document::{self, schemas, typescript},
    v1::errors,
};

/// Options of `openapi`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bazdid openapi > openapi.json\n  bazdid openapi --write        in the project's folder, after a change of the API"
)]
pub struct Args {
    /// Write `openapi.json`, `errors.md`, `schemas/`, `types.d.ts` and `watermelon-schema.json` instead of printing the document.
    #[arg(long)]
    write: bool,
    /// Folder to write to.
    #[arg(long, default_value = "api-spec", value_name = "FOLDER")]
    folder: PathBuf,
}

/// Prints or writes the document.
///
/// # Errors
/// A file cannot be written.
pub fn run(args: &Args, _: &Env) -> Result<(), Failure> {
    let text = document::text()?;
    if !args.write {
        out(text.trim_end());
        return Ok(());
    }
    write(&args.folder, "openapi.json", &text)?;
    write(&args.folder, "errors.md", &errors::catalogue())?;
    write(&args.folder, "types.d.ts", &typescript::text()?)?;
    for (name, text) in schemas::files()? {
        write(&args.folder, &name, &text)?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(folder))
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|e| Failure::said(format!("cannot write {}: {e}", path.display())))?;
    out(format_args!("wrote {}", path.display()));
    Ok(())
}
