//! The composition root: a configuration, a clock, a source of ids and a listener become a server.

pub mod config;
mod connection;
pub mod http;
pub mod key;
pub mod telemetry;
pub mod worker;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::dev::ServerHandle;
use tokio::net::TcpSocket;

use crate::{
    config::Config,
    http::{
        Limits, Site, State,
        fair::{Early, Turns},
        gate::{Gate, Room},
        hashing::Hashing,
        shares::LocalShares,
    },
    worker::{
        Worker,
        pictures::{self, Reader},
        wake,
        webhooks::{self, Deliverer},
    },
};
use bazdid_clock::{SharedClock, SharedIds};
use bazdid_protocol::error::{Error, Result};
use bazdid_security::password::Cost;
use bazdid_service::{
    Settings, Shared, WebhookSettings,
    phone::PhonePlan,
    sync::limits::{MAX_PUSH_BYTES, SyncLimits},
    upload::UploadLimits,
};
use bazdid_store::{self as store, Db, DbOptions, hub::Hub};
use bazdid_upload::{
    Setup, Uploads,
    blob::{Blobs, Bucket, Place},
    pace::Pacing,
};

/// Whether the server brings the database up to date before it serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// Run those that wait.
    Run,
    /// Leave them; `/readyz` says so if some wait.
    Leave,
}

/// A server that is bound and not yet serving.
pub struct Server {
    running: actix_web::dev::Server,
    addr: SocketAddr,
    worker: Worker,
    uploads: Uploads,
    reader: Reader,
    deliverer: Deliverer,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("addr", &self.addr).finish_non_exhaustive()
    }
}

/// Stops a server from elsewhere.
#[derive(Debug, Clone)]
pub struct Handle {
    running: ServerHandle,
    hub: Arc<Hub>,
}

impl Handle {
    /// Takes no new connections, releases devices that wait, and lets requests under way finish within the grace. Takes effect at once;
    /// the future ends when the server has.
    pub fn stop(&self) -> impl Future<Output = ()> + use<> {
        self.hub.close();
        self.running.stop(true)
    }
}

/// How a server came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Every request under way was answered, or the grace was over.
    Gracefully,
    /// A second signal came.
    AtOnce,
}

/// What the use cases are told of the configuration.
#[must_use]
pub fn settings(config: &Config) -> Settings {
    Settings {
        time_zone: config.city.time_zone,
        border_tolerance_m: config.city.border_tolerance_m,
        max_offline_days: config.city.max_offline_days,
        phones: PhonePlan { country: config.city.country, area_code: config.city.area_code.clone() },
        password_cost: Cost { memory_kib: config.security.password_memory_kib, passes: config.security.password_passes },
        sync: SyncLimits::default(),
        uploads: UploadLimits {
            photo_bytes: config.evidence.photo_bytes,
            device_day_bytes: config.evidence.device_day_bytes,
            order_uploads: i64::from(config.load.order_uploads),
            open_hours: config.evidence.upload_hours,
            mismatch_days: config.evidence.mismatch_days,
            missing_days: config.evidence.missing_days,
            link_s: config.evidence.link_s,
        },
        webhooks: WebhookSettings { allow_private: config.webhooks.allow_private, give_up_days: config.webhooks.give_up_days },
    }
}

/// Opens the database of a configuration with its master key, which is made for a database that is new.
///
/// # Errors
/// The database cannot be reached, or a migration failed; the key file cannot be read or made; the master key is not that of the database, or is
/// missing though the database has data.
pub fn open(config: &Config, ids: &SharedIds, migrations: Migrations) -> Result<(Db, Arc<Shared>)> {
    let db = database(config, migrations)?;
    let vault = key::unlock(config, &db, ids)?;
    Ok((db, Arc::new(Shared::with_vault(settings(config), vault))))
}

/// Opens the database of a configuration.
///
/// # Errors
/// It cannot be reached, or a migration failed.
pub fn database(config: &Config, migrations: Migrations) -> Result<Db> {
    let url = config.database.url.reveal();
    if migrations == Migrations::Run {
        for version in store::migrate(url)? {
            tracing::info!(migration.version = version, "a migration was run");
        }
    }
    Db::open(&DbOptions { url: url.to_owned(), connections: config.database.connections })
}

/// Opens where the bytes of photos lie.
///
/// # Errors
/// The folder cannot be made, or this program was built without what the place needs.
pub fn uploads(config: &Config, db: Db) -> Result<Uploads> {
    let evidence = &config.evidence;
    let place = if evidence.s3_bucket.is_empty() {
        Place::Folder(evidence.folder.clone())
    } else {
        Place::S3(Bucket {
            name: evidence.s3_bucket.clone(),
            prefix: evidence.s3_prefix.clone(),
            endpoint: evidence.s3_endpoint.clone(),
            region: evidence.s3_region.clone(),
            access_key: evidence.s3_access_key.clone(),
            secret_key: evidence.s3_secret_key.reveal().to_owned(),
        })
    };
    // A phone whose network comes and goes is silent for longer than one that sends a form.
    let idle = Duration::from_secs(evidence.idle_s);
    Uploads::open(Setup {
        parts: evidence.folder.join("parts"),
        blobs: Blobs::open(&place)?,
        db,
        pacing: Pacing { first: idle, window: idle, bytes_s: config.load.least_bytes_s },
        reserve_bytes: evidence.disk_reserve_bytes,
    })
}

/// How many connections may wait to be taken: a fleet that comes back from an outage connects at once.
const BACKLOG: u32 = 2048;

/// Listens on an address. Must be called inside a runtime.
///
/// # Errors
/// The address is taken or not this machine's.
pub fn listen(at: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart need not wait for the connections of the last run to be forgotten.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(BACKLOG)?.into_std()
}

