use std::fs;

use super::*;
use bazdid_domain::picture::Size;

fn run<T>(f: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(f)
}

fn content(n: u8) -> Key {
    Key::Content(format!("{n:02x}").repeat(32))
}

async fn read(blobs: &Blobs, key: &Key, range: Option<Range<u64>>) -> Option<Vec<u8>> {
    let opened = blobs.open_file(key, range).await.unwrap()?;
    let pieces: Vec<Bytes> = opened.bytes.try_collect().await.unwrap();
    Some(pieces.concat())
}

#[test]
fn a_file_is_put_once_read_in_ranges_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&Place::Folder(folder.path().join("evidence"))).unwrap();
    let file = folder.path().join("part");
    fs::write(&file, b"0123456789").unwrap();
    run(async {
        let key = content(0xab);
        assert_eq!((blobs.size(&key).await.unwrap(), read(&blobs, &key, None).await), (None, None));
        assert_eq!(blobs.put_file(&file, &key).await.unwrap(), Put::New);
        assert_eq!(blobs.put_file(&file, &key).await.unwrap(), Put::There);
        assert!(file.exists(), "the part stays until its row says that it is done");
        assert_eq!(blobs.size(&key).await.unwrap(), Some(10));
        assert_eq!(read(&blobs, &key, None).await.unwrap(), b"0123456789");
        assert_eq!(read(&blobs, &key, Some(2..5)).await.unwrap(), b"234");
        let names: Vec<String> = blobs.list("sha256").await.unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [format!("sha256/ab/ab/{}", "ab".repeat(32))]);
        blobs.delete(&key).await.unwrap();
        blobs.delete(&key).await.unwrap();
        assert_eq!(blobs.size(&key).await.unwrap(), None);
    });
}

#[test]
fn a_file_of_many_pieces_is_read_in_any_range_and_whole_if_it_is_not_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&Place::Folder(folder.path().join("evidence"))).unwrap();
    let (file, key) = (folder.path().join("part"), content(0xcd));
    // Three pieces and a bit, no two of them alike.
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).take(200_003).collect();
    fs::write(&file, &bytes).unwrap();
    run(async {
        assert_eq!(blobs.read_file(&key, 1).await.unwrap(), Whole::Missing);
        blobs.put_file(&file, &key).await.unwrap();
        assert_eq!(read(&blobs, &key, None).await.unwrap(), bytes);
        for (start, end) in [(0, 1), (65_535, 65_537), (65_536, 131_072), (1, 200_003), (131_072, 200_002), (200_002, 200_003)] {
            let range = u64::try_from(start).unwrap()..u64::try_from(end).unwrap();
            assert_eq!(read(&blobs, &key, Some(range)).await.unwrap(), bytes[start..end], "{start}..{end}");
        }
        assert_eq!(blobs.read_file(&key, 200_002).await.unwrap(), Whole::TooMany);
        assert_eq!(blobs.read_file(&key, 200_003).await.unwrap(), Whole::There(bytes.clone().into()));
        // Somebody cuts it off while it is read.
        let opened = blobs.open_file(&key, None).await.unwrap().unwrap();
        fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(100_000).unwrap();
        let pieces: Vec<Result<Bytes>> = opened.bytes.collect().await;
        let whole: Vec<bool> = pieces.iter().map(Result::is_ok).collect();
        assert_eq!(whole, [true, false], "it ends with an error, not early");
    });
}

#[test]
fn what_broke_off_elsewhere_is_replaced_and_copies_never_show() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("evidence");
    let blobs = Blobs::open(&Place::Folder(root.clone())).unwrap();
    let file = folder.path().join("part");
    fs::write(&file, b"whole").unwrap();
    let Key::Content(sha256) = content(1) else { unreachable!() };
    let place = root.join("sha256/01/01");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(&sha256), b"who").unwrap();
    run(async {
        assert_eq!(blobs.put_file(&file, &content(1)).await.unwrap(), Put::New);
        assert_eq!(read(&blobs, &content(1), None).await.unwrap(), b"whole");
        assert_eq!(blobs.list("sha256").await.unwrap().len(), 1);
    });
}

#[test]
fn smaller_pictures_lie_beside_and_are_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&Place::Folder(folder.path().join("evidence"))).unwrap();
    let sha256 = "cd".repeat(32);
    run(async {
        for (size, name) in [(Size::Screen, "screen"), (Size::Thumb, "thumb")] {
            let key = Key::Small(sha256.clone(), size);
            blobs.put_bytes(b"first".to_vec(), &key).await.unwrap();
            blobs.put_bytes(b"second".to_vec(), &key).await.unwrap();
            assert_eq!(read(&blobs, &key, None).await.unwrap(), b"second");
            let names: Vec<String> = blobs.list(name).await.unwrap().into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, [format!("{name}/cd/cd/{sha256}.jpg")]);
        }
        assert!(blobs.list("copying").await.unwrap().is_empty(), "nothing is left beside");
    });
}
