//! Taking what one request sends: a small piece in one go, everything else as it comes.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    Begun, Checksum, Hash, UploadLock, Uploads, disk, excess,
    pace::Pace,
    part::Part,
    writer::{Closed, Piece, Sink, Takes, Writer},
};
use bazdid_domain::upload::Upload;
use bazdid_protocol::error::{Error, Result};
use bazdid_service::{Ctx, upload};

/// Bytes of a piece that is gathered whole and written in one go.
const SMALL: u64 = 256 << 10;
/// Bytes for which there is room before any has come.
const FIRST_BYTES: usize = 64 << 10;

/// What one request sends.
#[derive(Debug)]
pub struct Job {
    /// Of which upload.
    pub upload: Upload,
    /// From where.
    pub start: u64,
    /// How many bytes it says that it has.
    pub announced: Option<u64>,
    /// What they must come to.
    pub checksum: Option<Checksum>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All that it had has arrived.
    Whole,
    /// The line broke.
    Cut,
    /// Too little came.
    Slow,
    /// Another request wants to go on with the upload.
    Replaced,
    /// It had more than the upload takes.
    Excess,
    /// The checksum is another: nothing of it counts.
    Wrong,
    /// The disk is full.
    Full,
}

/// What has arrived and is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// How far the upload is.
    pub offset: u64,
    /// How the request ended.
    pub end: End,
}

impl Uploads {
    /// Takes what a request sends, until it ends in whatever way.
    ///
    /// # Errors
    /// The upload is at another offset; the part cannot be written; the database fails.
    pub async fn receive<E>(
        &self,
        ctx: &Ctx,
        lock: &UploadLock,
        job: Job,
        stream: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    ) -> Result<Receipt> {
        let (id, start, upload) = (lock.id(), job.start, job.upload.clone());
        let length = u64::try_from(upload.length).unwrap_or_default();
        let known = self.known(id, start);
        let seen = known.is_some() && start > 0;
        let whole = known.or_else(|| (start == 0).then(|| Hash(Context::new(&SHA256))));
        let small = job.announced.is_some_and(|n| n <= SMALL.min(length.saturating_sub(start)));
        let room = if small { Arc::clone(&self.0.gathering).try_acquire_owned().ok() } else { None };
        let (mut end, closed) = match room {
            Some(room) => self.gather(lock, job, whole, stream, room).await?,
            None => self.stream(lock, job, whole, stream).await?,
        };
        if !closed.right && end == End::Whole {
            end = End::Wrong;
        }
        if !seen && closed.offset > start && closed.offset < length {
            let (ctx, upload) = (ctx.clone(), upload.clone());
            self.0.db.write(move |tx| upload::begin(tx, &ctx, &upload)).await?;
        }
        let offset = closed.offset;
        if let Some(hash) = closed.whole {
            self.remember(Begun { upload, offset, hash });
        }
        Ok(Receipt { offset, end })
    }

    /// Takes a small piece: all of it first, then one walk to the disk.
    async fn gather<E>(
        &self,
        lock: &UploadLock,
        job: Job,
        whole: Option<Hash>,
        stream: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
        room: OwnedSemaphorePermit,
    ) -> Result<(End, Closed)> {
        let (inner, id, start) = (Arc::clone(&self.0), lock.id(), job.start);
        let announced = job.announced.unwrap_or_default();
        // What is announced takes no memory before it comes.
        let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or_default().min(FIRST_BYTES));
        let end = self.pump(lock, &mut bytes, announced, job.announced, stream).await;
        let closed = self
            .blocking(move || {
                let mut sink = Sink::new(inner.parts.at(id, start)?, whole, None);
                // What is wrong is not written at all.
                let right = job.checksum.is_none_or(|checksum| end == End::Whole && checksum.agrees(&bytes));
                let written = if right { sink.write(&bytes) } else { Ok(()) };
                drop((bytes, room));
                let closed = sink.close(end == End::Whole).map_err(disk)?;
                written.map(|()| Closed { right, ..closed }).map_err(disk)
            })
            .await?;
        Ok((end, closed))
    }

    /// Takes what is written as it comes.
    async fn stream<E>(
        &self,
        lock: &UploadLock,
        job: Job,
        whole: Option<Hash>,
        stream: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    ) -> Result<(End, Closed)> {
        let (inner, id, start, announced) = (Arc::clone(&self.0), lock.id(), job.start, job.announced);
        let part = self.blocking(move || inner.parts.at(id, start)).await?;
        let length = u64::try_from(job.upload.length).unwrap_or_default();
        let left = length.saturating_sub(start);
        if announced.is_some_and(|n| n > left) {
            return Err(excess(length));
        }
        let sink = self.sink(part, whole, job.checksum)?;
        let mut writer = Writer::new(Box::new(sink), self.0.pool.clone());
        let end = self.pump(lock, &mut writer, left, announced, stream).await;
        let closed = writer.close(end == End::Whole).await.map_err(disk)?;
        Ok((end, closed))
    }

    fn sink(&self, part: Part, whole: Option<Hash>, checksum: Option<Checksum>) -> Result<Sink> {
        let piece = checksum.map(|c| {
            let marker = self.0.parts.mark(&part).map_err(disk)?;
            Ok::<_, Error>(Piece {
                hash: Context::new(c.algorithm),
                expected: c.expected,
                start: part.length,
                before: whole.clone(),
                marker,
            })
        });
        Ok(Sink::new(part, whole, piece.transpose()?))
    }

    /// Reads what a request sends and forgets it: at most about `limit` bytes, and only while they come.
    pub async fn skip<E>(&self, limit: u64, mut stream: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin) {
        let (mut left, mut pace) = (limit, Pace::new(self.0.pacing));
        while let Ok(Some(Ok(chunk))) = pace.next(&mut stream).await {
            left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if left == 0 {
                // What is left of the body is its end.
                drop(pace.next(&mut stream).await);
                return;
            }
        }
    }

    /// Moves bytes from the line to where they go: at most `left`, and whole if they are as many as `announced`.
    async fn pump<E>(
        &self,
        lock: &UploadLock,
        to: &mut impl Takes,
        left: u64,
        announced: Option<u64>,
        mut stream: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
    ) -> End {
        let (mut count, mut pace) = (0, Pace::new(self.0.pacing));
        loop {
            let next = tokio::select! {
                biased;
                () = lock.wanted() => return End::Replaced,
                next = pace.next(&mut stream) => next,
            };
            let chunk = match next {
                Err(_) => return End::Slow,
                Ok(None) if announced.is_none_or(|n| n == count) => return End::Whole,
                Ok(None | Some(Err(_))) => return End::Cut,
                Ok(Some(Ok(chunk))) => chunk,
            };
            let fits = usize::try_from(left.saturating_sub(count)).unwrap_or(usize::MAX).min(chunk.len());
            let (taken, more) = chunk.split_at(fits);
            count = count.saturating_add(u64::try_from(fits).unwrap_or(u64::MAX));
            if to.take(taken).await.is_err() {
                return End::Full;
            }
            if !more.is_empty() {
                return End::Excess;
            }
        }
    }
}
