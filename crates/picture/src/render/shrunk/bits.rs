//! The compressed data: its bits, and the waves of a block.

use crate::render::shrunk::{
    codes::{Codes, END, Wave},
    head::Component,
    order::{PLACES, WAVES},
    waves::Row,
};

/// Bytes of the window.
const WINDOW: usize = 16 << 10;
/// Bytes before the next one that stay in the window: some of their bits are held.
const BEHIND: usize = 8;
/// Most bytes of a unit: six blocks, each of 64 waves with codes of 16 bits and strengths of 15; and what is read ahead.
const UNIT: usize = 6 * 64 * 31 / 8 + 16;
/// Short waves that the bits suffice for that are held at least: 56, and a wave has ten.
const SHORT: usize = 5;

/// The bits of a scan.
pub struct Bits<'a> {
    /// What has not come to the window yet.
    source: &'a [u8],
    /// Bytes without the zeros that the file puts behind each 0xFF, so that eight of them can be taken without a look.
    window: Box<[u8; WINDOW]>,
    /// The window's bytes; zeros follow.
    end: usize,
    /// Whether a marker or the end of the file comes next.
    over: bool,
    held: Held,
}

/// The bits that come next.
#[derive(Clone, Copy)]
struct Held {
    /// The next one uppermost. Behind those that are counted stand those that come then, so that they may be put there again.
    bits: u64,
    count: u32,
    /// The next byte in the window.
    next: usize,
}

impl Held {
    const NOTHING: Self = Self { bits: 0, count: 0, next: BEHIND };

    /// At least 56 bits are held afterwards.
    #[inline]
    fn fill(&mut self, window: &[u8; WINDOW]) -> Option<()> {
        let eight = window.get(self.next..)?.first_chunk::<8>()?;
        self.bits |= u64::from_be_bytes(*eight) >> self.count;
        self.next += usize::try_from((63 - self.count) >> 3).unwrap_or_default();
        self.count |= 56;
        Some(())
    }

    #[inline]
    fn skip(&mut self, bits: u8) {
        self.bits <<= bits;
        self.count -= u32::from(bits);
    }

    /// The next wave; ten bits must be held. Of a long one at least 56 are held afterwards.
    #[inline]
    fn wave(&mut self, codes: &Codes, window: &[u8; WINDOW]) -> Option<Wave> {
        let mut wave = codes.wave(self.bits);
        if wave.all == 0 {
            (*self, wave) = self.long(codes, window)?;
        } else {
            self.skip(wave.all);
        }
        Some(wave)
    }

    // By value, so that the bits need not be in memory.
    #[inline(never)]
    fn long(mut self, codes: &Codes, window: &[u8; WINDOW]) -> Option<(Self, Wave)> {
        self.fill(window)?;
        let told = codes.told(self.bits)?;
        let wave = Wave { strength: told.strength(self.bits), all: told.all, skipped: told.skipped };
        self.skip(told.all);
        self.fill(window)?;
        Some((self, wave))
    }

    /// Passes over the rest of a block, from a wave on.
    #[inline]
    fn pass(&mut self, codes: &Codes, window: &[u8; WINDOW], mut n: usize) -> Option<()> {
        while n < WAVES {
            self.fill(window)?;
            let passed = codes.passed(self.bits);
            if passed.bits > 0 && n + usize::from(passed.waves) <= WAVES {
                self.skip(passed.bits);
                n += usize::from(passed.waves);
                if passed.ends {
                    return Some(());
                }
            } else {
                n += usize::from(self.wave(codes, window)?.skipped) + 1;
            }
        }
        (n == WAVES || n > usize::from(END)).then_some(())
    }
}

impl<'a> Bits<'a> {
    pub fn new(source: &'a [u8]) -> Self {
        Self { source, window: Box::new([0; WINDOW]), end: BEHIND, over: false, held: Held::NOTHING }
    }

    /// Bits that are there and were not read; nothing if more was read than there is.
    fn left(&self) -> Option<usize> {
        let count = usize::try_from(self.held.count).ok()?;
        (self.end * 8 + count).checked_sub(self.held.next * 8)
    }

    /// Whether no more was read than there is.
    pub fn is_within(&self) -> bool {
        self.left().is_some()
    }

    /// Makes the bytes of a whole unit ready. Nothing if the last one had more than there is.
    #[inline]
    pub fn ready(&mut self) -> Option<()> {
        if self.held.next + UNIT > self.end {
            self.load()?;
        }
        Some(())
    }

    #[cold]
    fn load(&mut self) -> Option<()> {
        if !self.over {
            let kept = self.held.next - BEHIND..self.end;
            self.end = kept.len();
            self.held.next = BEHIND;
            self.window.copy_within(kept, 0);
            self.unpack()?;
        }
        self.is_within().then_some(())
    }

    /// Fills the window from the source.
    fn unpack(&mut self) -> Option<()> {
        while let Some(room) = self.window.get_mut(self.end..self.end + 8).filter(|_| self.end + 8 + UNIT <= WINDOW) {
            if let Some((eight, after)) = self.source.split_first_chunk::<8>().filter(|(eight, _)| has_no_escape(**eight)) {
                room.copy_from_slice(eight);
                (self.end, self.source) = (self.end + 8, after);
                continue;
            }
            let first = room.first_mut()?;
            (*first, self.source) = match self.source {
                [0xFF, 0, after @ ..] => (0xFF, after),
                [0xFF, ..] | [] => {
                    self.over = true;
                    break;
                }
                [byte, after @ ..] => (*byte, after),
            };
            self.end += 1;
        }
        self.window.get_mut(self.end..self.end + UNIT)?.fill(0);
        Some(())
    }

    /// Goes on behind a restart marker.
    pub fn restart(&mut self) -> Option<()> {
        self.ready()?;
        // Whole bytes that are no part of the last unit: there must be none.
        if !self.over || self.left()? >= 8 {
            return None;
        }
        let [0xFF, 0xD0..=0xD7, after @ ..] = self.source else { return None };
        (self.source, self.end, self.over, self.held) = (after, BEHIND, false, Held::NOTHING);
        Some(())
    }

    /// The waves of the next block, as far as they are among the first so many in the order of the file. Nothing if a code is none.
    // Not a part of its caller: so the compiler knows that bits and waves are not the same memory, and keeps the bits at hand.
    #[inline(never)]
    pub fn block(&mut self, component: &Component, seen: usize, mean: &mut i32, row: &mut Row, lane: usize) -> Option<()> {
        let (mut held, window, codes) = (self.held, &*self.window, &*component.codes);
        held.fill(window)?;
        *mean = mean.checked_add(i32::from(held.wave(&component.means, window)?.strength))?;
        row.put(0, lane, i16::try_from(*mean).ok()?);
        let mut n = 1;
        'block: loop {
            held.fill(window)?;
            for _ in 0..SHORT {
                let wave = held.wave(codes, window)?;
                n += usize::from(wave.skipped);
                row.put(place(n), lane, wave.strength);
                n += 1;
                if n >= seen {
                    break 'block;
                }
            }
        }
        held.pass(codes, window, n)?;
        self.held = held;
        Some(())
    }
}

/// Where a wave goes; the end of a block leads behind all of them.
#[inline]
fn place(n: usize) -> u8 {
    PLACES.get(n & 255).copied().unwrap_or_default()
}

/// Whether no byte is 0xFF.
#[inline]
const fn has_no_escape(bytes: [u8; 8]) -> bool {
    let word = u64::from_ne_bytes(bytes);
    (!word).wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0
}
