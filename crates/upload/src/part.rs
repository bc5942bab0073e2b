//! Part files: what has arrived of an upload, under its id. Whoever opens one has it alone, over all processes of the machine.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{Context, SHA256};
use uuid::Uuid;

use crate::{Hash, disk, elsewhere};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::UploadId,
};

/// Bytes that are read at once when a part is hashed again.
const READ: usize = 128 << 10;
/// What the name of a marker ends with.
const MARKER: &str = "from";

/// The folder of the part files.
#[derive(Debug)]
pub(super) struct Parts(PathBuf);

/// A part file that is open and ours.
#[derive(Debug)]
pub(super) struct Part {
    pub file: File,
    pub path: PathBuf,
    pub length: u64,
    /// Whether it was made now: its name is on the disk once its folder is synced.
    pub fresh: bool,
}

impl Parts {
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self(folder.to_owned()))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    fn path(&self, id: UploadId) -> PathBuf {
        self.0.join(id.to_string())
    }

    /// The part of an upload; nothing if nothing has arrived.
    pub(super) fn find(&self, id: UploadId) -> Result<Option<Part>> {
        let path = self.path(id);
        match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => take(file, path, false).map(Some),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(disk(e)),
        }
    }

    /// The part of an upload, made if nothing has arrived.
    pub(super) fn make(&self, id: UploadId) -> Result<Part> {
        if let Some(part) = self.find(id)? {
            return Ok(part);
        }
        let path = self.path(id);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(disk)?;
        take(file, path, true)
    }

    /// The part of an upload that has come so far; made if nothing has arrived.
    pub(super) fn at(&self, id: UploadId, offset: u64) -> Result<Part> {
        let part = if offset == 0 { self.make(id)? } else { self.find(id)?.ok_or_else(|| elsewhere(0))? };
        if part.length == offset { Ok(part) } else { Err(elsewhere(part.length)) }
    }

    /// Notes from where on a part is not to be believed until its checksum is known: a process that dies meanwhile leaves the note.
    pub(super) fn mark(&self, part: &Part) -> io::Result<PathBuf> {
        let marker = part.path.with_extension(MARKER);
        fs::write(&marker, part.length.to_string())?;
        Ok(marker)
    }

    pub(super) fn remove(&self, id: UploadId) -> io::Result<()> {
        let path = self.path(id);
        for path in [path.with_extension(MARKER), path] {
            match fs::remove_file(path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        Ok(())
    }

    /// How much has arrived.
    pub(super) fn length(&self, id: UploadId) -> io::Result<u64> {
        match fs::metadata(self.path(id)) {
            Ok(meta) => Ok(meta.len()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(e) => Err(e),
        }
    }

    /// Every upload of which something has arrived.
    pub(super) fn list(&self) -> io::Result<Vec<UploadId>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let name = entry?.file_name();
            found.extend(name.to_str().and_then(|n| Uuid::parse_str(n).ok()).map(UploadId::new));
        }
        Ok(found)
    }
}

/// Locks a part and takes back what was never checked.
fn take(mut file: File, path: PathBuf, fresh: bool) -> Result<Part> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Error::new(Code::UploadLocked).retry_after(2)),
        // Some network file systems know no locks; there one process has the folder.
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(e)) => return Err(disk(e)),
    }
    let marker = path.with_extension(MARKER);
    if let Ok(text) = fs::read_to_string(&marker) {
        let checked = text.parse().unwrap_or(0).min(file.metadata().map_err(disk)?.len());
        file.set_len(checked).and_then(|()| fs::remove_file(&marker)).map_err(disk)?;
    }
    let length = file.seek(SeekFrom::End(0)).map_err(disk)?;
    Ok(Part { file, path, length, fresh })
}

impl Part {
    /// The hash of all that is there, read from the disk.
    pub(super) fn hash(&self) -> io::Result<Hash> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        let (mut hash, mut buffer) = (Context::new(&SHA256), vec![0; READ]);
        loop {
            let read = file.read(&mut buffer)?;
            match buffer.get(..read) {
                Some(bytes) if read > 0 => hash.update(bytes),
                _ => return Ok(Hash(hash)),
            }
        }
    }
}
