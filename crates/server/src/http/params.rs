//! Parts of the path, query parameters, pages of lists.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use crate::http::{
    problem::Problem,
    wording::{Said, reword},
};
use bazdid_protocol::{
    error::{Code, Error, FieldError, Result},
    ids::Id,
    phrase::Phrase,
};

/// Rows in a page when nobody says.
const DEFAULT_LIMIT: i64 = 50;
/// Rows in a page at most.
const MAX_LIMIT: i64 = 200;

/// The `{id}` of the path.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub Id<T>);

impl<T> FromRequest for PathId<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = req.match_info().get("id").unwrap_or_default();
        let shown: String = text.chars().take(80).collect();
        let fault = || Error {
            fields: vec![FieldError {
                pointer: "{id}".into(),
                detail: Phrase::with("expected a UUID, found \"{found}\"", &[("found", &shown)]),
            }],
            ..Error::new(Code::Malformed)
        };
        ready(text.parse().map(Self).map_err(|_| fault().into()))
    }
}

/// The query parameters, read into `T`.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(req.query_string()).map(Self).map_err(Into::into))
    }
}

/// A list's query: its filters and the page.
#[derive(Debug)]
pub struct List<F> {
    /// Which rows.
    pub filter: F,
    /// Rows in the page.
    pub limit: i64,
    /// The cursor that the previous page ended with.
    cursor: Option<String>,
}

/// A list without filters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

/// The page of a list, as it stands in the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only for the document")]
pub struct Paging {
    /// Rows in the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next_cursor` of the previous page. Lists that are newest first are ordered by when this server first stored the rows, then by id:
    /// no clock of a client moves a row. A cursor of the former version goes on in the order of that version.
    cursor: Option<String>,
}

impl<F: DeserializeOwned> FromRequest for List<F> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(req.query_string()).map_err(Into::into))
    }
}

impl<F: DeserializeOwned> List<F> {
    fn read(query: &str) -> Result<Self> {
        let of = |pair: &&str, name: &str| pair.split('=').next() == Some(name);
        let (paging, filter): (Vec<&str>, Vec<&str>) =
            query.split('&').filter(|p| !p.is_empty()).partition(|pair| of(pair, "limit") || of(pair, "cursor"));
        let Raw { limit, cursor } = parse(&paging.join("&"))?;
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(fault("limit", format!("expected a whole number from 1 to {MAX_LIMIT}, found {limit}")));
        }
        Ok(Self { filter: parse(&filter.join("&"))?, limit, cursor })
    }

    /// The key after which the page begins; absent: at the beginning.
    ///
    /// # Errors
    /// The cursor is none of ours.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
        match bytes.and_then(|b| serde_json::from_slice(&b).ok()) {
            Some(key) => Ok(Some(key)),
            None => Err(fault("cursor", "this is no cursor of this list; begin without one")),
        }
    }
}

#[derive(Deserialize)]
struct Raw {
    limit: Option<i64>,
    cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; absent at the end.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
}

impl<T> Listed<T> {
    /// A page and the key of its last row if there is more.
    ///
    /// # Errors
    /// The key cannot be written.
    pub fn new<K: Serialize>(items: Vec<T>, next: Option<K>) -> Result<Self> {
        let next_cursor = next
            .map(|key| serde_json::to_vec(&key).map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes)))
            .transpose()
            .map_err(|e| Error::internal("a cursor could not be written").caused_by(e))?;
        Ok(Self { items, next_cursor })
    }

    /// A page of rows of which one more than the limit was asked for.
    ///
    /// # Errors
    /// The key cannot be written.
    pub fn page<K: Serialize>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Result<Self> {
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().map(key).filter(|_| more);
        Self::new(rows, next)
    }

    /// The same page of other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor }
    }

    /// The same page of other rows.
    ///
    /// # Errors
    /// A row cannot be made.
    pub fn try_map<U>(self, f: impl FnMut(T) -> Result<U>) -> Result<Listed<U>> {
        Ok(Listed { items: self.items.into_iter().map(f).collect::<Result<_>>()?, next_cursor: self.next_cursor })
    }

    /// A list that is small by nature: one page.
    #[must_use]
    pub const fn all(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

fn fault(name: &str, detail: impl Into<Phrase>) -> Error {
    Error::field(format!("?{name}"), detail)
}

/// Reads a query string; a fault names its parameter.
///
/// # Errors
/// It says something else.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T> {
    if query.contains("%00") {
        return Err(Error::with(Code::Malformed, "a query must not contain the character NUL"));
    }
    let pairs = serde_urlencoded::Deserializer::new(form(query));
    serde_path_to_error::deserialize(pairs).map_err(|e| {
        let name = e.path().to_string();
        let Said { member, detail } = reword(&e.into_inner().to_string());
        fault(member.as_deref().unwrap_or(if name == "." { "" } else { &name }), detail)
    })
}

/// The pairs of a query string.
fn form(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}
