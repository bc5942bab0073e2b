//! Reads the pictures that have been stored, beside the requests: a few at a time, in threads that may block.
//!
//! A picture that cannot be read stops no other one: what panics or takes too long is tried a few times and then given up. Several
//! processes may do it at once: each takes a picture for as long as a lease lasts, and what one that died had taken is taken again.

mod near;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::worker::pictures::near::Near;
use bazdid_clock::{SharedClock, SharedIds, Stopwatch};
use bazdid_domain::{
    evidence::reading::{Gap, Known, Reading},
    picture::{Found, MAX_ATTEMPTS, Picture, PictureState, ReadFault, Size, Small},
};
use bazdid_picture::{
    read::{MAX_BYTES, read},
    render::{Rendered, render},
};
use bazdid_protocol::{
    error::{Error, Result},
    time::{MICROS_PER_SECOND, Timestamp},
};
use bazdid_service::{
    Ctx, Shared,
    picture::{self, Alike as _},
};
use bazdid_store::{self as store, Db};
use bazdid_upload::{
    Uploads,
    blob::{Key, Whole},
};

/// How long the reader rests if nobody wakes it: another process may have stored something, a pause may be over.
const REST: Duration = Duration::from_secs(15);
/// How long the reading of one picture may take.
pub const BUDGET: Duration = Duration::from_secs(60);
/// Readings that took too long and go on without anybody waiting for them; with more of them nothing new is begun.
const SPARE: usize = 2;
/// How long to wait when the files cannot be reached, microseconds.
const AWAY_US: i64 = 30 * MICROS_PER_SECOND;

/// What is made of a picture's bytes.
#[derive(Debug)]
pub struct Look {
    /// What it says of itself.
    pub reading: Reading,
    /// The smaller pictures and how it looks, or why there are none.
    pub rendered: Known<Rendered>,
}

/// Looks at a picture's bytes.
#[must_use]
pub fn look(bytes: &[u8]) -> Look {
    let reading = read(bytes);
    let rendered = reading.format.and_then(|format| render(bytes, format, reading.orientation));
    Look { reading, rendered }
}

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Pictures that were read.
    pub read: usize,
    /// Attempts to read one that failed.
    pub faults: usize,
    /// Pictures that were given up.
    pub given_up: usize,
    /// Pictures whose photos were judged.
    pub judged: usize,
    /// Pictures put off because the database or the files failed.
    pub put_off: usize,
}

/// What the reader is built from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// New ids.
    pub ids: SharedIds,
    /// What the use cases share.
    pub shared: Arc<Shared>,
    /// Where the bytes are, and who tells that there are new ones.
    pub uploads: Uploads,
    /// Pictures read at once; none: another process does it.
    pub threads: usize,
    /// How long the reading of one may take.
    pub budget: Duration,
    /// How a picture is looked at.
    pub look: fn(&[u8]) -> Look,
}

/// Reads what waits; cheap to clone.
#[derive(Debug, Clone)]
pub struct Reader {
    setup: Setup,
    near: Arc<Near>,
    pool: Arc<Semaphore>,
}

/// What was found, or why the picture is to blame that nothing was.
type Attempt = std::result::Result<Found, ReadFault>;

