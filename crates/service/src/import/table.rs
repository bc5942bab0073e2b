//! A table with a heading: which column holds what, and its rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::{
    Instants,
    fault::FileFault,
    lines::{Content, Lines, Source, not_text},
};
use bazdid_domain::date_text::{DateOrder, OrderEvidence, order_evidence};
use bazdid_protocol::fold;

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
#[derive(Debug, Clone)]
pub struct Table<'b> {
    lines: Lines<'b>,
    columns: Vec<String>,
    fields: BTreeMap<&'static str, Columns>,
    blank: Vec<u64>,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Line where it begins.
    pub line: u64,
    cells: Vec<String>,
}

/// A name of a column without what keyboards, spreadsheets and systems do to it: `Created Date` is `created_date`.
#[must_use]
pub fn normal(name: &str) -> String {
    fold::fold(name).replace([' ', '-'], "_")
}

/// The heading of a table and what follows it; lines above the heading that are blank do not count.
fn heading(source: Source<'_>) -> Result<(Vec<String>, Lines<'_>), FileFault> {
    let mut lines = Lines::new(source);
    let first = lines.by_ref().map(|l| l.content).find(|c| *c != Content::Blank);
    match first {
        None | Some(Content::Blank) => Err(FileFault::NoHeading),
        Some(Content::Fault(said)) => Err(FileFault::Heading(said)),
        Some(Content::NotText) => Err(FileFault::HeadingNotText),
        Some(Content::Cells(cells)) => Ok((cells, lines)),
    }
}

/// The lines below the heading, with whether they are blank: what a report of a file that is refused as a whole counts.
#[must_use]
pub fn lines_below_heading<'b>(source: impl Into<Source<'b>>) -> Vec<(u64, bool)> {
    let lines = Lines::new(source.into()).skip_while(|l| l.content == Content::Blank).skip(1);
    lines.map(|l| (l.line, l.content == Content::Blank)).collect()
}

impl<'b> Table<'b> {
    /// Opens a file: reads its heading and finds the columns of the fields. `map` says `field=column` or
    /// `field=column+column` where the usual names do not do.
    ///
    /// # Errors
    /// The file is useless as a whole.
    pub fn open(source: impl Into<Source<'b>>, fields: &[Field], map: &[(String, String)]) -> Result<Self, FileFault> {
        let (cells, lines) = heading(source.into())?;
        let columns: Vec<String> = cells.iter().map(|c| normal(c)).collect();
        let mut seen = BTreeSet::new();
        if let Some(twice) = columns.iter().find(|c| !c.is_empty() && !seen.insert(c.as_str())) {
            return Err(FileFault::Twice(twice.clone()));
        }
        let mut table = Self { lines, columns, fields: BTreeMap::new(), blank: Vec::new() };
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
            let usual = field.usual.iter().find_map(|usual| usual.split('+').map(|c| self.column(&normal(c))).collect::<Option<Columns>>());
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

    /// Whether a column was found for a field.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The next row, the reason why there is none to be read at a line, or the end. Blank lines are passed over and remembered.
    pub fn next_row(&mut self) -> Option<Result<Row, (u64, String)>> {
        loop {
            let found = self.lines.next()?;
            let line = found.line;
            return Some(match found.content {
                Content::Blank => {
                    self.blank.push(line);
                    continue;
                }
                Content::Fault(said) => Err((line, said)),
                Content::NotText => Err((line, not_text())),
                Content::Cells(cells) if cells.len() != self.columns.len() => {
                    Err((line, format!("has {} columns, the heading has {}", cells.len(), self.columns.len())))
                }
                Content::Cells(cells) => Ok(Row { line, cells }),
            });
        }
    }

    /// The blank lines that were passed over since this was asked last.
    pub fn take_blank(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.blank)
    }

    /// Finds the one order of day and month that the whole rest of the file keeps, unless it was said. Call it before the first row.
    ///
    /// # Errors
    /// No date shows the order and some need it, or there is no order that all of them keep.
    pub fn with_date_order(&self, fields: &[&str], instants: Instants) -> Result<Instants, FileFault> {
        if instants.order().is_some() || !fields.iter().any(|f| self.has(f)) {
            return Ok(instants);
        }
        let mut probe = self.clone();
        let (mut day_first, mut month_first, mut either) = (None, None, None);
        while let Some(row) = probe.next_row() {
            let Ok(row) = row else { continue };
            for text in fields.iter().filter_map(|f| probe.get(&row, f)) {
                match order_evidence(&text) {
                    Some(OrderEvidence::Shows(DateOrder::DayFirst)) => drop(day_first.get_or_insert(row.line)),
                    Some(OrderEvidence::Shows(DateOrder::MonthFirst)) => drop(month_first.get_or_insert(row.line)),
                    Some(OrderEvidence::Either) if either.is_none() => either = Some((row.line, text)),
                    Some(OrderEvidence::Either) | None => {}
                }
            }
        }
        match (day_first, month_first, either) {
            (Some(day_first), Some(month_first), _) => Err(FileFault::DatesContradict { day_first, month_first }),
            (Some(_), None, _) => Ok(instants.with_order(DateOrder::DayFirst)),
            (None, Some(_), _) => Ok(instants.with_order(DateOrder::MonthFirst)),
            (None, None, Some((line, text))) => Err(FileFault::DatesAmbiguous { line, text }),
            (None, None, None) => Ok(instants),
        }
    }

    /// How much of the file was read, and of how much.
    #[must_use]
    pub const fn progress(&self) -> (usize, usize) {
        self.lines.progress()
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
        assert!(said(b"id,\xff\n", &[]).contains("--encoding windows-1256"));
        assert!(said(b"id,\"x\n1,2\n", &[]).contains("never closed"));
        assert!(said(b"a,b\n", &[]).contains("--map key=COLUMN; the file has a, b"));
        assert!(said(b"id,Id\n", &[]).contains("\"id\" twice"));
        assert!(said(b"id\n", &map("text", "nope")).contains("no column \"nope\""));
        assert!(said(b"id\n", &map("color", "id")).contains("the fields are key, text"));
    }
}
