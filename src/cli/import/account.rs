//! `bazdid import accounts`.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::cli::import::{Made, OfficeClient, TableArgs, answered, each_row};
use bazdid_command::{Failure, out};
use bazdid_service::{
    account::password::NewPassword,
    area::Run,
    import::{
        Taken,
        account::{self, AccountRow},
        seen::Seen,
    },
};

/// Letters of the passwords that are made: none looks like another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789+";
/// Length of a password: 80 bits.
const LENGTH: usize = 16;

/// Options of `import accounts`.
#[derive(Debug, clap::Args)]
#[command(after_help = "One grant a row; several rows of a login are several grants:\n  \
    login,display_name,role,organisation,areas,phone,locale\n\
    organisation is a code, areas are codes with a space, ; or | between them. The file never holds passwords: a new account has none\n\
    until `bazdid user passwd`, or gets a random one with --passwords-out.")]
pub struct Args {
    #[command(flatten)]
    table: TableArgs,
    /// Give each new account a random password and write them to a new file that only you can read.
    #[arg(long, value_name = "FILE")]
    passwords_out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, office: &OfficeClient) -> Result<(), Failure> {
    const WHAT: &str = "accounts";
    let input = args.table.input(WHAT)?;
    let mut table = account::open(&input, &args.table.map).map_err(|fault| args.table.refuse(WHAT, &input, &fault))?;
    let run = args.table.run();
    let mut passwords = match &args.passwords_out {
        Some(path) if run == Run::Real => Some(Passwords::open(path)?),
        _ => None,
    };
    let (mut report, mut seen, mut made) = (args.table.new_report(WHAT), Seen::default(), Made::default());
    let mut without_phone = Vec::new();
    each_row(&mut table, &mut report, |table, row| {
        let read = account::read(table, row).and_then(|row| account::agree(&mut seen, &row).map(|()| row));
        let row = match read {
            Ok(row) => row,
            Err(reason) => return Ok((String::new(), Err(reason))),
        };
        without_phone.extend(account::unread_phone(&office.ctx, &row));
        let login = row.login.clone();
        let answer = one(office, run, row, passwords.as_mut())?.map(|taken| made.first(&login, taken));
        Ok((login, answer))
    })?;
    without_phone.into_iter().for_each(|told| report.note(told));
    if let (Some(passwords), Some(path)) = (passwords, &args.passwords_out) {
        out(format_args!("{} passwords stand in {}: hand them over, then delete the file", passwords.written, path.display()));
    }
    report.finish()
}

fn one(office: &OfficeClient, run: Run, row: AccountRow, passwords: Option<&mut Passwords>) -> Result<Result<Taken, String>, Failure> {
    let login = row.login.clone();
    let is_new = !office.db.read_blocking(|tx| account::is_known(tx, &login))?;
    let secret = passwords.filter(|_| is_new).map(|file| (random(office), file));
    let hashed = secret.as_ref().map(|(text, _)| NewPassword::new(&office.ctx, text, &login, "/password")).transpose();
    let hashed = match answered(hashed)? {
        Ok(hashed) => hashed,
        Err(reason) => return Ok(Err(reason)),
    };
    let ctx = office.ctx.clone();
    let taken = match answered(office.write(run, move |tx| account::import(tx, &ctx, &row, hashed.clone())))? {
        Ok(taken) => taken,
        Err(reason) => return Ok(Err(reason)),
    };
    if let Some((text, file)) = secret {
        file.write(&login, &text)?;
    }
    Ok(Ok(taken))
}

/// A random password.
fn random(office: &OfficeClient) -> String {
    let mut bytes = [0_u8; LENGTH];
    office.ctx.ids.fill(&mut bytes);
    bytes.iter().filter_map(|b| LETTERS.get(usize::from(b % 32))).map(|b| char::from(*b)).collect()
}

/// The file of new passwords.
struct Passwords {
    file: File,
    written: usize,
}

impl Passwords {
    /// A new file: one that is there already is never written over.
    fn open(path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let fault = |e: std::io::Error| Failure::said(format!("cannot make {}: {e}", path.display()));
        let mut file = options.open(path).map_err(fault)?;
        writeln!(file, "login,password").map_err(fault)?;
        Ok(Self { file, written: 0 })
    }

    fn write(&mut self, login: &str, password: &str) -> Result<(), Failure> {
        let fault = |e| Failure::said(format!("the password of {login} could not be written ({e}): set one with bazdid user passwd"));
        writeln!(self.file, "{login},{password}").and_then(|()| self.file.sync_data()).map_err(fault)?;
        self.written += 1;
        Ok(())
    }
}
