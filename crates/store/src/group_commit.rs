//! PostgreSQL's group commit for what many devices send at once: few threads that run queued closures as savepoints of one transaction
//! and answer them after its commit.
//!
//! Transactions that write into the same channels wait for each other from the lock of the channels' counters to the end of the commit.
//! A group takes these locks once for all of its closures: what they want in the feed is put off to its end ([`Tx::pg_group`]). A
//! closure of a group of several waits hardly at all for a lock: it would hold the others up and keep what they locked, and two groups could
//! wait for each other. One that would have to wait, or that fails in a way that may pass, is run again by itself.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
};

use diesel::{
    PgConnection,
    connection::SimpleConnection as _,
    r2d2::{ConnectionManager, Pool},
};

use crate::{
    db::{checkout, transaction},
    feed::{self, Later},
    hub::Hub,
    open_order_counts::OpenOrderCounts,
    sql::db_error,
    tx::{Noted, Tx},
};
use bazdid_protocol::error::{Code, Error, Result};

/// Groups that are at work at the same time; each has a connection of its own.
pub(crate) const LANES: u32 = 2;
/// How many closures one commit carries at most. Each is up to three savepoints; PostgreSQL keeps 64 of a transaction at hand.
const GROUP: usize = 16;
/// How many closures may wait; more are told that the server is busy.
const QUEUE: usize = 4096;

/// A closure that is run in a group, or by itself.
pub(crate) trait Member: Send {
    /// Runs the closure and keeps its result; answers what it noted.
    ///
    /// # Errors
    /// The closure's, which is kept as its result too.
    fn run(&mut self, tx: Tx<'_>) -> Result<Noted>;
    /// Whether its result is an error that may pass.
    fn is_transient(&self) -> bool;
    /// Runs the closure in a transaction of its own, as often as it takes, and keeps its result.
    fn run_alone(&mut self, conn: &mut PgConnection, hub: &Hub);
    /// Forgets the result for an error.
    fn fail(&mut self, error: Error);
    /// Tells the caller the result.
    fn answer(self: Box<Self>);
}

/// The sending half of the queue.
#[derive(Debug, Clone)]
pub(crate) struct Lanes(mpsc::SyncSender<Box<dyn Member>>);

impl Lanes {
    /// Starts the threads; they end when the last `Lanes` is gone and the queue is empty.
    pub(crate) fn start(pool: &Pool<ConnectionManager<PgConnection>>, hub: &Arc<Hub>) -> Result<Self> {
        let (sender, queue) = mpsc::sync_channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for n in 1..=LANES {
            let lane = Lane { pool: pool.clone(), hub: Arc::clone(hub), queue: Arc::clone(&queue) };
            thread::Builder::new()
                .name(format!("pg-group-{n}"))
                .spawn(move || lane.work())
                .map_err(|e| Error::internal("a thread for groups could not be started").caused_by(e))?;
        }
        Ok(Self(sender))
    }

    /// Queues a closure.
    pub(crate) fn send(&self, member: Box<dyn Member>) -> Result<()> {
        self.0.try_send(member).map_err(|e| match e {
            mpsc::TrySendError::Full(_) => Error::new(Code::Overloaded).retry_after(1),
            mpsc::TrySendError::Disconnected(_) => Error::internal("the threads for groups have ended"),
        })
    }
}

struct Lane {
    pool: Pool<ConnectionManager<PgConnection>>,
    hub: Arc<Hub>,
    queue: Arc<Mutex<mpsc::Receiver<Box<dyn Member>>>>,
}

impl Lane {
    fn work(&self) {
        while let Some(mut group) = self.next() {
            // A panic leaves the connection inside a transaction, of which nobody knows how deep: the pool throws it away.
            let kept = catch_unwind(AssertUnwindSafe(|| self.commit(&mut group)))
                .unwrap_or_else(|_| Err(Error::internal("a closure of a group panicked")));
            // Who is done does not wait for who is run again.
            let (again, done): (Vec<_>, Vec<_>) = group.into_iter().partition(|member| kept.is_err() || member.is_transient());
            done.into_iter().for_each(Member::answer);
            for mut member in again {
                self.alone(member.as_mut());
                member.answer();
            }
        }
    }

    /// The next closures, however long it takes until one comes; nothing at the end.
    fn next(&self) -> Option<Vec<Box<dyn Member>>> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut group = vec![queue.recv().ok()?];
        while group.len() < GROUP
            && let Ok(next) = queue.try_recv()
        {
            group.push(next);
        }
        Some(group)
    }

    /// Runs a group in one transaction. If this fails nothing of it is kept.
    fn commit(&self, group: &mut [Box<dyn Member>]) -> Result<()> {
        let mut conn = checkout(&self.pool)?;
        let moved = transaction(&mut conn, |conn| {
            let (mut later, mut open_order_counts) = (Later::default(), OpenOrderCounts::default());
            let shared = group.len() > 1;
            if shared {
                conn.batch_execute("SET LOCAL lock_timeout = '10ms'").map_err(db_error)?;
            }
            for member in group.iter_mut() {
                let counted = std::mem::take(&mut open_order_counts);
                if let Ok(noted) = transaction(conn, |conn| member.run(Tx::pg_group(conn).counted(counted))) {
                    open_order_counts = noted.open_order_counts;
                    later.extend(noted.later.unwrap_or_default());
                }
            }
            if shared {
                conn.batch_execute("SET LOCAL lock_timeout TO DEFAULT").map_err(db_error)?;
            }
            Tx::pg(conn).run(|tx| feed::append_later(tx, &later)).map(|((), moved)| moved)
        })?;
        self.hub.moved(&moved);
        Ok(())
    }

    fn alone(&self, member: &mut dyn Member) {
        match checkout(&self.pool) {
            Ok(mut conn) => member.run_alone(&mut conn, &self.hub),
            Err(error) => member.fail(error),
        }
    }
}
