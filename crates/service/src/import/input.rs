//! What a file holds by its bytes, whatever its name says: text in some encoding, or a spreadsheet.

use crate::import::{
    fault::{FileFault, MAX_BYTES},
    sheet,
};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A file, ready to be read line by line.
#[derive(Debug)]
pub enum Input {
    /// Text that is meant to be UTF-8.
    Text(Vec<u8>),
    /// A sheet of a spreadsheet.
    Sheet {
        /// Its rows, with their numbers in the sheet.
        rows: Vec<(u64, Vec<String>)>,
        /// Its name.
        name: String,
        /// Names of other sheets that are not read.
        others: Vec<String>,
    },
}

impl Input {
    /// Takes the bytes of a file. UTF-16 is recognised by its byte order mark; other encodings must be named, as the web names them.
    ///
    /// # Errors
    /// The file cannot be read as a whole.
    pub fn new(bytes: Vec<u8>, encoding: Option<&str>) -> Result<Self, FileFault> {
        if bytes.len() > MAX_BYTES {
            return Err(FileFault::TooLarge(bytes.len()));
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return sheet::read(&bytes);
        }
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(FileFault::OldSpreadsheet);
        }
        let named = encoding.map(|label| {
            Encoding::for_label_no_replacement(label.trim().as_bytes()).ok_or_else(|| FileFault::UnknownEncoding(label.to_owned()))
        });
        let marked = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding).filter(|e| *e == UTF_16LE || *e == UTF_16BE);
        match marked.or(named.transpose()?) {
            None => Ok(Self::Text(bytes)),
            Some(encoding) if encoding == UTF_8 => Ok(Self::Text(bytes)),
            Some(encoding) => {
                let (text, _, had_faults) = encoding.decode(&bytes);
                if had_faults {
                    Err(FileFault::WrongEncoding(encoding.name().to_ascii_lowercase()))
                } else {
                    Ok(Self::Text(text.into_owned().into_bytes()))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], encoding: Option<&str>) -> String {
        match Input::new(bytes.to_vec(), encoding) {
            Ok(Input::Text(bytes)) => String::from_utf8(bytes).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn encodings_are_read_by_their_mark_or_by_name() {
        let utf16: Vec<u8> = "\u{feff}چاله".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16, None), "چاله");
        assert_eq!(text(b"\x8d\xc7\xe1\xe5", Some("windows-1256")), "چاله");
        assert_eq!(text("چاله".as_bytes(), Some("UTF-8")), "چاله");
        assert!(matches!(Input::new(vec![b'a'], Some("klingon")), Err(FileFault::UnknownEncoding(_))));
        assert!(matches!(Input::new(vec![0xff, b'a'], Some("shift_jis")), Err(FileFault::WrongEncoding(_))));
        assert!(matches!(Input::new(b"\xd0\xcf\x11\xe0\xa1".to_vec(), None), Err(FileFault::OldSpreadsheet)));
    }
}
