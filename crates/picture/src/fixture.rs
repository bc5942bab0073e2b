//! Pictures that the tests make themselves.

use std::io::Cursor;

use exif::{Field, In, Rational, Tag, Value, experimental::Writer};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A scene with edges, colours and a direction; another `seed` is another scene.
pub fn scene(width: u32, height: u32, seed: u32) -> DynamicImage {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = |n: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % n.max(1)
    };
    let mut picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 200 / width) as u8, (y * 200 / height) as u8, ((x + y) * 120 / (width + height)) as u8])
    });
    for _ in 0..12 {
        let (left, top) = (next(width), next(height));
        let (right, bottom) = ((left + next(width / 2)).min(width), (top + next(height / 2)).min(height));
        let colour = Rgb([next(256) as u8, next(256) as u8, next(256) as u8]);
        for y in top..bottom {
            for x in left..right {
                picture.put_pixel(x, y, colour);
            }
        }
    }
    DynamicImage::ImageRgb8(picture)
}

/// The bytes of a picture.
pub fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

pub fn ascii(tag: Tag, text: &str) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value: Value::Ascii(vec![text.as_bytes().to_vec()]) }
}

pub fn rationals(tag: Tag, values: &[(u32, u32)]) -> Field {
    let value = Value::Rational(values.iter().map(|(num, denom)| Rational { num: *num, denom: *denom }).collect());
    Field { tag, ifd_num: In::PRIMARY, value }
}

pub fn short(tag: Tag, value: u16) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value: Value::Short(vec![value]) }
}

/// What a phone in Qazvin writes.
pub fn phone() -> Vec<Field> {
    vec![
        ascii(Tag::Make, "Bazdid"),
        ascii(Tag::Model, "Field phone 3"),
        short(Tag::Orientation, 6),
        ascii(Tag::DateTimeOriginal, "2026:11:23 09:12:05"),
        ascii(Tag::SubSecTimeOriginal, "250"),
        ascii(Tag::OffsetTimeOriginal, "+03:30"),
        ascii(Tag::GPSLatitudeRef, "N"),
        rationals(Tag::GPSLatitude, &[(36, 1), (16, 1), (730, 100)]),
        ascii(Tag::GPSLongitudeRef, "E"),
        rationals(Tag::GPSLongitude, &[(50, 1), (0, 1), (1_440, 100)]),
        rationals(Tag::GPSHPositioningError, &[(48, 10)]),
        Field { tag: Tag::GPSAltitudeRef, ifd_num: In::PRIMARY, value: Value::Byte(vec![0]) },
        rationals(Tag::GPSAltitude, &[(12_785, 10)]),
        ascii(Tag::GPSImgDirectionRef, "M"),
        rationals(Tag::GPSImgDirection, &[(2_705, 10)]),
        ascii(Tag::GPSDateStamp, "2026:11:23"),
        rationals(Tag::GPSTimeStamp, &[(5, 1), (42, 1), (45, 10)]),
    ]
}

/// An EXIF block.
pub fn block(fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    for field in fields {
        writer.push_field(field);
    }
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    out.into_inner()
}

/// A JPEG with an EXIF block in its first segment.
pub fn jpeg_with(jpeg: &[u8], block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len() + 8).unwrap();
    let mut out = vec![0xFF, 0xD8, 0xFF, 0xE1];
    out.extend(length.to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(block);
    out.extend(&jpeg[2..]);
    out
}

/// A PNG with an EXIF chunk after its head. The checksum is one that nobody looks at.
pub fn png_with(png: &[u8], block: &[u8]) -> Vec<u8> {
    let mut out = png[..33].to_vec();
    out.extend(u32::try_from(block.len()).unwrap().to_be_bytes());
    out.extend(b"eXIf");
    out.extend(block);
    out.extend([0; 4]);
    out.extend(&png[33..]);
    out
}

/// A WebP with an EXIF chunk at its end.
pub fn webp_with(webp: &[u8], block: &[u8]) -> Vec<u8> {
    let mut out = webp.to_vec();
    out.extend(b"EXIF");
    out.extend(u32::try_from(block.len()).unwrap().to_le_bytes());
    out.extend(block);
    if block.len() % 2 == 1 {
        out.push(0);
    }
    let size = u32::try_from(out.len() - 8).unwrap();
    out[4..8].copy_from_slice(&size.to_le_bytes());
    out
}

