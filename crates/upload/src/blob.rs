//! Where complete files lie: a folder of this machine, or an S3-compatible store.
//!
//! What stands under a final name is complete and on the disk: a file comes there in one step and is synced with its folder
//! before anybody is told. Names are made from the content, so what is stored once is there for all who need it, and is never
//! written again. Knows nothing of photos, uploads or the database.

mod folder;
mod pieces;
#[cfg(feature = "s3")]
mod s3;

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::{
    GetOptions, GetRange, GetResult, GetResultPayload, ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path as Name,
};

pub(crate) use folder::sync_folder;

use bazdid_domain::picture::Size;
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::UploadId,
};

/// Where to put complete files.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket.
    S3(Bucket),
}

/// A bucket of an S3-compatible store.
#[derive(Clone, Default)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What every name in it begins with.
    pub prefix: String,
    /// Address of the store; empty: Amazon's.
    pub endpoint: String,
    /// Region.
    pub region: String,
    /// Id of the access key; empty: the role of the machine.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket")
            .field("name", &self.name)
            .field("prefix", &self.prefix)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// What a file is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A file by the SHA-256 of its content, 64 hex digits in lower case.
    Content(String),
    /// The bytes of an upload that were not what was declared.
    Mismatch(UploadId),
    /// A smaller picture of a content, by the SHA-256 of that.
    Small(String, Size),
}

impl Key {
    /// The name, with `/` between folders.
    fn name(&self) -> String {
        match self {
            Self::Content(sha256) => format!("sha256/{}", spread(sha256)),
            Self::Mismatch(upload) => format!("mismatch/{upload}"),
            Self::Small(sha256, size) => format!("{size}/{}.jpg", spread(sha256)),
        }
    }
}

/// A hash below two folders, so that none holds too many.
fn spread(sha256: &str) -> String {
    let part = |range: Range<usize>| sha256.get(range).unwrap_or("_");
    format!("{}/{}/{sha256}", part(0..2), part(2..4))
}

/// What a put found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The file is new.
    New,
    /// It was there already.
    There,
}

/// An open file.
pub struct Opened {
    /// Bytes of the whole file.
    pub size: u64,
    /// The bytes that were asked for, piece by piece.
    pub bytes: std::pin::Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("size", &self.size).finish_non_exhaustive()
    }
}

/// A file that was to be read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole {
    /// It is not there.
    Missing,
    /// It has more bytes than were to be read.
    TooMany,
    /// All of it.
    There(Bytes),
}

/// The files; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// The folder, if the files lie in one.
    folder: Option<PathBuf>,
    prefix: String,
}

fn failed(e: object_store::Error) -> Error {
    Error { internal: Some("the store of files failed".into()), ..Error::new(Code::Overloaded) }.caused_by(e)
}

impl Blobs {
    /// Opens the place; a folder is made.
    ///
    /// # Errors
    /// The folder cannot be made, or this program was built without what the place needs.
    pub fn open(place: &Place) -> Result<Self> {
        match place {
            Place::Folder(path) => {
                let fault = |e: std::io::Error| Error::internal(format!("the folder {} cannot be used", path.display())).caused_by(e);
                std::fs::create_dir_all(path).map_err(fault)?;
                let root = path.canonicalize().map_err(fault)?;
                let store = LocalFileSystem::new_with_prefix(&root)
                    .map_err(|e| Error::internal("the folder of the files cannot be opened").caused_by(e))?;
                Ok(Self { store: Arc::new(store), folder: Some(root), prefix: String::new() })
            }
            #[cfg(feature = "s3")]
            Place::S3(bucket) => Ok(Self { store: s3::open(bucket)?, folder: None, prefix: bucket.prefix.trim_matches('/').to_owned() }),
            #[cfg(not(feature = "s3"))]
            Place::S3(_) => Err(Error::internal("evidence.s3_bucket is set, but this program was built without the feature `s3`")),
        }
    }

    fn name(&self, key: &Key) -> Name {
        let name = key.name();
        if self.prefix.is_empty() { Name::from(name) } else { Name::from(format!("{}/{name}", self.prefix)) }
    }

