//! `bazdid restored`: what is to be done after a backup was put back.

use bazdid_command::{Env, Failure, out};
use bazdid_protocol::error::Result;
use bazdid_server::{self as server, Migrations};
use bazdid_service::{
    Ctx,
    sync::{
        restore::{Sign, renew_feed},
        state::feed_epoch,
    },
};
use bazdid_store::{self as store, Tx};

/// Options of `restored`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Run it once, with the server stopped, after the database was put back to an earlier state (a backup, a snapshot of the disk,
point-in-time recovery) and before the server starts again.

It gives the feed a new epoch, so that every device begins its copy anew: the revisions that the server gives out now are not those that it gave
out in the time that was lost. Devices see that the server knows less of them than it did and send the last 30 days again, with the same ids:
nothing that a device still has is lost, and nothing is done twice. What the office itself entered in the lost time is lost.

Apps that sync with WatermelonDB are the exception. Their library sends nothing again by itself: what it sent in the lost time stays on the phone,
and comes back only if the app sends it again when it is asked to (api-spec/watermelon.md, \"After a restore of the server\"). Edits of that time are
lost. The command names the devices concerned.

Examples:
  systemctl stop bazdid
  cp backup/bazdid-2026-11-23.db data/bazdid.db && rm -f data/bazdid.db-wal data/bazdid.db-shm
  bazdid restored
  bazdid restored --end-sessions    also: everybody logs in again; a logout or a reset password of the lost time is undone otherwise
  systemctl start bazdid")]
pub struct Args {
    /// End every login: those that were ended in the lost time are open again after a restore.
    #[arg(long)]
    end_sessions: bool,
}

/// Says that the database was put back.
///
/// # Errors
/// The configuration has faults, or the database cannot be reached.
pub fn run(args: &Args, env: &Env) -> std::result::Result<(), Failure> {
    let config = env.config()?;
    let (db, shared) = server::open(&config, &env.ids, Migrations::Leave)?;
    let ctx = Ctx::of_machine(&env.clock, &env.ids, &shared);
    let now = ctx.now;
    let end_sessions = args.end_sessions;
    let (ended, apps) = db.write_blocking(move |tx| {
        let epoch = feed_epoch(tx)?;
        renew_feed(tx, &ctx, &epoch, Sign::Operator)?;
        let ended = if end_sessions { store::session::revoke_all_sessions(tx, now, "restore")? } else { 0 };
        Ok((ended, watermelon_devices(tx)?))
    })?;
    out("the feed has a new epoch: every device begins its copy anew and sends again what the server does not know of it");
    if end_sessions {
        out(format_args!("{ended} login(s) ended"));
    }
    if !apps.is_empty() {
        out(format_args!(
            "{} device(s) sync with WatermelonDB, whose library does not send again by itself: what they sent in the lost time stays on them, \
             and comes back only if their app sends it again (api-spec/watermelon.md); edits of that time are lost:",
            apps.len()
        ));
        apps.iter().for_each(out);
    }
    Ok(())
}

/// The devices in service whose apps sync with WatermelonDB, a line each.
fn watermelon_devices(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for id in store::watermelon::list_devices(tx)? {
        let Some(device) = store::account::find_device(tx, id)?.filter(|d| d.revoked_at.is_none()) else { continue };
        let login = store::account::find_account(tx, device.account_id)?.map_or_else(String::new, |a| a.login);
        lines.push(format!("  {} of {login} ({})", device.name, device.id));
    }
    Ok(lines)
}
