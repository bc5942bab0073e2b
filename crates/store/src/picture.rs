//! Pictures in the database: what is to be read, and what was found.

use diesel::{prelude::*, sql_types::BigInt, upsert::excluded};

use crate::{
    schema::pictures,
    sql::{Json, db_error},
    tx::{LIST, Tx},
};
use bazdid_domain::{
    evidence::reading::{Gap, Reading},
    picture::{Found, LEASE_US, Picture, PictureState, ReadFault, Small},
};
use bazdid_protocol::{
    error::{Error, Result},
    time::Timestamp,
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = pictures, treat_none_as_default_value = false)]
struct PictureRow {
    sha256: String,
    state: PictureState,
    attempts: i64,
    due_at: Option<Timestamp>,
    fault: Option<ReadFault>,
    reading: Option<Json<Reading>>,
    fingerprint: Option<i64>,
    gap: Option<Gap>,
    screen_bytes: Option<i64>,
    thumb_bytes: Option<i64>,
    stored_at: Timestamp,
    read_at: Option<Timestamp>,
}

impl From<&Picture> for PictureRow {
    fn from(e: &Picture) -> Self {
        let found = e.found.as_ref();
        let small = found.and_then(|f| f.small);
        Self {
            sha256: e.sha256.clone(),
            state: e.state,
            attempts: e.attempts,
            due_at: e.due_at,
            fault: e.fault,
            reading: found.map(|f| Json(f.reading.clone())),
            fingerprint: found.and_then(|f| f.fingerprint.ok()).map(u64::cast_signed),
            gap: found.and_then(|f| f.fingerprint.err()),
            screen_bytes: small.map(|s| s.screen_bytes),
            thumb_bytes: small.map(|s| s.thumb_bytes),
            stored_at: e.stored_at,
            read_at: e.read_at,
        }
    }
}

impl TryFrom<PictureRow> for Picture {
    type Error = Error;

    fn try_from(r: PictureRow) -> Result<Self> {
        let fingerprint = match (r.fingerprint, r.gap) {
            (Some(bits), None) => Some(Ok(bits.cast_unsigned())),
            (None, Some(gap)) => Some(Err(gap)),
            (None, None) => None,
            (Some(_), Some(_)) => return Err(impossible(&r.sha256, "gap")),
        };
        let small = r.screen_bytes.zip(r.thumb_bytes).map(|(screen_bytes, thumb_bytes)| Small { screen_bytes, thumb_bytes });
        let found = match (r.reading, fingerprint) {
            (Some(reading), Some(fingerprint)) => Some(Found { reading: reading.0, fingerprint, small }),
            (None, None) => None,
            _ => return Err(impossible(&r.sha256, "reading")),
        };
        Ok(Self {
            sha256: r.sha256,
            state: r.state,
            attempts: r.attempts,
            due_at: r.due_at,
            fault: r.fault,
            found,
            stored_at: r.stored_at,
            read_at: r.read_at,
        })
    }
}

fn impossible(sha256: &str, column: &str) -> Error {
    Error::internal(format!("the row {sha256} of pictures cannot be: {column}"))
}

/// The picture with a content.
///
/// # Errors
/// The database fails.
pub fn find_picture(tx: &mut Tx<'_>, sha256: &str) -> Result<Option<Picture>> {
    let row: Option<PictureRow> =
        on!(tx, |c| pictures::table.filter(pictures::sha256.eq(sha256)).select(PictureRow::as_select()).first(c).optional())
            .map_err(db_error)?;
    row.map(TryInto::try_into).transpose()
}

/// The pictures with some contents; those that are not known are left out.
///
/// # Errors
/// The database fails.
pub fn list_pictures(tx: &mut Tx<'_>, hashes: &[String]) -> Result<Vec<Picture>> {
    let mut found = Vec::new();
    for hashes in hashes.chunks(LIST) {
        let rows: Vec<PictureRow> =
            on!(tx, |c| pictures::table.filter(pictures::sha256.eq_any(hashes)).select(PictureRow::as_select()).load(c))
                .map_err(db_error)?;
        for row in rows {
            found.push(row.try_into()?);
        }
    }
    Ok(found)
}

/// Something is to be done for contents: those that are new are to be read, the photos with the others to be judged anew. Who is at
/// one of them at this moment finds out when they are done.
///
/// # Errors
/// The database fails.
pub fn expect_pictures(tx: &mut Tx<'_>, hashes: &[String], now: Timestamp) -> Result<()> {
    for hashes in hashes.chunks(LIST / 2) {
        let rows: Vec<PictureRow> = hashes.iter().map(|sha256| PictureRow::from(&Picture::new(sha256.clone(), now))).collect();
        on!(tx, |c| diesel::insert_into(pictures::table)
            .values(&rows)
            .on_conflict(pictures::sha256)
            .do_update()
            .set(pictures::due_at.eq(excluded(pictures::due_at)))
            .execute(c))
        .map_err(db_error)?;
        // What was given up because its bytes were gone has bytes again.
        on!(tx, |c| diesel::update(pictures::table.filter(
            pictures::sha256.eq_any(hashes).and(pictures::state.eq(PictureState::Failed)).and(pictures::fault.eq(ReadFault::Missing))
        ))
        .set((pictures::state.eq(PictureState::Waiting), pictures::attempts.eq(0_i64)))
        .execute(c))
        .map_err(db_error)?;
    }
    Ok(())
}

