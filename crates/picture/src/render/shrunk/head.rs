//! What stands before the compressed data: sizes, components and tables.

use std::rc::Rc;

use crate::render::shrunk::{
    codes::Codes,
    order::{LANES, PLACES},
};

/// A component: luma or one of the two colours.
pub struct Component {
    /// Its blocks in a unit, side by side and below each other.
    pub across: usize,
    pub down: usize,
    /// The size of the steps of each wave of 4 × 4, four times: an eighth of it is that of a sample's steps, told in 1/32.
    pub steps: [i16; 16],
    pub means: Rc<Codes>,
    pub codes: Rc<Codes>,
}

/// A picture that is for us.
pub struct Head<'a> {
    pub width: u16,
    pub height: u16,
    pub components: Vec<Component>,
    /// Units between two restarts; 0: there are none.
    pub restart: u32,
    pub data: &'a [u8],
}

/// What a frame says of a component: id, blocks in a unit, table of steps.
struct Announced {
    id: u8,
    across: u8,
    down: u8,
    steps: usize,
}

#[derive(Default)]
struct Tables {
    steps: [Option<[u8; 64]>; 4],
    means: [Option<Rc<Codes>>; 4],
    waves: [Option<Rc<Codes>>; 4],
    frame: Option<(u16, u16, Vec<Announced>)>,
    restart: u32,
    /// What Adobe's segment says of the colours.
    adobe: Option<u8>,
}

impl<'a> Head<'a> {
    /// Reads up to the compressed data. Nothing if any of it is unusual.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
        let mut tables = Tables::default();
        loop {
            let (marker, after) = rest.split_first_chunk::<2>()?;
            let (length, _) = after.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let body = after.get(2..length)?;
            rest = after.get(length..)?;
            match *marker {
                [0xFF, 0xC0 | 0xC1] => tables.frame(body)?,
                [0xFF, 0xC4] => tables.codes(body)?,
                [0xFF, 0xDB] => tables.steps(body)?,
                [0xFF, 0xDD] => tables.restart = u32::from(u16::from_be_bytes(*body.first_chunk::<2>()?)),
                [0xFF, 0xEE] if body.starts_with(b"Adobe") => tables.adobe = body.get(11).copied(),
                [0xFF, 0xE0..=0xEF | 0xFE] => {}
                [0xFF, 0xDA] => return tables.scan(body, rest),
                _ => return None,
            }
        }
    }
}

impl Tables {
    fn frame(&mut self, body: &[u8]) -> Option<()> {
        let (&[bits, h1, h2, w1, w2, count], mut rest) = body.split_first_chunk::<6>()?;
        let (height, width) = (u16::from_be_bytes([h1, h2]), u16::from_be_bytes([w1, w2]));
        if bits != 8 || width == 0 || height == 0 || !matches!(count, 1 | 3) || self.frame.is_some() {
            return None;
        }
        let mut components = Vec::new();
        while let Some((&[id, factors, steps], after)) = rest.split_first_chunk::<3>() {
            components.push(Announced { id, across: factors >> 4, down: factors & 15, steps: usize::from(steps) });
            rest = after;
        }
        self.frame = (components.len() == usize::from(count)).then_some((width, height, components));
        self.frame.as_ref().map(|_| ())
    }

    fn steps(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((kind, after)) = body.split_first() {
            let (table, after) = after.split_first_chunk::<64>()?;
            // The upper half tells steps of 16 bits.
            *self.steps.get_mut(usize::from(*kind))? = Some(*table);
            body = after;
        }
        Some(())
    }

    fn codes(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((kind, after)) = body.split_first() {
            let (counts, after) = after.split_first_chunk::<16>()?;
            let all = counts.iter().map(|n| usize::from(*n)).sum();
            let (values, after) = after.split_at_checked(all)?;
            let (tables, codes) = match kind >> 4 {
                0 => (&mut self.means, Codes::means(counts, values)?),
                1 => (&mut self.waves, Codes::waves(counts, values)?),
                _ => return None,
            };
            *tables.get_mut(usize::from(kind & 15))? = Some(Rc::new(codes));
            body = after;
        }
        Some(())
    }

    /// What the scan says; it must have all components, in order, and all waves at once.
    fn scan<'a>(&self, body: &[u8], data: &'a [u8]) -> Option<Head<'a>> {
        let (width, height, announced) = self.frame.as_ref()?;
        let [count, chosen @ .., 0, 63, 0] = body else { return None };
        if usize::from(*count) != announced.len() || chosen.len() != 2 * announced.len() || !self.is_luma_with_colours(announced) {
            return None;
        }
        let single = announced.len() == 1;
        let mut components = Vec::new();
        for (n, (a, choice)) in announced.iter().zip(chosen.chunks_exact(2)).enumerate() {
            let &[id, tables] = choice else { return None };
            let (across, down) = if single { (1, 1) } else { (a.across, a.down) };
            let usual = if n == 0 { matches!(across, 1 | 2) && matches!(down, 1 | 2) } else { (across, down) == (1, 1) };
            if id != a.id || !usual {
                return None;
            }
            let steps = self.steps.get(a.steps)?.as_ref()?;
            let mut seen = [0; 16];
            for (step, place) in steps.iter().zip(PLACES) {
                if let Some(seen) = seen.get_mut(usize::from(place) / LANES) {
                    *seen = 4 * i16::from(*step);
                }
            }
            components.push(Component {
                across: usize::from(across),
                down: usize::from(down),
                steps: seen,
                means: Rc::clone(self.means.get(usize::from(tables >> 4))?.as_ref()?),
                codes: Rc::clone(self.waves.get(usize::from(tables & 15))?.as_ref()?),
            });
        }
        Some(Head { width: *width, height: *height, components, restart: self.restart, data })
    }

    /// Whether three components are what JFIF says: luma, blue, red.
    fn is_luma_with_colours(&self, announced: &[Announced]) -> bool {
        let rgb = announced.iter().map(|a| a.id).eq(*b"RGB");
        announced.len() == 1 || (!rgb && self.adobe.is_none_or(|transform| transform == 1))
    }
}
