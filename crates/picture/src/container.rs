//! Where the EXIF block stands in a file, by format.
//!
//! Only lengths and names are looked at here. Every walk goes forward and has a bound on its steps.

use std::io::Cursor;

use bazdid_domain::evidence::reading::{Format, Gap, Known, Pixels};

/// An EXIF block is at most so long. One APP1 segment of a JPEG holds half of it.
pub const MAX_EXIF: usize = 128 * 1024;
/// Chunks, boxes, items of one file that are looked at.
pub const MAX_STEPS: usize = 4096;
/// Brands of HEIF files whose pictures are HEVC.
const HEIC: [&[u8]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"];
/// Brands of HEIF files whose pictures are AV1.
const AVIF: [&[u8]; 2] = [b"avif", b"avis"];
/// Brands of HEIF files that do not say how their pictures are coded.
const HEIF: [&[u8]; 4] = [b"mif1", b"mif2", b"msf1", b"heif"];

/// The format by the first bytes.
pub fn format(bytes: &[u8]) -> Known<Format> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Format::Webp);
    }
    let file_type = boxes(bytes).next().filter(|(name, _)| name == b"ftyp").map(|(_, body)| body).ok_or(Gap::UnknownFormat)?;
    heif_format(file_type, bytes)
}

/// How the pictures of a HEIF file are coded: by its major brand, else by the compatible ones, else by its items.
fn heif_format(file_type: &[u8], bytes: &[u8]) -> Known<Format> {
    let major = file_type.get(..4).ok_or(Gap::UnknownFormat)?;
    let compatible = || file_type.get(8..).unwrap_or_default().chunks_exact(4);
    for brand in std::iter::once(major).chain(compatible()) {
        if HEIC.contains(&brand) {
            return Ok(Format::Heic);
        }
        if AVIF.contains(&brand) {
            return Ok(Format::Avif);
        }
    }
    if !std::iter::once(major).chain(compatible()).any(|brand| HEIF.contains(&brand)) {
        return Err(Gap::UnknownFormat);
    }
    let is_av1 = meta(bytes).ok().and_then(|m| item(inside(m, b"iinf")?, b"av01")).is_some();
    Ok(if is_av1 { Format::Avif } else { Format::Heic })
}

/// The EXIF block of a file, beginning with its TIFF header.
pub fn exif(format: Format, bytes: &[u8]) -> Known<Vec<u8>> {
    let block = match format {
        Format::Jpeg => jpeg_exif(bytes)?,
        Format::Png => chunk(chunks(bytes, 8, Ends::Big), b"eXIf")?.to_vec(),
        Format::Webp => {
            let block = chunk(chunks(riff(bytes)?, 12, Ends::Little), b"EXIF")?;
            block.strip_prefix(b"Exif\0\0").unwrap_or(block).to_vec()
        }
        Format::Heic | Format::Avif => heif_exif(bytes)?,
    };
    if block.len() > MAX_EXIF { Err(Gap::TooLarge) } else { Ok(block) }
}

fn jpeg_exif(bytes: &[u8]) -> Known<Vec<u8>> {
    ::exif::get_exif_attr_from_jpeg(&mut Cursor::new(bytes)).map_err(|e| match e {
        ::exif::Error::NotFound(_) => Gap::NoExif,
        _ => Gap::Damaged,
    })
}

/// A RIFF file without what was put behind it; one that is cut off as far as it goes.
fn riff(bytes: &[u8]) -> Known<&[u8]> {
    let size = bytes.get(4..).and_then(|b| b.first_chunk::<4>()).map(|s| u32::from_le_bytes(*s)).ok_or(Gap::Damaged)?;
    let end = usize::try_from(size).map_err(|_| Gap::TooLarge)?.saturating_add(8);
    Ok(bytes.get(..end).unwrap_or(bytes))
}

/// Which byte of a number comes first.
#[derive(Clone, Copy)]
enum Ends {
    Big,
    Little,
}

fn chunk<'a>(mut found: impl Iterator<Item = Known<([u8; 4], &'a [u8])>>, name: &[u8; 4]) -> Known<&'a [u8]> {
    found
        .find_map(|step| match step {
            Ok((n, body)) if n == *name => Some(Ok(body)),
            // What stands behind a PNG's last chunk is not the PNG.
            Ok((n, _)) => (n == *b"IEND").then_some(Err(Gap::NoExif)),
            Err(gap) => Some(Err(gap)),
        })
        .unwrap_or(Err(Gap::NoExif))
}

/// The chunks of a PNG (length, name, body, checksum) or a WebP (name, length, body, padding).
fn chunks(bytes: &[u8], start: usize, ends: Ends) -> impl Iterator<Item = Known<([u8; 4], &[u8])>> {
    let mut rest = bytes.get(start..).unwrap_or_default();
    let mut steps = 0;
    std::iter::from_fn(move || {
        let (first, after) = rest.split_first_chunk::<4>()?;
        let (second, after) = after.split_first_chunk::<4>()?;
        steps += 1;
        let (name, length, trailer) = match ends {
            Ends::Big => (*second, u32::from_be_bytes(*first), 4),
            Ends::Little => (*first, u32::from_le_bytes(*second), u32::from_le_bytes(*second) % 2),
        };
        let length = usize::try_from(length).ok()?;
        let trailer = usize::try_from(trailer).ok()?;
        let Some(body) = after.get(..length).filter(|_| steps <= MAX_STEPS) else {
            rest = &[];
            return Some(Err(if steps > MAX_STEPS { Gap::TooLarge } else { Gap::Damaged }));
        };
        rest = after.get(length.saturating_add(trailer)..).unwrap_or_default();
        Some(Ok((name, body)))
    })
}

