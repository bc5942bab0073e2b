//! A table from a file: comma, semicolon or tab between the columns, UTF-8 with or without a mark at its begin.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ByteRecord, Reader, ReaderBuilder};

use bazdid_protocol::fold;

/// Largest file that is read, bytes.
pub const MAX_BYTES: usize = 512 * 1024 * 1024;

/// What makes a whole file useless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Larger than is read.
    #[error("the file has {0} bytes; at most {MAX_BYTES} are read: split it")]
    TooLarge(usize),
    /// UTF-16, most likely from a spreadsheet.
    #[error("the file is encoded as UTF-16; save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")]
    Utf16,
    /// No heading.
    #[error("the file has no heading: its first line must name the columns")]
    NoHeading,
    /// Not text.
    #[error("the heading is not UTF-8 text")]
    HeadingNotText,
    /// A column twice.
    #[error("the heading names the column \"{0}\" twice")]
    Twice(String),
    /// A column that must be there.
    #[error("there is no column for \"{field}\": give one with --map {field}=COLUMN; the file has {columns}")]
    Missing {
        /// What it would hold.
        field: String,
        /// Columns of the file.
        columns: String,
    },
    /// A column that was named and is not there.
    #[error("there is no column \"{column}\" (--map {field}={column}); the file has {columns}")]
    Unknown {
        /// For what it was named.
        field: String,
        /// Its name.
        column: String,
        /// Columns of the file.
        columns: String,
    },
    /// `--map` for something that is not imported.
    #[error("--map {0}=…: there is no such field; the fields are {1}")]
    NoField(String, String),
    /// Latitude and longitude changed places.
    #[error(
        "latitude and longitude seem to have changed places: line {line} says latitude {lat} and longitude {lon}, and the other way round \
         the points lie where they should; give --map lat={lon_column} --map lon={lat_column}"
    )]
    Swapped {
        /// Line of the first such row.
        line: u64,
        /// Its latitude.
        lat: String,
        /// Its longitude.
        lon: String,
        /// The column that was read as latitude.
        lat_column: String,
        /// The column that was read as longitude.
        lon_column: String,
    },
    /// The table of categories.
    #[error("the table of categories cannot be used: {0}")]
    CategoryMap(String),
}

/// Which columns hold a field: several are joined.
type Columns = Vec<usize>;

/// A field of an import, with the names that its column usually has.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name, for `--map`.
    pub name: &'static str,
    /// Usual names of the column, normalised, the likeliest first.
    pub usual: &'static [&'static str],
    /// Whether there can be no import without it.
    pub needed: Need,
}

/// Whether a field must have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Must,
    /// It may.
    May,
}

/// A file under way.
#[derive(Debug)]
pub struct Table<'b> {
    reader: Reader<&'b [u8]>,
    columns: Vec<String>,
    fields: BTreeMap<&'static str, Columns>,
    bytes: &'b [u8],
    /// The line that begins at a place in the file.
    counted: (usize, u64),
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Line where it begins.
    pub line: u64,
    cells: Vec<String>,
}

/// A name of a column without what spreadsheets and systems do to it: `Created Date` is `created_date`.
#[must_use]
pub fn normal(name: &str) -> String {
    name.trim().trim_start_matches('\u{feff}').to_lowercase().replace([' ', '-'], "_")
}

