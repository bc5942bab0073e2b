//! A mutation: a command that a device sends, with what it knew when it was made.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    envelope::{SentItem, UnreadItem},
    ids::{AccountId, GroupId, MutationId},
    outcome::OutcomeCode,
    time::{self, Timestamp},
    warning::{Warning, WarningCode, quote},
};

/// Pointer to the instant of a mutation.
pub const AT: &str = "/at";

/// Largest mutation, bytes of its compact JSON, unless the installation has another limit.
pub const MAX_MUTATION_BYTES: usize = 64 * 1024;
/// Longest name of a command or a boot, characters.
const MAX_NAME: usize = 100;

/// A mutation whose envelope was understood; whether its command can be is [`super::command::Command::parse`]'s business.
#[derive(Debug, Clone, PartialEq)]
pub struct Mutation {
    /// Place in the device's sequence, from 1 without gaps.
    pub seq: i64,
    /// Identity, made by the device; the key of idempotency.
    pub id: MutationId,
    /// The all-or-nothing group it belongs to.
    pub group: Option<GroupId>,
    /// The command's name.
    pub cmd: String,
    /// The command's version; 1 if not said.
    pub v: i64,
    /// What it is about.
    pub entity: Uuid,
    /// The entity's revision that the author had before them.
    pub base: Option<i64>,
    /// The entity's stamp that the author had before them, microseconds.
    pub seen_ts: Option<i64>,
    /// The epoch of the work order that the author knew.
    pub epoch: Option<i64>,
    /// The device's wall clock when the person acted; absent if it could not be read.
    pub at: Option<Timestamp>,
    /// `at` as part of the content: microseconds since 1970, or what was written if that is no date and time.
    pub said_at: Value,
    /// The device's uptime then, milliseconds.
    pub up: Option<i64>,
    /// The device's boot then.
    pub boot: Option<String>,
    /// Who acted; absent: who pushes.
    pub actor: Option<AccountId>,
    /// The command's arguments, an object.
    pub args: Value,
    /// Fields that could not be used and count as absent.
    pub warnings: Vec<Warning>,
}

/// Why a mutation cannot be read. What could be read of it names it in its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutationFault {
    /// Its place, if that could be read.
    pub seq: Option<i64>,
    /// Its id, if that could be read.
    pub id: Option<MutationId>,
    /// `malformed` or `too_large`.
    pub code: OutcomeCode,
    /// JSON pointer into the mutation, and what would be right.
    pub detail: String,
}

/// Reads one item of a push's `mutations`, of at most so many bytes. What a mutation can do without costs a warning and no more:
/// `at`, `up`, `boot`, `base`, `seen_ts` and `epoch`.
///
/// # Errors
/// It is not an object, a field that it cannot do without is missing or of another type, it holds NUL, or it is too large.
pub fn parse_bounded(item: &Value, max_bytes: usize) -> Result<Mutation, MutationFault> {
    let fields = Fields(item.as_object());
    let fault = |code, detail| MutationFault {
        seq: fields.integer("seq").ok().flatten().filter(|s| *s > 0),
        id: fields.id("id").ok().flatten().map(MutationId::new),
        code,
        detail,
    };
    if item.to_string().len() > max_bytes {
        return Err(fault(OutcomeCode::TooLarge, too_large(max_bytes)));
    }
    read(&fields, item).map_err(|detail| fault(OutcomeCode::Malformed, detail))
}

/// [`parse_bounded`] of an item as a push brought it, also of one that is no JSON by itself.
///
/// # Errors
/// As [`parse_bounded`], and if the item is no JSON.
pub fn parse_item(item: &SentItem, max_bytes: usize) -> Result<Mutation, MutationFault> {
    match item {
        Ok(value) => parse_bounded(value, max_bytes),
        Err(UnreadItem { seq, id, text, why, .. }) => Err(if text.len() > max_bytes {
            MutationFault { seq: *seq, id: *id, code: OutcomeCode::TooLarge, detail: too_large(max_bytes) }
        } else {
            MutationFault { seq: *seq, id: *id, code: OutcomeCode::Malformed, detail: format!(": {why}") }
        }),
    }
}

fn too_large(max_bytes: usize) -> String {
    format!("a mutation has at most {max_bytes} bytes")
}

