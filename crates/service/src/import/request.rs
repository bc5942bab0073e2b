//! Service requests of another system, row by row.

mod fields;

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::{
    Ctx,
    import::{
        FileFault, Instants, LineOutcome, Rejected, Table, Taken,
        category_map::CategoryMap,
        lines::Source,
        reason,
        seen::{Before, Seen, contradiction},
        standing::{Standing, StatusWords},
        table::Row,
    },
    phone,
    ticket::{
        NewTicket,
        batch::{Closed, Imported, create_batch},
    },
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
    ids::CategoryId,
    time::Timestamp,
};
use bazdid_store::{self as store, Tx};

use fields::DATES;
pub use fields::FIELDS;

/// Rows that go into one transaction. Ids of orders and offers are spread over their indexes, so a large batch writes each page
/// once where small ones write it again and again (100,000 rows on SQLite: 46 s by 500, 18 s by 5,000); others wait a second.
pub const CHUNK: usize = 5_000;
/// Rows that are looked at to see whether latitude and longitude changed places.
const SAMPLE: usize = 200;
/// Characters of another text that are shown in a reason.
const SHOWN: usize = 60;
/// Beyond this latitude hardly anybody lives.
const FAR_NORTH: f64 = 60.0;

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
    /// What rows are that say nothing of their status; absent: such rows are refused, and so is a file without a column for it.
    pub standing: Option<Standing>,
    /// What words of its status column mean, beside the usual ones.
    pub status_words: StatusWords,
}

/// A file of requests under way.
#[derive(Debug)]
pub struct RequestFile<'b> {
    table: Table<'b>,
    options: RequestOptions,
    codes: HashMap<String, CategoryId>,
    /// Categories by their folded names, where only one has the name.
    names: HashMap<String, Option<CategoryId>>,
    seen: Seen,
}

/// A row that can be registered.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its line.
    pub line: u64,
    /// What it becomes.
    pub ticket: Imported,
}

impl Request {
    /// Whether somebody will be asked to work on it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.ticket.closed_at.is_none()
    }
}

/// Some rows of a file: those that can be registered, and lines that were answered by reading alone.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Rows to register.
    pub requests: Vec<Request>,
    /// Blank lines, refused rows, and rows that the file has twice.
    pub answered: Vec<LineOutcome>,
}

impl<'b> RequestFile<'b> {
    /// Opens a file and looks through it.
    ///
    /// # Errors
    /// The file is useless as a whole: no heading, no coordinates, nothing that says what is open, latitude and longitude have changed
    /// places, or the order of its dates is not known.
    pub fn open(source: impl Into<Source<'b>>, options: RequestOptions, reference: &Reference) -> Result<Self, FileFault> {
        let table = Table::open(source, FIELDS, &options.map)?;
        if options.standing.is_none() && !table.has("status") {
            return Err(FileFault::NoStatus);
        }
        check_order(table.clone(), reference)?;
        let instants = table.with_date_order(DATES, options.instants.clone())?;
        let mut codes = HashMap::new();
        let mut names: HashMap<String, Option<CategoryId>> = HashMap::new();
        for category in reference.categories.values().filter(|c| c.state == ActiveState::Active) {
            codes.insert(fold::key(&category.code), category.id);
            for name in [&category.name_fa, &category.name_en] {
                names
                    .entry(fold::key(name))
                    .and_modify(|known| *known = known.filter(|id| *id == category.id))
                    .or_insert(Some(category.id));
            }
        }
        Ok(Self { table, options: RequestOptions { instants, ..options }, codes, names, seen: Seen::default() })
    }