impl Reader {
    /// A reader that has read nothing yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let pool = Arc::new(Semaphore::new(setup.threads + SPARE));
        Self { setup, near: Arc::default(), pool }
    }

    /// What it is built from.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Reads and judges until nothing is due. Several processes may do it at once.
    ///
    /// # Errors
    /// The database fails. What was done before stays done.
    pub async fn run_due(&self) -> Result<Looked> {
        let mut done = Looked::default();
        let at_once = i64::try_from(self.setup.threads).unwrap_or(i64::MAX);
        if at_once == 0 {
            return Ok(done);
        }
        loop {
            let now = self.setup.clock.now();
            let claimed = self.setup.db.write(move |tx| store::picture::claim_pictures(tx, now, at_once)).await?;
            if claimed.is_empty() {
                return Ok(done);
            }
            // The first time this takes a while, so it is done where nobody else waits for it.
            let near = Arc::clone(&self.near);
            self.setup.db.read(move |tx| near.refresh(tx)).await?;
            let outcomes = join_all(claimed.into_iter().map(|picture| self.one_or_later(picture))).await;
            for outcome in outcomes {
                outcome.add_to(&mut done);
            }
        }
    }

    /// Does for a picture what is to be done. What fails there stops no other one: it is tried again when it is due.
    async fn one_or_later(&self, picture: Picture) -> Looked {
        let sha256 = picture.sha256.clone();
        self.one(picture).await.unwrap_or_else(|error| {
            tracing::error!(error = %error, picture.sha256 = %sha256, "a picture could not be dealt with; it will be tried again");
            Looked { put_off: 1, ..Looked::default() }
        })
    }

    /// Does for a picture what is to be done.
    async fn one(&self, claimed: Picture) -> Result<Looked> {
        let lease = claimed.due_at;
        let mut done = Looked::default();
        let mut picture = claimed;
        if picture.state == PictureState::Waiting {
            picture = match self.attempt(&picture).await {
                Ok(Ok(found)) => {
                    done.read = 1;
                    picture.read(found, self.setup.clock.now())
                }
                Ok(Err(fault)) => {
                    done.faults = 1;
                    tracing::warn!(picture.sha256 = %picture.sha256, picture.fault = %fault, "a picture could not be read");
                    picture.failed(fault, self.setup.clock.now())
                }
                Err(error) => {
                    // Not the picture's fault, so it costs no attempt.
                    let due = self.setup.clock.now().plus_micros(AWAY_US);
                    self.keep(Picture { attempts: picture.attempts - 1, ..picture }, lease, Some(due)).await?;
                    return Err(error);
                }
            };
            done.given_up = usize::from(picture.state == PictureState::Failed);
            if picture.state == PictureState::Waiting {
                let due = picture.due_at;
                self.keep(picture, lease, due).await?;
                return Ok(done);
            }
            // Known before it is judged: of two that look alike the one that is judged later finds the other one.
            let known = picture.clone();
            self.setup.db.write(move |tx| store::picture::save_picture(tx, &known)).await?;
        }
        self.judge(&picture.sha256).await?;
        done.judged = 1;
        let sha256 = picture.sha256;
        self.setup.db.write(move |tx| store::picture::end_lease(tx, &sha256, lease, None)).await?;
        Ok(done)
    }

    async fn keep(&self, picture: Picture, lease: Option<Timestamp>, due: Option<Timestamp>) -> Result<()> {
        let keep = move |tx: &mut store::Tx<'_>| {
            store::picture::save_picture(tx, &picture)?;
            store::picture::end_lease(tx, &picture.sha256, lease, due).map(drop)
        };
        self.setup.db.write(keep).await
    }

    /// Tries to read a picture and to put the smaller ones into their places.
    ///
    /// The outer error is nobody's fault.
    async fn attempt(&self, picture: &Picture) -> Result<Attempt> {
        if picture.attempts > MAX_ATTEMPTS {
            return Ok(Err(ReadFault::Abandoned));
        }
        let permit = Arc::clone(&self.pool).acquire_owned().await.map_err(|e| Error::internal("the reader is closed").caused_by(e))?;
        let watch = Stopwatch::start();
        let key = Key::Content(picture.sha256.clone());
        let look = match self.setup.uploads.blobs().read_file(&key, MAX_BYTES).await? {
            Whole::There(bytes) => match self.look(bytes, permit).await {
                Ok(look) => look,
                Err(fault) => return Ok(Err(fault)),
            },
            Whole::TooMany => Look { reading: Reading::unknown(Gap::TooLarge), rendered: Err(Gap::TooLarge) },
            Whole::Missing => return Ok(Err(ReadFault::Missing)),
        };
        metrics::histogram!("bazdid_picture_look_seconds").record(watch.elapsed());
        let Look { reading, rendered } = look;
        let (fingerprint, small) = match rendered {
            Ok(Rendered { screen, thumb, fingerprint }) => {
                let bytes = |picture: &[u8]| i64::try_from(picture.len()).unwrap_or(i64::MAX);
                let small = Small { screen_bytes: bytes(&screen), thumb_bytes: bytes(&thumb) };
                // The files first: what a row says is there.
                for (bytes, size) in [(screen, Size::Screen), (thumb, Size::Thumb)] {
                    self.setup.uploads.blobs().put_bytes(bytes, &Key::Small(picture.sha256.clone(), size)).await?;
                }
                (fingerprint.map(|f| f.bits()), Some(small))
            }
            Err(gap) => (Err(gap), None),
        };
        Ok(Ok(Found { reading, fingerprint, small }))
    }

    /// Looks at a picture in a thread of its own. One that takes too long keeps its permit to its end, but nobody waits for it.
    async fn look(&self, bytes: Bytes, permit: OwnedSemaphorePermit) -> std::result::Result<Look, ReadFault> {
        let look = self.setup.look;
        let thread = tokio::task::spawn_blocking(move || {
            let looked = catch_unwind(AssertUnwindSafe(|| look(&bytes)));
            drop(permit);
            looked
        });
        match tokio::time::timeout(self.setup.budget, thread).await {
            Ok(Ok(Ok(look))) => Ok(look),
            Ok(_) => Err(ReadFault::Panicked),
            Err(_) => Err(ReadFault::TooSlow),
        }
    }

    /// Judges all photos that a content concerns, ticket by ticket.
    async fn judge(&self, sha256: &str) -> Result<()> {
        let (near, ctx, asked) = (Arc::clone(&self.near), self.ctx(), sha256.to_owned());
        let concerned = self.setup.db.read(move |tx| picture::concerned(tx, &ctx, &asked, &*near)).await?;
        for (ticket, photos) in concerned {
            let (near, ctx) = (Arc::clone(&self.near), self.ctx());
            self.setup.db.write(move |tx| picture::judge(tx, &ctx, ticket, &photos, &*near)).await?;
        }
        Ok(())
    }

    fn ctx(&self) -> Ctx {
        let Setup { clock, ids, shared, .. } = &self.setup;
        Ctx::of_system(clock, ids, shared)
    }

    /// Reads what waits, again and again until the task is dropped: at once when this process has stored something.
    pub async fn run(self) {
        loop {
            match self.run_due().await {
                Ok(done) if done != Looked::default() => tracing::info!(
                    pictures.read = done.read,
                    pictures.faults = done.faults,
                    pictures.given_up = done.given_up,
                    pictures.judged = done.judged,
                    pictures.put_off = done.put_off,
                    "pictures were read and judged"
                ),
                Ok(_) => {}
                Err(error) => tracing::error!(error = %error, "pictures could not be read; it will be tried again"),
            }
            tokio::select! {
                () = self.setup.uploads.somebody_stored() => {}
                () = tokio::time::sleep(REST) => {}
            }
        }
    }
}

impl Looked {
    fn add_to(self, sum: &mut Self) {
        sum.read += self.read;
        sum.faults += self.faults;
        sum.given_up += self.given_up;
        sum.judged += self.judged;
        sum.put_off += self.put_off;
        let count = |outcome: &'static str, n: usize| {
            metrics::counter!("bazdid_pictures_total", "outcome" => outcome).increment(u64::try_from(n).unwrap_or_default());
        };
        count("read", self.read);
        count("fault", self.faults);
        count("failed", self.given_up);
    }
}
