//! Evidence in an S3-compatible store: a real one, `s3rver` from npm. Needs the feature `s3`, and `node` and `npm`.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::Child,
};

use bazdid_server::config::Secret;
use bazdid_upload::blob::{Blobs, Bucket, Key, Place, Put};
use futures_util::StreamExt as _;

use crate::{
    node,
    town::Town,
    upload::{Field, files, picture, sha256},
};

/// A running store; ended when dropped.
struct Store {
    child: Child,
    endpoint: String,
    _folder: tempfile::TempDir,
}

impl Store {
    fn start() -> Option<Self> {
        let scripts = node::installed(
            "s3",
            "skipped: the S3-compatible store of the tests needs node and npm",
            "skipped: npm could not fetch the S3-compatible store (BAZDID_REQUIRE_NODE=1 shows why)",
        )?;
        let folder = tempfile::tempdir().unwrap();
        let mut child = node::start(&scripts, "serve.js", &[folder.path()]);
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Some(Self { child, endpoint: format!("http://127.0.0.1:{}", port.trim()), _folder: folder })
    }

    fn bucket(&self) -> Bucket {
        Bucket {
            name: "evidence".into(),
            prefix: "city/".into(),
            endpoint: self.endpoint.clone(),
            region: "us-east-1".into(),
            access_key: "S3RVER".into(),
            secret_key: "S3RVER".into(),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

fn run<T>(f: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(f)
}

async fn read(blobs: &Blobs, key: &Key, range: Option<std::ops::Range<u64>>) -> Option<Vec<u8>> {
    let mut opened = blobs.open_file(key, range).await.unwrap()?;
    let mut all = Vec::new();
    while let Some(piece) = opened.bytes.next().await {
        std::io::Cursor::new(piece.unwrap()).read_to_end(&mut all).unwrap();
    }
    Some(all)
}

#[test]
fn files_large_and_small_are_put_once_read_in_ranges_and_removed() {
    let Some(store) = Store::start() else { return };
    let blobs = Blobs::open(&Place::S3(store.bucket())).unwrap();
    run(async {
        // The larger one goes in pieces.
        for (n, length) in [(1, 70_000), (2, 13 << 20)] {
            let bytes = picture(n, length);
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&bytes).unwrap();
            let key = Key::Content(sha256(&bytes));
            assert_eq!(read(&blobs, &key, None).await, None);
            assert_eq!(blobs.put_file(file.path(), &key).await.unwrap(), Put::New);
            assert_eq!(blobs.put_file(file.path(), &key).await.unwrap(), Put::There);
            assert!(read(&blobs, &key, None).await.unwrap() == bytes);
            assert!(read(&blobs, &key, Some(1_000..60_000)).await.unwrap() == bytes[1_000..60_000]);
            let hash = sha256(&bytes);
            let name = format!("city/sha256/{}/{}/{hash}", &hash[..2], &hash[2..4]);
            assert_eq!(blobs.list("sha256").await.unwrap(), [(name, u64::try_from(length).unwrap())]);
            blobs.delete(&key).await.unwrap();
            assert_eq!(blobs.size(&key).await.unwrap(), None);
        }
    });
}

#[test]
fn photos_arrive_in_the_bucket_and_nothing_of_them_stays_here() {
    let Some(store) = Store::start() else { return };
    let bucket = store.bucket();
    let town = Town::with(|c| {
        c.evidence.s3_bucket = bucket.name.clone();
        c.evidence.s3_prefix = bucket.prefix.clone();
        c.evidence.s3_endpoint = bucket.endpoint.clone();
        c.evidence.s3_access_key = bucket.access_key.clone();
        c.evidence.s3_secret_key = Secret::new(&bucket.secret_key);
    });
    let field = Field::of(&town);
    let (bytes, wrong) = (picture(3, 6 << 20), picture(4, 1_000));
    let photo = field.declare(1, &bytes);
    let upload = field.create(photo, bytes.len());
    assert_eq!(field.patch(&upload, 0, &bytes).status, 204);
    assert_eq!(field.state(photo), "stored");
    let other = field.declare(2, &picture(5, 1_000));
    let upload = field.create(other, wrong.len());
    field.patch(&upload, 0, &wrong).problem("bytes_mismatch");
    assert!(files(&town.app, "").is_empty(), "nothing of it stays on this machine");
    let content = format!("/v1/photos/{photo}/content?size=original");
    let whole = town.call("supervisor", "GET", &content).fetch();
    assert!(whole.status == 200 && whole.body == bytes, "{}", whole.status);
    let part = town.call("supervisor", "GET", &content).header("Range", "bytes=5000000-5000099").fetch();
    assert!(part.status == 206 && part.body == bytes[5_000_000..5_000_100], "{}", part.status);
    let blobs = Blobs::open(&Place::S3(bucket)).unwrap();
    run(async {
        assert!(read(&blobs, &Key::Content(sha256(&bytes)), None).await.unwrap() == bytes);
        assert_eq!(blobs.list("mismatch").await.unwrap().len(), 1);
    });
}
