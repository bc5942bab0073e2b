//! The texts that people read, in each language, by name: `texts/fa.ftl` and `texts/en.ftl` (Project Fluent).
//!
//! A text has the same name and the same arguments in every language; the tests of this crate see to it. Codes, words on the wire and logs are
//! for programs and are not here.

pub mod phrase;
pub mod verdict;
pub mod vocabulary;

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::{LanguageIdentifier, langid};

use bazdid_protocol::error::Code;

pub use bazdid_protocol::words::language::Language;

fn bundle(language: Language) -> &'static FluentBundle<FluentResource> {
    static PERSIAN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| read(langid!("fa"), source(Language::Persian)));
    static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| read(langid!("en"), source(Language::English)));
    match language {
        Language::Persian => &PERSIAN,
        Language::English => &ENGLISH,
    }
}

const fn source(language: Language) -> &'static str {
    match language {
        Language::Persian => include_str!("../texts/fa.ftl"),
        Language::English => include_str!("../texts/en.ftl"),
    }
}

fn read(language: LanguageIdentifier, source: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    // What of a file cannot be read is missing; the tests find it.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

/// A text by its name with its arguments; nothing if there is no such text or an argument is missing.
#[must_use]
pub fn text(language: Language, name: &str, arguments: &[(&str, FluentValue<'_>)]) -> Option<String> {
    text_of(bundle(language), name, arguments)
}

/// Whether there is a text of a name.
fn has(language: Language, name: &str) -> bool {
    bundle(language).has_message(name)
}

fn text_of(bundle: &FluentBundle<FluentResource>, name: &str, arguments: &[(&str, FluentValue<'_>)]) -> Option<String> {
    let pattern = bundle.get_message(name)?.value()?;
    let arguments: FluentArgs<'_> = arguments.iter().map(|(name, value)| (*name, value.clone())).collect();
    let mut faults = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&arguments), &mut faults);
    faults.is_empty().then(|| text.into_owned())
}

/// The title of a problem.
#[must_use]
pub fn title(language: Language, code: Code) -> String {
    let info = code.info();
    text(language, &format!("error-{}", info.slug.replace('_', "-")), &[]).unwrap_or_else(|| info.title.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use bazdid_protocol::text_enum::TextEnum as _;

    pub(crate) use super::source;

    /// The names of a file with the arguments of each.
    pub(crate) fn names(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut last = String::new();
        for line in source.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                last = name.to_owned();
                assert!(found.insert(last.clone(), BTreeSet::new()).is_none(), "{last} stands twice");
            }
            let arguments =
                line.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap().to_owned());
            found.get_mut(&last).unwrap().extend(arguments);
        }
        found
    }

    #[test]
    fn every_text_has_the_same_name_and_arguments_in_every_language() {
        let [persian, english] = [Language::Persian, Language::English].map(|language| names(source(language)));
        assert!(english.len() > 40);
        assert_eq!(persian, english);
        for language in Language::ALL {
            assert!(FluentResource::try_new(source(*language).to_owned()).is_ok(), "{language} cannot be read");
            for (name, arguments) in &english {
                let given: Vec<(&str, FluentValue<'_>)> = arguments.iter().map(|a| (a.as_str(), FluentValue::from(7))).collect();
                let said = text(*language, name, &given).unwrap_or_else(|| panic!("{language}: {name}"));
                assert!(!said.contains('{'), "{said}");
                if *language == Language::Persian {
                    assert!(!said.contains(['ي', 'ك']) && said.chars().any(|c| ('آ'..='ی').contains(&c)), "{said}");
                }
            }
        }
        assert_eq!(text(Language::English, "no-such-text", &[]), None);
    }

    #[test]
    fn a_text_has_its_arguments_or_is_none() {
        let source = "left = { $count } of { $all } left\n    for { $name }\nplain = nothing\n";
        let arguments = |all: &[&str]| all.iter().map(|a| (*a).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(
            names(source),
            BTreeMap::from([("left".to_owned(), arguments(&["all", "count", "name"])), ("plain".to_owned(), BTreeSet::new())])
        );
        assert_ne!(names(source), names(&source.replace("$all", "$whole")), "another argument is another text");
        let bundle = read(langid!("en"), source);
        let given = [("count", FluentValue::from(7)), ("all", FluentValue::from(9)), ("name", FluentValue::from("Sara"))];
        assert_eq!(text_of(&bundle, "left", &given).as_deref(), Some("7 of 9 left\nfor Sara"));
        assert_eq!(text_of(&bundle, "left", &given[..2]), None, "without one of its arguments");
        assert_eq!(text_of(&bundle, "plain", &[]).as_deref(), Some("nothing"));
    }

    #[test]
    fn every_problem_has_a_title_and_the_english_one_is_that_of_the_table() {
        for code in Code::ALL {
            assert_eq!(title(Language::English, *code), code.info().title);
            assert_ne!(title(Language::Persian, *code), code.info().title);
        }
        let titles = names(source(Language::English)).keys().filter(|n| n.starts_with("error-")).count();
        assert_eq!(titles, Code::ALL.len(), "no title of a problem that is none any more");
    }
}
