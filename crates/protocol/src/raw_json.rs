//! JSON that is taken apart before it is read, so that one part that cannot be read costs that part and not the whole.
//!
//! Strict parsers refuse a document for one escape, number or level of nesting. Here only brackets and quotation marks are followed:
//! whoever splits a document reads each part by itself.

use std::borrow::Cow;

/// Why a text cannot be taken apart: where brackets, quotation marks, colons or commas are not as they must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{why} at byte {at}")]
pub struct Broken {
    /// The place, counted in bytes from the beginning of the text.
    pub at: usize,
    /// What is wrong there.
    pub why: &'static str,
}

/// The text of some bytes. What is not UTF-8 becomes U+FFFD, and so does an escape of half a surrogate pair (`\ud83d` without its
/// second half), which is no character: JavaScript makes it when it cuts a text inside an emoji. All other text stays as it is.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    let halves = lone_surrogates(text.as_bytes());
    if halves.is_empty() {
        return text;
    }
    // An escape has six characters, and so has the one in its place: no place in the text moves.
    let mut mended = String::with_capacity(text.len());
    let mut from = 0;
    for at in halves {
        mended.push_str(text.get(from..at).unwrap_or_default());
        mended.push_str("\\ufffd");
        from = at + ESCAPE;
    }
    mended.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(mended)
}

/// Bytes of an escape such as `\u00e9`.
const ESCAPE: usize = 6;

/// Where escapes of surrogates stand that have no other half.
fn lone_surrogates(text: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        at += next;
        match unit(text, at) {
            Some(0xd800..=0xdbff) if matches!(unit(text, at + ESCAPE), Some(0xdc00..=0xdfff)) => at += 2 * ESCAPE,
            Some(0xd800..=0xdfff) => {
                found.push(at);
                at += ESCAPE;
            }
            // An escaped backslash hides what follows it.
            _ => at += 2,
        }
    }
    found
}

/// The UTF-16 unit that an escape at a place stands for.
fn unit(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, byte| Some(unit * 16 + char::from(*byte).to_digit(16)?))
}

/// The members of an object: each name with the text of its value.
///
/// # Errors
/// The text is no object, or ends within it.
pub fn members(text: &str) -> Result<Vec<(String, &str)>, Broken> {
    let mut scan = Scan { text, at: 0 };
    let mut found = Vec::new();
    scan.open(b'{', "expected an object")?;
    if !scan.take(b'}') {
        loop {
            let name = scan.string()?;
            if !scan.take(b':') {
                return Err(scan.broken("expected a colon"));
            }
            found.push((serde_json::from_str(name).unwrap_or_else(|_| name.trim_matches('"').to_owned()), scan.value()?));
            if !scan.goes_on(b'}')? {
                break;
            }
        }
    }
    scan.end()?;
    Ok(found)
}