    /// Puts a complete file of this machine, whose content is on the disk, under its final name; the file itself stays where it
    /// is. When this returns, a power cut loses nothing.
    ///
    /// # Errors
    /// The place cannot be written.
    pub async fn put_file(&self, file: &Path, key: &Key) -> Result<Put> {
        let Some(folder) = &self.folder else { return self.send_file(file, key).await };
        let (root, from, to) = (folder.clone(), file.to_owned(), folder.join(key.name()));
        tokio::task::spawn_blocking(move || folder::place(&root, &from, &to))
            .await
            .map_err(|e| Error::internal("putting a file panicked").caused_by(e))?
    }

    /// The same over the network: what is not sent whole never appears.
    async fn send_file(&self, file: &Path, key: &Key) -> Result<Put> {
        let read = |e: std::io::Error| Error::internal("a complete upload cannot be read").caused_by(e);
        let size = std::fs::metadata(file).map_err(read)?.len();
        if self.size(key).await? == Some(size) {
            return Ok(Put::There);
        }
        let (store, name) = (Arc::clone(&self.store), self.name(key));
        folder::send(store, name, file.to_owned(), size).await?;
        Ok(Put::New)
    }

    /// Puts bytes under a final name, over what stands there. When this returns, a power cut loses nothing.
    ///
    /// # Errors
    /// The place cannot be written.
    pub async fn put_bytes(&self, bytes: Vec<u8>, key: &Key) -> Result<()> {
        let Some(folder) = &self.folder else {
            return self.store.put(&self.name(key), bytes.into()).await.map(drop).map_err(failed);
        };
        let (root, to) = (folder.clone(), folder.join(key.name()));
        tokio::task::spawn_blocking(move || folder::write(&root, &bytes, &to))
            .await
            .map_err(|e| Error::internal("putting a file panicked").caused_by(e))?
    }

    /// Opens a file, or a range of it; nothing if it is not there.
    ///
    /// # Errors
    /// The place cannot be read, or the range lies beyond the end.
    pub async fn open_file(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<Opened>> {
        let Some(found) = self.find(key, range).await? else { return Ok(None) };
        let size = found.meta.size;
        let bytes = match found.payload {
            GetResultPayload::File(file, _) => pieces::of(file, found.range).boxed(),
            GetResultPayload::Stream(stream) => stream.map_err(failed).boxed(),
        };
        Ok(Some(Opened { size, bytes }))
    }

    /// Reads a file whole if it has at most so many bytes.
    ///
    /// # Errors
    /// The place cannot be read.
    pub async fn read_file(&self, key: &Key, most: usize) -> Result<Whole> {
        match self.find(key, None).await? {
            None => Ok(Whole::Missing),
            Some(found) if !usize::try_from(found.meta.size).is_ok_and(|size| size <= most) => Ok(Whole::TooMany),
            Some(found) => found.bytes().await.map(Whole::There).map_err(failed),
        }
    }

    async fn find(&self, key: &Key, range: Option<Range<u64>>) -> Result<Option<GetResult>> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        match self.store.get_opts(&self.name(key), options).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    /// Bytes of a file; nothing if it is not there.
    ///
    /// # Errors
    /// The place cannot be read.
    pub async fn size(&self, key: &Key) -> Result<Option<u64>> {
        match self.store.head(&self.name(key)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    /// Removes a file; one that is not there is no fault.
    ///
    /// # Errors
    /// The place cannot be written.
    pub async fn delete(&self, key: &Key) -> Result<()> {
        match self.store.delete(&self.name(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(failed(e)),
        }
    }

    /// Every name that begins with a folder such as `sha256`, with its size; for those who look after the whole.
    ///
    /// # Errors
    /// The place cannot be read.
    pub async fn list(&self, below: &str) -> Result<Vec<(String, u64)>> {
        let prefix = if self.prefix.is_empty() { Name::from(below) } else { Name::from(format!("{}/{below}", self.prefix)) };
        let found: Vec<_> = self.store.list(Some(&prefix)).try_collect().await.map_err(failed)?;
        Ok(found.into_iter().map(|m| (m.location.to_string(), m.size)).collect())
    }
}

#[cfg(test)]
mod tests;