/// Builds a server on a bound listener. Must be called inside a runtime.
///
/// # Errors
/// The database cannot be reached, a migration failed, or the key cannot be read.
pub fn build(config: &Config, clock: SharedClock, ids: SharedIds, listener: TcpListener, migrations: Migrations) -> Result<Server> {
    let fault = |what: &str, e: std::io::Error| Error::internal(what).caused_by(e);
    telemetry::count()?;
    store::totals::count_statements();
    let (db, shared) = open(config, &ids, migrations)?;
    let pacing = Pacing {
        first: Duration::from_secs(config.load.first_byte_s),
        window: Duration::from_secs(config.load.window_s),
        bytes_s: config.load.least_bytes_s,
    };
    let limits = Limits {
        body_bytes: config.server.body_bytes,
        push_bytes: MAX_PUSH_BYTES,
        request_timeout_s: config.server.request_timeout_s,
        pacing,
        proxies: config.server.proxies,
    };
    let uploads = uploads(config, db.clone())?;
    let worker = Worker { db: db.clone(), clock: clock.clone(), ids: ids.clone(), shared: shared.clone() };
    let reader = Reader::new(pictures::Setup {
        db: db.clone(),
        clock: clock.clone(),
        ids: ids.clone(),
        shared: shared.clone(),
        uploads: uploads.clone(),
        threads: config.evidence.readers,
        budget: pictures::BUDGET,
        look: pictures::look,
    });
    let deliverer = Deliverer::new(webhooks::Setup {
        db: db.clone(),
        clock: clock.clone(),
        ids: ids.clone(),
        shared: shared.clone(),
        senders: config.webhooks.senders,
        timeout: Duration::from_secs(config.webhooks.timeout_s),
    });
    let upload_gate = Gate::new(Room { requests: config.evidence.uploads_at_once, bytes: 0, party_bytes: 0 }, ids.clone());
    let room = Room { requests: config.server.sync_requests, bytes: config.server.sync_bytes, party_bytes: MAX_PUSH_BYTES };
    let gate = Gate::new(room, ids.clone());
    let site = Site::new(State {
        metrics_token: config.telemetry.metrics_token.clone(),
        db,
        database_url: config.database.url.reveal().to_owned(),
        security: config.security.clone(),
        public_url: config.server.public_url.clone(),
        shared,
        limits,
        gate,
        uploads: uploads.clone(),
        upload_gate,
        shares: Arc::new(LocalShares::new(&config.load, clock.clone())),
        turns: Turns::new(config.load),
        early: Early::default(),
        hashing: Hashing::new(&config.load, ids.clone()),
        clock,
        ids,
    })?;
    let addr = listener.local_addr().map_err(|e| fault("the listener has no address", e))?;
    let setup = connection::Setup {
        workers: config.server.workers,
        grace_s: config.server.grace_s,
        pacing,
        // Behind a proxy all come from its address.
        address_connections: if config.server.proxies == 0 { config.load.address_connections } else { 0 },
    };
    let running = connection::serve(listener, setup, site).map_err(|e| fault("the listener cannot be used", e))?;
    Ok(Server { running, addr, worker, uploads, reader, deliverer })
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// To stop it from elsewhere.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle { running: self.running.handle(), hub: Arc::clone(self.worker.db.hub()) }
    }

    /// What does the background work, for callers that decide themselves when.
    #[must_use]
    pub const fn worker(&self) -> &Worker {
        &self.worker
    }

    /// What receives the bytes of photos.
    #[must_use]
    pub const fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// What reads stored pictures.
    #[must_use]
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Who sends webhooks.
    #[must_use]
    pub const fn deliverer(&self) -> &Deliverer {
        &self.deliverer
    }

    /// Serves until its handle stops it, without background work.
    ///
    /// # Errors
    /// The server failed.
    pub async fn run(self) -> Result<()> {
        let _watch = StopOnDrop(tokio::spawn(wake::watch(self.worker.db.clone())));
        self.running.await.map_err(|e| Error::internal("the server failed").caused_by(e))
    }

    /// Serves, with the background work, until a signal comes: after the first one no new connections are taken and requests under way may finish within
    /// the grace; after the second one it stops at once.
    ///
    /// # Errors
    /// The server failed, or signals cannot be heard.
    pub async fn run_until_stopped(self) -> Result<Stopped> {
        let handle = self.handle();
        let mut signals = Signals::new().map_err(|e| Error::internal("signals cannot be heard").caused_by(e))?;
        // Gone with this future: what a step had not committed is rolled back.
        let background = tokio::spawn(self.worker.clone().run(self.uploads.clone()));
        let _stop = StopOnDrop(background);
        let _reading = StopOnDrop(tokio::spawn(self.reader.clone().run()));
        let _sending = StopOnDrop(tokio::spawn(self.deliverer.clone().run()));
        let running = self.run();
        tokio::pin!(running);
        tokio::select! {
            outcome = &mut running => return outcome.map(|()| Stopped::Gracefully),
            () = signals.next() => {}
        }
        tracing::info!("stopping: requests under way may finish; a second signal stops at once");
        tokio::select! {
            outcome = async { tokio::join!(handle.stop(), &mut running).1 } => outcome.map(|()| Stopped::Gracefully),
            () = signals.next() => {
                tracing::warn!("stopped at once");
                Ok(Stopped::AtOnce)
            }
        }
    }
}

/// Ends a task together with who waits for it.
struct StopOnDrop(tokio::task::JoinHandle<()>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The signals that stop a server.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signal that stops a server.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
    const fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a way to hear the signal nobody asks to stop.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