/// Boxes of an ISO base media file. One that is cut off ends the walk.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (size, after) = rest.split_first_chunk::<4>()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let (head, size) = match u32::from_be_bytes(*size) {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(*after.first_chunk::<8>()?)).ok()?),
            n => (8, usize::try_from(n).ok()?),
        };
        let body = rest.get(head..size)?;
        rest = rest.get(size..)?;
        Some((*name, body))
    })
    .take(MAX_STEPS)
}

fn inside<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|(n, _)| n == name).map(|(_, body)| body)
}

/// The `meta` box without its version and flags.
fn meta(bytes: &[u8]) -> Known<&[u8]> {
    inside(bytes, b"meta").and_then(|m| m.get(4..)).ok_or(Gap::Damaged)
}

/// The largest picture that a HEIF file says it has: the whole, beside its tiles and its thumbnail.
pub fn heif_pixels(bytes: &[u8]) -> Known<Pixels> {
    let properties = inside(meta(bytes)?, b"iprp").and_then(|p| inside(p, b"ipco")).ok_or(Gap::Absent)?;
    boxes(properties)
        .filter(|(name, _)| name == b"ispe")
        .filter_map(|(_, body)| {
            let mut field = Fields(body.get(4..)?);
            Some(Pixels { width: u32::try_from(field.number(4)?).ok()?, height: u32::try_from(field.number(4)?).ok()? })
        })
        .max_by_key(|p| u64::from(p.width) * u64::from(p.height))
        .filter(|p| p.width > 0 && p.height > 0)
        .ok_or(Gap::Absent)
}

fn heif_exif(bytes: &[u8]) -> Known<Vec<u8>> {
    let meta = meta(bytes)?;
    let item = inside(meta, b"iinf").and_then(|info| item(info, b"Exif")).ok_or(Gap::NoExif)?;
    let location = inside(meta, b"iloc").and_then(|l| locate(l, item)).ok_or(Gap::Damaged)?;
    let whole = if location.in_data_box { inside(meta, b"idat").ok_or(Gap::Damaged)? } else { bytes };
    let mut block = Vec::new();
    for (start, length) in location.extents {
        let end = if length == 0 { whole.len() } else { start.saturating_add(length) };
        let part = whole.get(start..end).ok_or(Gap::Damaged)?;
        if block.len() + part.len() > MAX_EXIF {
            return Err(Gap::TooLarge);
        }
        block.extend_from_slice(part);
    }
    let (skipped, rest) = block.split_first_chunk::<4>().ok_or(Gap::Damaged)?;
    let skipped = usize::try_from(u32::from_be_bytes(*skipped)).map_err(|_| Gap::Damaged)?;
    rest.get(skipped..).map(<[u8]>::to_vec).ok_or(Gap::Damaged)
}

/// The number of the first item of a type.
fn item(info: &[u8], kind: &[u8; 4]) -> Option<u64> {
    let version = *info.first()?;
    let entries = info.get(if version == 0 { 6 } else { 8 }..)?;
    boxes(entries).filter(|(name, _)| name == b"infe").find_map(|(_, body)| {
        let version = *body.first()?;
        let mut fields = Fields(body.get(4..)?);
        let item = fields.number(if version == 3 { 4 } else { 2 })?;
        fields.number(2)?;
        (version >= 2 && fields.0.starts_with(kind)).then_some(item)
    })
}

/// Where an item's bytes are: (start, length) each; length 0 is to the end.
struct Location {
    in_data_box: bool,
    extents: Vec<(usize, usize)>,
}

fn locate(iloc: &[u8], wanted: u64) -> Option<Location> {
    let mut fields = Fields(iloc);
    let version = fields.number(1)?;
    fields.number(3)?;
    let sizes = fields.number(2)?;
    let size = |shift: u64| usize::try_from((sizes >> shift) & 15).ok();
    let (offset_size, length_size, base_size) = (size(12)?, size(8)?, size(4)?);
    let index_size = if version == 0 { 0 } else { size(0)? };
    let wide = if version < 2 { 2 } else { 4 };
    let items = fields.number(wide)?;
    let mut steps = 0;
    for _ in 0..items {
        let item = fields.number(wide)?;
        let method = if version == 0 { 0 } else { fields.number(2)? & 15 };
        fields.number(2)?;
        let base = fields.number(base_size)?;
        let mut extents = Vec::new();
        for _ in 0..fields.number(2)? {
            steps += 1;
            if steps > MAX_STEPS {
                return None;
            }
            fields.number(index_size)?;
            let start = base.checked_add(fields.number(offset_size)?)?;
            extents.push((usize::try_from(start).ok()?, usize::try_from(fields.number(length_size)?).ok()?));
        }
        if item == wanted {
            return (method <= 1).then_some(Location { in_data_box: method == 1, extents });
        }
    }
    None
}

/// Big-endian numbers one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// The next number of `width` bytes, 0…8; no bytes are 0.
    fn number(&mut self, width: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(width)?;
        self.0 = rest;
        (width <= 8).then(|| number.iter().fold(0, |n, b| (n << 8) | u64::from(*b)))
    }
}