fn read(fields: &Fields<'_>, item: &Value) -> Result<Mutation, String> {
    if fields.0.is_none() {
        return Err(": must be an object".to_owned());
    }
    if let Some(pointer) = find_nul(item) {
        return Err(format!("{pointer}: must not contain NUL"));
    }
    let seq = fields.needed("seq", fields.integer("seq")?)?;
    if seq < 1 {
        return Err("/seq: must be at least 1".to_owned());
    }
    let args = match fields.get("args") {
        None => Value::Object(Map::new()),
        Some(args @ Value::Object(_)) => args.clone(),
        Some(_) => return Err("/args: must be an object".to_owned()),
    };
    let mut warnings = Vec::new();
    let said_at = fields.get("at").cloned().unwrap_or_default();
    let at = said_at.as_str().and_then(|text| Timestamp::parse(text).ok());
    if at.is_none() {
        let detail = format!("{} is not {}; the time follows from the uptime, or is that of the receipt", quote(&said_at), time::EXPECTED);
        warnings.push(Warning::new(AT, WarningCode::UnreadableInstant, detail));
    }
    Ok(Mutation {
        seq,
        id: MutationId::new(fields.needed("id", fields.id("id")?)?),
        group: fields.id("group")?.map(GroupId::new),
        cmd: fields.needed("cmd", fields.name("cmd")?)?,
        v: fields.integer("v")?.unwrap_or(1),
        entity: fields.needed("entity", fields.id("entity")?)?,
        base: fields.optional("base", fields.integer("base"), &mut warnings),
        seen_ts: fields.optional("seen_ts", fields.integer("seen_ts"), &mut warnings),
        epoch: fields.optional("epoch", fields.integer("epoch"), &mut warnings),
        at,
        said_at: said_at.as_str().and_then(time::parse_micros).map_or(said_at, Value::from),
        up: fields.optional("up", fields.integer("up"), &mut warnings),
        boot: fields.optional("boot", fields.name("boot"), &mut warnings),
        actor: fields.id("actor")?.map(AccountId::new),
        args,
        warnings,
    })
}

/// The fields of a mutation; `null` is as good as absent.
struct Fields<'a>(Option<&'a Map<String, Value>>);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0?.get(name).filter(|v| !v.is_null())
    }

    fn read<T>(&self, name: &str, expected: &str, as_type: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>, String> {
        self.get(name).map(|v| as_type(v).ok_or_else(|| format!("/{name}: must be {expected}"))).transpose()
    }

    fn integer(&self, name: &str) -> Result<Option<i64>, String> {
        self.read(name, "an integer", Value::as_i64)
    }

    fn id(&self, name: &str) -> Result<Option<Uuid>, String> {
        self.read(name, "a UUID", |v| Uuid::parse_str(v.as_str()?).ok())
    }

    fn name(&self, name: &str) -> Result<Option<String>, String> {
        let short = |v: &Value| v.as_str().filter(|s| !s.is_empty() && s.chars().count() <= MAX_NAME).map(str::to_owned);
        self.read(name, &format!("a text of 1 to {MAX_NAME} characters"), short)
    }

    /// A field that a mutation can do without: what cannot be used counts as absent.
    fn optional<T>(&self, name: &str, value: Result<Option<T>, String>, warnings: &mut Vec<Warning>) -> Option<T> {
        value.unwrap_or_else(|fault| {
            let (pointer, why) = fault.split_once(':').unwrap_or_default();
            let sent = self.get(name).map(quote).unwrap_or_default();
            warnings.push(Warning::new(pointer, WarningCode::UnusableValue, format!("{sent}{why}; it counts as absent")));
            None
        })
    }

    fn needed<T>(&self, name: &str, value: Option<T>) -> Result<T, String> {
        value.ok_or_else(|| format!("/{name}: is missing"))
    }
}

