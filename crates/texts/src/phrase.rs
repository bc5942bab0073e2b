//! Sentences of the code in another language: by their English pattern, which the catalogue has under a name `detail-…`.

use std::{collections::HashMap, sync::LazyLock};

use fluent_bundle::FluentValue;

use crate::{Language, source, text, verdict::digits};
use bazdid_protocol::phrase::Phrase;

/// What a word that names a kind of thing is called: `thing-<word>`.
const THING: &str = "what";

/// The names of the English patterns.
fn names() -> &'static HashMap<String, &'static str> {
    static NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
        let lines =
            source(Language::English).lines().filter_map(|line| line.strip_prefix("detail-")?.split_once(" = ").map(|at| (line, at)));
        let pattern = |text: &str| text.replace("{ $", "{").replace(" }", "}");
        lines.filter_map(|(line, (name, text))| Some((pattern(text), line.get(..name.len() + "detail-".len())?))).collect()
    });
    &NAMES
}

/// Whether the catalogue has an English pattern.
#[must_use]
pub fn knows(pattern: &str) -> bool {
    names().contains_key(pattern)
}

/// A sentence in a language; in English where the catalogue does not have it.
#[must_use]
pub fn translate(language: Language, said: &Phrase) -> String {
    if language == Language::English {
        return said.to_string();
    }
    let in_language = || {
        let name = names().get(said.pattern()?)?;
        let word = |name: &str, word: &str| match name {
            THING => text(language, &format!("thing-{}", word.replace(' ', "-")), &[]).unwrap_or_else(|| word.to_owned()),
            // A number is written as the language writes it; whatever else has digits is quoted.
            _ if word.bytes().all(|b| b.is_ascii_digit()) => digits(word, language),
            _ => word.to_owned(),
        };
        let words: Vec<(&str, String)> = said.words().iter().map(|(name, of)| (*name, word(name, of))).collect();
        let arguments: Vec<(&str, FluentValue<'_>)> = words.iter().map(|(name, word)| (*name, FluentValue::from(word.as_str()))).collect();
        text(language, name, &arguments)
    };
    in_language().unwrap_or_else(|| said.to_string())
}

/// A sentence that was kept in English, as the journal keeps the answers to mutations, in a language: if it has no words of its own it is in the
/// catalogue as it stands, with or without a JSON pointer before it. English where the catalogue does not have it.
#[must_use]
pub fn translate_english(language: Language, english: &str) -> String {
    if language == Language::English {
        return english.to_owned();
    }
    let (pointer, sentence) = parted(english);
    let name = names().get(sentence);
    name.and_then(|name| text(language, name, &[])).map_or_else(|| english.to_owned(), |text| format!("{pointer}{text}"))
}

/// A JSON pointer with its colon, and the sentence behind it.
fn parted(english: &str) -> (&str, &str) {
    let behind = english.split_once(": ").filter(|(pointer, _)| pointer.starts_with('/') && !pointer.contains(' ')).map(|(_, rest)| rest);
    english.split_at(english.len() - behind.unwrap_or(english).len())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_pattern_has_one_name_and_words_are_put_in() {
        let lines = source(Language::English).lines().filter(|l| l.starts_with("detail-")).count();
        assert_eq!((names().len(), lines > 100), (lines, true), "no two names have one text");
        let limit = Phrase::with("the body may have {limit} bytes after decompression", &[("limit", &7)]);
        assert_eq!(translate(Language::English, &limit), "the body may have 7 bytes after decompression");
        assert_eq!(translate(Language::Persian, &limit), "بدنهٔ درخواست پس از باز شدن حداکثر ۷ بایت می‌تواند داشته باشد");
        assert_eq!(translate(Language::Persian, &Phrase::with("no such {what}", &[("what", &"work order")])), "دستور کار یافت نشد");
        assert_eq!(translate(Language::Persian, &Phrase::with("no such {what}", &[("what", &"unicorn")])), "unicorn یافت نشد");
        assert_eq!(translate(Language::Persian, &Phrase::from("of no catalogue".to_owned())), "of no catalogue");
    }

    #[test]
    fn what_was_kept_in_english_is_said_with_its_pointer() {
        let said = |english| translate_english(Language::Persian, english);
        assert_eq!(said("your roles do not allow this"), "نقش‌های شما این را اجازه نمی‌دهد");
        assert_eq!(said("/args/visit: this visit was at another ticket"), "/args/visit: این بازدید برای درخواست دیگری بوده است");
        for english in ["waits for at least 2 photo(s) of kind after", "/args/x: of no catalogue", "and so on: must be a text"] {
            assert_eq!(said(english), english);
        }
        assert_eq!(translate_english(Language::English, "/args/visit: must be a UUID"), "/args/visit: must be a UUID");
    }

    /// The first text of a call after its `skip` first arguments, if it is written out there.
    fn written(call: &str, skip: usize) -> Option<String> {
        let (mut depth, mut commas, mut quoted) = (0, 0, false);
        let mut chars = call.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' if !quoted && commas == skip && depth == 0 => {
                    let mut out = String::new();
                    let mut rest = call[at + 1..].chars();
                    while let Some(c) = rest.next() {
                        match c {
                            '"' => return Some(out),
                            '\\' => out.extend(rest.next()),
                            c => out.push(c),
                        }
                    }
                    return None;
                }
                '\\' if quoted => drop(chars.next()),
                '"' => quoted = !quoted,
                '(' | '[' | '{' if !quoted => depth += 1,
                ')' | ']' | '}' if !quoted => {
                    depth -= 1;
                    if depth < 0 {
                        return None;
                    }
                }
                ',' if !quoted && depth == 0 => commas += 1,
                c if !quoted && depth == 0 && commas == skip && !c.is_whitespace() => return None,
                _ => {}
            }
        }
        None
    }

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_tests = path.file_stem().is_some_and(|stem| stem == "tests");
            if path.is_dir() && !is_tests {
                sources(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !is_tests {
                let text = fs::read_to_string(&path).unwrap();
                found.push(text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned());
            }
        }
    }

    /// What the code of the server tells by a problem is in the catalogue, and what is in the catalogue is told.
    #[test]
    fn every_sentence_of_a_problem_that_is_written_out_in_the_code_is_in_the_catalogue() {
        const CALLS: [(&str, usize); 17] = [
            (".unless(", 2),
            ("invalid(", 1),
            ("Error::with(", 1),
            ("Fault::with(", 1),
            ("Error::field(", 1),
            (" field(", 1),
            ("Phrase::with(", 0),
            ("Refusal::State(", 0),
            ("Phrase::from(", 0),
            ("Err(State(", 0),
            ("faults.add(", 1),
            ("race_lost(", 0),
            ("malformed(", 0),
            ("Outcome::rejected(", 1),
            ("Outcome::held(", 1),
            ("Outcome::of(", 2),
            ("kept(conflict, ", 1),
        ];
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut all = Vec::new();
        for name in ["domain", "service", "server", "store", "security", "upload", "protocol"] {
            sources(&crates.join(name).join("src"), &mut all);
        }
        let (mut found, mut missing) = (0, Vec::new());
        for source in &all {
            for (call, skip) in CALLS {
                for (at, _) in source.match_indices(call) {
                    let Some(sentence) = written(&source[at + call.len()..], skip) else { continue };
                    let sentence = parted(&sentence).1;
                    if !knows(sentence) {
                        missing.push(sentence.to_owned());
                    }
                    found += 1;
                }
            }
        }
        assert!(missing.is_empty(), "no text detail-… has the patterns\n{}", missing.join("\n"));
        assert!(found > 90, "{found}: the code was not found");
        let whole = all.concat().replace("\\\"", "\"");
        for pattern in names().keys() {
            assert!(whole.contains(&format!("{pattern}\"")), "nobody says {pattern:?}");
        }
    }

    #[test]
    fn every_thing_that_is_not_found_has_a_name() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut all = Vec::new();
        for name in ["domain", "service", "server"] {
            sources(&crates.join(name).join("src"), &mut all);
        }
        let mut found = 0;
        for (source, call) in all.iter().flat_map(|source| [(source, "not_found("), (source, "Unknown(")]) {
            for (at, _) in source.match_indices(call) {
                let Some(thing) = written(&source[at + call.len()..], 0) else { continue };
                found += 1;
                for language in [Language::Persian, Language::English] {
                    assert!(text(language, &format!("thing-{}", thing.replace(' ', "-")), &[]).is_some(), "{language}: {thing}");
                }
            }
        }
        assert!(found > 20, "{found}: the code was not found");
    }
}
