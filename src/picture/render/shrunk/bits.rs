//! The compressed data: bits, Huffman codes, and the waves of a block.

use crate::picture::render::shrunk::head::{Component, NOWHERE};

/// Bits of a code that are looked up at once; longer codes are rare.
const LOOK: u32 = 10;
const LOOKED: usize = 1 << LOOK;
/// Longest code.
const LONGEST: u32 = 16;

/// Codes as a file gives them: for each symbol its code and the code's length.
#[derive(Clone)]
pub struct Codes {
    all: Vec<(u8, u32, u32)>,
}

impl Codes {
    /// Codes of given lengths. Nothing if there are more than fit.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let (mut all, mut code, mut symbols) = (Vec::with_capacity(symbols.len()), 0_u32, symbols.iter());
        for (count, length) in counts.iter().zip(1..) {
            for _ in 0..*count {
                all.push((*symbols.next()?, code, length));
                code += 1;
            }
            if code > 1 << length {
                return None;
            }
            code <<= 1;
        }
        Some(Self { all })
    }

    /// The code at the head of sixteen bits, where the tables have none.
    fn find(&self, head: u32) -> Option<(u8, u32)> {
        self.all.iter().find(|(_, code, length)| head >> (LONGEST - length) == *code).map(|(symbol, _, length)| (*symbol, *length))
    }

    /// Every head of [`LOOK`] bits that begins with a short code: head, symbol, length.
    fn short(&self) -> impl Iterator<Item = (u32, u8, u32)> {
        self.all.iter().filter(|(_, _, length)| *length <= LOOK).flat_map(|(symbol, code, length)| {
            let free = LOOK - length;
            (code << free..(code + 1) << free).map(move |head| (head, *symbol, *length))
        })
    }
}

/// Codes of the means of blocks: how many bits tell the difference to the last one.
pub struct Means {
    table: Box<[(u8, u8); LOOKED]>,
    codes: Codes,
}

impl Means {
    /// The table. Nothing if a difference could have more bits than there are.
    pub fn new(codes: &Codes) -> Option<Self> {
        let mut table = Box::new([(0, 0); LOOKED]);
        for (head, symbol, length) in codes.short() {
            *table.get_mut(usize::try_from(head).ok()?)? = (symbol, u8::try_from(length).ok()?);
        }
        codes.all.iter().all(|(bits, ..)| *bits <= 11).then(|| Self { table, codes: codes.clone() })
    }
}

/// What a head of bits tells of a wave.
#[derive(Clone, Copy, Default)]
struct Wave {
    /// Waves without strength before it.
    skipped: u8,
    /// Bits of its strength; 0: there is none.
    size: u8,
    /// Bits of the code; 0: look elsewhere.
    code: u8,
    /// Bits of code and strength, if the strength is known already.
    all: u8,
    strength: i16,
}

/// Codes of the waves of blocks.
pub struct Waves {
    table: Box<[Wave; LOOKED]>,
    codes: Codes,
}

impl Waves {
    /// The table, with the strengths where they fit into the head.
    pub fn new(codes: &Codes) -> Self {
        let mut table = Box::new([Wave::default(); LOOKED]);
        for (head, symbol, length) in codes.short() {
            let (skipped, size) = (symbol >> 4, symbol & 15);
            let mut wave = Wave { skipped, size, code: u8::try_from(length).unwrap_or_default(), ..Wave::default() };
            let all = length + u32::from(size);
            if size > 0 && all <= LOOK {
                wave.all = u8::try_from(all).unwrap_or_default();
                let bits = (head >> (LOOK - all)) & ((1 << size) - 1);
                wave.strength = i16::try_from(signed(bits, u32::from(size))).unwrap_or_default();
            }
            if let Some(place) = usize::try_from(head).ok().and_then(|h| table.get_mut(h)) {
                *place = wave;
            }
        }
        Self { table, codes: codes.clone() }
    }

    fn find(&self, head: u32) -> Option<Wave> {
        let (symbol, length) = self.codes.find(head)?;
        Some(Wave { skipped: symbol >> 4, size: symbol & 15, code: u8::try_from(length).ok()?, ..Wave::default() })
    }
}

/// A number whose first bit tells its sign.
fn signed(bits: u32, size: u32) -> i32 {
    let n = i32::try_from(bits).unwrap_or_default();
    if size > 0 && bits >> (size - 1) == 0 { n - (1 << size) + 1 } else { n }
}

/// The waves of a block that can be seen, 4 × 4, with a place for those that cannot.
#[derive(Default)]
pub struct Block {
    pub waves: [f32; 17],
    /// Whether the mean is all there is.
    pub flat: bool,
}