    /// The next rows, about as many as asked for; nothing at the end of the file.
    pub fn next_chunk(&mut self, most: usize) -> Option<Chunk> {
        let mut chunk = Chunk::default();
        while chunk.requests.len() + chunk.answered.len() < most {
            let row = self.table.next_row();
            chunk.answered.extend(self.table.take_blank().into_iter().map(LineOutcome::blank));
            let refused = |line, key: &str, reason| LineOutcome::of(line, key, Err(Rejected { line, key: key.to_owned(), reason }));
            match row {
                None if chunk.requests.is_empty() && chunk.answered.is_empty() => return None,
                None => break,
                Some(Err((line, reason))) => chunk.answered.push(refused(line, "", reason)),
                Some(Ok(row)) => {
                    let key = self.table.get(&row, "source_ref").unwrap_or_default();
                    match self.request(&row) {
                        Err(reason) => chunk.answered.push(refused(row.line, &key, reason)),
                        Ok(ticket) => {
                            let source_ref = ticket.new.source_ref.clone().unwrap_or_default();
                            match self.seen.ask(&source_ref, row.line, row.cells().iter().map(String::as_str)) {
                                Before::Nothing => chunk.requests.push(Request { line: row.line, ticket }),
                                Before::Same(first) => chunk.answered.push(LineOutcome {
                                    reason: Some(format!("it is the same as line {first}")),
                                    ..LineOutcome::of(row.line, &key, Ok(Taken::Unchanged))
                                }),
                                Before::Otherwise(first) => {
                                    chunk.answered.push(refused(row.line, &key, contradiction("key", &key, first)));
                                }
                            }
                        }
                    }
                }
            }
        }
        Some(chunk)
    }

    /// How much of the file was read, and of how much.
    #[must_use]
    pub const fn progress(&self) -> (usize, usize) {
        self.table.progress()
    }

    fn request(&self, row: &Row) -> Result<Imported, String> {
        let text = self.table.get(row, "text");
        let created_at = self.instant(row, "created_at")?;
        let closed_at = self.closed_at(row, created_at)?;
        // What was closed was opened then at the latest.
        let created_at = created_at.or(match closed_at {
            Some(Closed::At(at)) => Some(at),
            Some(Closed::Sometime) | None => None,
        });
        Ok(Imported {
            closed_at,
            due_at: self.instant(row, "due_at")?,
            new: NewTicket {
                address_text: self.table.get(row, "address").map(|a| clean(&a)),
                point_source: PointSource::Import,
                origin: TicketOrigin::Import,
                created_at,
                source_ref: Some(self.source_ref(row)?),
                caller_phone: self.table.get(row, "phone"),
                ..NewTicket::new(self.category(row)?, clean(&text.ok_or("it has no text")?), self.point(row)?)
            },
        })
    }

    fn instant(&self, row: &Row, field: &str) -> Result<Option<Timestamp>, String> {
        let read = |text: String| self.options.instants.read(&text).map_err(|fault| format!("its {field} \"{text}\" {fault}"));
        self.table.get(row, field).map(read).transpose()
    }

    /// When the request was closed, if it was.
    fn closed_at(&self, row: &Row, created_at: Option<Timestamp>) -> Result<Option<Closed>, String> {
        let at = self.instant(row, "closed_at")?;
        let said = self.table.get(row, "status");
        let standing = match &said {
            Some(word) => self.options.status_words.meaning(word).ok_or_else(|| {
                format!("its status \"{word}\" is not known: say what it means by --status \"{word}=open\" or --status \"{word}=closed\"")
            })?,
            None if at.is_some() => Standing::Closed,
            None => self.options.standing.ok_or("it has no status: say what such rows are by --open or --closed")?,
        };
        match (standing, at) {
            (Standing::Open, Some(_)) => {
                Err(format!("its status \"{}\" means that it is open, but it has a closing date", said.unwrap_or_default()))
            }
            (Standing::Open, None) => Ok(None),
            (Standing::Closed, Some(at)) if created_at.is_some_and(|opened| at < opened) => {
                Err("it was closed before it was opened".to_owned())
            }
            (Standing::Closed, Some(at)) => Ok(Some(Closed::At(at))),
            (Standing::Closed, None) => Ok(Some(Closed::Sometime)),
        }
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
        let code =
            self.options.categories.find(&self.table, row).or_else(|| named.as_deref().filter(|n| self.codes.contains_key(&fold::key(n))));
        if code.is_none()
            && let Some(id) = named.as_ref().and_then(|n| self.names.get(&fold::key(n))).copied().flatten()
        {
            return Ok(id);
        }
        let code = code.or(self.options.default_category.as_deref());
        let code = code.ok_or_else(|| format!("no category for \"{}\"; see --category-map", named.as_deref().unwrap_or_default()))?;
        self.codes.get(&fold::key(code)).copied().ok_or_else(|| format!("the catalogue has no category \"{code}\" in use"))
    }