/// Takes pictures for which something is to be done, those first that have waited longest: nobody else takes them before the lease ends.
/// To take one that waits is an attempt to read it.
///
/// # Errors
/// The database fails.
pub fn claim_pictures(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Picture>> {
    let rows: Vec<PictureRow> = on!(tx, |c| pictures::table
        .filter(pictures::due_at.le(now))
        .order((pictures::due_at, pictures::sha256))
        .limit(limit)
        .select(PictureRow::as_select())
        .load(c))
    .map_err(db_error)?;
    let lease = now.plus_micros(LEASE_US);
    let mut claimed = Vec::new();
    for row in rows {
        let attempts = row.attempts + i64::from(row.state == PictureState::Waiting);
        // Of two who saw the same row the second finds another instant in it.
        let taken =
            on!(tx, |c| diesel::update(pictures::table.filter(pictures::sha256.eq(&row.sha256).and(pictures::due_at.eq(row.due_at))))
                .set((pictures::due_at.eq(Some(lease)), pictures::attempts.eq(attempts)))
                .execute(c))
            .map_err(db_error)?;
        if taken == 1 {
            claimed.push(Picture::try_from(PictureRow { due_at: Some(lease), attempts, ..row })?);
        }
    }
    Ok(claimed)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The next number of what was read. The counter stays locked to the end of the transaction, so numbers are in the order of commits.
fn next_number(tx: &mut Tx<'_>) -> Result<i64> {
    const SQL: &str = "INSERT INTO server_state (name, value) VALUES ('pictures_number', '1') \
        ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(server_state.value AS bigint) + 1 AS text) \
        RETURNING CAST(value AS bigint) AS number";
    let row: Number = on!(tx, |c| diesel::sql_query(SQL).get_result(c)).map_err(db_error)?;
    Ok(row.number)
}

/// Keeps what is known of a picture, but not when something is to be done for it.
///
/// # Errors
/// The database fails.
pub fn save_picture(tx: &mut Tx<'_>, picture: &Picture) -> Result<()> {
    let row = PictureRow::from(picture);
    let number = if picture.found.is_some() { Some(next_number(tx)?) } else { None };
    on!(tx, |c| diesel::update(pictures::table.filter(pictures::sha256.eq(&row.sha256)))
        .set((
            pictures::state.eq(row.state),
            pictures::attempts.eq(row.attempts),
            pictures::fault.eq(row.fault),
            pictures::reading.eq(row.reading.as_ref()),
            pictures::fingerprint.eq(row.fingerprint),
            pictures::gap.eq(row.gap),
            pictures::screen_bytes.eq(row.screen_bytes),
            pictures::thumb_bytes.eq(row.thumb_bytes),
            pictures::number.eq(number),
            pictures::read_at.eq(row.read_at),
        ))
        .execute(c))
    .map(drop)
    .map_err(db_error)
}

/// Ends a lease: says when something is to be done next. `false` if the lease was over, or something has come up meanwhile: then that
/// stands.
///
/// # Errors
/// The database fails.
pub fn end_lease(tx: &mut Tx<'_>, sha256: &str, lease: Option<Timestamp>, due: Option<Timestamp>) -> Result<bool> {
    on!(tx, |c| diesel::update(pictures::table.filter(pictures::sha256.eq(sha256).and(pictures::due_at.eq(lease))))
        .set(pictures::due_at.eq(due))
        .execute(c))
    .map(|n| n == 1)
    .map_err(db_error)
}

/// How a picture looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks {
    /// Of what number it is.
    pub number: i64,
    /// Which content.
    pub sha256: String,
    /// Its fingerprint.
    pub bits: u64,
}

/// Fingerprints of the pictures beyond a number, in the order in which they became known.
///
/// # Errors
/// The database fails.
pub fn list_fingerprints(tx: &mut Tx<'_>, beyond: i64, limit: i64) -> Result<Vec<Looks>> {
    let rows: Vec<(i64, String, i64)> = on!(tx, |c| pictures::table
        .filter(pictures::number.gt(beyond).and(pictures::fingerprint.is_not_null()))
        .order(pictures::number)
        .limit(limit)
        .select((pictures::number.assume_not_null(), pictures::sha256, pictures::fingerprint.assume_not_null()))
        .load(c))
    .map_err(db_error)?;
    Ok(rows.into_iter().map(|(number, sha256, bits)| Looks { number, sha256, bits: bits.cast_unsigned() }).collect())
}

/// Pictures for which something is to be done at some time.
///
/// # Errors
/// The database fails.
pub fn count_waiting(tx: &mut Tx<'_>) -> Result<i64> {
    on!(tx, |c| pictures::table.filter(pictures::due_at.is_not_null()).count().get_result(c)).map_err(db_error)
}