/// The bits of a scan, the next one uppermost.
pub struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
    /// Bits behind the end that were given out as zeros.
    made_up: u32,
}

impl<'a> Bits<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, held: 0, count: 0, made_up: 0 }
    }

    /// Whether more was read than there is.
    pub const fn is_beyond(&self) -> bool {
        self.made_up > self.count
    }

    /// At least 48 bits are held afterwards.
    #[inline]
    fn fill(&mut self) {
        if let Some(next) = self.bytes.get(self.at..).and_then(|b| b.first_chunk::<8>()) {
            let word = u64::from_be_bytes(*next);
            // No byte is 0xFF: none of them is a marker or an escape.
            let full = (!word).wrapping_sub(0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080;
            if full == 0 && self.count <= 56 {
                self.held |= word >> self.count;
                let bytes = (64 - self.count) / 8;
                self.count += bytes * 8;
                // At most eight.
                self.at += usize::try_from(bytes).unwrap_or_default();
                return;
            }
        }
        self.fill_slowly();
    }

    #[cold]
    fn fill_slowly(&mut self) {
        while self.count <= 56 {
            let byte = match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
                (Some(0xFF), Some(0)) => {
                    self.at += 2;
                    0xFF
                }
                (Some(0xFF) | None, _) => {
                    self.made_up = self.made_up.saturating_add(8);
                    0
                }
                (Some(byte), _) => {
                    self.at += 1;
                    *byte
                }
            };
            // What the fast way left below the bits that it counted is the same byte.
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The next bits, at most 16, of those that are held.
    #[inline]
    fn peek(&self, bits: u32) -> u32 {
        u32::try_from((self.held >> 1) >> (63 - bits)).unwrap_or_default()
    }

    #[inline]
    fn skip(&mut self, bits: u32) {
        self.held <<= bits;
        self.count -= bits;
    }

    #[inline]
    fn head(&self) -> usize {
        usize::try_from(self.held >> (64 - LOOK)).unwrap_or_default() & (LOOKED - 1)
    }

    /// Goes on behind a restart marker.
    pub fn restart(&mut self) -> Option<()> {
        if self.is_beyond() {
            return None;
        }
        // Whole bytes that are held and are no part of the last unit: there must be none but the made up.
        if self.count - self.made_up >= 8 {
            return None;
        }
        match self.bytes.get(self.at..)? {
            [0xFF, 0xD0..=0xD7, ..] => *self = Self { at: self.at + 2, ..Self::new(self.bytes) },
            _ => return None,
        }
        Some(())
    }

    /// The waves of the next block. Nothing if a code is none.
    #[inline]
    pub fn block(&mut self, component: &Component, mean: &mut i32, block: &mut Block) -> Option<()> {
        *block = Block { waves: [0.0; 17], flat: true };
        self.fill();
        let (size, length) = match component.means.table.get(self.head())? {
            (size, length) if *length > 0 => (u32::from(*size), u32::from(*length)),
            _ => component.means.codes.find(self.peek(LONGEST)).map(|(size, length)| (u32::from(size), length))?,
        };
        self.skip(length);
        *mean = mean.checked_add(signed(self.peek(size), size))?;
        self.skip(size);
        let [first, ..] = component.waves;
        let [place, ..] = &mut block.waves;
        *place = strength(i16::try_from(*mean).ok()?) * first.1;
        let mut n = 1_usize;
        while n < 64 {
            if self.count < 32 {
                self.fill();
            }
            let mut wave = *component.codes.table.get(self.head())?;
            let value = if wave.all > 0 {
                self.skip(u32::from(wave.all));
                wave.strength
            } else {
                if wave.code == 0 {
                    wave = component.codes.find(self.peek(LONGEST))?;
                }
                self.skip(u32::from(wave.code));
                let size = u32::from(wave.size);
                if size == 0 {
                    // Sixteen waves without strength, or no more waves.
                    if wave.skipped < 15 {
                        break;
                    }
                    n += 16;
                    continue;
                }
                let bits = self.peek(size);
                self.skip(size);
                i16::try_from(signed(bits, size)).ok()?
            };
            n += usize::from(wave.skipped);
            let (place, step) = component.waves.get(n)?;
            block.flat &= *place == NOWHERE;
            *block.waves.get_mut(usize::from(*place))? = strength(value) * step;
            n += 1;
        }
        Some(())
    }
}

#[inline]
fn strength(value: i16) -> f32 {
    f32::from(value)
}
