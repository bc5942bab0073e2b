//! What the commands that work on the database itself begin with.

use std::sync::{Arc, Mutex, PoisonError};

use bazdid_command::{Env, Failure};
use bazdid_domain::account::Account;
use bazdid_protocol::error::{Error, Result};
use bazdid_server::{self as server, Migrations};
use bazdid_service::{Ctx, area::Run};
use bazdid_store::{Db, Tx, account::find_account_by_login};

/// The database and who works on it.
pub struct OfficeClient {
    /// The database.
    pub db: Db,
    /// Who works on the machine itself, at the instant at which the command began.
    pub ctx: Ctx,
    /// Under which address clients reach the server; empty: not configured.
    pub public_url: String,
}

/// The account with a login as [`normal_login`](bazdid_service::auth::normal_login) has it.
///
/// # Errors
/// There is none; the database fails.
pub fn account_of(tx: &mut Tx<'_>, login: &str) -> Result<Account> {
    find_account_by_login(tx, login)?.ok_or_else(|| Error::not_found(&format!("account: {login}")))
}

impl OfficeClient {
    /// Opens the database of the configuration, with all migrations.
    ///
    /// # Errors
    /// The configuration has faults, or the database cannot be reached.
    pub fn open(env: &Env) -> std::result::Result<Self, Failure> {
        let config = env.config()?;
        let (db, shared) = server::open(&config, &env.ids, Migrations::Run)?;
        let public_url = config.server.public_url.clone();
        Ok(Self { db, public_url, ctx: Ctx::of_machine(&env.clock, &env.ids, &shared) })
    }

    /// Runs a use case in one transaction; a dry run is taken back.
    ///
    /// # Errors
    /// Those of the use case; the database fails.
    pub fn write<T: Send + 'static>(&self, run: Run, mut f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        if run == Run::Real {
            return self.db.write_blocking(f);
        }
        let seen: Arc<Mutex<Option<T>>> = Arc::default();
        let inside = Arc::clone(&seen);
        let taken_back = self.db.write_blocking(move |tx| {
            let value = f(tx)?;
            *inside.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            Err::<(), _>(Error::internal("a dry run is taken back"))
        });
        let value = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (value, taken_back) {
            (Some(value), _) => Ok(value),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::internal("a dry run was kept")),
        }
    }
}