/// The texts of the elements of an array.
///
/// # Errors
/// The text is no array, or ends within it.
pub fn elements(text: &str) -> Result<Vec<&str>, Broken> {
    let mut scan = Scan { text, at: 0 };
    let mut found = Vec::new();
    scan.open(b'[', "expected an array")?;
    if !scan.take(b']') {
        loop {
            found.push(scan.value()?);
            if !scan.goes_on(b']')? {
                break;
            }
        }
    }
    scan.end()?;
    Ok(found)
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    const fn broken(&self, why: &'static str) -> Broken {
        Broken { at: self.at, why }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn open(&mut self, bracket: u8, why: &'static str) -> Result<(), Broken> {
        if self.take(bracket) { Ok(()) } else { Err(self.broken(why)) }
    }

    /// Whether another part follows; otherwise the closing bracket was read.
    fn goes_on(&mut self, close: u8) -> Result<bool, Broken> {
        if self.take(b',') {
            Ok(true)
        } else if self.take(close) {
            Ok(false)
        } else {
            Err(self.broken("expected a comma or the closing bracket"))
        }
    }

    fn end(&mut self) -> Result<(), Broken> {
        self.skip_blanks();
        if self.peek().is_none() { Ok(()) } else { Err(self.broken("expected the end of the text")) }
    }

    /// A string with its quotation marks.
    fn string(&mut self) -> Result<&'t str, Broken> {
        self.skip_blanks();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.broken("expected a string"));
        }
        self.pass_string()?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Passes over a string that begins here.
    fn pass_string(&mut self) -> Result<(), Broken> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => return Err(Broken { at: start, why: "a string begins and does not end" }),
            }
        }
    }

    /// Whatever stands up to the next comma or closing bracket of this level.
    fn value(&mut self) -> Result<&'t str, Broken> {
        self.skip_blanks();
        let start = self.at;
        let mut open = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.pass_string()?;
                    continue;
                }
                Some(b'{') => open.push(b'}'),
                Some(b'[') => open.push(b']'),
                Some(b',' | b'}' | b']') if open.is_empty() => break,
                Some(close @ (b'}' | b']')) => {
                    if open.pop() != Some(close) {
                        return Err(self.broken("this bracket closes another kind than was opened"));
                    }
                }
                Some(_) => {}
                None => return Err(self.broken("the text ends within a value")),
            }
            self.at += 1;
        }
        let value = self.text.get(start..self.at).unwrap_or_default().trim_end();
        if value.is_empty() { Err(self.broken("expected a value")) } else { Ok(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn half_a_surrogate_pair_becomes_the_replacement_character_and_nothing_else_changes() {
        for (text, expected) in [
            (r#""a \ud83d b""#, "a \u{fffd} b"),
            (r#""\uDE00""#, "\u{fffd}"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83dA""#, "\u{fffd}A"),
            (r#""\\ud83d""#, r"\ud83d"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            (r#""\u0041\"\ud83d""#, "A\"\u{fffd}"),
        ] {
            assert_eq!(serde_json::from_str::<String>(&decode(text.as_bytes())).unwrap(), expected, "{text}");
        }
        // A pair as CESU-8 has it, a character that was cut, an escape at the end.
        assert_eq!(decode(b"\"\xed\xa0\xbd\""), "\"\u{fffd}\u{fffd}\u{fffd}\"");
        assert_eq!(decode(b"\"\xd9\""), "\"\u{fffd}\"");
        for end in [r"\", r"\u", r"\ud83", r"\ud83d"] {
            assert!(decode(end.as_bytes()).len() <= end.len(), "{end}");
        }
    }

    #[test]
    fn a_document_is_taken_apart_whatever_its_parts_are() {
        let text = r#" { "a" : [1e999, "x\q\"]", {"b": "}"}, nonsense ], "c\u0041": NaN, "a": {} } "#;
        let found = members(text).unwrap();
        assert_eq!(
            found,
            [("a".to_owned(), r#"[1e999, "x\q\"]", {"b": "}"}, nonsense ]"#), ("cA".to_owned(), "NaN"), ("a".to_owned(), "{}")]
        );
        assert_eq!(elements(found[0].1).unwrap(), ["1e999", r#""x\q\"]""#, r#"{"b": "}"}"#, "nonsense"]);
        let deep = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(elements(&deep).unwrap().len(), 1);
        assert_eq!((members("{}").unwrap().len(), elements(" [ ] ").unwrap().len()), (0, 0));
    }

    #[test]
    fn where_it_is_broken_is_told() {
        for (text, at, why) in [
            ("", 0, "expected an object"),
            ("[]", 0, "expected an object"),
            (r#"{"a""#, 4, "expected a colon"),
            (r#"{"a": "x"#, 6, "a string begins and does not end"),
            (r#"{"a": [}"#, 7, "this bracket closes another kind than was opened"),
            (r#"{"a": [1"#, 8, "the text ends within a value"),
            (r#"{"a": }"#, 6, "expected a value"),
            (r#"{"a": 1,}"#, 8, "expected a string"),
            (r#"{"a": 1} x"#, 9, "expected the end of the text"),
            (r#"{"a": "x\"#, 6, "a string begins and does not end"),
        ] {
            assert_eq!(members(text).unwrap_err(), Broken { at, why }, "{text}");
        }
        assert_eq!(elements("[1,]").unwrap_err(), Broken { at: 3, why: "expected a value" });
        assert_eq!(elements("[1 2]").unwrap().len(), 1, "the part is not read here");
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5).prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_a_strict_parser_reads_has_the_same_parts(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
            let text = decode(text.as_bytes());
            match &value {
                Value::Object(fields) => {
                    let parts = members(&text).unwrap();
                    let read: serde_json::Map<_, _> = parts.into_iter().map(|(n, v)| (n, serde_json::from_str(v).unwrap())).collect();
                    prop_assert_eq!(&read, fields);
                }
                Value::Array(items) => {
                    let read: Vec<Value> = elements(&text).unwrap().into_iter().map(|v| serde_json::from_str(v).unwrap()).collect();
                    prop_assert_eq!(&read, items);
                }
                _ => prop_assert!(members(&text).is_err() && elements(&text).is_err()),
            }
        }

        #[test]
        fn no_text_makes_it_fail_otherwise_than_by_an_error(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'{'), Just(b'"'), Just(b'['), Just(b'\\')], 0..60)) {
            let text = decode(&bytes);
            drop((members(&text), elements(&text)));
        }
    }
}