impl<'b> Table<'b> {
    /// Opens a file: reads its heading and finds the columns of the fields. `map` says `field=column` or
    /// `field=column+column` where the usual names do not do.
    ///
    /// # Errors
    /// The file is useless as a whole.
    pub fn open(bytes: &'b [u8], fields: &[Field], map: &[(String, String)]) -> Result<Self, FileFault> {
        if bytes.len() > MAX_BYTES {
            return Err(FileFault::TooLarge(bytes.len()));
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(FileFault::Utf16);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new().delimiter(delimiter(bytes)).flexible(true).from_reader(bytes);
        let heading = reader.byte_headers().cloned().unwrap_or_default();
        let columns = heading.iter().map(|c| std::str::from_utf8(c).map(normal)).collect::<Result<Vec<_>, _>>();
        let columns = columns.map_err(|_| FileFault::HeadingNotText)?;
        if columns.iter().all(String::is_empty) {
            return Err(FileFault::NoHeading);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = columns.iter().find(|c| !c.is_empty() && !seen.insert(c.as_str())) {
            return Err(FileFault::Twice(twice.clone()));
        }
        let mut table = Self { reader, columns, fields: BTreeMap::new(), bytes, counted: (0, 1) };
        table.find_columns(fields, map)?;
        Ok(table)
    }

    fn find_columns(&mut self, fields: &[Field], map: &[(String, String)]) -> Result<(), FileFault> {
        let names = || fields.iter().map(|f| f.name).collect::<Vec<_>>().join(", ");
        for (field, wanted) in map {
            let known = fields.iter().find(|f| f.name == field).ok_or_else(|| FileFault::NoField(field.clone(), names()))?;
            let columns = wanted
                .split('+')
                .map(|column| {
                    let unknown =
                        || FileFault::Unknown { field: field.clone(), column: column.to_owned(), columns: self.columns.join(", ") };
                    self.column(&normal(column)).ok_or_else(unknown)
                })
                .collect::<Result<_, _>>()?;
            self.fields.insert(known.name, columns);
        }
        for field in fields {
            if self.fields.contains_key(field.name) {
                continue;
            }
            let usual = field.usual.iter().find_map(|usual| usual.split('+').map(|c| self.column(c)).collect::<Option<Columns>>());
            match usual {
                Some(columns) => drop(self.fields.insert(field.name, columns)),
                None if field.needed == Need::May => {}
                None => return Err(FileFault::Missing { field: field.name.to_owned(), columns: self.columns.join(", ") }),
            }
        }
        Ok(())
    }

    /// Position of a column by its normalised name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == name)
    }

    /// Name of the column that a field is read from.
    #[must_use]
    pub fn column_of(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(|c| c.first()).and_then(|n| self.columns.get(*n)).map(String::as_str)
    }

    /// A field of a row; several columns are joined without what is empty or said twice.
    #[must_use]
    pub fn get(&self, row: &Row, field: &str) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        for cell in self.fields.get(field)?.iter().filter_map(|n| row.cells.get(*n)) {
            let cell = fold::trim(cell);
            if !fold::is_blank(cell) && !parts.contains(&cell) {
                parts.push(cell);
            }
        }
        Some(parts.join(": ")).filter(|text| !text.is_empty())
    }

    /// The next row, the reason why there is none to be read at a line, or the end.
    pub fn next_row(&mut self) -> Option<Result<Row, (u64, String)>> {
        let mut record = ByteRecord::new();
        loop {
            let begin = self.reader.position().byte();
            match self.reader.read_byte_record(&mut record) {
                Ok(false) => return None,
                Err(e) => return Some(Err((self.line_at(begin), e.to_string()))),
                Ok(true) => {}
            }
            let line = self.line_at(begin);
            if record.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace)) {
                continue;
            }
            if record.len() != self.columns.len() {
                return Some(Err((line, format!("has {} columns, the heading has {}", record.len(), self.columns.len()))));
            }
            let cells = record.iter().map(|cell| std::str::from_utf8(cell).map(str::to_owned)).collect::<Result<Vec<_>, _>>();
            return Some(match cells {
                Ok(cells) if cells.iter().any(|c| c.contains('\0')) => Err((line, "holds the character NUL".to_owned())),
                Ok(cells) => Ok(Row { line, cells }),
                Err(_) => Err((line, "is not UTF-8 text".to_owned())),
            });
        }
    }

    /// The line of the row that begins at or after a place: the reader leaves the end of the line before it unread, and passes
    /// over empty lines.
    fn line_at(&mut self, begin: u64) -> u64 {
        let begin = usize::try_from(begin).unwrap_or(usize::MAX);
        let ends = self.bytes.get(begin..).unwrap_or_default().iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let place = begin.saturating_add(ends);
        let passed = self.bytes.get(self.counted.0..place).unwrap_or_default().iter().filter(|b| **b == b'\n').count();
        self.counted = (place, self.counted.1.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX)));
        self.counted.1
    }

    /// How many bytes of the file were read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.reader.position().byte()
    }
}

