//! An S3-compatible store.

use std::sync::Arc;

use object_store::{
    ObjectStore,
    aws::{AmazonS3Builder, Checksum},
};

use crate::blob::Bucket;
use bazdid_protocol::error::{Error, Result};

/// Opens a bucket; nothing is asked of the store yet.
pub(super) fn open(bucket: &Bucket) -> Result<Arc<dyn ObjectStore>> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        // The store compares what arrives with what was sent.
        .with_checksum_algorithm(Checksum::SHA256);
    if !bucket.endpoint.is_empty() {
        builder = builder.with_endpoint(&bucket.endpoint).with_allow_http(bucket.endpoint.starts_with("http://"));
    }
    if !bucket.access_key.is_empty() {
        builder = builder.with_access_key_id(&bucket.access_key).with_secret_access_key(&bucket.secret_key);
    }
    let store = builder.build().map_err(|e| Error::internal("the bucket of the evidence cannot be used").caused_by(e))?;
    Ok(Arc::new(store))
}
