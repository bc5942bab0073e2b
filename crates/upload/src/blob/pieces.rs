//! A file of this machine on its way to somebody, piece by piece.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    ops::Range,
};

use bytes::Bytes;
use futures_util::{Stream, stream::try_unfold};

use bazdid_protocol::error::{Error, Result};

/// Bytes of a piece. Each is read in a thread that may block: pieces of the 8 KiB that `object_store` makes cost more in walks between
/// threads than in reading.
const PIECE: u64 = 64 << 10;

/// The pieces of a range of a file. The stream ends with an error if the file is shorter than the range.
pub(super) fn of(file: File, range: Range<u64>) -> impl Stream<Item = Result<Bytes>> {
    try_unfold((file, range), |(file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let next = range.start.saturating_add(PIECE).min(range.end);
        let read = tokio::task::spawn_blocking(move || read(file, range.start..next).map(|(file, piece)| (piece, (file, next..range.end))));
        let read = read.await.map_err(|e| Error::internal("reading a file panicked").caused_by(e))?;
        read.map(Some).map_err(|e| Error::internal("a stored file cannot be read").caused_by(e))
    })
}

fn read(mut file: File, range: Range<u64>) -> io::Result<(File, Bytes)> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    let mut piece = vec![0; length];
    file.read_exact(&mut piece)?;
    Ok((file, piece.into()))
}
