//! Service requests of another system, row by row.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::{
    Ctx,
    import::{
        FileFault, Instants, Rejected, Table, Taken, reason,
        table::{Field, Need, Row, delimiter, normal},
    },
    phone,
    ticket::{NewTicket, batch::create_batch},
};
use bazdid_domain::{
    organisation::ActiveState,
    reference::Reference,
    ticket::{Boundary, PointSource, TicketOrigin},
};
use bazdid_protocol::{
    error::{Error, Result},
    fold,
    geo::Point,
    hex::hex,
    ids::{CategoryId, TicketId},
};
use bazdid_store::{self as store, Tx};

/// Rows that go into one transaction. Ids of orders and offers are spread over their indexes, so a large batch writes each page
/// once where small ones write it again and again (100,000 rows on SQLite: 46 s by 500, 18 s by 5,000); others wait a second.
pub const CHUNK: usize = 5_000;
/// Longest text that is kept; a longer one is cut.
const MAX_TEXT: usize = 2_000;
/// Rows that are looked at to see whether latitude and longitude changed places.
const SAMPLE: usize = 200;
/// Beyond this latitude hardly anybody lives.
const FAR_NORTH: f64 = 60.0;

/// What is imported of a row.
pub const FIELDS: &[Field] = &[
    Field {
        name: "source_ref",
        usual: &["source_ref", "unique_key", "service_request_number", "servicerequestnum", "srrecordid", "case_id", "id"],
        needed: Need::May,
    },
    Field {
        name: "text",
        usual: &["text", "complaint_type+descriptor", "descriptor", "srtype", "type_of_service_request", "description", "category"],
        needed: Need::May,
    },
    Field { name: "lat", usual: &["lat", "latitude", "y"], needed: Need::Must },
    Field { name: "lon", usual: &["lon", "longitude", "lng", "long", "x"], needed: Need::Must },
    Field { name: "accuracy_m", usual: &["accuracy_m"], needed: Need::May },
    Field { name: "category", usual: &["category", "complaint_type", "srtype", "type_of_service_request"], needed: Need::May },
    Field {
        name: "created_at",
        usual: &["created_at", "created_date", "creation_date", "createddate", "opened", "date", "dttime"],
        needed: Need::May,
    },
    Field { name: "address", usual: &["address_text", "address", "incident_address", "street_address", "strlocation"], needed: Need::May },
    Field { name: "phone", usual: &["phone", "caller_phone"], needed: Need::May },
];

/// Which category of the catalogue the words of another system mean: the columns before the last name columns of the requests, the
/// last is a code. `*` stands for anything; the first line that fits counts.
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
    pub fn parse(text: &str) -> Result<Self, FileFault> {
        let fault = |said: String| FileFault::CategoryMap(said);
        let bytes = text.trim_start_matches('\u{feff}').as_bytes();
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(bytes)).from_reader(bytes);
        let heading = reader.headers().map_err(|e| fault(e.to_string()))?;
        let mut columns: Vec<String> = heading.iter().map(normal).collect();
        if columns.pop().as_deref() != Some("category") || columns.is_empty() {
            return Err(fault("its last column must be \"category\", the ones before it columns of the requests".to_owned()));
        }
        let mut lines: HashMap<String, Vec<(Vec<String>, String)>> = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(|e| fault(e.to_string()))?;
            let mut cells: Vec<String> = record.iter().map(fold::key).collect();
            let code = cells.pop().unwrap_or_default();
            lines.entry(cells.first().cloned().unwrap_or_default()).or_default().push((cells, code));
        }
        Ok(Self { columns, lines })
    }

    /// The code that the words of a row mean. A column that the file lacks fits only `*`.
    fn find(&self, table: &Table<'_>, row: &Row) -> Option<&str> {
        let cell = |name: &String| table.column(name).map_or_else(String::new, |n| fold::key(row.cell(n)));
        let words: Vec<String> = self.columns.iter().map(cell).collect();
        let fits = |line: &&(Vec<String>, String)| line.0.iter().zip(&words).all(|(wanted, word)| wanted == "*" || wanted == word);
        let of = |first: &str| self.lines.get(first).into_iter().flatten().find(fits);
        words.first().and_then(|w| of(w)).or_else(|| of("*")).map(|(_, code)| code.as_str())
    }
}

