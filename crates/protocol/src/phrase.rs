//! Sentences that the server says to people: in English as they stand, and with what a catalogue of texts needs to say them in another
//! language. The catalogue is keyed by the English pattern, as it stands in the code.

use std::{borrow::Cow, fmt, ops::Deref};

use serde::{Serialize, Serializer};

/// A sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    english: Cow<'static, str>,
    pattern: Option<&'static str>,
    words: Vec<(&'static str, String)>,
}

impl Phrase {
    /// A sentence with words in it: each `{name}` of the pattern stands for the word of that name.
    #[must_use]
    pub fn with(pattern: &'static str, words: &[(&'static str, &dyn fmt::Display)]) -> Self {
        let words: Vec<(&'static str, String)> = words.iter().map(|(name, word)| (*name, word.to_string())).collect();
        let mut english = String::with_capacity(pattern.len());
        let mut rest = pattern;
        while let Some((before, (name, after))) = rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?))) {
            english.push_str(before);
            english.push_str(words.iter().find(|(of, _)| *of == name).map_or("", |(_, word)| word));
            rest = after;
        }
        english.push_str(rest);
        Self { english: english.into(), pattern: Some(pattern), words }
    }

    /// The English pattern; absent: the sentence is in no catalogue.
    #[must_use]
    pub const fn pattern(&self) -> Option<&'static str> {
        self.pattern
    }

    /// The words of the pattern, by name.
    #[must_use]
    pub fn words(&self) -> &[(&'static str, String)] {
        &self.words
    }
}

impl From<&'static str> for Phrase {
    fn from(sentence: &'static str) -> Self {
        Self { english: sentence.into(), pattern: Some(sentence), words: Vec::new() }
    }
}

/// Of a sentence that was put together elsewhere only the English is known.
impl From<String> for Phrase {
    fn from(sentence: String) -> Self {
        Self { english: sentence.into(), pattern: None, words: Vec::new() }
    }
}

/// In English.
impl Deref for Phrase {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

/// In English.
impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

/// In English.
impl Serialize for Phrase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.english)
    }
}

impl PartialEq<str> for Phrase {
    fn eq(&self, other: &str) -> bool {
        *self.english == *other
    }
}

impl PartialEq<&str> for Phrase {
    fn eq(&self, other: &&str) -> bool {
        *self.english == **other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_its_words_and_is_known_by_its_pattern() {
        let told = Phrase::with("from {from} to {to}: {from}", &[("from", &1), ("to", &"the {end}")]);
        assert_eq!(told, "from 1 to the {end}: 1");
        assert_eq!(told.pattern(), Some("from {from} to {to}: {from}"));
        assert_eq!(told.words(), [("from", "1".to_owned()), ("to", "the {end}".to_owned())]);
        assert_eq!(Phrase::from("as it stands"), *"as it stands");
        assert_eq!((Phrase::from("as it stands").pattern(), Phrase::from("made".to_owned()).pattern()), (Some("as it stands"), None));
        assert_eq!(serde_json::to_value(&told).unwrap(), "from 1 to the {end}: 1");
    }
}