impl Row {
    /// A cell by the position of its column.
    #[must_use]
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |c| fold::trim(c))
    }

    /// Every cell, as it stands in the file.
    #[must_use]
    pub fn cells(&self) -> &[String] {
        &self.cells
    }
}

/// The separator that the heading has most of.
pub(super) fn delimiter(bytes: &[u8]) -> u8 {
    let heading = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let count = |d: u8| heading.iter().filter(|b| **b == d).count();
    b";\t".iter().copied().find(|d| count(*d) > count(b',')).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[Field] = &[
        Field { name: "key", usual: &["id", "unique_key"], needed: Need::Must },
        Field { name: "text", usual: &["text", "complaint_type+descriptor"], needed: Need::May },
    ];

    type ReadResult = Result<(u64, String, Option<String>), (u64, String)>;

    fn rows(bytes: &[u8], map: &[(&str, &str)]) -> Vec<ReadResult> {
        let map: Vec<_> = map.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let mut table = Table::open(bytes, FIELDS, &map).unwrap();
        let mut found = Vec::new();
        while let Some(row) = table.next_row() {
            found.push(row.map(|r| (r.line, table.get(&r, "key").unwrap_or_default(), table.get(&r, "text"))));
        }
        found
    }

    #[test]
    fn rows_are_read_whatever_the_mark_the_separator_and_the_spelling_of_the_heading() {
        for bytes in [
            &b"\xef\xbb\xbfUnique Key,Complaint-Type,Descriptor\r\n1,Road,Hole\r\n\r\n2,Road,Road\r\n3,,\r\n"[..],
            b"unique_key;complaint_type;descriptor\n1;Road;Hole\n\n2;Road;Road\n3;;\n",
            b"unique_key\tcomplaint_type\tdescriptor\n1\tRoad\tHole\n \t\t\n2\tRoad\tRoad\n3\t\t",
        ] {
            let expected =
                vec![Ok((2, "1".into(), Some("Road: Hole".into()))), Ok((4, "2".into(), Some("Road".into()))), Ok((5, "3".into(), None))];
            assert_eq!(rows(bytes, &[]), expected);
        }
        assert_eq!(rows(b"a,b\n1,x\n", &[("key", "A"), ("text", "b+a")]), [Ok((2, "1".into(), Some("x: 1".into())))]);
    }

    #[test]
    fn a_bad_row_is_told_with_its_line_and_the_next_one_is_read() {
        let found = rows(b"id,text\n1,\"two\nlines\"\n2\n3,\xff\n4,\0\n5,x\n", &[]);
        let lines: Vec<_> = found.iter().map(|r| r.as_ref().map_or_else(|e| (e.0, false), |r| (r.0, true))).collect();
        assert_eq!(lines, [(2, true), (4, false), (5, false), (6, false), (7, true)]);
    }

    #[test]
    fn a_file_that_cannot_be_used_says_why() {
        let said = |bytes: &[u8], map: &[(String, String)]| Table::open(bytes, FIELDS, map).unwrap_err().to_string();
        let map = |a: &str, b: &str| [(a.to_owned(), b.to_owned())];
        assert!(said(b"", &[]).contains("no heading"));
        assert!(said(b"\xff\xfea\0", &[]).contains("UTF-16"));
        assert!(said(b"a,b\n", &[]).contains("--map key=COLUMN; the file has a, b"));
        assert!(said(b"id,Id\n", &[]).contains("\"id\" twice"));
        assert!(said(b"id\n", &map("text", "nope")).contains("no column \"nope\""));
        assert!(said(b"id\n", &map("color", "id")).contains("the fields are key, text"));
    }
}