/// How a file of requests is to be read.
#[derive(Debug, Clone)]
pub struct RequestOptions {
    /// `field=column` where the usual names do not do.
    pub map: Vec<(String, String)>,
    /// What the words of the file mean.
    pub categories: CategoryMap,
    /// Code of the category of rows that say nothing else.
    pub default_category: Option<String>,
    /// What stands before the key of each row, where keys of several systems could meet.
    pub source: Option<String>,
    /// How dates are written.
    pub instants: Instants,
}

/// A file of requests under way.
#[derive(Debug)]
pub struct RequestFile<'b> {
    table: Table<'b>,
    options: RequestOptions,
    codes: HashMap<String, CategoryId>,
}

/// A row that can be registered.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its line.
    pub line: u64,
    /// What it becomes.
    pub ticket: NewTicket,
}

impl<'b> RequestFile<'b> {
    /// Opens a file and looks at its first rows.
    ///
    /// # Errors
    /// The file is useless as a whole: no heading, no coordinates, or latitude and longitude have changed places.
    pub fn open(bytes: &'b [u8], options: RequestOptions, reference: &Reference) -> Result<Self, FileFault> {
        check_order(Table::open(bytes, FIELDS, &options.map)?, reference)?;
        let active = reference.categories.values().filter(|c| c.state == ActiveState::Active);
        let codes = active.map(|c| (fold::key(&c.code), c.id)).collect();
        Ok(Self { table: Table::open(bytes, FIELDS, &options.map)?, options, codes })
    }

    /// The next rows, at most a number of them, and those that were refused on the way; both empty at the end of the file.
    pub fn next_chunk(&mut self, most: usize) -> (Vec<Request>, Vec<Rejected>) {
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        while taken.len() + refused.len() < most {
            match self.table.next_row() {
                None => break,
                Some(Err((line, reason))) => refused.push(Rejected { line, key: String::new(), reason }),
                Some(Ok(row)) => match self.request(&row) {
                    Ok(ticket) => taken.push(Request { line: row.line, ticket }),
                    Err(reason) => {
                        refused.push(Rejected { line: row.line, key: self.table.get(&row, "source_ref").unwrap_or_default(), reason });
                    }
                },
            }
        }
        (taken, refused)
    }

    /// How many bytes of the file were read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.table.bytes_read()
    }

    fn request(&self, row: &Row) -> Result<NewTicket, String> {
        let text = self.table.get(row, "text");
        Ok(NewTicket {
            id: None,
            category: self.category(row)?,
            text: clean(&text.ok_or("it has no text")?),
            address_text: self.table.get(row, "address").map(|a| clean(&a)),
            point: self.point(row)?,
            point_source: PointSource::Import,
            origin: TicketOrigin::Import,
            created_at: match self.table.get(row, "created_at") {
                None => None,
                Some(text) => Some(self.options.instants.read(&text).ok_or_else(|| format!("\"{text}\" is no date; see --date-format"))?),
            },
            source_ref: Some(self.source_ref(row)),
            caller_phone: self.table.get(row, "phone"),
        })
    }

    fn point(&self, row: &Row) -> Result<Point, String> {
        let number = |field: &str, what: &str| {
            let text = self.table.get(row, field).ok_or_else(|| format!("it has no {what}"))?;
            fold::number(&text).ok_or_else(|| format!("its {what} \"{text}\" is no number"))
        };
        let (lat, lon) = (number("lat", "latitude")?, number("lon", "longitude")?);
        let accuracy_m = self.table.get(row, "accuracy_m").map(|_| number("accuracy_m", "accuracy")).transpose()?;
        let point = Point { lat, lon, accuracy_m };
        if lat == 0.0 && lon == 0.0 {
            return Err("its point is 0, 0: the other system had none".to_owned());
        }
        match point.fault() {
            None => Ok(point),
            Some((field, why)) => Err(format!("{field} {why}")),
        }
    }

    fn category(&self, row: &Row) -> Result<CategoryId, String> {
        let named = self.table.get(row, "category");
        let own = named.as_deref().filter(|n| self.codes.contains_key(&fold::key(n)));
        let code = self.options.categories.find(&self.table, row).or(own).or(self.options.default_category.as_deref());
        let code = code.ok_or_else(|| format!("no category for \"{}\"; see --category-map", named.as_deref().unwrap_or_default()))?;
        self.codes.get(&fold::key(code)).copied().ok_or_else(|| format!("the catalogue has no category \"{code}\" in use"))
    }

    /// The key of the other system; a row without one is known by all that it says.
    fn source_ref(&self, row: &Row) -> String {
        let key = self.table.get(row, "source_ref").unwrap_or_else(|| {
            let mut hash = Sha256::new();
            for cell in row.cells() {
                hash.update(cell.as_bytes());
                hash.update([0]);
            }
            let digest = hex(&hash.finalize());
            format!("row:{}", digest.get(..24).unwrap_or(&digest))
        });
        self.options.source.as_ref().map_or_else(|| key.clone(), |source| format!("{source}:{key}"))
    }
}

