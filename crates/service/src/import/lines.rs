//! The lines of a table: text in columns, or the rows of a sheet. Nothing is passed over: a blank line, a row with a stray
//! quotation mark and the rest of a file behind one that is never closed are lines too.

use crate::import::{fault::ENCODING_HINT, input::Input};

/// Where lines come from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'b> {
    /// Text in columns, with or without a byte order mark.
    Text(&'b [u8]),
    /// Rows of a sheet with their numbers.
    Sheet(&'b [(u64, Vec<String>)]),
}

impl<'b> From<&'b [u8]> for Source<'b> {
    fn from(bytes: &'b [u8]) -> Self {
        Self::Text(bytes)
    }
}

impl<'b> From<&'b str> for Source<'b> {
    fn from(text: &'b str) -> Self {
        Self::Text(text.as_bytes())
    }
}

impl<'b> From<&'b Input> for Source<'b> {
    fn from(input: &'b Input) -> Self {
        match input {
            Input::Text(bytes) => Self::Text(bytes),
            Input::Sheet { rows, .. } => Self::Sheet(rows),
        }
    }
}

/// What stands in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing, or nothing but separators and spaces.
    Blank,
    /// Cells.
    Cells(Vec<String>),
    /// Something that is no row, and why.
    Fault(String),
    /// Bytes that are not UTF-8.
    NotText,
}

/// A line of a table; one row may stand in several lines of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it begins; the first line of the file is 1.
    pub line: u64,
    /// What stands in it.
    pub content: Content,
}

/// Reads lines one after the other.
#[derive(Debug, Clone)]
pub struct Lines<'b> {
    source: Source<'b>,
    /// Bytes of a text, or rows of a sheet, that were read.
    at: usize,
    line: u64,
    delimiter: u8,
}

impl<'b> Lines<'b> {
    /// From the beginning.
    #[must_use]
    pub fn new(source: Source<'b>) -> Self {
        let source = match source {
            Source::Text(bytes) => Source::Text(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
            Source::Sheet(_) => source,
        };
        let delimiter = match source {
            Source::Text(bytes) => delimiter(bytes),
            Source::Sheet(_) => b',',
        };
        Self { source, at: 0, line: 1, delimiter }
    }

    /// How much was read, and of how much: bytes of a text or rows of a sheet.
    #[must_use]
    pub const fn progress(&self) -> (usize, usize) {
        match self.source {
            Source::Text(bytes) => (self.at, bytes.len()),
            Source::Sheet(rows) => (self.at, rows.len()),
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        match self.source {
            Source::Text(bytes) => self.next_of_text(bytes),
            Source::Sheet(rows) => {
                let (line, cells) = rows.get(self.at)?;
                self.at += 1;
                if cells.iter().all(|c| c.trim().is_empty()) {
                    return Some(Line { line: *line, content: Content::Blank });
                }
                // A sheet leaves out the empty cells at the end of a row; they are not kept, for a heading may be very wide.
                let mut cells = cells.clone();
                let width = rows.first().map_or(0, |(_, heading)| heading.len());
                cells.resize(width.max(cells.len()), String::new());
                Some(Line { line: *line, content: Content::Cells(cells) })
            }
        }
    }
}

impl Lines<'_> {
    fn next_of_text(&mut self, bytes: &[u8]) -> Option<Line> {
        bytes.get(self.at)?;
        let line = self.line;
        let mut record = Record::default();
        loop {
            self.cell(bytes, &mut record);
            match bytes.get(self.at) {
                Some(byte) if *byte == self.delimiter => self.at += 1,
                Some(_) => {
                    self.end_line(bytes);
                    break;
                }
                None => break,
            }
        }
        let below = self.line.saturating_sub(line);
        let content = match (record.open, record.stray) {
            (Some(at), _) => {
                let swallowed = last_line(bytes, self.line).saturating_sub(at);
                Content::Fault(format!(
                    "the quotation mark that opens in line {at} is never closed: it swallows the {swallowed} lines below it; \
                     close it, or write a quotation mark inside quoted text twice"
                ))
            }
            (None, Some(at)) => Content::Fault(format!(
                "the quotation mark in line {at} is neither the end of a cell nor written twice: lines {line} to {} cannot be told apart",
                line.saturating_add(below.saturating_sub(1))
            )),
            (None, None) => text_of(&record.cells),
        };
        Some(Line { line, content })
    }

    /// Reads one cell, up to the separator or the end of the line.
    fn cell(&mut self, bytes: &[u8], record: &mut Record) {
        let mut cell = Vec::new();
        if bytes.get(self.at) == Some(&b'"') {
            let opened = self.line;
            self.at += 1;
            loop {
                match (bytes.get(self.at), bytes.get(self.at + 1)) {
                    (None, _) => {
                        record.open = Some(opened);
                        break;
                    }
                    (Some(b'"'), Some(b'"')) => {
                        cell.push(b'"');
                        self.at += 2;
                    }
                    (Some(b'"'), _) => {
                        self.at += 1;
                        break;
                    }
                    (Some(byte), after) => {
                        self.line += u64::from(*byte == b'\n' || (*byte == b'\r' && after != Some(&b'\n')));
                        cell.push(*byte);
                        self.at += 1;
                    }
                }
            }
            while bytes.get(self.at) == Some(&b' ') {
                self.at += 1;
            }
            if bytes.get(self.at).is_some_and(|b| !self.ends_cell(*b)) {
                record.stray.get_or_insert(self.line);
            }
        }
        while let Some(byte) = bytes.get(self.at).filter(|b| !self.ends_cell(**b)) {
            cell.push(*byte);
            self.at += 1;
        }
        record.cells.push(cell);
    }

    const fn ends_cell(&self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, b'\r' | b'\n')
    }

