//! The columns of a row that an app sent: flat, and anything may be wrong with them.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::watermelon::id;
use bazdid_protocol::time::Timestamp;

/// The columns of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns<'a>(pub &'a Map<String, Value>);

impl<'a> Columns<'a> {
    /// A column; absent if it is null or an empty text, which the library writes for null in a column that is not optional.
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|v| !v.is_null() && v.as_str() != Some(""))
    }

    /// A text as it was sent, an empty one included; absent if it is null.
    pub fn raw(self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// An id of ours.
    pub fn id(self, name: &str) -> Option<Uuid> {
        id::read(self.get(name)?.as_str()?)
    }

    /// An id as an argument; what is none stays as it is, so that the command's reader names the fault.
    pub fn id_argument(self, name: &str) -> Value {
        self.id(name).map_or_else(|| self.get(name).cloned().unwrap_or_default(), |id| json!(id))
    }

    /// An instant in milliseconds since 1970.
    pub fn instant(self, name: &str) -> Option<Timestamp> {
        let value = self.get(name)?;
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "cut to whole milliseconds; the range is checked below"
        )]
        let ms = value.as_i64().or_else(|| value.as_f64().map(|ms| ms as i64))?;
        of_ms(ms)
    }

    /// An instant as an argument.
    pub fn instant_argument(self, name: &str) -> Value {
        self.instant(name).map_or_else(|| self.get(name).cloned().unwrap_or_default(), |at| json!(at))
    }

    /// A position of the columns `lat`, `lon`, `accuracy_m`; null if there is none.
    pub fn point_argument(self) -> Value {
        let (lat, lon) = (self.get("lat"), self.get("lon"));
        if lat.is_none() && lon.is_none() { Value::Null } else { json!({ "lat": lat, "lon": lon, "accuracy_m": self.get("accuracy_m") }) }
    }

    /// JSON in a text column; what is no JSON stays a text.
    pub fn document_argument(self, name: &str) -> Value {
        let Some(value) = self.get(name) else { return Value::Null };
        value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
    }

    /// Whether one of the columns says something else than in another row; a column that the app does not have says nothing.
    pub fn differ(self, other: Self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.contains_key(*name) && !equal(name, self.get(name), other.get(name)))
    }
}

/// The instant so many milliseconds after 1970 began; nothing if it lies outside of the range of instants. 0 is what the library writes
/// for none.
pub fn of_ms(ms: i64) -> Option<Timestamp> {
    let micros = ms.checked_mul(1_000)?;
    Some(Timestamp::from_micros(micros)).filter(|at| ms > 0 && at.micros() == micros)
}

fn equal(name: &str, a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None, None) => true,
        // A device that says nothing of simulation is one that does not know.
        (None, Some(known)) => name == "mock" && known == "unknown",
        (Some(a), Some(b)) => a == b || (a.is_number() && a.as_f64() == b.as_f64()),
        (Some(_), None) => false,
    }
}
