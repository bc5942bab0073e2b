//! Huffman codes as tables: what the next bits tell, looked up at once.

/// Bits that are looked up at once; longer codes are rare.
const LOOK: u32 = 10;
const LOOKED: usize = 1 << LOOK;
/// Longest code.
const LONGEST: u32 = 16;
/// Waves of a block.
const WAVES: u8 = 64;
/// A step so long that it leads behind all waves: there are no more of them.
pub const END: u8 = 128;

/// A wave whose code and strength are short.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wave {
    pub strength: i16,
    /// Bits of code and strength; 0: they are more than are looked up at once.
    pub all: u8,
    /// Waves without strength before it; [`END`]: there are no more.
    pub skipped: u8,
}

/// What a code tells.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decoded {
    /// Bits of the code and of the strength behind it; 0: look elsewhere.
    pub all: u8,
    /// Bits of the strength alone.
    pub size: u8,
    /// Waves without strength before it; [`END`]: there are no more.
    pub skipped: u8,
}

impl Decoded {
    /// The strength that stands behind the code; if its first bit is 0, it is below zero.
    #[inline]
    pub fn strength(self, bits: u64) -> i16 {
        let behind = bits << (self.all - self.size);
        let least = if behind.cast_signed() < 0 { 0 } else { 1_u64.wrapping_sub(1 << self.size) };
        let [low, high, ..] = ((behind >> 1) >> (63 - self.size)).wrapping_add(least).to_le_bytes();
        i16::from_le_bytes([low, high])
    }
}

/// What the next bits tell where nobody wants to know strengths: several codes at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passed {
    /// Bits of all of them; 0: it takes a look at a single one.
    pub bits: u8,
    /// Waves that they stand for, and one more for the end.
    pub waves: u8,
    /// Whether they end the block.
    pub ends: bool,
}

/// Codes of one table of a file.
#[derive(Debug)]
pub struct Codes {
    waves: Box<[Wave; LOOKED]>,
    short: Box<[Decoded; LOOKED]>,
    passed: Box<[Passed; LOOKED]>,
    /// For each length: the first 16 bits that are beyond its codes, and how many codes are shorter.
    lengths: [(u32, usize); 16],
    /// Skipped waves and bits of the strength, code by code.
    symbols: Vec<(u8, u8)>,
}

impl Codes {
    /// Codes of the means of blocks: how many bits tell the difference to the last one. Nothing if that could be more than there are.
    pub fn means(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        symbols.iter().all(|size| *size <= 11).then(|| Self::new(counts, symbols.iter().map(|size| (0, *size)).collect()))?
    }

    /// Codes of the waves of blocks.
    pub fn waves(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let told = |symbol: &u8| match (symbol >> 4, symbol & 15) {
            (0..15, 0) => (END, 0),
            both => both,
        };
        Self::new(counts, symbols.iter().map(told).collect())
    }

    /// Codes of given lengths. Nothing if there are more than fit.
    fn new(counts: &[u8; 16], symbols: Vec<(u8, u8)>) -> Option<Self> {
        let mut short = Box::new([Decoded::default(); LOOKED]);
        let (mut code, mut shorter, mut lengths) = (0_u32, 0, [(0, 0); 16]);
        for ((count, length), entry) in counts.iter().zip(1..).zip(&mut lengths) {
            for (skipped, size) in symbols.get(shorter..shorter + usize::from(*count))? {
                if length <= LOOK {
                    let (from, to) = (code << (LOOK - length), (code + 1) << (LOOK - length));
                    let heads = short.get_mut(usize::try_from(from).ok()?..usize::try_from(to).ok()?)?;
                    heads.fill(Decoded { all: u8::try_from(length).ok()? + size, size: *size, skipped: *skipped });
                }
                code += 1;
            }
            if code > 1 << length {
                return None;
            }
            *entry = (code << (LONGEST - length), shorter);
            shorter += usize::from(*count);
            code <<= 1;
        }
        let (waves, passed) = (waves(&short), passed(&short));
        Some(Self { waves, short, passed, lengths, symbols })
    }

    /// The wave that the uppermost bits tell, if it is a short one.
    #[inline]
    pub fn wave(&self, bits: u64) -> Wave {
        self.waves.get(head(bits)).copied().unwrap_or_default()
    }

    /// What the uppermost bits tell without strengths.
    #[inline]
    pub fn passed(&self, bits: u64) -> Passed {
        self.passed.get(head(bits)).copied().unwrap_or_default()
    }

    /// What the uppermost bits tell, whatever the length of their code. Nothing if there is no such code.
    pub fn told(&self, bits: u64) -> Option<Decoded> {
        if let Some(told) = self.short.get(head(bits)).filter(|told| told.all > 0) {
            return Some(*told);
        }
        let head = u32::try_from(bits >> (64 - LONGEST)).ok()?;
        let mut begin = 0;
        for ((end, shorter), length) in self.lengths.iter().zip(1..) {
            if head < *end {
                let place = usize::try_from((head - begin) >> (LONGEST - length)).ok()?;
                let (skipped, size) = *self.symbols.get(shorter + place)?;
                return Some(Decoded { all: u8::try_from(length).ok()? + size, size, skipped });
            }
            begin = *end;
        }
        None
    }
}

#[inline]
fn head(bits: u64) -> usize {
    usize::try_from(bits >> (64 - LOOK)).unwrap_or_default() & (LOOKED - 1)
}

/// The waves whose code and strength stand in a head wholly.
fn waves(short: &[Decoded; LOOKED]) -> Box<[Wave; LOOKED]> {
    let mut all = Box::new([Wave::default(); LOOKED]);
    for ((head, wave), told) in (0_u64..).zip(all.iter_mut()).zip(short).filter(|(_, told)| u32::from(told.all) <= LOOK) {
        *wave = Wave { strength: told.strength(head << (64 - LOOK)), all: told.all, skipped: told.skipped };
    }
    all
}

/// What each head tells of several codes: as many as stand in it wholly. The strength of the last one may reach beyond it.
fn passed(short: &[Decoded; LOOKED]) -> Box<[Passed; LOOKED]> {
    let mut all = Box::new([Passed::default(); LOOKED]);
    for (head, passed) in all.iter_mut().enumerate() {
        while u32::from(passed.bits) < LOOK && !passed.ends {
            let Some(told) = short.get((head << passed.bits) & (LOOKED - 1)).filter(|t| t.all > 0) else { break };
            let ends = told.skipped == END;
            let waves = passed.waves + if ends { 1 } else { told.skipped + 1 };
            if u32::from(passed.bits + told.all - told.size) > LOOK || waves > WAVES {
                break;
            }
            *passed = Passed { bits: passed.bits + told.all, waves, ends };
        }
    }
    all
}
