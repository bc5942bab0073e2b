//! Putting a complete file under its final name.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use object_store::{ObjectStore, ObjectStoreExt as _, WriteMultipart, path::Path as Name};

use crate::blob::{Put, failed};
use bazdid_protocol::error::{Code, Error, Result};

/// Bytes of one piece on its way to a store over the network: the least that such a store takes of a file in pieces.
const PIECE: usize = 5 << 20;
/// Pieces on their way at once.
const AHEAD: usize = 2;

/// Links a complete file to its final name, and syncs what leads there. A link never replaces what stands there and needs no
/// second copy of the bytes.
pub(super) fn place(root: &Path, from: &Path, to: &Path) -> Result<Put> {
    put(root, from, to).map_err(|e| fault(to, e))
}

fn fault(to: &Path, e: io::Error) -> Error {
    let code = if e.kind() == io::ErrorKind::StorageFull { Code::NoSpace } else { Code::Internal };
    Error { internal: Some(format!("{} cannot be put into its place", to.display())), ..Error::new(code) }.caused_by(e)
}

/// Writes bytes under a name that nobody reads and takes it over in one step.
pub(super) fn write(root: &Path, bytes: &[u8], to: &Path) -> Result<()> {
    /// Of two that write the same at once each has a file of its own.
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let write = || {
        let folder = folder_of(to)?;
        let copying = root.join("copying");
        fs::create_dir_all(&copying)?;
        let beside = copying.join(format!("{}-{}", std::process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed)));
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, to)?;
        sync_folders(root, folder)
    };
    write().map_err(|e| fault(to, e))
}

fn put(root: &Path, from: &Path, to: &Path) -> io::Result<Put> {
    let folder = folder_of(to)?;
    match fs::hard_link(from, to) {
        Ok(()) => {
            sync_folders(root, folder)?;
            Ok(Put::New)
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            // A file of another length can only come from outside this program: it is replaced.
            if fs::metadata(to)?.len() == fs::metadata(from)?.len() {
                // Whoever put it may not have come to sync the folder.
                sync_folders(root, folder)?;
                return Ok(Put::There);
            }
            copy(root, from, to, folder).map(|()| Put::New)
        }
        // Another disk, or a file system without links.
        Err(_) => copy(root, from, to, folder).map(|()| Put::New),
    }
}

/// Copies under a name that nobody reads and takes it over in one step.
fn copy(root: &Path, from: &Path, to: &Path, folder: &Path) -> io::Result<()> {
    let copying = root.join("copying");
    fs::create_dir_all(&copying)?;
    let beside = copying.join(from.file_name().unwrap_or_default());
    fs::copy(from, &beside)?;
    File::open(&beside)?.sync_all()?;
    fs::rename(&beside, to)?;
    sync_folders(root, folder)
}

/// The folder of a name; it is made.
fn folder_of(name: &Path) -> io::Result<&Path> {
    let folder = name.parent().ok_or_else(|| io::Error::other("a name without a folder"))?;
    fs::create_dir_all(folder)?;
    Ok(folder)
}

/// The entries of a folder are on the disk afterwards, and so is the way to it from the root: whoever made a folder on the way may not
/// have come to sync it. The deepest first: its sync writes down what was made above it too, and little is left for the others.
fn sync_folders(root: &Path, folder: &Path) -> io::Result<()> {
    folder.ancestors().take_while(|f| f.starts_with(root)).try_for_each(sync_folder)
}

/// The entries of a folder are on the disk afterwards. Only Unix can and must.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all() } else { Ok(()) }
}

/// Sends a file in pieces; it appears when the last one has arrived.
pub(super) async fn send(store: Arc<dyn ObjectStore>, name: Name, file: PathBuf, size: u64) -> Result<()> {
    let read = |e: io::Error| Error::internal("a complete upload cannot be read").caused_by(e);
    let mut file = File::open(&file).map_err(read)?;
    let next = |mut file: File| async move {
        let piece = tokio::task::spawn_blocking(move || {
            let mut piece = Vec::with_capacity(PIECE);
            let limit = u64::try_from(PIECE).unwrap_or(u64::MAX);
            (&mut file).take(limit).read_to_end(&mut piece).map(|_| (file, piece))
        });
        piece.await.map_err(|e| Error::internal("reading a file panicked").caused_by(e))?.map_err(read)
    };
    if usize::try_from(size).is_ok_and(|n| n <= PIECE) {
        let (_, whole) = next(file).await?;
        return store.put(&name, whole.into()).await.map(drop).map_err(failed);
    }
    let mut upload = WriteMultipart::new_with_chunk_size(store.put_multipart(&name).await.map_err(failed)?, PIECE);
    loop {
        let (rest, piece) = next(file).await?;
        file = rest;
        if piece.is_empty() {
            return upload.finish().await.map(drop).map_err(failed);
        }
        if let Err(e) = upload.wait_for_capacity(AHEAD).await {
            // What is not finished costs room in the bucket until it is given up.
            drop(upload.abort().await);
            return Err(failed(e));
        }
        upload.put(piece.into());
    }
}
