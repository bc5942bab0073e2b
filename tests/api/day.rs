//! The example of `api-spec/sync.md` is played: every message that stands there is what the server takes and says.
//!
//! A client that knows nothing but the document keeps the copies: it applies pages and compares digests as section 4 says.

use std::collections::{BTreeMap, BTreeSet};

use bazdid_domain::account::Role;
use bazdid_protocol::{ids::Id, time::Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::town::Town;

const SPEC: &str = include_str!("../../api-spec/sync.md");
/// The day of the example.
const DAY: &str = "2026-09-22";
/// Who is who in it.
const PEOPLE: [(&str, &str); 3] = [("A", "crew"), ("B", "colleague"), ("S", "supervisor")];

/// A message and its answer.
struct Message {
    line: String,
    who: &'static str,
    method: String,
    path: String,
    if_match: Option<String>,
    body: Option<String>,
    status: u16,
    reply: Value,
}

/// What stands in a fence: a time and who, then a message with its answer; or a row that is lost.
enum Step {
    Message(Message),
    Loses { who: &'static str, row: String },
}

fn steps() -> Vec<(String, Step)> {
    let section = SPEC.split("## 8. ").nth(1).unwrap().split("\n## 9. ").next().unwrap();
    let fences = section.split("```jsonc\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    fences.map(step).collect()
}

fn step(text: &str) -> (String, Step) {
    let (head, rest) = text.split_once('\n').unwrap();
    let mut words = head.trim_start_matches("// ").split(' ');
    let (time, who) = (words.next().unwrap().to_owned(), words.next().unwrap());
    let who = PEOPLE.iter().find(|(letter, _)| *letter == who).unwrap_or_else(|| panic!("{head}")).1;
    let said: Vec<&str> = words.collect();
    if let ["loses", row] = said[..] {
        return (time, Step::Loses { who, row: row.to_owned() });
    }
    let mut lines = rest.lines();
    let mut ask = lines.next().unwrap().split(' ');
    let (method, path) = (ask.next().unwrap().to_owned(), ask.next().unwrap().to_owned());
    let if_match = ask.next().map(|header| {
        assert_eq!(header, "If-Match:");
        ask.next().unwrap().trim_matches('"').to_owned()
    });
    let is_status = |line: &&str| line.len() == 3 && line.parse::<u16>().is_ok();
    let lines: Vec<&str> = lines.collect();
    let at = lines.iter().position(is_status).unwrap_or_else(|| panic!("no status: {head}"));
    let body = lines[..at].join("\n");
    let reply = lines[at + 1..].join("\n");
    let reply = serde_json::from_str(&reply).unwrap_or_else(|e| panic!("{head}: {e}: {reply}"));
    let body = Some(body).filter(|b| !b.is_empty());
    let status = lines[at].parse().unwrap();
    (time, Step::Message(Message { line: head.to_owned(), who, method, path, if_match, body, status, reply }))
}

/// What the names between ‹ and › stand for.
#[derive(Default)]
struct Names(BTreeMap<String, Value>);

impl Names {
    /// The value of a name; a new one is an id that somebody just made.
    fn of(&mut self, name: &str) -> &Value {
        let n = u128::try_from(self.0.len()).unwrap();
        self.0.entry(name.to_owned()).or_insert_with(|| json!(Uuid::from_u128(0x01a1_0000_0000_7000_8000_0000_0000_0000 + n)))
    }

    /// A text with its names replaced.
    fn text(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('‹') {
            let (name, after) = after.split_once('›').unwrap();
            let value = self.of(name);
            out.push_str(before);
            out.push_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            rest = after;
        }
        out + rest
    }

    /// A document with its names replaced: one that is all of a text may be a number.
    fn fill(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => match whole(text) {
                Some(name) => self.of(name).clone(),
                None => json!(self.text(text)),
            },
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), self.fill(v))).collect(),
            other => other.clone(),
        }
    }

    /// Whether something is what the document says; names that are new then stand for what is there.
    fn matches(&mut self, said: &Value, is: &Value) -> Result<(), String> {
        let differ = || Err(format!("{said} is {is}"));
        match (said, is) {
            (Value::String(text), _) if text == "…" => Ok(()),
            (Value::String(text), _) if whole(text).is_some() => {
                let name = whole(text).unwrap();
                let known = self.0.entry(name.to_owned()).or_insert_with(|| is.clone());
                if known == is { Ok(()) } else { Err(format!("‹{name}› was {known} and is {is}")) }
            }
            (Value::String(text), Value::String(is)) if text.contains('‹') => {
                let (before, name) = text.split_once('‹').unwrap();
                match is.strip_prefix(before) {
                    Some(rest) => self.matches(&json!(format!("‹{name}")), &json!(rest)),
                    None => differ(),
                }
            }
            (Value::Array(items), Value::Array(there)) if items.last() == Some(&json!("…")) => {
                let mut left: Vec<&Value> = there.iter().collect();
                for item in &items[..items.len() - 1] {
                    let mut found = None;
                    let mut why = String::new();
                    for (place, one) in left.iter().enumerate() {
                        let mut names = Self(self.0.clone());
                        match names.matches(item, one) {
                            Ok(()) => {
                                *self = names;
                                found = Some(place);
                                break;
                            }
                            Err(e) => why += &format!("\n  {e}"),
                        }
                    }
                    left.remove(found.ok_or_else(|| format!("{item} is not there:{why}"))?);
                }
                Ok(())
            }
            (Value::Array(items), Value::Array(there)) if items.len() == there.len() => {
                items.iter().zip(there).try_for_each(|(item, one)| self.matches(item, one))
            }
            (Value::Object(members), Value::Object(there)) => {
                let open = members.contains_key("…");
                let names: BTreeSet<&String> = members.keys().filter(|k| *k != "…").collect();
                let more: Vec<&String> = there.keys().filter(|k| !names.contains(k)).collect();
                if !open && !more.is_empty() {
                    return Err(format!("{more:?} are not told of: {is}"));
                }
                names.into_iter().try_for_each(|name| match there.get(name) {
                    Some(value) => self.matches(&members[name], value).map_err(|e| format!("{name}: {e}")),
                    None => Err(format!("{name} is not there: {is}")),
                })
            }
            _ if said == is => Ok(()),
            _ => differ(),
        }
    }
}

