//! What a picture may announce, and what it may make of a few bytes, is bounded in memory: the allocations are counted.

use std::io::Write as _;

use flate2::{Compression, Crc, write::ZlibEncoder};
use image::{DynamicImage, GrayImage, ImageFormat, RgbaImage};

use crate::{
    fixture::{encoded, scene},
    render::{MAX_BESIDE, MAX_MEMORY, Rendered, render},
};
use bazdid_domain::evidence::reading::{Format, Gap, Known};

/// Refused before a pixel is decoded: the buffers of readers, and no more.
const HEAD: u64 = 2 << 20;

/// The most bytes that were allocated at one time while a picture was rendered, and what came of it.
fn peak(bytes: &[u8], format: Format) -> (u64, Known<Rendered>) {
    let mut made = Err(Gap::Absent);
    let counted = allocation_counter::measure(|| made = render(bytes, format, Ok(6)));
    (counted.bytes_max, made)
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(name);
    crc.update(body);
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), name.as_slice(), body, &crc.sum().to_be_bytes()].concat()
}

/// So many zeros, packed.
fn zeros(many: usize) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..many >> 20 {
        packer.write_all(&[0; 1 << 20]).unwrap();
    }
    packer.finish().unwrap()
}

/// A PNG that says how large it is and of which kind, with further chunks before its pixels.
fn png(width: u32, height: u32, depth: u8, colour: u8, before: &[u8], pixels: &[u8]) -> Vec<u8> {
    let head = [&width.to_be_bytes(), height.to_be_bytes().as_slice(), &[depth, colour, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1A\n", chunk(b"IHDR", &head).as_slice(), before, &chunk(b"IDAT", pixels), &chunk(b"IEND", b"")].concat()
}

/// A JPEG whose frame says another size.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = encoded(&scene(64, 48, 3), ImageFormat::Jpeg);
    let frame = bytes.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A WebP whose head says another size; its sides have 14 bits.
fn webp(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&scene(64, 48, 3), ImageFormat::WebP);
    let at = bytes.windows(5).position(|w| w[..4] == *b"VP8L").unwrap() + 9;
    let sides = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) & 0xF000_0000 | (height - 1) << 14 | (width - 1);
    bytes[at..at + 4].copy_from_slice(&sides.to_le_bytes());
    bytes
}

/// A HEIC whose boxes say another size.
fn heic(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = include_bytes!("heic/plain.heic").to_vec();
    let at = bytes.windows(4).position(|w| w == b"ispe").unwrap() + 8;
    bytes[at..at + 4].copy_from_slice(&width.to_be_bytes());
    bytes[at + 4..at + 8].copy_from_slice(&height.to_be_bytes());
    bytes
}

#[test]
fn what_only_announces_much_takes_nothing() {
    for (what, format, bytes) in [
        ("a PNG of 60,000 × 60,000", Format::Png, png(60_000, 60_000, 8, 2, &[], &zeros(1 << 20))),
        ("a PNG of 20,000 × 20,000", Format::Png, png(20_000, 20_000, 8, 2, &[], &zeros(1 << 20))),
        ("a PNG of 7,900 × 7,900 with 8 bytes a pixel", Format::Png, png(7_900, 7_900, 16, 6, &[], &zeros(1 << 20))),
        ("a JPEG of 65,500 × 65,500", Format::Jpeg, jpeg(65_500, 65_500)),
        ("a JPEG of 20,000 × 20,000", Format::Jpeg, jpeg(20_000, 20_000)),
        ("a WebP of 8,100 × 8,100", Format::Webp, webp(8_100, 8_100)),
        ("a HEIC of 20,000 × 20,000", Format::Heic, heic(20_000, 20_000)),
    ] {
        let (bytes_max, made) = peak(&bytes, format);
        assert_eq!(made, Err(Gap::TooLarge), "{what}");
        assert!(bytes_max < HEAD, "{what}: {bytes_max} bytes");
    }
}

#[test]
fn what_unpacks_beside_the_pixels_is_bounded() {
    let body = [b"icc\0\0", zeros(200 << 20).as_slice()].concat();
    let text = [b"Comment\0\0", zeros(200 << 20).as_slice()].concat();
    for (what, before) in [("a profile of 200 MiB", chunk(b"iCCP", &body)), ("a text of 200 MiB", chunk(b"zTXt", &text).repeat(3))] {
        let (bytes_max, made) = peak(&png(64, 1, 8, 2, &before, &zeros(1 << 20)), Format::Png);
        assert!(made.is_ok(), "{what}: the pixels are sound");
        assert!(bytes_max < 3 * MAX_BESIDE, "{what}: {bytes_max} bytes");
    }
}

#[test]
fn the_largest_pictures_take_what_they_may() {
    for (what, format, bytes) in [
        ("JPEG", Format::Jpeg, encoded(&DynamicImage::ImageLuma8(GrayImage::new(8_000, 8_000)), ImageFormat::Jpeg)),
        ("transparent PNG", Format::Png, png(8_000, 8_000, 8, 6, &[], &zeros(8_000 * 8_000 * 4 + (2 << 20)))),
        ("PNG of 16 bits", Format::Png, png(5_600, 5_600, 16, 6, &[], &zeros(5_600 * 5_600 * 8 + (2 << 20)))),
        ("WebP", Format::Webp, encoded(&DynamicImage::ImageRgba8(RgbaImage::new(8_000, 8_000)), ImageFormat::WebP)),
        ("HEIC", Format::Heic, include_bytes!("heic/large.heic").to_vec()),
        // Its boxes say that it is small.
        ("HEIC in disguise", Format::Heic, disguised()),
    ] {
        let (bytes_max, made) = peak(&bytes, format);
        assert!(made.is_ok() || what.ends_with("disguise"), "{what}: {made:?}");
        // The pixels, and beside them what is made of them: brightness and colours, half as much.
        assert!(bytes_max < MAX_MEMORY * 3 / 2, "{what}: {bytes_max} bytes of {}", bytes.len());
    }
}

fn disguised() -> Vec<u8> {
    let mut bytes = include_bytes!("heic/large.heic").to_vec();
    let at = bytes.windows(4).position(|w| w == b"ispe").unwrap() + 8;
    bytes[at..at + 8].copy_from_slice(&[0, 0, 0, 64, 0, 0, 0, 64]);
    bytes
}

#[test]
fn a_jpeg_above_the_limit_is_decoded_smaller_at_once() {
    let bytes = encoded(&DynamicImage::ImageLuma8(GrayImage::new(9_600, 8_000)), ImageFormat::Jpeg);
    let (bytes_max, made) = peak(&bytes, Format::Jpeg);
    let screen = image::load_from_memory(&made.unwrap().screen).unwrap();
    assert_eq!((screen.width(), screen.height()), (1333, 1600), "turned as EXIF says");
    assert!(bytes_max < MAX_MEMORY / 4, "{bytes_max} bytes");
    let cut = &bytes[..bytes.len() / 2];
    assert_eq!(peak(cut, Format::Jpeg).1, Err(Gap::TooLarge), "what the small decoder does not take is not decoded in full");
}