    /// Passes over one end of a line: CR, LF or both.
    fn end_line(&mut self, bytes: &[u8]) {
        let both = bytes.get(self.at) == Some(&b'\r') && bytes.get(self.at + 1) == Some(&b'\n');
        self.at += if both { 2 } else { 1 };
        self.line += 1;
    }
}

/// A row as bytes, and what is wrong with its quotation marks.
#[derive(Debug, Default)]
struct Record {
    cells: Vec<Vec<u8>>,
    /// Line of a quotation mark that is never closed.
    open: Option<u64>,
    /// Line of a quotation mark with something behind it.
    stray: Option<u64>,
}

fn text_of(cells: &[Vec<u8>]) -> Content {
    if cells.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace)) {
        return Content::Blank;
    }
    match cells.iter().map(|cell| std::str::from_utf8(cell).map(str::to_owned)).collect::<Result<Vec<_>, _>>() {
        Ok(cells) if cells.iter().any(|c| c.contains('\0')) => Content::Fault("it holds the character NUL".to_owned()),
        Ok(cells) => Content::Cells(cells),
        Err(_) => Content::NotText,
    }
}

/// The last line that holds something; `reached` is the line at the end of the file.
fn last_line(bytes: &[u8], reached: u64) -> u64 {
    if bytes.ends_with(b"\n") || bytes.ends_with(b"\r") { reached.saturating_sub(1) } else { reached }
}

/// What is said of a row that is not UTF-8.
pub(super) fn not_text() -> String {
    format!("it is not UTF-8 text; {ENCODING_HINT}")
}

/// The separator that the heading has most of.
fn delimiter(bytes: &[u8]) -> u8 {
    let heading = bytes.split(|b| matches!(b, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    let count = |d: u8| heading.iter().filter(|b| **b == d).count();
    b";\t".iter().copied().find(|d| count(*d) > count(b',')).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str) -> Vec<(u64, Option<Vec<String>>, String)> {
        let told = |line: Line| match line.content {
            Content::Blank => (line.line, None, String::new()),
            Content::Cells(cells) => (line.line, Some(cells), String::new()),
            Content::Fault(said) => (line.line, None, said),
            Content::NotText => (line.line, None, "not text".to_owned()),
        };
        Lines::new(text.into()).map(told).collect()
    }

    #[test]
    fn every_end_of_line_and_every_separator_is_read() {
        let expected = |second: u64| {
            let cells = |a: &str, b: &str| Some(vec![a.to_owned(), b.to_owned()]);
            vec![
                (1, cells("a", "b"), String::new()),
                (2, cells("1", "x, \"y\"\nz"), String::new()),
                (second, None, String::new()),
                (second + 1, cells("2", ""), String::new()),
            ]
        };
        assert_eq!(lines("a,b\n1,\"x, \"\"y\"\"\nz\"\n\n2,"), expected(4));
        assert_eq!(lines("\u{feff}a;b\r\n1;\"x, \"\"y\"\"\nz\" \r\n;\r\n2;\r\n"), expected(4));
        assert_eq!(lines("a\tb\r1\t\"x, \"\"y\"\"\nz\"\r \t\r2\t\r"), expected(4));
        // A quotation mark inside a cell that does not begin with one is a letter.
        assert_eq!(lines("a,b\n1,5\" pipe\n")[1].1, Some(vec!["1".to_owned(), "5\" pipe".to_owned()]));
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_told_with_what_it_swallows() {
        let found = lines("a,b\n1,x\n2,\"open,\n3,y\n4,z\n");
        assert_eq!(found.len(), 3);
        assert!(
            found[2].0 == 3 && found[2].2.contains("opens in line 3 is never closed: it swallows the 2 lines below it"),
            "{}",
            found[2].2
        );
    }

    #[test]
    fn a_quotation_mark_that_another_row_closes_by_chance_is_told() {
        // The columns of both rows together are as many as those of one row.
        let found = lines("a,b\n1,\"open\n2,\"closed\n3,x\n");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[1].0 == 2 && found[1].2.contains("in line 3") && found[1].2.contains("lines 2 to 3"), "{}", found[1].2);
        assert_eq!(found[2], (4, Some(vec!["3".to_owned(), "x".to_owned()]), String::new()));
    }

    proptest! {
        #[test]
        fn every_byte_is_read_once_and_lines_only_rise(bytes in prop::collection::vec(prop::sample::select(b"\"\"\n\r,;a \xd9".as_slice()), 0..60)) {
            let mut reader = Lines::new(Source::Text(&bytes));
            let found: Vec<Line> = reader.by_ref().collect();
            prop_assert_eq!(reader.progress(), (bytes.len(), bytes.len()));
            prop_assert!(found.iter().zip(found.iter().skip(1)).all(|(a, b)| a.line < b.line));
            // Only what is swallowed is missing: without quotation marks there is a record for each line.
            if !bytes.contains(&b'"') {
                let text: String = bytes.iter().map(|b| char::from(*b)).collect();
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                prop_assert_eq!(found.len(), text.lines().count());
            }
        }
    }
}
