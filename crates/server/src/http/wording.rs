//! What serde says of a value that does not fit, in the words of somebody who writes JSON: no names of Rust's types, and what would do.

use bazdid_protocol::phrase::Phrase;

/// A fault as it is told: which member below the place, if it is about one, and what is wrong.
pub(super) struct Said {
    /// The member that is missing.
    pub member: Option<String>,
    /// What is wrong, and what would do.
    pub detail: Phrase,
}

impl Said {
    fn of(detail: impl Into<Phrase>) -> Self {
        Self { member: None, detail: detail.into() }
    }
}

/// The words for what serde says.
pub(super) fn reword(text: &str) -> Said {
    let text = text.rsplit_once(" at line ").map_or(text, |(front, _)| front);
    if let Some(name) = text.strip_prefix("missing field ") {
        let name = name.trim_matches('`').to_owned();
        return Said { detail: "is missing".into(), member: Some(name) };
    }
    if let Some(rest) = text.strip_prefix("unknown field ") {
        let (name, known) = rest.split_once(", ").unwrap_or((rest, ""));
        let known = listed(known);
        let what = if known.is_empty() { "nothing is expected here".to_owned() } else { format!("expected {known}") };
        return Said::of(format!("{} is not known here; {what}", name.replace('`', "\"")));
    }
    if let Some(rest) = text.strip_prefix("unknown variant ") {
        let (name, known) = rest.split_once(", ").unwrap_or((rest, ""));
        return Said::of(format!("must be one of {}, not {}", listed(known), name.replace('`', "\"")));
    }
    if text.starts_with("duplicate field ") {
        return Said::of(format!("{} stands here twice", text.trim_start_matches("duplicate field ").replace('`', "\"")));
    }
    for kind in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, expected)) = text.strip_prefix(kind).and_then(|rest| rest.rsplit_once(", expected ")) {
            let found = if kind == "invalid length " { format!("{found} values") } else { json_word(found) };
            return Said::of(format!("must be {}, not {found}", wanted(expected)));
        }
    }
    if text.starts_with("UUID parsing failed") {
        return Said::of("must be a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057".to_owned());
    }
    if text.starts_with("data did not match any variant") {
        return Said::of("is none of the forms that this field may have".to_owned());
    }
    Said::of(text.replace('`', "\""))
}

/// `one of `a`, `b`` and `` `a` or `b` `` as `a, b`.
fn listed(known: &str) -> String {
    let known = known.trim_start_matches("expected ").trim_start_matches("one of ").replace('`', "").replace(" or ", ", ");
    if known.starts_with("there are no") { String::new() } else { known }
}

/// A value that was found, as JSON calls it.
fn json_word(found: &str) -> String {
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    let value = value.trim_matches('`');
    match kind {
        "string" => format!("the text {value}"),
        "integer" | "floating" => format!("the number {}", value.trim_start_matches("point ").trim_matches('`')),
        "boolean" => value.to_owned(),
        "null" | "unit" | "Option" => "null".to_owned(),
        "sequence" => "an array".to_owned(),
        "map" => "an object".to_owned(),
        _ => "this".to_owned(),
    }
}

/// What a type of Rust takes, in words.
fn wanted(expected: &str) -> String {
    let whole = |least: &str, most: &str| format!("a whole number from {least} to {most}");
    match expected {
        "f64" | "f32" => "a number".to_owned(),
        "u8" => whole("0", "255"),
        "u16" => whole("0", "65535"),
        "u32" => whole("0", "4294967295"),
        "u64" | "usize" | "u128" => "a whole number that is not negative".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" | "i128" => "a whole number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" | "str" | "string" | "a borrowed string" => "a text".to_owned(),
        "a sequence" => "an array".to_owned(),
        "a map" | "object" => "an object".to_owned(),
        "unit" => "null".to_owned(),
        "a formatted UUID string" | "a UUID string" => "a UUID".to_owned(),
        text if text.starts_with("struct ") || text.starts_with("internally tagged") || text.starts_with("adjacently tagged") => {
            "an object".to_owned()
        }
        text if text.contains("UUID") => "a UUID".to_owned(),
        text if text.starts_with("tuple ") || text.starts_with("a tuple ") || text.starts_with("an array of length") => {
            let many = text.chars().filter(char::is_ascii_digit).collect::<String>();
            if many.is_empty() { "an array".to_owned() } else { format!("an array of {many} values") }
        }
        text if text.starts_with("enum ") || text.starts_with("variant ") => "one of the words of this field".to_owned(),
        text => text.replace('`', ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_a_type_of_rust() {
        for (said, told) in [
            ("invalid length 0, expected struct NewTicketBody with 8 elements at line 1 column 2", "must be an object, not 0 values"),
            ("invalid type: sequence, expected an object at line 1 column 1", "must be an object, not an array"),
            ("invalid type: string \"x\", expected f64", "must be a number, not the text \"x\""),
            ("invalid type: string \"a, expected b\", expected f64", "must be a number, not the text \"a, expected b\""),
            ("invalid value: integer `700`, expected u8", "must be a whole number from 0 to 255, not the number 700"),
            ("invalid type: floating point `1.5`, expected i64", "must be a whole number, not the number 1.5"),
            ("invalid type: null, expected a string", "must be a text, not null"),
            ("invalid type: map, expected a sequence", "must be an array, not an object"),
            ("invalid type: boolean `true`, expected struct Point", "must be an object, not true"),
            ("unknown field `x`, expected `a` or `b`", "\"x\" is not known here; expected a, b"),
            ("unknown field `x`, there are no fields", "\"x\" is not known here; nothing is expected here"),
            ("unknown variant `x`, expected one of `a`, `b`, `c`", "must be one of a, b, c, not \"x\""),
            ("invalid length 3, expected an array of length 4", "must be an array of 4 values, not 3 values"),
            ("UUID parsing failed: invalid character", "must be a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057"),
            ("expected an RFC 3339 date and time", "expected an RFC 3339 date and time"),
        ] {
            assert_eq!(reword(said).detail, told, "{said}");
        }
        let missing = reword("missing field `tags` at line 1 column 5");
        assert_eq!((missing.member.as_deref(), &*missing.detail), (Some("tags"), "is missing"));
    }
}