fn named(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
    out.extend(name);
    out.extend(body);
    out
}

/// The frame of a HEIC: EXIF at the end of the file, two sizes; no pixels.
pub fn heic_with(block: &[u8]) -> Vec<u8> {
    let file_type = named(b"ftyp", b"heic\0\0\0\0mif1heic");
    let ispe = |w: u32, h: u32| named(b"ispe", &[[0; 4], w.to_be_bytes(), h.to_be_bytes()].concat());
    let sizes = named(b"iprp", &named(b"ipco", &[ispe(512, 512), ispe(4032, 3024)].concat()));
    let entry = named(b"infe", b"\x02\0\0\0\0\x07\0\0Exif\0");
    let items = named(b"iinf", &[b"\0\0\0\0\0\x01".as_slice(), &entry].concat());
    let meta = |start: u32| {
        let mut iloc = b"\0\0\0\0\x44\0\0\x01\0\x07\0\0\0\x01".to_vec();
        iloc.extend(start.to_be_bytes());
        iloc.extend(u32::try_from(block.len() + 4).unwrap().to_be_bytes());
        named(b"meta", &[&[0; 4], items.as_slice(), &named(b"iloc", &iloc), &sizes].concat())
    };
    let start = file_type.len() + meta(0).len() + 8;
    let data = named(b"mdat", &[&[0; 4], block].concat());
    [file_type, meta(u32::try_from(start).unwrap()), data].concat()
}

/// A file of `plain.heic` whose main picture is made of it: an item of a kind (`grid`, `iovl`) with its description, which names the one picture
/// so often. `tile` is the size that the file says the one picture has.
pub fn heic_made_of_one(kind: [u8; 4], description: &[u8], times: u16, tile: [u32; 2]) -> Vec<u8> {
    let plain = include_bytes!("render/tests/heic/plain.heic").as_slice();
    let part = |name: &[u8]| {
        let at = plain.windows(4).position(|w| w == name).unwrap() - 4;
        let size = u32::from_be_bytes(*plain[at..].first_chunk().unwrap());
        &plain[at..at + size as usize]
    };
    let coded = &part(b"mdat")[8..];
    let file_type = part(b"ftyp");
    let start = file_type.len() as u32 + 8;
    let item = |id: u16, at: u32, length: usize| {
        [&id.to_be_bytes()[..], &[0, 0, 0, 1], &at.to_be_bytes(), &(length as u32).to_be_bytes()].concat()
    };
    let places = [item(1, start, coded.len()), item(2, start + coded.len() as u32, description.len())].concat();
    let entry = |id: u8, kind: [u8; 4]| named(b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0], &kind[..], &[0]].concat());
    let names = [0, 1].repeat(times.into());
    let reference = named(b"dimg", &[&[0, 2][..], &times.to_be_bytes(), &names].concat());
    let size = named(b"ispe", &[[0; 4], tile[0].to_be_bytes(), tile[1].to_be_bytes()].concat());
    let properties = [named(b"ipco", &[part(b"hvcC"), &size].concat()), named(b"ipma", b"\0\0\0\0\0\0\0\x01\0\x01\x02\x81\x02")].concat();
    let meta = [
        &[0; 4],
        part(b"hdlr"),
        &named(b"pitm", b"\0\0\0\0\0\x02"),
        &named(b"iloc", &[b"\0\0\0\0\x44\0\0\x02", places.as_slice()].concat()),
        &named(b"iinf", &[&b"\0\0\0\0\0\x02"[..], &entry(1, *b"hvc1"), &entry(2, kind)].concat()),
        &named(b"iref", &[&[0; 4], reference.as_slice()].concat()),
        &named(b"iprp", &properties),
    ]
    .concat();
    [file_type, &named(b"mdat", &[coded, description].concat()), &named(b"meta", &meta)].concat()
}

/// The description of a grid of so many rows and columns.
pub fn grid(rows: u8, columns: u8, width: u16, height: u16) -> Vec<u8> {
    [&[0, 0, rows - 1, columns - 1][..], &width.to_be_bytes(), &height.to_be_bytes()].concat()
}

/// The description of an overlay that lays so many pictures over each other.
pub fn overlay(times: u16, width: u16, height: u16) -> Vec<u8> {
    [&[0; 10][..], &width.to_be_bytes(), &height.to_be_bytes(), &[0; 4].repeat(times.into())].concat()
}
