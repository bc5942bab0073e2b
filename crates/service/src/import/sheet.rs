//! The first sheet of a spreadsheet (.xlsx) as rows of text.
//!
//! A spreadsheet is a ZIP archive, so a small file can become a large one. It is unpacked once only to count, before anything else
//! looks at it, and the text that its cells make is counted too: one long text may be referred to by many cells.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, SheetType, Xlsx};

use crate::import::{fault::FileFault, input::Input};
use bazdid_domain::date_text::spreadsheet_day;

/// Largest size of everything in the archive when it is unpacked, and of the text of its cells; megabytes.
const MAX_MB: usize = 50;
/// The same in bytes.
const MAX_UNPACKED: usize = MAX_MB * 1024 * 1024;
/// Columns that are read; more are no table of ours.
const MAX_COLUMNS: usize = 500;
/// What a cell costs beside its text, bytes.
const CELL: usize = 32;

/// Reads the first sheet.
///
/// # Errors
/// It is no spreadsheet of this kind, is broken, or grows too large.
pub(super) fn read(bytes: &[u8]) -> Result<Input, FileFault> {
    let broken = |said: String| FileFault::Spreadsheet(said);
    count_unpacked(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| broken(e.to_string()))?;
    let mut names =
        book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet).map(|s| s.name.clone()).collect::<Vec<_>>().into_iter();
    let name = names.next().ok_or_else(|| broken("it has no sheet".to_owned()))?;
    let others = names.collect();
    let mut cells = book.worksheet_cells_reader(&name).map_err(|e| broken(e.to_string()))?;
    let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
    let mut held = 0_usize;
    while let Some(cell) = cells.next_cell().map_err(|e| broken(e.to_string()))? {
        let (row, column) = cell.get_position();
        let (line, column) = (u64::from(row) + 1, usize::try_from(column).unwrap_or(usize::MAX));
        let text = text_of(cell.get_value());
        if text.trim().is_empty() {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(broken(format!("it has more than {MAX_COLUMNS} columns")));
        }
        if rows.last().is_none_or(|(last, _)| *last != line) {
            if rows.last().is_some_and(|(last, _)| *last > line) {
                return Err(broken("its rows are out of order".to_owned()));
            }
            rows.push((line, Vec::new()));
        }
        let Some((_, cells)) = rows.last_mut() else { continue };
        held += text.len() + CELL * column.saturating_sub(cells.len()).saturating_add(1);
        if held > MAX_UNPACKED {
            return Err(FileFault::Unpacked(MAX_MB));
        }
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        if let Some(cell) = cells.get_mut(column) {
            *cell = text;
        }
    }
    Ok(Input::Sheet { rows: filled(rows), name, others })
}

/// The rows with the blank ones between them: a line that is skipped is told too.
fn filled(rows: Vec<(u64, Vec<String>)>) -> Vec<(u64, Vec<String>)> {
    let mut next = rows.first().map_or(1, |(line, _)| *line);
    let mut all = Vec::with_capacity(rows.len());
    for (line, cells) in rows {
        // A sheet that goes on a million rows below is no reason to tell of a million blank lines.
        if line.saturating_sub(next) <= 1_000 {
            all.extend((next..line).map(|blank| (blank, Vec::new())));
        }
        next = line + 1;
        all.push((line, cells));
    }
    all
}

/// Unpacks every file of the archive into nothing and counts; what the archive says of its own sizes is not believed.
fn count_unpacked(bytes: &[u8]) -> Result<(), FileFault> {
    let broken = |e: &dyn std::fmt::Display| FileFault::Spreadsheet(e.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    let mut left = MAX_UNPACKED;
    let mut buffer = vec![0_u8; 64 * 1024];
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).map_err(|e| broken(&e))?;
        loop {
            let read = file.read(&mut buffer).map_err(|e| broken(&e))?;
            if read == 0 {
                break;
            }
            left = left.checked_sub(read).ok_or(FileFault::Unpacked(MAX_MB))?;
        }
    }
    Ok(())
}

