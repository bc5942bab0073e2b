//! The bound on an EXIF block: how many entries its directories have in all.
//!
//! Directories may overlap: a block of 64 KiB can name thousands of them with thousands of entries each, which a reader would
//! all keep. So they are counted first, along the same ways that the reader goes.

use std::collections::BTreeSet;

use exif::{Error, Exif, Reader};

use bazdid_domain::evidence::reading::{Gap, Known};

/// Entries of all directories together. A camera writes some 50 to 150.
pub const MAX_ENTRIES: usize = 4096;
/// Tags whose value is the place of a directory: EXIF, GPS, interoperability.
const POINTERS: [usize; 3] = [0x8769, 0x8825, 0xA005];
/// Bytes of one entry.
const ENTRY: usize = 12;

/// Reads a block whose directories are not too many; what is damaged in it is left out.
pub fn bounded(block: Vec<u8>) -> Known<Exif> {
    Walk { block: &block, little: block.starts_with(b"II") }.count()?;
    Reader::new().continue_on_error(true).read_raw(block).or_else(|e| e.distill_partial_result(|_| ())).map_err(|e| match e {
        Error::NotFound(_) => Gap::NoExif,
        _ => Gap::Damaged,
    })
}

struct Walk<'a> {
    block: &'a [u8],
    little: bool,
}

impl Walk<'_> {
    /// A number of `width` bytes at a place.
    fn number(&self, at: usize, width: usize) -> Option<usize> {
        let bytes = self.block.get(at..at.checked_add(width)?)?;
        let add = |n: u64, b: &u8| (n << 8) | u64::from(*b);
        let number = if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) };
        usize::try_from(number).ok()
    }

    /// Counts the entries of every directory that is reached in whatever way, each directory once.
    fn count(&self) -> Known<()> {
        let mut pending: Vec<usize> = self.number(4, 4).into_iter().collect();
        let (mut seen, mut entries) = (BTreeSet::new(), 0);
        while let Some(offset) = pending.pop() {
            if !seen.insert(offset) {
                continue;
            }
            let mut at = offset.saturating_add(2);
            for _ in 0..self.number(offset, 2).unwrap_or_default() {
                let Some(tag) = self.number(at, 2) else { break };
                entries += 1;
                if entries > MAX_ENTRIES {
                    return Err(Gap::TooLarge);
                }
                if POINTERS.contains(&tag) {
                    pending.extend(self.pointed(at));
                }
                at += ENTRY;
            }
            pending.extend(self.number(at, 4).filter(|next| *next != 0));
        }
        Ok(())
    }

    /// The directory that an entry points to, by a number of one, two or four bytes that stands in it or elsewhere.
    fn pointed(&self, entry: usize) -> Option<usize> {
        let width = match self.number(entry + 2, 2)? {
            1 => 1,
            3 => 2,
            4 => 4,
            _ => return None,
        };
        let count = self.number(entry + 4, 4)?;
        let value = if count.saturating_mul(width) <= 4 { entry + 8 } else { self.number(entry + 8, 4)? };
        self.number(value, width)
    }
}