fn whole(text: &str) -> Option<&str> {
    text.strip_prefix('‹')?.strip_suffix('›').filter(|name| !name.contains('›'))
}

/// The copy of a device, kept by the rules of section 4.
#[derive(Default)]
struct Copy {
    rows: BTreeMap<(String, String), (i64, BTreeSet<String>)>,
    unconfirmed: BTreeMap<String, BTreeSet<(String, String)>>,
    digest: BTreeMap<String, Value>,
}

impl Copy {
    fn of_channel(&self, channel: &str) -> BTreeSet<(String, String)> {
        self.rows.iter().filter(|(_, (_, carried))| carried.contains(channel)).map(|(key, _)| key.clone()).collect()
    }

    fn leave(&mut self, key: &(String, String), channel: &str) {
        if let Some((_, carried)) = self.rows.get_mut(key) {
            carried.remove(channel);
            if carried.is_empty() {
                self.rows.remove(key);
            }
        }
    }

    fn apply(&mut self, page: &Value) {
        let texts = |value: &Value| -> Vec<String> { value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect() };
        let channels = texts(&page["channels"]);
        let known: BTreeSet<String> = self.rows.values().flat_map(|(_, carried)| carried.clone()).collect();
        for lost in known.iter().filter(|c| !channels.contains(c)) {
            self.of_channel(lost).iter().for_each(|key| self.leave(key, lost));
        }
        for begun in texts(&page["gained"]).into_iter().chain(texts(&page["reset"])) {
            let rows = self.of_channel(&begun);
            self.unconfirmed.insert(begun, rows);
        }
        self.changes(&channels, &page["changes"]);
        if page["complete"] != true {
            return;
        }
        for (channel, rows) in std::mem::take(&mut self.unconfirmed) {
            rows.iter().for_each(|key| self.leave(key, &channel));
        }
        self.digest =
            page["digest"].as_array().unwrap().iter().map(|d| (channels[place(&d["c"])].clone(), json!([d["n"], d["h"]]))).collect();
    }

