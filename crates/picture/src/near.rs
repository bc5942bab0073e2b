//! Which pictures look nearly like one: an index of fingerprints by their Hamming distance.
//!
//! A fingerprint is cut into four bands. If two differ in at most `d` bits, one of their bands differs in at most `d / 4`: so only
//! fingerprints with such a band are looked at, some thousands of a million.

use crate::fingerprint::Fingerprint;

/// Bands of a fingerprint.
const BANDS: usize = 4;
/// Values of a band.
const VALUES: usize = 1 << 16;

/// Fingerprints with the keys of their pictures, in memory.
#[derive(Debug)]
pub struct NearIndex<K> {
    entries: Vec<(Fingerprint, K)>,
    /// Places of entries by band and the band's value.
    bands: [Vec<Vec<u32>>; BANDS],
    /// All values of a band, those with few bits first.
    masks: Vec<u16>,
}

impl<K: Copy + Ord> Default for NearIndex<K> {
    fn default() -> Self {
        let mut masks: Vec<u16> = (0..=u16::MAX).collect();
        masks.sort_by_key(|m| m.count_ones());
        Self { entries: Vec::new(), bands: std::array::from_fn(|_| vec![Vec::new(); VALUES]), masks }
    }
}

impl<K: Copy + Ord> NearIndex<K> {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a picture. More than four thousand million are not kept.
    pub fn insert(&mut self, fingerprint: Fingerprint, key: K) {
        let Ok(place) = u32::try_from(self.entries.len()) else { return };
        self.entries.push((fingerprint, key));
        for (buckets, value) in self.bands.iter_mut().zip(bands(fingerprint)) {
            if let Some(bucket) = buckets.get_mut(usize::from(value)) {
                bucket.push(place);
            }
        }
    }

    /// Pictures that differ in at most `distance` bits: (bits, key), the nearest first, equal ones by key.
    #[must_use]
    pub fn within(&self, fingerprint: Fingerprint, distance: u32) -> Vec<(u32, K)> {
        let in_band = distance / 4;
        let wanted = bands(fingerprint);
        let mut found = Vec::new();
        for (band, (buckets, value)) in self.bands.iter().zip(wanted).enumerate() {
            let near = self.masks.iter().take_while(|m| m.count_ones() <= in_band);
            for place in near.filter_map(|mask| buckets.get(usize::from(value ^ mask))).flatten() {
                let Some((other, key)) = usize::try_from(*place).ok().and_then(|p| self.entries.get(p)) else { continue };
                let bits = fingerprint.distance(*other);
                // An earlier band found it already.
                let again = || bands(*other).iter().zip(wanted).take(band).any(|(a, b)| (a ^ b).count_ones() <= in_band);
                if bits <= distance && !again() {
                    found.push((bits, *key));
                }
            }
        }
        found.sort_unstable();
        found
    }
}

/// The four bands.
fn bands(fingerprint: Fingerprint) -> [u16; BANDS] {
    let [a, b, c, d, e, f, g, h] = fingerprint.bits().to_be_bytes();
    [[a, b], [c, d], [e, f], [g, h]].map(u16::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_index_finds_what_a_scan_finds(centres in prop::collection::vec(any::<u64>(), 1..6), flips in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(0..64_u32, 0..20)), 1..200),
                                             asked in any::<prop::sample::Index>(), distance in 0..26_u32) {
            // Random numbers are all 32 bits apart: these lie around a few centres, so that there is something to find.
            let all: Vec<Fingerprint> = flips
                .iter()
                .map(|(centre, bits)| Fingerprint::new(bits.iter().fold(*centre.get(&centres), |f, bit| f ^ (1 << bit))))
                .collect();
            let mut index = NearIndex::default();
            for (key, fingerprint) in all.iter().enumerate() {
                index.insert(*fingerprint, key);
            }
            let asked = *asked.get(&all);
            let mut scan: Vec<(u32, usize)> =
                all.iter().enumerate().map(|(key, f)| (asked.distance(*f), key)).filter(|(bits, _)| *bits <= distance).collect();
            scan.sort_unstable();
            prop_assert!(!scan.is_empty());
            prop_assert_eq!(index.within(asked, distance), scan);
        }
    }
}
