//! `bazdid device`: the phones of people from the command line, straight in the database.

use clap::Subcommand;
use uuid::Uuid;

use crate::cli::office::{OfficeClient, account_of};
use bazdid_command::{Env, Failure, out};
use bazdid_domain::account::Device;
use bazdid_protocol::{error::Result, ids::DeviceId};
use bazdid_service::{auth::normal_login, device};
use bazdid_store::{Tx, account::list_devices_of};

/// Options of `device`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    bazdid device list maryam\n  \
    bazdid device lost maryam                     the only device of maryam that is in service\n  \
    bazdid device lost maryam --device 0192f000-0000-7000-8000-000000000001\n  \
    bazdid device lost maryam --all\n\n\
    A device that is lost is revoked for good: every login that worked with it ends, and nothing can be read with them. What it had not sent may\n\
    still come for 14 days and is set aside for a supervisor. Works on the database of the configuration, whether or not a server runs.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the devices of an account.
    List {
        /// Login name.
        login: String,
    },
    /// Revoke a device that was lost, with every login that worked with it.
    Lost {
        /// Login name of its owner.
        login: String,
        /// Which one, as `device list` shows it; not needed if only one is in service.
        #[arg(long, conflicts_with = "all")]
        device: Option<Uuid>,
        /// Every device of the account.
        #[arg(long)]
        all: bool,
    },
}

/// Does what was asked.
///
/// # Errors
/// The configuration has faults, the database cannot be reached, or the change is refused.
pub fn run(args: &Args, env: &Env) -> std::result::Result<(), Failure> {
    let office = OfficeClient::open(env)?;
    match &args.action {
        Action::List { login } => {
            let login = normal_login(login);
            for device in office.db.read_blocking(|tx| of(tx, &login))? {
                out(line(&device));
            }
            Ok(())
        }
        Action::Lost { login, device, all } => {
            let login = normal_login(login);
            let devices = office.db.read_blocking(|tx| of(tx, &login))?;
            let lost = which(devices, device.map(DeviceId::new), *all)?;
            let ctx = office.ctx.clone();
            let ids: Vec<DeviceId> = lost.iter().map(|d| d.id).collect();
            // One transaction: all of them or none.
            office.db.write_blocking(move |tx| ids.iter().try_for_each(|id| device::revoke(tx, &ctx, *id).map(drop)))?;
            for device in lost {
                out(format_args!("{} ({}) is revoked; every login that worked with it has ended", device.name, device.id));
            }
            Ok(())
        }
    }
}

fn of(tx: &mut Tx<'_>, login: &str) -> Result<Vec<Device>> {
    let account = account_of(tx, login)?;
    list_devices_of(tx, account.id)
}

/// The devices that are to be revoked.
fn which(devices: Vec<Device>, one: Option<DeviceId>, all: bool) -> std::result::Result<Vec<Device>, Failure> {
    let known: Vec<Device> = devices.into_iter().filter(|d| d.revoked_at.is_none() || d.retired).collect();
    let chosen = match one {
        Some(id) => known.into_iter().filter(|d| d.id == id).collect(),
        None if all || known.len() < 2 => known,
        None => {
            let lines: Vec<String> = known.iter().map(line).collect();
            return Err(Failure::said(format!("say which one with --device, or --all:\n{}", lines.join("\n"))));
        }
    };
    if chosen.is_empty() { Err(Failure::said("there is no such device that is not revoked; see `bazdid device list`")) } else { Ok(chosen) }
}

fn line(d: &Device) -> String {
    let state = match d.revoked_at {
        Some(at) if d.retired => format!("retired {at}"),
        Some(at) => format!("revoked {at}"),
        None => format!("in service, last heard of {}", d.last_heard()),
    };
    format!("{}   {}   {} {}   {state}", d.id, d.name, d.platform, d.app_version)
}