    fn changes(&mut self, channels: &[String], changes: &Value) {
        for change in changes.as_array().unwrap() {
            let key = (change["t"].as_str().unwrap().to_owned(), change["id"].as_str().unwrap().to_owned());
            let named: Vec<&String> = change["c"].as_array().unwrap().iter().map(|c| &channels[place(c)]).collect();
            if change["op"] == "drop" {
                named.iter().for_each(|channel| self.leave(&key, channel));
                if named.iter().any(|c| c.starts_with("device:")) && self.rows.get(&key).is_some_and(|(_, c)| c.is_empty()) {
                    self.rows.remove(&key);
                }
                continue;
            }
            let row = self.rows.entry(key.clone()).or_default();
            row.0 = change["v"].as_i64().unwrap();
            row.1.extend(named.iter().filter(|c| !c.starts_with("device:")).map(|c| (*c).clone()));
            for channel in named {
                if let Some(rows) = self.unconfirmed.get_mut(channel) {
                    rows.remove(&key);
                }
            }
        }
    }

    /// The channels whose rows are not those of the server.
    fn differing(&self) -> Vec<&String> {
        self.digest.iter().filter(|(channel, told)| **told != self.own_digest(channel)).map(|(channel, _)| channel).collect()
    }

    fn own_digest(&self, channel: &str) -> Value {
        let rows = self.of_channel(channel);
        let sum = rows.iter().fold(0_u64, |sum, (t, id)| {
            let hash = Sha256::digest(format!("{t}\0{id}\0{}", self.rows[&(t.clone(), id.clone())].0));
            sum.wrapping_add(u64::from_le_bytes(hash[..8].try_into().unwrap()))
        });
        json!([rows.len(), format!("{sum:016x}")])
    }
}

fn place(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// A town on the morning of the example: one order, offered to the contractor of A and B.
fn morning(town: &Town) -> Names {
    at(town, "07:00");
    let operator = town.app.token("operator");
    let page = town.app.call("GET", "/v1/organisations").token(&operator).send().ok();
    let organisation = |code: &str| {
        let found = page["items"].as_array().unwrap().iter().find(|o| o["code"] == code);
        found.unwrap_or_else(|| panic!("{page}"))["id"].clone()
    };
    let (rah, sang) = (organisation("first"), organisation("second"));
    town.app.person("colleague", Role::Crew, Some(Id::new(rah.as_str().unwrap().parse().unwrap())), &[]);
    town.app.call("POST", "/v1/tickets").token(&operator).json(&crate::town::pothole()).send().ok();
    Names([("rah".to_owned(), rah), ("sang".to_owned(), sang)].into())
}

fn at(town: &Town, time: &str) {
    town.app.clock.set(Timestamp::parse(&format!("{DAY}T{time}:00Z")).unwrap());
}

#[test]
fn the_day_of_the_specification_is_what_happens() {
    for town in Town::both() {
        let mut names = morning(&town);
        let mut copies: BTreeMap<&str, Copy> = BTreeMap::new();
        let mut last: BTreeMap<&str, String> = BTreeMap::new();
        let mut differed = 0;
        let steps = steps();
        assert!(steps.len() > 20, "{} messages", steps.len());
        for (time, step) in steps {
            at(&town, &time);
            let message = match step {
                Step::Message(message) => message,
                Step::Loses { who, row } => {
                    let lost = names.text(&row);
                    copies.get_mut(who).unwrap().rows.retain(|(_, id), _| *id != lost);
                    continue;
                }
            };
            let Message { line, who, method, path, if_match, body, status, reply } = message;
            let mut call = town.app.call(&method, &names.text(&path)).token(&town.app.token(who));
            if let Some(revision) = if_match {
                call = call.if_match(names.text(&revision).parse().unwrap());
            }
            if let Some(body) = body {
                let sent = if body == "(the same bytes)" {
                    last[who].clone()
                } else {
                    let said: Value = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{line}: {e}: {body}"));
                    names.fill(&said).to_string()
                };
                last.insert(who, sent.clone());
                call = call.bytes("application/json", sent);
            }
            let answer = call.send();
            let told = answer.json();
            let print = serde_json::to_string_pretty(&told).unwrap();
            assert_eq!(answer.status, status, "{line}: {print}");
            names.matches(&reply, &told).unwrap_or_else(|e| panic!("{line}: {e}\n{print}"));
            let copy = copies.entry(who).or_default();
            match path.as_str() {
                "/v1/sync/pull" => {
                    copy.apply(&told);
                    differed += copy.differing().len();
                }
                "/v1/sync/fetch" => {
                    let channels: Vec<String> =
                        told["channels"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect();
                    copy.changes(&channels, &told["changes"]);
                    assert_eq!(copy.differing(), Vec::<&String>::new(), "{line}: the copy is mended");
                }
                _ => {}
            }
        }
        assert_eq!(differed, 1, "once, in one channel, a copy differed, and the digest told");
    }
}
