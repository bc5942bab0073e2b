//! The photos of a phone that are not at the server yet: files in a folder of its own, each with a note of where its upload is. All of it
//! outlives the app.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::people::DemoResult;
use bazdid_command::Failure;
use bazdid_protocol::{ids::PhotoId, time::Timestamp};

/// What is noted beside a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Which photo.
    pub photo: PhotoId,
    /// SHA-256 that was declared, hex.
    pub sha256: String,
    /// When it was taken, by the phone's clock.
    pub taken_at: Timestamp,
    /// Path of its upload; absent until one has begun.
    pub upload: Option<String>,
}

/// A photo that the server has all of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Which.
    pub photo: PhotoId,
    /// SHA-256 that was declared, hex.
    pub sha256: String,
}

/// The folder.
#[derive(Debug)]
pub struct Album {
    folder: PathBuf,
    /// What the server has all of; the files are gone.
    pub sent: Vec<Sent>,
}

impl Album {
    /// An album in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: PathBuf) -> DemoResult<Self> {
        fs::create_dir_all(&folder).map_err(|e| cannot("make", &folder, &e))?;
        Ok(Self { folder, sent: Vec::new() })
    }

    /// Keeps a photo until it is sent.
    ///
    /// # Errors
    /// The disk is full.
    pub fn keep(&self, note: &Note, bytes: &[u8]) -> DemoResult<()> {
        let file = self.file(note.photo);
        fs::write(&file, bytes).map_err(|e| cannot("write", &file, &e))?;
        self.note(note)
    }

    /// Writes a note anew.
    ///
    /// # Errors
    /// The disk is full.
    pub fn note(&self, note: &Note) -> DemoResult<()> {
        let file = self.folder.join(format!("{}.json", note.photo));
        let text = serde_json::to_string(note).unwrap_or_default();
        fs::write(&file, text).map_err(|e| cannot("write", &file, &e))
    }

    /// What waits, the oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn waiting(&self) -> DemoResult<Vec<Note>> {
        let mut notes = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(|e| cannot("read", &self.folder, &e))? {
            let file = entry.map_err(|e| cannot("read", &self.folder, &e))?.path();
            if file.extension().is_some_and(|e| e == "json") {
                let text = fs::read_to_string(&file).map_err(|e| cannot("read", &file, &e))?;
                notes.push(serde_json::from_str(&text).map_err(|e| Failure::said(format!("{} is damaged: {e}", file.display())))?);
            }
        }
        notes.sort_by_key(|n: &Note| (n.taken_at, n.photo));
        Ok(notes)
    }

    /// The bytes of a photo that waits.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn bytes(&self, photo: PhotoId) -> DemoResult<Vec<u8>> {
        let file = self.file(photo);
        fs::read(&file).map_err(|e| cannot("read", &file, &e))
    }

    /// The server has all of a photo: it need not be kept any more.
    ///
    /// # Errors
    /// The files cannot be removed.
    pub fn is_sent(&mut self, note: Note) -> DemoResult<()> {
        self.lose(note.photo)?;
        self.sent.push(Sent { photo: note.photo, sha256: note.sha256 });
        Ok(())
    }

    /// A photo is gone, whatever the server has of it.
    ///
    /// # Errors
    /// The files cannot be removed.
    pub fn lose(&self, photo: PhotoId) -> DemoResult<()> {
        for file in [self.file(photo), self.folder.join(format!("{photo}.json"))] {
            fs::remove_file(&file).map_err(|e| cannot("remove", &file, &e))?;
        }
        Ok(())
    }

    fn file(&self, photo: PhotoId) -> PathBuf {
        self.folder.join(format!("{photo}.jpg"))
    }
}

fn cannot(what: &str, file: &Path, e: &std::io::Error) -> Failure {
    Failure::said(format!("cannot {what} {}: {e}", file.display()))
}
