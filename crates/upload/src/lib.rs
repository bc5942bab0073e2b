//! Receiving the bytes of photos: part files, hashes, and the step from a complete part to a stored photo.
//!
//! How far an upload has come is the length of its part file. What a client is told has arrived is on the disk, so it survives
//! a power cut. Memory is bounded: a number of small pieces that are gathered whole, two buffers for each other line that sends, and
//! between requests the row of an upload and its hash, a few hundred bytes. The database is asked when an upload begins and ends, not
//! for each piece. Knows nothing of HTTP.

pub mod blob;
mod checksum;
mod content;
mod lock;
pub mod pace;
mod part;
mod receive;
mod sweep;
mod writer;

use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::digest::Context;
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinHandle,
};

use crate::{
    blob::{Blobs, Key},
    lock::UploadLocks,
    pace::Pacing,
    part::Parts,
};
pub use crate::{
    checksum::Checksum,
    content::Opened,
    lock::UploadLock,
    receive::{End, Job, Receipt},
    sweep::Swept,
};
use bazdid_domain::upload::{Received, Upload};
use bazdid_protocol::{
    error::{Code, Error, Result},
    hex::hex,
    ids::UploadId,
    phrase::Phrase,
};
use bazdid_service::{Ctx, upload};
use bazdid_store::Db;

/// Uploads that are remembered between two requests; of others the database is asked, and the part is read again at the end.
const REMEMBERED: usize = 4_096;
/// Pieces that are gathered at once. A piece that finds no room is written as it comes, like a large one.
const GATHERED: usize = 32;
/// Threads that wait for the disk at once.
const POOL_THREADS: usize = 32;
/// When a client may ask again whether there is room, seconds.
const ROOM_RETRY_S: u64 = 300;

/// What the receiver is built from.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Folder of the part files.
    pub parts: PathBuf,
    /// Where complete files go.
    pub blobs: Blobs,
    /// The database.
    pub db: Db,
    /// How slowly a line may send.
    pub pacing: Pacing,
    /// Bytes that stay free on the disk.
    pub reserve_bytes: u64,
}

/// The receiver; cheap to clone.
#[derive(Debug, Clone)]
pub struct Uploads(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: Parts,
    blobs: Blobs,
    db: Db,
    locks: Arc<UploadLocks>,
    begun: Mutex<HashMap<UploadId, Begun>>,
    pool: BlockingPool,
    gathering: Arc<Semaphore>,
    pacing: Pacing,
    reserve_bytes: u64,
    stored: Notify,
}

/// The running SHA-256 of an upload.
#[derive(Clone)]
struct Hash(Context);

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hash")
    }
}

/// An upload between two requests.
#[derive(Debug, Clone)]
struct Begun {
    /// Its row; it was open when the last request began.
    upload: Upload,
    /// How far it has come.
    offset: u64,
    /// The hash up to there.
    hash: Hash,
}

fn disk(e: io::Error) -> Error {
    match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::new(Code::NoSpace).retry_after(ROOM_RETRY_S).caused_by(e),
        _ => Error::internal("a part file cannot be used").caused_by(e),
    }
}

/// Work that waits for the disk, on threads of its own: so many at once that the disk is busy, and so few that two hundred lines do
/// not make two hundred threads, each with memory of its own.
#[derive(Debug, Clone)]
struct BlockingPool(Arc<Semaphore>);

impl BlockingPool {
    async fn run<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        Ok(self.start(f).await?.await?)
    }

    /// Begins and does not wait for the end.
    async fn start<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
        let permit = Arc::clone(&self.0).acquire_owned().await.map_err(io::Error::other)?;
        Ok(tokio::task::spawn_blocking(move || {
            let done = f();
            drop(permit);
            done
        }))
    }
}