    /// The key of the other system; a row without one is known by all that it says.
    fn source_ref(&self, row: &Row) -> Result<String, String> {
        let key = match self.table.get(row, "source_ref") {
            Some(key) if fold::is_shortened(&key) => {
                return Err(format!(
                    "a spreadsheet has shortened its key to \"{key}\", so that its last digits are lost: \
                     format the column as text in the spreadsheet and export the file again"
                ));
            }
            Some(key) => key,
            None => {
                let mut hash = Sha256::new();
                for cell in row.cells() {
                    hash.update(cell.as_bytes());
                    hash.update([0]);
                }
                let digest = hex(&hash.finalize());
                format!("row:{}", digest.get(..24).unwrap_or(&digest))
            }
        };
        Ok(self.options.source.as_ref().map_or_else(|| key.clone(), |source| format!("{source}:{key}")))
    }
}

/// One or several lines without control characters.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
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
    let reason = phone::unread(ctx, row.ticket.new.caller_phone.as_deref()?)?;
    Some(Rejected { line: row.line, key: row.ticket.new.source_ref.clone().unwrap_or_default(), reason })
}

/// Why a row is not taken for the ticket that has its key: running numbers begin anew in each file.
fn another_request(key: &str, before: &str) -> String {
    let words: String = before.chars().take(SHOWN).collect();
    let more = if words.len() < before.len() { "…" } else { "" };
    format!(
        "its key \"{key}\" is that of a request with another text, \"{words}{more}\": \
         keys of another system or list need --source, and a running number is no key"
    )
}

/// Registers rows; each has an answer of its own. A point outside every area is refused, since nobody
/// would see the ticket, and so is a closing date in the future.
///
/// # Errors
/// The database fails; then none of them is kept.
pub fn register(tx: &mut Tx<'_>, ctx: &Ctx, rows: &[Request]) -> Result<Vec<Result<Taken, Rejected>>> {
    let reference = ctx.reference(tx)?;
    let fault = |row: &Request| {
        if reference.locate(&row.ticket.new.point).boundary == Boundary::Outside {
            Some("its point lies outside every area")
        } else if matches!(row.ticket.closed_at, Some(Closed::At(at)) if at > ctx.now) {
            Some("it was closed in the future")
        } else {
            None
        }
    };
    let faults: Vec<Option<&str>> = rows.iter().map(fault).collect();
    let inside: Vec<Imported> = rows.iter().zip(&faults).filter(|(_, fault)| fault.is_none()).map(|(r, _)| r.ticket.clone()).collect();
    let keys: Vec<&str> = inside.iter().filter_map(|t| t.new.source_ref.as_deref()).collect();
    let stored = store::ticket::search::list_by_source(tx, &keys)?;
    let mut known: HashMap<String, String> = stored.into_iter().map(|(key, _, text)| (key, text)).collect();
    let mut answers = create_batch(tx, ctx, &inside)?.into_iter();
    let answer = |(row, fault): (&Request, Option<&str>)| {
        let key = row.ticket.new.source_ref.clone().unwrap_or_default();
        let rejected = |reason| Rejected { line: row.line, key: key.clone(), reason };
        if let Some(fault) = fault {
            return Ok(Err(rejected(fault.to_owned())));
        }
        match answers.next() {
            Some(Ok(_)) => {
                let text = &row.ticket.new.text;
                // The same key a second time, in the database or further up in the chunk.
                Ok(match known.get(&key) {
                    Some(before) if fold::key(before) == fold::key(text) => Ok(Taken::Unchanged),
                    Some(before) => Err(rejected(another_request(&key, before))),
                    None => {
                        known.insert(key.clone(), text.clone());
                        Ok(Taken::Created)
                    }
                })
            }
            Some(Err(error)) => Ok(Err(rejected(reason(&error)))),
            None => Err(Error::internal("a row of an import was not answered")),
        }
    };
    rows.iter().zip(faults).map(answer).collect()
}
