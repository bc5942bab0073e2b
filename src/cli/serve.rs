//! `bazdid serve`.

use std::net::SocketAddr;

use bazdid_command::{Env, Failure, out};
use bazdid_protocol::error::Error;
use bazdid_server::{self as server, Migrations, Stopped};

/// Options of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bazdid serve\n  bazdid serve --no-migrate     when another process migrates\n  \
    BAZDID_SERVER__BIND=0.0.0.0 BAZDID_TELEMETRY__FORMAT=json bazdid serve\n\n\
    The first SIGINT or SIGTERM stops taking connections and lets requests under way finish; the second one stops at once.")]
pub struct Args {
    /// Do not run the migrations that wait.
    #[arg(long)]
    no_migrate: bool,
}

/// Serves until a signal comes.
///
/// # Errors
/// The configuration has faults, the port is taken, the database cannot be reached, or a migration failed.
pub fn run(args: &Args, env: &Env) -> Result<(), Failure> {
    let config = env.config()?;
    let at = SocketAddr::new(config.server.bind, config.server.port);
    let migrations = if args.no_migrate { Migrations::Leave } else { Migrations::Run };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Error::internal("the runtime cannot be started").caused_by(e))?;
    let stopped = runtime.block_on(async {
        let listener = server::listen(at).map_err(|e| Error::internal(format!("cannot listen on {at}")).caused_by(e))?;
        let server = server::build(&config, env.clock.clone(), env.ids.clone(), listener, migrations)?;
        tracing::info!(server.address = %server.addr(), database.url = %config.database.url, "serving");
        out(format_args!("bazdid serves on http://{0} (documentation: http://{0}/docs/)", server.addr()));
        server.run_until_stopped().await
    })?;
    if stopped == Stopped::AtOnce {
        // Requests under way are not waited for; what they had not committed is rolled back.
        runtime.shutdown_background();
    }
    Ok(())
}