/// JSON pointer of the first text or name with NUL, which PostgreSQL cannot keep.
fn find_nul(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => s.contains('\0').then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(i, v)| find_nul(v).map(|p| format!("/{i}{p}"))),
        Value::Object(fields) => fields.iter().find_map(|(name, v)| {
            let segment = name.replace('~', "~0").replace('/', "~1");
            if name.contains('\0') { Some(String::new()) } else { find_nul(v).map(|p| format!("/{segment}{p}")) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The value with U+FFFD for NUL: the journal keeps what could not be read in a form that both databases can store.
#[must_use]
pub fn storable(value: &Value) -> Value {
    let clean = |s: &str| s.replace('\0', "\u{fffd}");
    match value {
        Value::String(s) => Value::String(clean(s)),
        Value::Array(items) => items.iter().map(storable).collect(),
        Value::Object(fields) => fields.iter().map(|(name, v)| (clean(name), storable(v))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// SHA-256 of what the person did: the same for the same deed whenever and from whichever registration it is sent.
///
/// Part of it are `cmd`, `v`, `entity`, `epoch`, `at` (as an instant; what is none, as it was written), `actor` and `args`. Not part of it are the place in
/// the sequence, the uptime, the boot, the group, and what the author had seen (`base`, `seen_ts`): a device that registers
/// anew may send them differently. Neither the order of names nor the spelling of numbers (`8.0`, `8`) matters.
#[must_use]
pub fn content_hash(mutation: &Mutation) -> [u8; 32] {
    let mut text = Vec::new();
    let (at, actor) = (&mutation.said_at, serde_json::json!(mutation.actor));
    let (cmd, entity) = (Value::from(mutation.cmd.as_str()), serde_json::json!(mutation.entity));
    let (epoch, v) = (Value::from(mutation.epoch), Value::from(mutation.v));
    let deed = [("cmd", &cmd), ("v", &v), ("entity", &entity), ("epoch", &epoch), ("at", at), ("actor", &actor), ("args", &mutation.args)];
    canonical_object(deed.into_iter(), &mut text);
    Sha256::digest(text).into()
}

/// What may differ when a mutation is sent again, under another registration or after a reboot.
const OF_THE_SENDING: [&str; 6] = ["seq", "group", "base", "seen_ts", "up", "boot"];

/// SHA-256 of an item that could not be read, so that the same item is known again, also at another place.
#[must_use]
pub fn item_hash(item: &SentItem) -> [u8; 32] {
    let mut text = Vec::new();
    let item = match item {
        Ok(item) => item,
        Err(unread) => {
            for (name, value) in unread.fields().iter().filter(|(name, _)| !OF_THE_SENDING.contains(&name.as_str())) {
                canonical_text(name, &mut text);
                text.push(b':');
                text.extend(value.as_bytes());
                text.push(b',');
            }
            return Sha256::digest(text).into();
        }
    };
    match item {
        Value::Object(fields) => {
            let said = fields.iter().map(|(name, field)| (name.as_str(), field));
            canonical_object(said.filter(|(name, _)| !OF_THE_SENDING.contains(name)), &mut text);
        }
        _ => canonical(item, &mut text),
    }
    Sha256::digest(text).into()
}

/// Compact JSON with names in order and one spelling per number.
fn canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => canonical_object(fields.iter().map(|(name, field)| (name.as_str(), field)), out),
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                canonical(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        Value::Number(n) => match n.as_f64() {
            // `{}` writes 8.0 as 8; integers that an f64 cannot tell apart keep their own digits.
            Some(x) if n.is_f64() => out.extend(format!("{}", if x == 0.0 { 0.0 } else { x }).into_bytes()),
            _ => out.extend(n.to_string().into_bytes()),
        },
        Value::String(text) => canonical_text(text, out),
        Value::Null => out.extend(b"null"),
        Value::Bool(yes) => out.extend(if *yes { "true" } else { "false" }.as_bytes()),
    }
}

fn canonical_object<'v>(fields: impl Iterator<Item = (&'v str, &'v Value)>, out: &mut Vec<u8>) {
    // Sorted here, because a dependency may switch serde_json's maps to the order of insertion.
    let mut names: Vec<_> = fields.collect();
    names.sort_unstable_by_key(|(name, _)| *name);
    out.push(b'{');
    for (name, field) in names {
        canonical_text(name, out);
        out.push(b':');
        canonical(field, out);
        out.push(b',');
    }
    out.push(b'}');
}

fn canonical_text(text: &str, out: &mut Vec<u8>) {
    // Into memory nothing can fail.
    drop(serde_json::to_writer(out, text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "01920000-0000-7000-8000-000000000001";

    fn parse_mutation(item: &Value) -> Result<Mutation, MutationFault> {
        parse_bounded(item, MAX_MUTATION_BYTES)
    }

    fn item() -> Value {
        json!({
            "seq": 801, "id": ID, "group": null, "cmd": "work.submit", "v": 1, "entity": ID, "base": 57,
            "seen_ts": 1_732_370_001_000_123_i64, "epoch": 3, "at": "2026-11-23T09:12:00+03:30", "up": 70_311_000, "boot": "b",
            "actor": ID, "args": {"summary": "done", "n": [1, 8.0]},
        })
    }

    /// The journals that there are were written with these hashes.
    #[test]
    fn the_hash_is_that_of_the_text_that_was_agreed_on() {
        const AT: i64 = 1_795_412_520_000_000;
        let text = format!(
            r#"{{"actor":"{ID}","args":{{"n":[1,8,],"summary":"done \"یک\"\n",}},"at":{AT},"cmd":"work.submit","entity":"{ID}","epoch":null,"v":1,}}"#
        );
        let mut item = with("args", json!({"summary": "done \"یک\"\n", "n": [1, 8.0]}));
        item["epoch"] = Value::Null;
        let read = parse_mutation(&item).unwrap();
        assert_eq!(content_hash(&read), <[u8; 32]>::from(Sha256::digest(text)));
    }

    fn with(name: &str, value: Value) -> Value {
        let mut item = item();
        item[name] = value;
        item
    }

    #[test]
    fn the_mutation_of_the_specification_is_read_and_the_least_one_too() {
        let m = parse_mutation(&item()).unwrap();
        assert_eq!((m.seq, m.base, m.epoch, m.group), (801, Some(57), Some(3), None));
        assert_eq!(m.at.map(|at| at.to_string()).as_deref(), Some("2026-11-23T05:42:00.000000Z"));
        assert_eq!(m.warnings, []);
        let least = json!({"seq": 1, "id": ID, "cmd": "work.accept", "entity": ID, "at": "2026-11-23T09:12:00Z"});
        let m = parse_mutation(&least).unwrap();
        assert_eq!((m.v, m.args, m.actor), (1, json!({}), None));
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        for (name, value, pointer) in [
            ("seq", json!("801"), "/seq:"),
            ("seq", json!(0), "/seq:"),
            ("seq", json!(1.5), "/seq:"),
            ("id", json!("x"), "/id:"),
            ("id", Value::Null, "/id: is missing"),
            ("group", json!(4), "/group:"),
            ("cmd", json!(""), "/cmd:"),
            ("cmd", json!("x".repeat(101)), "/cmd:"),
            ("entity", json!({}), "/entity:"),
            ("boot", json!("a\u{0}"), "/boot: must not contain NUL"),
            ("args", json!([]), "/args:"),
            ("args", json!({"a": [0, {"b/c": "x\u{0}"}]}), "/args/a/1/b~1c: must not contain NUL"),
        ] {
            let fault = parse_mutation(&with(name, value)).unwrap_err();
            assert!(fault.detail.starts_with(pointer), "{name}: {}", fault.detail);
            assert_eq!(fault.code, OutcomeCode::Malformed);
            assert_eq!(fault.seq, (name != "seq").then_some(801), "{name}");
            assert_eq!(fault.id.is_none(), name == "id", "{name}");
        }
        for item in [json!(7), Value::Null, json!([item()])] {
            let fault = parse_mutation(&item).unwrap_err();
            assert_eq!((fault.seq, fault.id, fault.code), (None, None, OutcomeCode::Malformed));
        }
        let fault = parse_mutation(&with("args", json!({"text": "x".repeat(MAX_MUTATION_BYTES)}))).unwrap_err();
        assert_eq!((fault.seq, fault.code), (Some(801), OutcomeCode::TooLarge));
    }

    #[test]
    fn what_a_mutation_can_do_without_costs_a_warning_and_no_more() {
        for (name, value) in [
            ("at", Value::Null),
            ("at", json!("2026-11-23 09:12")),
            ("at", json!(1_732_370_001_000_i64)),
            ("at", json!("0000-01-01T00:00:00+23:59")),
            ("at", json!("9999-12-31T23:59:59Z")),
            ("base", json!("57")),
            ("base", json!(9_223_372_036_854_775_808_u64)),
            ("seen_ts", json!(1.5)),
            ("epoch", json!("3")),
            ("up", json!("70311000")),
            ("up", json!({"a": 1})),
            ("boot", json!(7)),
            ("boot", json!("b".repeat(101))),
        ] {
            let m = parse_mutation(&with(name, value.clone())).unwrap();
            let code = if name == "at" { WarningCode::UnreadableInstant } else { WarningCode::UnusableValue };
            assert_eq!(
                m.warnings.iter().map(|w| (w.pointer.as_str(), w.code)).collect::<Vec<_>>(),
                [(&*format!("/{name}"), code)],
                "{value}"
            );
            let absent = match name {
                "at" => m.at.is_none(),
                "base" => m.base.is_none(),
                "seen_ts" => m.seen_ts.is_none(),
                "epoch" => m.epoch.is_none(),
                "up" => m.up.is_none(),
                _ => m.boot.is_none(),
            };
            assert!(absent, "{name}");
            let again = parse_mutation(&with(name, value)).unwrap();
            assert_eq!(content_hash(&m), content_hash(&again), "{name}");
        }
        let hash = |at: &str| content_hash(&parse_mutation(&with("at", json!(at))).unwrap());
        assert_eq!(hash("2026-11-23T09:12:00+03:30"), hash("۲۰۲۶-۱۱-۲۳T۰۹:۱۲:۰۰+۰۳۳۰"));
        assert_ne!(hash("yesterday"), hash("today"));
        // Once read, and so among the hashes of the journals that there are.
        assert_eq!(hash("0000-01-01T00:00:00Z"), hash("0000-01-01T03:30:00+03:30"));
    }

    #[test]
    fn an_item_that_is_no_json_is_known_by_what_can_be_read_of_it() {
        let sent = |text: &str| SentItem::Err(UnreadItem::of(text, "because".to_owned()));
        let placed = |seq: i64| format!(r#"{{"seq": {seq}, "id": "{ID}", "cmd": "note.add", "args": {{"x": 1e999}}}}"#);
        let text = placed(7);
        let fault = parse_item(&sent(&text), MAX_MUTATION_BYTES).unwrap_err();
        assert_eq!((fault.seq, fault.id, fault.code), (Some(7), Some(MutationId::new(ID.parse().unwrap())), OutcomeCode::Malformed));
        assert_eq!(parse_item(&sent(&text), 10).unwrap_err().code, OutcomeCode::TooLarge);
        let hash = |text: &str| item_hash(&sent(text));
        assert_eq!(hash(&text), hash(&placed(8)), "the place is not part of it");
        assert_ne!(hash(&text), hash(&text.replace("1e999", "1e998")));
        for text in ["nonsense", r#"{"seq": 1e999}"#, r#"{"seq": -1, "id": 5}"#] {
            let fault = parse_item(&sent(text), MAX_MUTATION_BYTES).unwrap_err();
            assert_eq!((fault.seq, fault.id), (None, None), "{text}");
        }
    }

    #[test]
    fn what_the_person_did_decides_the_hash_and_how_it_was_sent_does_not() {
        let hash = |item: &Value| content_hash(&parse_mutation(item).unwrap());
        let other = "01920000-0000-7000-8000-000000000002";
        for (name, value) in [
            ("seq", json!(1)),
            ("up", json!(1)),
            ("boot", json!("c")),
            ("group", json!(other)),
            ("base", json!(60)),
            ("seen_ts", json!(5)),
            ("at", json!("2026-11-23T05:42:00Z")),
            ("args", json!({"n": [1.0, 8], "summary": "done"})),
        ] {
            assert_eq!(hash(&with(name, value)), hash(&item()), "{name}");
        }
        for (name, value) in [
            ("cmd", json!("work.accept")),
            ("v", json!(2)),
            ("entity", json!(other)),
            ("epoch", json!(4)),
            ("epoch", Value::Null),
            ("at", json!("2026-11-23T05:42:01Z")),
            ("actor", json!(other)),
            ("args", json!({"n": [8, 1], "summary": "done"})),
            ("args", json!({"n": [1, 8], "summary": "done", "more": null})),
            ("args", json!({"n": [1, "8"], "summary": "done"})),
        ] {
            assert_ne!(hash(&with(name, value)), hash(&item()), "{name}");
        }
    }

    #[test]
    fn large_integers_are_not_confused() {
        let hash = |n: i64| content_hash(&parse_mutation(&with("args", json!({"n": n}))).unwrap());
        assert_ne!(hash(9_007_199_254_740_993), hash(9_007_199_254_740_992));
    }

    #[test]
    fn what_is_stored_has_no_nul() {
        assert_eq!(storable(&json!({"a\u{0}": ["\u{0}", 1, null]})), json!({"a\u{fffd}": ["\u{fffd}", 1, null]}));
    }
}
