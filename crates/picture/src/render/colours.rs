//! What the numbers of a picture's pixels mean: its ICC profile. Phones write Display P3; without the profile reds and greens are dull.

/// Longest profile that a smaller picture carries. A phone's has some 500 bytes, the common ones of cameras and programs at most 4,000.
const MAX_PROFILE: usize = 16 << 10;
/// A profile's head.
const HEAD: usize = 128;

/// A profile of red, green and blue, or none: then it is sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colours(Option<Vec<u8>>);

impl Colours {
    /// The profile of a picture, if it fits what smaller pictures are: red, green and blue. The decoder turned grey and the four colours
    /// of print into these; a profile of theirs would be wrong.
    pub fn of(profile: Option<Vec<u8>>) -> Self {
        Self(profile.filter(|p| is_rgb(p)))
    }

    /// The profile's bytes.
    pub fn profile(&self) -> Option<&[u8]> {
        self.0.as_deref()
    }
}

/// Whether bytes begin as a profile of red, green and blue does, and are as long as it says.
fn is_rgb(profile: &[u8]) -> bool {
    let length = profile.first_chunk::<4>().map(|n| u32::from_be_bytes(*n)).and_then(|n| usize::try_from(n).ok());
    let fits = profile.len() > HEAD && profile.len() <= MAX_PROFILE && length == Some(profile.len());
    fits && profile.get(16..20) == Some(b"RGB ") && profile.get(36..40) == Some(b"acsp")
}
