//! `bazdid restored`: what is to be done after a backup was put back.

use std::sync::Arc;

use crate::{
    cli::{Env, Failure, out},
    domain::actor::Actor,
    server::{self, Migrations},
    service::{
        Ctx,
        sync::{
            restore::{Sign, renew_feed},
            state::feed_epoch,
        },
    },
    store,
};

/// Options of `restored`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Run it once, with the server stopped, after the database was put back to an earlier state (a backup, a snapshot of the disk,
point-in-time recovery) and before the server starts again.

It gives the feed a new epoch, so that every device begins its copy anew: the revisions that the server gives out now are not those that it gave
out in the time that was lost. Devices see that the server knows less of them than it did and send the last 30 days again, with the same ids:
nothing that a device still has is lost, and nothing is done twice. What the office itself entered in the lost time is lost.

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
pub fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let config = env.config()?;
    let db = server::database(&config, Migrations::Leave)?;
    let shared = server::shared(&config, &env.ids)?;
    let now = env.clock.now();
    let ctx = Ctx { now, ids: Arc::clone(&env.ids), request_id: env.ids.uuid(now), actor: Some(Actor::system(now)), shared };
    let end_sessions = args.end_sessions;
    let ended = db.write_blocking(move |tx| {
        let epoch = feed_epoch(tx)?;
        renew_feed(tx, &ctx, &epoch, Sign::Operator)?;
        if end_sessions { store::session::revoke_all_sessions(tx, now, "restore") } else { Ok(0) }
    })?;
    out("the feed has a new epoch: every device begins its copy anew and sends again what the server does not know of it");
    if end_sessions {
        out(format_args!("{ended} login(s) ended"));
    }
    Ok(())
}
