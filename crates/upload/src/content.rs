//! Stored files on their way to people: piece by piece, so that a large one takes no more memory than a small one.

use std::ops::Range;

use futures_util::TryStreamExt as _;

use crate::{Uploads, blob::Key};
use bazdid_domain::{
    evidence::reading::{Format, Known},
    photo::ContentSize,
    picture::Size,
};
use bazdid_picture as picture;
use bazdid_protocol::error::{Error, Result};
use bazdid_service::photo::content::Content;

pub use crate::blob::Opened;

/// So many first bytes tell what a file is.
const HEAD: u64 = 4_096;

impl Uploads {
    /// Opens a file, or a range of it.
    ///
    /// # Errors
    /// It is not where it was put; the place cannot be read.
    pub async fn open_content(&self, content: &Content, range: Option<Range<u64>>) -> Result<Opened> {
        self.blobs()
            .open_file(&key(content), range)
            .await?
            .ok_or_else(|| Error::internal(format!("the file of a stored photo is gone: {} {}", content.sha256, content.size)))
    }

    /// What a file is, by what stands in it, whatever was declared.
    ///
    /// # Errors
    /// It is not where it was put; the place cannot be read.
    pub async fn format_of(&self, content: &Content) -> Result<Known<Format>> {
        if content.size != ContentSize::Original {
            return Ok(Ok(Format::Jpeg));
        }
        if let Some(format) = content.format {
            return Ok(format);
        }
        let opened = self.open_content(content, Some(0..HEAD.min(content.bytes))).await?;
        let head: Vec<u8> = opened
            .bytes
            .try_fold(Vec::new(), |mut head, chunk| async move {
                head.extend_from_slice(&chunk);
                Ok(head)
            })
            .await?;
        Ok(picture::format_of(&head))
    }
}

fn key(content: &Content) -> Key {
    let sha256 = content.sha256.clone();
    match content.size {
        ContentSize::Original => Key::Content(sha256),
        ContentSize::Screen => Key::Small(sha256, Size::Screen),
        ContentSize::Thumb => Key::Small(sha256, Size::Thumb),
    }
}
