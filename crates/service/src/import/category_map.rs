//! What the words of another system mean: a table that leads to codes of the catalogue.

use std::collections::HashMap;

use crate::import::{
    fault::FileFault,
    lines::{Content, Lines, Source, not_text},
    table::{Row, Table, normal},
};
use bazdid_protocol::fold::key;

/// Which category of the catalogue the words of another system mean: the columns before the last name columns of the requests, the
/// last is a code. `*` stands for anything; the first line that fits counts. Words are
/// compared folded and without their separators.
#[derive(Debug, Clone, Default)]
pub struct CategoryMap {
    columns: Vec<String>,
    lines: HashMap<String, Vec<(Vec<String>, String)>>,
}

impl CategoryMap {
    /// Reads a table such as `complaint_type,descriptor,category`.
    ///
    /// # Errors
    /// It is none.
    pub fn parse<'b>(source: impl Into<Source<'b>>) -> Result<Self, FileFault> {
        let fault = |said: String| FileFault::CategoryMap(said);
        let mut rows = Vec::new();
        for line in Lines::new(source.into()) {
            match line.content {
                Content::Blank => {}
                Content::Cells(cells) => rows.push((line.line, cells)),
                Content::Fault(said) => return Err(fault(format!("line {}: {said}", line.line))),
                Content::NotText => return Err(fault(format!("line {}: {}", line.line, not_text()))),
            }
        }
        let mut rows = rows.into_iter();
        let mut columns: Vec<String> = rows.next().map(|(_, cells)| cells.iter().map(|c| normal(c)).collect()).unwrap_or_default();
        if columns.pop().as_deref() != Some("category") || columns.is_empty() {
            return Err(fault("its last column must be \"category\", the ones before it columns of the requests".to_owned()));
        }
        let mut lines: HashMap<String, Vec<(Vec<String>, String)>> = HashMap::new();
        for (line, cells) in rows {
            if cells.len() != columns.len() + 1 {
                return Err(fault(format!("line {line} has {} columns, the heading has {}", cells.len(), columns.len() + 1)));
            }
            let code = cells.last().map_or_else(String::new, |c| c.trim().to_owned());
            let words: Vec<String> = cells.iter().take(columns.len()).map(|c| key(c)).collect();
            lines.entry(words.first().cloned().unwrap_or_default()).or_default().push((words, code));
        }
        Ok(Self { columns, lines })
    }

    /// The code that the words of a row mean. A column that the file lacks fits only `*`.
    pub(super) fn find(&self, table: &Table<'_>, row: &Row) -> Option<&str> {
        let cell = |name: &String| table.column(name).map_or_else(String::new, |n| key(row.cell(n)));
        let words: Vec<String> = self.columns.iter().map(cell).collect();
        let fits = |line: &&(Vec<String>, String)| line.0.iter().zip(&words).all(|(wanted, word)| wanted == "*" || wanted == word);
        let of = |first: &str| self.lines.get(first).into_iter().flatten().find(fits);
        words.first().and_then(|w| of(w)).or_else(|| of("*")).map(|(_, code)| code.as_str())
    }
}
