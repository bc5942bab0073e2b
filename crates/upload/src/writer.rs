//! From the line to the disk: one buffer is filled while the other one is hashed and written elsewhere. A small piece is gathered
//! whole and written at once.

use std::{io, io::Write as _, path::PathBuf};

use aws_lc_rs::digest::Context;
use tokio::task::JoinHandle;

use crate::{BlockingPool, Hash, part::Part};

/// Bytes of a buffer.
const BUFFER: usize = 64 << 10;

/// Where the bytes of a line go.
pub(super) trait Takes {
    /// Takes bytes from the line.
    ///
    /// # Errors
    /// They cannot be kept.
    async fn take(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A whole piece; its room is made before.
impl Takes for Vec<u8> {
    async fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// A part with a checksum of its own.
pub(super) struct Piece {
    pub hash: Context,
    pub expected: Vec<u8>,
    /// Where it begins.
    pub start: u64,
    /// The upload's hash up to there.
    pub before: Option<Hash>,
    /// The note that it is not checked.
    pub marker: PathBuf,
}

/// The part file with its hashes.
pub(super) struct Sink {
    part: Part,
    whole: Option<Hash>,
    piece: Option<Piece>,
}

/// What is on the disk in the end.
pub(super) struct Closed {
    pub offset: u64,
    pub whole: Option<Hash>,
    /// Whether the checksum, if there was one, is right.
    pub right: bool,
}

impl Sink {
    pub(super) const fn new(part: Part, whole: Option<Hash>, piece: Option<Piece>) -> Self {
        Self { part, whole, piece }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(e) = self.part.file.write_all(bytes) {
            // Some of it may be there: only what is hashed counts.
            self.part.file.set_len(self.part.length)?;
            return Err(e);
        }
        self.part.length += u64::try_from(bytes.len()).unwrap_or_default();
        if let Some(Hash(hash)) = &mut self.whole {
            hash.update(bytes);
        }
        if let Some(piece) = &mut self.piece {
            piece.hash.update(bytes);
        }
        Ok(())
    }

    /// Checks, syncs and lets go of the file.
    pub(super) fn close(mut self, is_whole: bool) -> io::Result<Closed> {
        let mut right = true;
        let mut marker = None;
        if let Some(piece) = self.piece.take() {
            right = is_whole && piece.hash.finish().as_ref() == piece.expected.as_slice();
            if !right {
                self.part.file.set_len(piece.start)?;
                self.part.length = piece.start;
                self.whole = piece.before;
            }
            marker = Some(piece.marker);
        }
        self.part.file.sync_data()?;
        if let (true, Some(folder)) = (self.part.fresh, self.part.path.parent()) {
            crate::blob::sync_folder(folder)?;
        }
        if let Some(marker) = marker {
            std::fs::remove_file(marker)?;
        }
        Ok(Closed { offset: self.part.length, whole: self.whole, right })
    }
}

type Busy = JoinHandle<(Box<Sink>, Vec<u8>, io::Result<()>)>;

/// Where the sink is.
enum At {
    Here(Box<Sink>),
    Busy(Busy),
    /// Its thread panicked.
    Lost,
}

/// Two buffers and a sink.
pub(super) struct Writer {
    pool: BlockingPool,
    at: At,
    filling: Vec<u8>,
    spare: Vec<u8>,
}

fn lost() -> io::Error {
    io::Error::other("a writing thread panicked")
}

impl Writer {
    pub(super) const fn new(sink: Box<Sink>, pool: BlockingPool) -> Self {
        Self { pool, at: At::Here(sink), filling: Vec::new(), spare: Vec::new() }
    }

    /// BlockingPool the full buffer over.
    async fn push(&mut self) -> io::Result<()> {
        let mut sink = self.sink().await?;
        let mut full = std::mem::replace(&mut self.filling, std::mem::take(&mut self.spare));
        let work = move || {
            let outcome = sink.write(&full);
            full.clear();
            (sink, full, outcome)
        };
        self.at = At::Busy(self.pool.start(work).await?);
        Ok(())
    }

    /// Waits until the sink is here.
    async fn sink(&mut self) -> io::Result<Box<Sink>> {
        match std::mem::replace(&mut self.at, At::Lost) {
            At::Here(sink) => Ok(sink),
            At::Busy(busy) => {
                let (sink, spare, outcome) = busy.await.map_err(|_| lost())?;
                self.spare = spare;
                match outcome {
                    Ok(()) => Ok(sink),
                    Err(e) => {
                        self.at = At::Here(sink);
                        // What came after it has no place.
                        self.filling.clear();
                        Err(e)
                    }
                }
            }
            At::Lost => Err(lost()),
        }
    }

    /// Writes what is left and ends.
    pub(super) async fn close(mut self, is_whole: bool) -> io::Result<Closed> {
        let (mut sink, failed) = match self.sink().await {
            Ok(sink) => (sink, false),
            Err(_) => (self.sink().await?, true),
        };
        let rest = self.filling;
        let work = move || {
            let written = if failed || rest.is_empty() { Ok(()) } else { sink.write(&rest) };
            let closed = sink.close(is_whole && !failed && written.is_ok())?;
            // What could be kept is kept; that there is more than that must be known.
            if failed || written.is_err() { Err(written.err().unwrap_or_else(|| io::ErrorKind::StorageFull.into())) } else { Ok(closed) }
        };
        self.pool.run(work).await?
    }
}

impl Takes for Writer {
    /// Waits only while both buffers are full.
    async fn take(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.filling.capacity() == 0 {
                self.filling.reserve_exact(BUFFER);
            }
            let (now, later) = bytes.split_at(bytes.len().min(BUFFER - self.filling.len()));
            self.filling.extend_from_slice(now);
            bytes = later;
            if self.filling.len() >= BUFFER {
                self.push().await?;
            }
        }
        Ok(())
    }
}
