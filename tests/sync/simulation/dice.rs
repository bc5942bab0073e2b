//! Numbers from a seed.

/// SplitMix64: the same numbers everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    pub fn minutes(&mut self, n: usize) -> i64 {
        i64::try_from(self.below(n)).unwrap()
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.below(from.len())]) }
    }
}

/// The steps of a history. Each is a seed of its own, so that leaving one out leaves the choices of the others as they are.
pub fn history(seed: u64, steps: usize) -> Vec<u64> {
    let mut dice = Dice(seed);
    (0..steps).map(|_| dice.next()).collect()
}
