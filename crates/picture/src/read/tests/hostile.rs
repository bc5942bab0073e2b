//! Bytes by whoever means harm: no panic, no more work than is counted, no value that does not exist.

use std::sync::LazyLock;

use image::ImageFormat;
use proptest::prelude::*;

use super::super::{MAX_BYTES, guard, read};
use crate::{
    container,
    fixture::{block, encoded, heic_with, jpeg_with, phone, png_with, scene, webp_with},
    harm::possible,
};
use bazdid_domain::evidence::reading::{Format, Gap, Reading};

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let (picture, exif) = (scene(32, 24, 3), block(&phone()));
    let mut seeds = vec![
        jpeg_with(&encoded(&picture, ImageFormat::Jpeg), &exif),
        png_with(&encoded(&picture, ImageFormat::Png), &exif),
        webp_with(&encoded(&picture, ImageFormat::WebP), &exif),
        heic_with(&exif),
    ];
    if let Some(photos) = bazdid_testkit::real_data("photos") {
        for file in [
            "exif-samples/jpg/gps/DSCN0010.jpg",
            "exif-samples/jpg/tests/87_OSError.jpg",
            "exif-rs/tests/exif.webp",
            "nom-exif/testdata/exif.png",
        ] {
            seeds.extend(std::fs::read(photos.join(file)));
        }
    }
    seeds
});

/// Reads, and counts what it takes: bytes of the block that are looked at, entries that are kept, and what is kept in the end.
fn counted(bytes: &[u8]) -> Reading {
    if let Ok(block) = container::format(bytes).and_then(|format| container::exif(format, bytes)) {
        assert!(block.len() <= container::MAX_EXIF, "{} bytes", block.len());
        if let Ok(exif) = guard::bounded(block) {
            // Nothing of an entry's value is looked at before it is asked for.
            assert!(exif.fields().len() <= guard::MAX_ENTRIES, "{} entries", exif.fields().len());
        }
    }
    let reading = read(bytes);
    possible(&reading);
    reading
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn changed_bytes(seed in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), whole in prop::bool::weighted(0.7),
                     changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), prop::bool::weighted(0.8)), 0..40)) {
        let mut bytes = seed.get(&SEEDS).clone();
        let all = bytes.len();
        for (at, byte, early) in changes {
            // Most of what is read stands at the beginning.
            let at = at.index(if early { all.min(2048) } else { all });
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(all));
        }
        counted(&bytes);
    }

    #[test]
    fn bytes_of_chance(head in 0..5_usize, tail in prop::collection::vec(any::<u8>(), 0..600)) {
        let heads: [&[u8]; 5] = [b"", b"\xFF\xD8\xFF\xE1", b"\x89PNG\r\n\x1a\n", b"RIFF\xFF\xFF\xFF\xFFWEBP", b"\0\0\0\x14ftypheic\0\0\0\0mif1"];
        counted(&[heads[head], &tail].concat());
    }
}

#[test]
fn every_truncation_is_read_or_unknown() {
    for seed in SEEDS.iter().take(4) {
        for length in 0..seed.len().min(1500) {
            possible(&read(&seed[..length]));
        }
    }
}

#[test]
fn an_empty_file_text_and_other_formats_are_none() {
    for bytes in [
        b"".as_slice(),
        b"GIF89a",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"II*\0\x08\0\0\0",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"\xFF\xD8",
    ] {
        assert_eq!(read(bytes), Reading::unknown(Gap::UnknownFormat));
    }
}

#[test]
fn a_polyglot_is_what_its_first_bytes_say() {
    let (picture, exif) = (scene(32, 24, 3), block(&phone()));
    let jpeg = jpeg_with(&encoded(&picture, ImageFormat::Jpeg), &exif);
    let png = encoded(&picture, ImageFormat::Png);
    let reading = read(&[png.as_slice(), &jpeg].concat());
    assert_eq!((reading.format, reading.time), (Ok(Format::Png), Err(Gap::NoExif)), "a JPEG behind a PNG says nothing of the PNG");
    let reading = read(&[jpeg.as_slice(), b"PK\x03\x04", &png].concat());
    assert!(reading.format == Ok(Format::Jpeg) && reading.time.is_ok());
}

/// A directory as `(tag, type, count, value)`, then the place of the next.
fn directory(entries: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let mut out = u16::try_from(entries.len()).unwrap().to_le_bytes().to_vec();
    for (tag, kind, count, value) in entries {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.extend(next.to_le_bytes());
    out
}

fn exif_of(body: &[u8]) -> Vec<u8> {
    [b"II*\0\x08\0\0\0".as_slice(), body].concat()
}

#[test]
fn directories_in_a_ring_come_to_an_end() {
    let jpeg = encoded(&scene(32, 24, 3), ImageFormat::Jpeg);
    for body in
        [directory(&[(0x112, 3, 1, 6)], 8), directory(&[(0x8769, 4, 1, 8), (0x112, 3, 1, 6)], 0), directory(&[(0x8825, 4, 1, 8)], 8)]
    {
        let reading = counted(&jpeg_with(&jpeg, &exif_of(&body)));
        assert!(reading.orientation == Ok(6) || reading.orientation == Err(Gap::Absent), "{:?}", reading.orientation);
    }
}

#[test]
fn directories_that_overlap_are_refused_before_they_take_memory() {
    // Two thousand pointers to directories of two thousand entries each, in one segment: four million entries.
    let pointers: Vec<_> = (0..2000).map(|n| (0x8769, 4, 1, 24_100 + 2 * n)).collect();
    let mut body = directory(&pointers, 0);
    for _ in 0..16_000 {
        body.extend(2000_u16.to_le_bytes());
    }
    let reading = counted(&jpeg_with(&encoded(&scene(32, 24, 3), ImageFormat::Jpeg), &exif_of(&body)));
    assert_eq!(reading.orientation, Err(Gap::TooLarge));
    assert_eq!(reading.format, Ok(Format::Jpeg));
}

#[test]
fn a_block_beyond_the_bound_and_a_file_beyond_it_are_not_read() {
    let png = encoded(&scene(32, 24, 3), ImageFormat::Png);
    assert_eq!(counted(&png_with(&png, &vec![b'I'; 300_000])).time, Err(Gap::TooLarge));
    assert_eq!(counted(&vec![0xFF; MAX_BYTES + 1]), Reading::unknown(Gap::TooLarge));
}

#[test]
fn steps_through_a_file_are_counted() {
    let png = encoded(&scene(32, 24, 3), ImageFormat::Png);
    let empty = |n: usize| b"\0\0\0\0tEXt\0\0\0\0".repeat(n);
    let after = |n: usize| [&png[..33], &empty(n), &png_with(&png, &block(&phone()))[33..]].concat();
    assert!(counted(&after(100)).time.is_ok());
    assert_eq!(counted(&after(container::MAX_STEPS)).time, Err(Gap::TooLarge));
}

#[test]
fn a_value_that_reaches_beyond_the_block_hides_no_other() {
    let body = directory(&[(0x10F, 2, 4_000_000_000, 100), (0x112, 3, 1, 3)], 0);
    let reading = counted(&jpeg_with(&encoded(&scene(32, 24, 3), ImageFormat::Jpeg), &exif_of(&body)));
    assert_eq!(reading.orientation, Ok(3));
    assert!(reading.make.is_err());
}
