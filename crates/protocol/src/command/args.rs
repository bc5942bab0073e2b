//! Reads arguments one by one. Of one that a command can do without an unusable value costs the value and no more: it becomes
//! unknown, and a warning tells so.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    command::{Fault, MAX_QUANTITIES, MAX_SHORT, MAX_TEXT, Quantity, invalid},
    fold::{self, is_blank, is_invisible},
    geo::Point,
    text_enum::TextEnum,
    time::{self, Timestamp},
    warning::{Warning, WarningCode, below, quote},
    words::visit::MockFlag,
};

/// What an id must look like, for messages.
const AN_ID: &str = "must be a UUID";

/// The members of an object among the arguments; `null` is as good as absent.
pub(super) struct Args<'a, 'w> {
    fields: Option<&'a Map<String, Value>>,
    pointer: String,
    pub warnings: &'w mut Vec<Warning>,
}

impl<'a, 'w> Args<'a, 'w> {
    /// The members of a value; of one that is no object there are none.
    pub fn new(pointer: &str, value: &'a Value, warnings: &'w mut Vec<Warning>) -> Self {
        Self { fields: value.as_object(), pointer: pointer.to_owned(), warnings }
    }

    /// A member.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields?.get(name).filter(|v| !v.is_null())
    }

    /// The members of a member.
    pub fn object(&mut self, name: &str) -> Result<Args<'a, '_>, Fault> {
        let at = self.at(name);
        let value = self.get(name).ok_or_else(|| invalid(&at, "is missing"))?;
        let fields = value.as_object().ok_or_else(|| invalid(&at, "must be an object"))?;
        Ok(Args { fields: Some(fields), pointer: at, warnings: self.warnings })
    }

    pub fn at(&self, name: &str) -> String {
        below(&self.pointer, name)
    }

    fn warn(&mut self, name: &str, code: WarningCode, detail: String) {
        let warning = Warning::new(self.at(name), code, detail);
        self.warnings.push(warning);
    }

    /// An argument that the command cannot do without.
    fn needed<T>(&self, name: &str, expected: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<T, Fault> {
        let value = self.get(name).ok_or_else(|| invalid(&self.at(name), "is missing"))?;
        read(value).ok_or_else(|| invalid(&self.at(name), expected))
    }

    /// An argument that the command can do without: absent if it cannot be used.
    pub fn optional<T>(&mut self, name: &str, expected: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.get(name)?;
        let found = read(value);
        if found.is_none() {
            self.warn(name, WarningCode::UnusableValue, format!("{} {expected}; it counts as unknown", quote(value)));
        }
        found
    }

    /// An id that the command cannot do without.
    pub fn id<T: From<Uuid>>(&self, name: &str) -> Result<T, Fault> {
        self.needed(name, AN_ID, read_id)
    }

    /// A value of whatever kind, `null` too, that the command cannot do without.
    pub fn given(&self, name: &str) -> Result<&'a Value, Fault> {
        self.fields.and_then(|f| f.get(name)).ok_or_else(|| invalid(&self.at(name), "is missing"))
    }

    /// An id that may be absent, but not another value than an id.
    pub fn id_if_given<T: From<Uuid>>(&self, name: &str) -> Result<Option<T>, Fault> {
        self.get(name).map(|value| read_id(value).ok_or_else(|| invalid(&self.at(name), AN_ID))).transpose()
    }

    /// An id that the command can do without.
    pub fn optional_id<T: From<Uuid>>(&mut self, name: &str) -> Option<T> {
        self.optional(name, AN_ID, read_id)
    }

    /// Ids that the command can do without, each once, of the first `most`; what is none is passed over.
    pub fn ids<T: From<Uuid> + PartialEq>(&mut self, name: &str, most: usize) -> Vec<T> {
        let Some(items) = self.optional(name, "must be an array of UUIDs", Value::as_array) else { return Vec::new() };
        if items.len() > most {
            self.warn(name, WarningCode::TooLong, format!("at most {most} are taken; the first {most} are"));
        }
        let mut found: Vec<T> = Vec::new();
        for (place, item) in items.iter().enumerate().take(most) {
            match read_id(item) {
                Some(id) if !found.contains(&id) => found.push(id),
                Some(_) => {}
                None => {
                    let detail = format!("{} {AN_ID}; it is passed over", quote(item));
                    let warning = Warning::new(format!("{}/{place}", self.at(name)), WarningCode::UnusableValue, detail);
                    self.warnings.push(warning);
                }
            }
        }
        found
    }

    /// A word that the command cannot do without.
    pub fn word<T: TextEnum>(&self, name: &str) -> Result<T, Fault> {
        self.needed(name, &one_of::<T>(), read_word)
    }

    /// A word that the command can do without.
    pub fn optional_word<T: TextEnum>(&mut self, name: &str) -> Option<T> {
        self.optional(name, &one_of::<T>(), read_word)
    }

    /// A word in whose place, if it is missing or not known, another one stands.
    pub fn word_or<T: TextEnum>(&mut self, name: &str, or: T) -> T {
        let value = self.fields.and_then(|f| f.get(name)).unwrap_or(&Value::Null);
        read_word(value).unwrap_or_else(|| {
            let detail = format!("{} {}; {} stands in its place", quote(value), one_of::<T>(), or.as_str());
            self.warn(name, WarningCode::UnusableValue, detail);
            or
        })
    }

    /// A text that the command cannot do without; a longer one than is taken is cut.
    pub fn text(&mut self, name: &str) -> Result<String, Fault> {
        self.needed_text(name, MAX_TEXT)
    }

    /// [`Args::text`] of a reason, unit or code.
    pub fn short(&mut self, name: &str) -> Result<String, Fault> {
        self.needed_text(name, MAX_SHORT)
    }

    fn needed_text(&mut self, name: &str, max: usize) -> Result<String, Fault> {
        let text = self.needed(name, "must be a text", Value::as_str)?;
        if is_blank(text) {
            return Err(invalid(&self.at(name), "must not be empty"));
        }
        Ok(self.cut(name, text, max))
    }

    /// A text that the command can do without; a longer one than is taken is cut. It may be empty, but not made of invisible characters.
    pub fn optional_text(&mut self, name: &str) -> Option<String> {
        let text = self.optional(name, "must be a text that can be seen", read_text)?;
        Some(self.cut(name, text, MAX_TEXT))
    }

    /// [`Args::optional_text`] of a reason, unit or code.
    pub fn optional_short(&mut self, name: &str) -> Option<String> {
        let text = self.optional(name, "must be a text that can be seen", read_text)?;
        Some(self.cut(name, text, MAX_SHORT))
    }

    fn cut(&mut self, name: &str, text: &str, max: usize) -> String {
        let Some((end, _)) = text.char_indices().nth(max) else { return text.to_owned() };
        self.warn(name, WarningCode::TooLong, format!("a text has at most {max} characters; the first {max} are taken"));
        text.get(..end).unwrap_or_default().to_owned()
    }

    /// A number that the command cannot do without.
    pub fn number(&self, name: &str, min: f64, max: f64) -> Result<f64, Fault> {
        self.needed(name, &format!("must be a number from {min} to {max}"), |v| within(v, min, max))
    }

    /// A number that the command can do without.
    pub fn optional_number(&mut self, name: &str, min: f64, max: f64) -> Option<f64> {
        self.optional(name, &format!("must be a number from {min} to {max}"), |v| within(v, min, max))
    }

    /// A whole number that the command cannot do without.
    pub fn integer(&self, name: &str, min: i64, max: i64) -> Result<i64, Fault> {
        self.needed(name, &format!("must be a whole number from {min} to {max}"), |v| v.as_i64().filter(|n| (min..=max).contains(n)))
    }

    /// A whole number that the command can do without.
    pub fn optional_integer(&mut self, name: &str, min: i64, max: i64) -> Option<i64> {
        self.optional(name, &format!("must be a whole number from {min} to {max}"), |v| v.as_i64().filter(|n| (min..=max).contains(n)))
    }

    /// An instant; `otherwise` says what stands in the place of one that cannot be read. `must` says that it is missed.
    pub fn instant(&mut self, name: &str, must: bool, otherwise: &str) -> Option<Timestamp> {
        let value = match self.get(name) {
            None if !must => return None,
            None => &Value::Null,
            Some(value) => value,
        };
        let at = value.as_str().and_then(|text| Timestamp::parse(text).ok());
        if at.is_none() {
            let detail = format!("{} is not {}; {otherwise}", quote(value), time::EXPECTED);
            self.warn(name, WarningCode::UnreadableInstant, detail);
        }
        at
    }

    /// A position that the command cannot do without; its accuracy may be missing, and 0 is as good as missing.
    pub fn point(&mut self, name: &str) -> Result<Point, Fault> {
        let mut point = self.object(name)?;
        let read = |point: &Args<'_, '_>, of: &str, limit: f64| point.number(of, -limit, limit);
        let (lat, lon) = (read(&point, "lat", 90.0)?, read(&point, "lon", 180.0)?);
        let accuracy_m = point.optional_number("accuracy_m", 0.0, 100_000.0).filter(|a| *a > 0.0);
        Ok(Point { lat, lon, accuracy_m })
    }

    /// A position that the command can do without. Latitude and longitude 0 are none: so software writes that it has no fix.
    pub fn optional_point(&mut self, name: &str) -> Option<Point> {
        self.get(name)?;
        let why = match self.point(name) {
            Ok(point) => match point.fix() {
                Some(fix) => return Some(fix),
                None => "latitude and longitude 0 are what is written where there is no fix".to_owned(),
            },
            Err(fault) => fault.detail,
        };
        self.warn(name, WarningCode::UnusableValue, format!("{why}; the position counts as unknown"));
        None
    }

    /// What the device says of a fix being simulated: a boolean, or the word that the row has.
    pub fn mock(&mut self) -> MockFlag {
        let read = |value: &Value| match value {
            Value::Bool(true) => Some(MockFlag::Mock),
            Value::Bool(false) => Some(MockFlag::Real),
            word => read_word(word),
        };
        self.optional("mock", "must be true, false, real, mock or unknown", read).unwrap_or(MockFlag::Unknown)
    }

    /// A quantity that the command cannot do without, as a number or as a text.
    pub fn quantity(&self, name: &str) -> Result<f64, Fault> {
        let expected = format!("must be a number from 0 to {MAX_QUANTITY}");
        let read = |value: &Value| value.as_f64().or_else(|| fold::quantity(value.as_str()?)).filter(|n| (0.0..=MAX_QUANTITY).contains(n));
        self.needed(name, &expected, read)
    }

    /// What of `[{item, quantity, unit}]` can be used; what cannot is told, and stays in the event as it was written.
    pub fn quantities(&mut self, name: &str) -> Vec<Quantity> {
        let Some(items) = self.optional(name, "must be an array of {item, quantity, unit}", Value::as_array) else { return Vec::new() };
        if items.len() > MAX_QUANTITIES {
            let detail =
                format!("at most {MAX_QUANTITIES} entries are taken; the others are kept as they were written and count for nothing");
            self.warn(name, WarningCode::TooLong, detail);
        }
        let mut found = Vec::new();
        for (place, item) in items.iter().enumerate().take(MAX_QUANTITIES) {
            let pointer = format!("{}/{place}", self.at(name));
            let mut of = Args::new(&pointer, item, self.warnings);
            match (of.short("item"), of.quantity("quantity"), of.short("unit")) {
                (Ok(item), Ok(quantity), Ok(unit)) => found.push(Quantity { item, quantity, unit }),
                (item, quantity, unit) => {
                    for fault in [item.err(), quantity.err(), unit.err()].into_iter().flatten() {
                        self.warnings.push(unusable(fault, "the entry is kept as it was written and counts for nothing"));
                    }
                }
            }
        }
        found
    }

    /// Says of members that the server does not know that they are passed over.
    pub fn pass_over_others(&mut self, known: &[&str]) {
        let others = self.fields.into_iter().flat_map(Map::keys).filter(|name| !known.contains(&name.as_str()));
        for name in others {
            self.warn(name, WarningCode::UnknownField, format!("the server knows {}; this field is passed over", known.join(", ")));
        }
    }

    /// What a reader of one member came to, where others may do in its place: absent if it cannot be used.
    pub fn absent_if_unusable<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Option<T> {
        self.get(name)?;
        match read(self) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.warnings.push(unusable(fault, "the field is passed over"));
                None
            }
        }
    }
}

/// Largest quantity.
const MAX_QUANTITY: f64 = 1.0e9;

/// A fault of a part that can be done without, as a warning.
pub(super) fn unusable(fault: Fault, otherwise: &str) -> Warning {
    let (pointer, why) = fault.detail.split_once(": ").unwrap_or_default();
    Warning::new(pointer, WarningCode::UnusableValue, format!("{why}; {otherwise}"))
}

fn read_text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !is_invisible(text))
}

fn read_id<T: From<Uuid>>(value: &Value) -> Option<T> {
    Uuid::parse_str(value.as_str()?).ok().map(T::from)
}

fn read_word<T: TextEnum>(value: &Value) -> Option<T> {
    T::parse(value.as_str()?).ok()
}

fn one_of<T: TextEnum>() -> String {
    format!("must be one of {}", T::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", "))
}

fn within(value: &Value, min: f64, max: f64) -> Option<f64> {
    value.as_f64().filter(|n| (min..=max).contains(n))
}
