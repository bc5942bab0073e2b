//! Packed bodies: unpacked only as far as the limit allows, whatever they claim. A few kilobytes can hold gigabytes of zeros.

use std::io::{self, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use bazdid_protocol::{
    error::{Code, Error, Result},
    phrase::Phrase,
};

/// The largest window of zstd, as a power of two: a frame that asks for more memory than 8 MiB to be unpacked is refused.
const WINDOW_LOG: u32 = 23;

/// What zstd says of such a frame; it has no code for it.
const WINDOW_REFUSED: &str = "requires too much memory";

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 1950.
    Deflate,
    /// RFC 8878.
    Zstd,
}

impl Packing {
    /// By the word of `Content-Encoding`.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Self::Identity,
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "zstd" => Self::Zstd,
            _ => return None,
        })
    }

    /// Unpacks a body; stops at one byte more than `limit`.
    ///
    /// # Errors
    /// It is larger than that, broken off or packed otherwise.
    pub fn unpack(self, packed: Vec<u8>, limit: usize) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let outcome = match self {
            Self::Identity => return Ok(packed),
            Self::Gzip => MultiGzDecoder::new(packed.as_slice()).take(most).read_to_end(&mut out),
            Self::Deflate => ZlibDecoder::new(packed.as_slice()).take(most).read_to_end(&mut out),
            Self::Zstd => zstd(&packed, most, &mut out),
        };
        outcome.map_err(|e| {
            if self == Self::Zstd && e.to_string().contains(WINDOW_REFUSED) {
                return Error::with(
                    Code::TooLarge,
                    Phrase::with("pack with a window of at most {bytes} bytes", &[("bytes", &(1_u32 << WINDOW_LOG))]),
                )
                .fact("limit_bytes", limit);
            }
            Error::with(Code::Malformed, "the body broke off or is not in the encoding that it claims").caused_by(e.to_string())
        })?;
        if out.len() > limit { Err(too_large(limit)) } else { Ok(out) }
    }
}

fn zstd(packed: &[u8], most: u64, out: &mut Vec<u8>) -> io::Result<usize> {
    let mut decoder = zstd::stream::read::Decoder::new(packed)?;
    decoder.window_log_max(WINDOW_LOG)?;
    decoder.take(most).read_to_end(out)
}

/// A body that is larger than allowed.
#[must_use]
pub fn too_large(limit: usize) -> Error {
    Error::with(Code::TooLarge, Phrase::with("the body may have {limit} bytes after decompression", &[("limit", &limit)]))
        .fact("limit_bytes", limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder, write::ZlibEncoder};

    fn packed(packing: Packing, bytes: &[u8], times: usize) -> Vec<u8> {
        match packing {
            Packing::Identity => bytes.repeat(times),
            Packing::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
                (0..times).for_each(|_| encoder.write_all(bytes).unwrap());
                encoder.finish().unwrap()
            }
            Packing::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
                (0..times).for_each(|_| encoder.write_all(bytes).unwrap());
                encoder.finish().unwrap()
            }
            Packing::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
                (0..times).for_each(|_| encoder.write_all(bytes).unwrap());
                encoder.finish().unwrap()
            }
        }
    }

    #[test]
    fn what_was_packed_is_unpacked_and_what_is_broken_is_told() {
        for packing in [Packing::Identity, Packing::Gzip, Packing::Deflate, Packing::Zstd] {
            let body = packed(packing, b"{\"a\": 1}", 3);
            assert_eq!(packing.unpack(body.clone(), 24).unwrap(), b"{\"a\": 1}".repeat(3), "{packing:?}");
            if packing != Packing::Identity {
                assert_eq!(packing.unpack(body.clone(), 23).unwrap_err().code, Code::TooLarge, "{packing:?}");
                assert_eq!(packing.unpack(body[..body.len() - 3].to_vec(), 24).unwrap_err().code, Code::Malformed, "{packing:?}");
                assert_eq!(packing.unpack(b"{\"a\": 1}".to_vec(), 24).unwrap_err().code, Code::Malformed, "{packing:?}");
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_after_the_limit_and_not_after_its_size() {
        let zeros = vec![0_u8; 1 << 20];
        for packing in [Packing::Gzip, Packing::Deflate, Packing::Zstd] {
            // 256 MiB in less than 300 KiB.
            let bomb = packed(packing, &zeros, 256);
            assert!(bomb.len() < 300 << 10, "{packing:?}: {}", bomb.len());
            let mut out = Vec::new();
            let most = 10_001;
            let read = match packing {
                Packing::Zstd => zstd(&bomb, most, &mut out).unwrap(),
                Packing::Gzip => MultiGzDecoder::new(bomb.as_slice()).take(most).read_to_end(&mut out).unwrap(),
                _ => ZlibDecoder::new(bomb.as_slice()).take(most).read_to_end(&mut out).unwrap(),
            };
            assert_eq!(read, 10_001);
            assert!(out.capacity() < 100_000, "{packing:?}: no more memory than the limit asks for");
            let refused = packing.unpack(bomb, 10_000).unwrap_err();
            assert_eq!((refused.code, refused.facts["limit_bytes"].as_u64()), (Code::TooLarge, Some(10_000)));
        }
    }

    #[test]
    fn a_frame_that_asks_for_a_large_window_is_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(27).unwrap();
        encoder.include_contentsize(false).unwrap();
        encoder.write_all(b"{}").unwrap();
        let body = encoder.finish().unwrap();
        assert_eq!(Packing::Zstd.unpack(body, 100).unwrap_err().code, Code::TooLarge);
    }
}
