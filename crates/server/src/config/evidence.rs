//! The section of the photos' bytes.

use std::{fmt, path::PathBuf};

/// Where the bytes of photos lie, and how many are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Folder of what has arrived in part and, without a bucket, of all that is stored.
    pub folder: PathBuf,
    /// Bytes of one photo.
    pub photo_bytes: u64,
    /// Bytes that one device may announce within 24 hours.
    pub device_day_bytes: u64,
    /// Bytes that stay free on the disk of the folder.
    pub disk_reserve_bytes: u64,
    /// How long an upload takes bytes, hours.
    pub upload_hours: i64,
    /// How long bytes are kept that are not those that were declared, days.
    pub mismatch_days: i64,
    /// After how long the office is told of a photo whose bytes have not come, days.
    pub missing_days: i64,
    /// How long a link to a picture is good, seconds.
    pub link_s: i64,
    /// Uploads that send bytes at once; more are asked to come back later.
    pub uploads_at_once: usize,
    /// Pictures that are read at once; none: another process reads them.
    pub readers: usize,
    /// How long a line may be silent before the server lets go of it, seconds.
    pub idle_s: u64,
    /// Bucket of an S3-compatible store; empty: the folder.
    pub s3_bucket: String,
    /// What every name in the bucket begins with.
    pub s3_prefix: String,
    /// Address of the store; empty: Amazon's.
    pub s3_endpoint: String,
    /// Region.
    pub s3_region: String,
    /// Id of the access key.
    pub s3_access_key: String,
    /// The access key's secret.
    pub s3_secret_key: Secret,
}

/// A text that never shows.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text: for the one who needs it only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("data/evidence"),
            photo_bytes: 64 << 20,
            device_day_bytes: 4 << 30,
            disk_reserve_bytes: 1 << 30,
            upload_hours: 7 * 24,
            mismatch_days: 90,
            missing_days: 7,
            link_s: 300,
            uploads_at_once: 512,
            readers: 1,
            idle_s: 60,
            s3_bucket: String::new(),
            s3_prefix: String::new(),
            s3_endpoint: String::new(),
            s3_region: "us-east-1".to_owned(),
            s3_access_key: String::new(),
            s3_secret_key: Secret::default(),
        }
    }
}