/// One or several lines without control characters, not longer than is kept.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(MAX_TEXT).collect()
}

/// Whether latitude and longitude changed places: the points lie where they should only the other way round. Where they should
/// is near the known areas; without any, where people live.
fn check_order(mut table: Table<'_>, reference: &Reference) -> Result<(), FileFault> {
    let near = reference.areas.extent(None).map(|[w, s, e, n]| [w - 1.0, s - 1.0, e + 1.0, n + 1.0]);
    let fits = |lat: f64, lon: f64| {
        let inside = |[w, s, e, n]: [f64; 4]| w <= lon && lon <= e && s <= lat && lat <= n;
        near.is_some_and(inside) || (near.is_none_or(|b| !inside(b)) && lat.abs() <= FAR_NORTH)
    };
    let (mut looked_at, mut swapped, mut first) = (0_usize, 0_usize, None);
    while looked_at < SAMPLE {
        let Some(row) = table.next_row() else { break };
        let Ok(row) = row else { continue };
        let (Some(lat), Some(lon)) = (table.get(&row, "lat"), table.get(&row, "lon")) else { continue };
        let (Some(y), Some(x)) = (fold::number(&lat), fold::number(&lon)) else { continue };
        looked_at += 1;
        let near_only_swapped = near.is_some_and(|[w, s, e, n]| {
            let inside = |lat: f64, lon: f64| w <= lon && lon <= e && s <= lat && lat <= n;
            inside(x, y) && !inside(y, x)
        });
        if near_only_swapped || (!fits(y, x) && fits(x, y)) {
            swapped += 1;
            first.get_or_insert((row.line, lat, lon));
        }
    }
    match first {
        Some((line, lat, lon)) if swapped * 10 >= looked_at * 9 => Err(FileFault::Swapped {
            line,
            lat,
            lon,
            lat_column: table.column_of("lat").unwrap_or_default().to_owned(),
            lon_column: table.column_of("lon").unwrap_or_default().to_owned(),
        }),
        _ => Ok(()),
    }
}

/// What is to be told of a row whose phone cannot be read: it is taken without it.
#[must_use]
pub fn unread_phone(ctx: &Ctx, row: &Request) -> Option<Rejected> {
    let reason = phone::unread(ctx, row.ticket.caller_phone.as_deref()?)?;
    Some(Rejected { line: row.line, key: row.ticket.source_ref.clone().unwrap_or_default(), reason })
}

/// Registers rows; each has an answer of its own. A point outside every area is refused: nobody would see the ticket.
///
/// # Errors
/// The database fails; then none of them is kept.
pub fn register(tx: &mut Tx<'_>, ctx: &Ctx, rows: &[Request]) -> Result<Vec<Result<Taken, Rejected>>> {
    let reference = ctx.reference(tx)?;
    let outside: Vec<bool> = rows.iter().map(|r| reference.locate(&r.ticket.point).boundary == Boundary::Outside).collect();
    let inside: Vec<NewTicket> = rows.iter().zip(&outside).filter(|(_, outside)| !**outside).map(|(r, _)| r.ticket.clone()).collect();
    let keys: Vec<&str> = inside.iter().filter_map(|t| t.source_ref.as_deref()).collect();
    let mut known: HashMap<String, TicketId> = store::ticket::search::list_by_source(tx, &keys)?.into_iter().collect();
    let mut answers = create_batch(tx, ctx, &inside)?.into_iter();
    let answer = |(row, outside): (&Request, bool)| {
        let key = row.ticket.source_ref.clone().unwrap_or_default();
        let rejected = |reason| Rejected { line: row.line, key: key.clone(), reason };
        if outside {
            return Ok(Err(rejected("its point lies outside every area".to_owned())));
        }
        match answers.next() {
            // The same key a second time, in the database or further up in the chunk.
            Some(Ok(id)) if known.insert(key.clone(), id).is_some() => Ok(Ok(Taken::Unchanged)),
            Some(Ok(_)) => Ok(Ok(Taken::Created)),
            Some(Err(error)) => Ok(Err(rejected(reason(&error)))),
            None => Err(Error::internal("a row of an import was not answered")),
        }
    };
    rows.iter().zip(outside).map(answer).collect()
}