/// A cell as a person would have typed it; whole numbers without a fraction, days and times as ISO 8601 writes them.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(n) => n.to_string(),
        // A number has fifteen digits in a spreadsheet: of a longer one the last are lost, and it is written as one that was shortened.
        DataRef::Float(n) if n.abs() >= 1e15 => format!("{n:E}").replace('E', "E+"),
        DataRef::Float(n) => n.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            match spreadsheet_day(at.as_f64()) {
                Some(rounded) if chrono::Datelike::year(&rounded) == i32::from(year) => rounded.format("%Y-%m-%d %H:%M:%S").to_string(),
                // Days since 1904.
                _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::DateTime(duration) => duration.as_f64().to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::lines::{Content, Lines};
    use std::io::Write as _;

    /// An archive with the parts of the smallest spreadsheet; `sheet` is the XML of its rows.
    fn book(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006";
        let workbook = format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"calls\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
        );
        let relations = |kind: &str, target: &str| {
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{office}/{kind}\" Target=\"{target}\"/></Relationships>"
            )
        };
        let parts = [
            ("[Content_Types].xml", format!("<Types xmlns=\"{package}/content-types\"/>")),
            ("_rels/.rels", relations("officeDocument", "xl/workbook.xml")),
            ("xl/workbook.xml", workbook),
            ("xl/_rels/workbook.xml.rels", relations("worksheet", "worksheets/sheet1.xml")),
            ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>")),
        ];
        for (name, bytes) in parts.iter().map(|(n, t)| (*n, t.as_bytes())).chain(more.iter().copied()) {
            zip.start_file(name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn text(place: &str, text: &str) -> String {
        format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    }

    #[test]
    fn a_sheet_is_read_with_its_row_numbers_and_whole_numbers_stay_whole() {
        let rows = format!(
            "<row r=\"1\">{}{}{}</row><row r=\"2\">{}<c r=\"B2\"><v>137000000001</v></c></row><row r=\"4\"><c r=\"C4\"><v>36.27</v></c></row>",
            text("A1", "شرح"),
            text("B1", "شماره"),
            text("C1", "lat"),
            text("A2", "چاله")
        );
        let Input::Sheet { rows, name, others } = read(&book(&rows, &[])).unwrap() else { panic!("no sheet") };
        assert_eq!((name.as_str(), others.len()), ("calls", 0));
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        assert_eq!(
            rows,
            [
                (1, row(["شرح", "شماره", "lat"])),
                (2, row(["چاله", "137000000001", ""])[..2].to_vec()),
                (3, Vec::new()),
                (4, row(["", "", "36.27"]))
            ]
        );
    }

    #[test]
    fn a_small_file_that_becomes_a_large_one_is_refused_before_it_is_read() {
        let zeros = vec![b' '; MAX_UNPACKED + 1];
        let bomb = book("", &[("xl/media/image1.png", &zeros)]);
        assert!(bomb.len() < 200_000, "it is a small file: {}", bomb.len());
        assert_eq!(read(&bomb).unwrap_err(), FileFault::Unpacked(MAX_MB));
        // A long text that many cells refer to.
        let long = "x".repeat(1024 * 1024);
        let strings = format!("<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>{long}</t></si></sst>");
        let cells: String = (1..=60).map(|n| format!("<row r=\"{n}\"><c r=\"A{n}\" t=\"s\"><v>0</v></c></row>")).collect();
        let shared = book(&cells, &[("xl/sharedStrings.xml", strings.as_bytes())]);
        assert_eq!(read(&shared).unwrap_err(), FileFault::Unpacked(MAX_MB));
        // A cell far to the right would make every row long.
        let far = read(&book(&format!("<row r=\"1\">{}</row>", text("XFD1", "x")), &[])).unwrap_err();
        assert!(far.to_string().contains("more than 500 columns"), "{far}");
    }

    #[test]
    fn short_rows_below_a_wide_heading_are_as_wide_only_while_they_are_looked_at() {
        const ROWS: usize = 20_000;
        let below: String = (2..ROWS + 2).map(|n| format!("<row r=\"{n}\"><c r=\"A{n}\"><v>1</v></c></row>")).collect();
        let wide = format!("<row r=\"1\">{}{}</row>{below}", text("A1", "id"), text("SF1", "last"));
        let input = read(&book(&wide, &[])).unwrap();
        let Input::Sheet { rows, .. } = &input else { panic!("no sheet") };
        assert_eq!(rows.iter().map(|(_, cells)| cells.capacity()).sum::<usize>().div_ceil(ROWS), 5, "Vec takes four at first");
        let lines: Vec<usize> =
            Lines::new((&input).into()).map(|l| if let Content::Cells(cells) = l.content { cells.len() } else { 0 }).collect();
        assert_eq!(lines, vec![MAX_COLUMNS; ROWS + 1]);
    }

    #[test]
    fn a_number_whose_last_digits_are_lost_is_seen_to_be_one() {
        for (number, written) in
            [("999999999999999", "999999999999999"), ("1234567890123456", "1.234567890123456E+15"), ("-2e15", "-2E+15")]
        {
            let Input::Sheet { rows, .. } = read(&book(&format!("<row r=\"1\"><c r=\"A1\"><v>{number}</v></c></row>"), &[])).unwrap()
            else {
                panic!("no sheet")
            };
            assert_eq!(rows[0].1, [written]);
            assert_eq!(bazdid_protocol::fold::is_shortened(written), number == "1234567890123456", "{written}");
        }
    }

    #[test]
    fn another_archive_and_a_broken_one_say_what_to_do() {
        for bytes in [&b"PK\x03\x04\x14\0\x06\0"[..], &book("", &[])[..200]] {
            let said = read(bytes).unwrap_err().to_string();
            assert!(said.contains("is a spreadsheet") && said.contains("CSV UTF-8"), "{said}");
        }
    }
}