impl Uploads {
    /// Opens the folder of the part files; it is made.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(setup: Setup) -> Result<Self> {
        let Setup { parts, blobs, db, pacing, reserve_bytes } = setup;
        let parts = Parts::open(&parts).map_err(disk)?;
        let pool = BlockingPool(Arc::new(Semaphore::new(POOL_THREADS)));
        Ok(Self(Arc::new(Inner {
            parts,
            blobs,
            db,
            locks: Arc::default(),
            begun: Mutex::default(),
            pool,
            gathering: Arc::new(Semaphore::new(GATHERED)),
            pacing,
            reserve_bytes,
            stored: Notify::new(),
        })))
    }

    async fn blocking<T: Send + 'static>(&self, f: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        self.0.pool.run(f).await.map_err(disk)?
    }

    /// Where complete files lie.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    /// Ends as soon as something has been stored since the last time that somebody waited.
    pub async fn somebody_stored(&self) {
        self.0.stored.notified().await;
    }

    /// Whether so many more bytes leave the reserve of the disk alone.
    ///
    /// # Errors
    /// They do not.
    pub fn room_for(&self, bytes: u64) -> Result<()> {
        let free = fs4::available_space(self.0.parts.folder()).map_err(disk)?;
        if free.saturating_sub(bytes) >= self.0.reserve_bytes && free >= bytes {
            return Ok(());
        }
        Err(Error::new(Code::NoSpace).retry_after(ROOM_RETRY_S))
    }

    /// Takes an upload for one request. A request that still sends is asked to leave: a phone that changed its network comes
    /// back on a new line while the old one still seems open.
    ///
    /// # Errors
    /// The other request does not leave in time.
    pub async fn lock(&self, id: UploadId) -> Result<UploadLock> {
        self.0.locks.take(id).await
    }

    /// How far an upload has come; all of it is on the disk.
    ///
    /// # Errors
    /// The part cannot be read.
    pub async fn offset(&self, lock: &UploadLock) -> Result<u64> {
        let (inner, id) = (Arc::clone(&self.0), lock.id());
        self.blocking(move || {
            let Some(part) = inner.parts.find(id)? else { return Ok(0) };
            part.file.sync_data().map_err(disk)?;
            Ok(part.length)
        })
        .await
    }

    /// Brings a complete upload to its place: hash, file, database. Done twice, or broken off anywhere, it comes to the same.
    ///
    /// # Errors
    /// The upload was ended meanwhile; the place or the database fails: it is tried again with the next request.
    pub async fn finish(&self, ctx: &Ctx, lock: &UploadLock, upload: &Upload) -> Result<Upload> {
        let (id, inner) = (lock.id(), Arc::clone(&self.0));
        let hash = self.known(id, u64::try_from(upload.length).unwrap_or_default());
        let (path, sha256, bytes) = self
            .blocking(move || {
                let part = inner.parts.find(id)?.ok_or_else(|| Error::new(Code::UploadGone))?;
                let hash = hash.map_or_else(|| part.hash(), Ok).map_err(disk)?;
                Ok((part.path.clone(), hex(hash.0.finish().as_ref()), part.length))
            })
            .await?;
        let received = Received { sha256, bytes: i64::try_from(bytes).unwrap_or(i64::MAX) };
        let asked = upload.clone();
        let expected = self.0.db.read(move |tx| upload::expected(tx, &asked)).await?;
        let key = if received.agrees(&expected.photo) {
            Some(Key::Content(received.sha256.clone()))
        } else {
            expected.keeps.then_some(Key::Mismatch(id))
        };
        if let Some(key) = &key {
            self.0.blobs.put_file(&path, key).await?;
        }
        let (ctx, kept) = (ctx.clone(), key.is_some());
        let ended = self.0.db.write(move |tx| upload::finish(tx, &ctx, id, &received, kept)).await?;
        self.0.stored.notify_one();
        self.discard(lock).await?;
        Ok(ended)
    }

    /// Removes what has arrived of an upload that is over.
    ///
    /// # Errors
    /// The part cannot be removed.
    pub async fn discard(&self, lock: &UploadLock) -> Result<()> {
        let (inner, id) = (Arc::clone(&self.0), lock.id());
        self.begun().remove(&id);
        self.blocking(move || inner.parts.remove(id).map_err(disk)).await
    }

    fn begun(&self) -> std::sync::MutexGuard<'_, HashMap<UploadId, Begun>> {
        self.0.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The row of an upload that this process has taken bytes of. Another process may have ended it since: then what comes is
    /// taken in vain, and the end tells.
    #[must_use]
    pub fn cached(&self, id: UploadId) -> Option<Upload> {
        self.begun().get(&id).map(|begun| begun.upload.clone())
    }

    /// The hash of what has arrived up to an offset, if it is kept.
    fn known(&self, id: UploadId, offset: u64) -> Option<Hash> {
        self.begun().get(&id).filter(|begun| begun.offset == offset).map(|begun| begun.hash.clone())
    }

    fn remember(&self, now: Begun) {
        let mut begun = self.begun();
        if begun.len() >= REMEMBERED && !begun.contains_key(&now.upload.id) {
            // Whichever goes costs one more question and one more look at its part.
            let any = begun.keys().next().copied();
            any.and_then(|any| begun.remove(&any));
        }
        begun.insert(now.upload.id, now);
    }
}

/// The client believes the upload at another offset.
#[must_use]
pub fn elsewhere(offset: u64) -> Error {
    Error::with(Code::OffsetMismatch, Phrase::with("the upload goes on at {offset}", &[("offset", &offset)])).fact("upload_offset", offset)
}

/// The client has more than the upload was announced with.
#[must_use]
pub fn excess(length: u64) -> Error {
    Error::with(Code::TooLarge, Phrase::with("the upload was announced with {length} bytes", &[("length", &length)]))
        .fact("limit_bytes", length)
}
