//! Phone numbers as people say them, as E.164 keeps them: one reader for tickets, calls, accounts, searches and imports.

use std::{fmt, str::FromStr};

use phonenumber::{Mode, country};

use crate::{Ctx, import::TAKEN_WITHOUT};
use bazdid_protocol::{
    error::{Error, Result},
    fold::fold,
    phrase::Phrase,
};

/// More characters than the longest number with all its separators.
const MAX_CHARS: usize = 40;

/// A country by its two letters (ISO 3166-1), such as `IR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(country::Id);

impl FromStr for Country {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = |_| format!("expected the two letters of a country, such as IR, found \"{text}\"");
        text.to_ascii_uppercase().parse().map(Self).map_err(fault)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_ref())
    }
}

/// How phone numbers are dialled in a city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhonePlan {
    /// Whose national numbers are meant where no country is said.
    pub country: Country,
    /// The city's area code without the zero before it, such as `28`: what stands before a number of the city that is said without it. Empty:
    /// such numbers cannot be read.
    pub area_code: String,
}

impl Default for PhonePlan {
    fn default() -> Self {
        Self { country: Country(country::Id::IR), area_code: String::new() }
    }
}

impl PhonePlan {
    /// A number in E.164 from what was typed or said: international with `+` or `00`, national with or without the zero, or, where the plan has
    /// an area code, local. Digits of three sets; spaces, hyphens, dots, brackets and marks of direction do not count. Nothing if it is no number
    /// that can exist.
    #[must_use]
    pub fn parse(&self, typed: &str) -> Option<String> {
        if typed.chars().count() > MAX_CHARS {
            return None;
        }
        let folded = fold(typed);
        let plain: String = folded.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
        let digits = plain.strip_prefix('+').unwrap_or(&plain);
        if digits.len() < 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let local =
            (plain == digits && !self.area_code.is_empty() && !digits.starts_with('0')).then(|| format!("{}{digits}", self.area_code));
        self.valid(&plain).or_else(|| self.valid(&local?))
    }

    fn valid(&self, digits: &str) -> Option<String> {
        let number = phonenumber::parse(Some(self.country.0), digits).ok()?;
        phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
    }
}

/// Reads the phone number that was typed into a field.
///
/// # Errors
/// `validation`: it is none.
pub fn read(ctx: &Ctx, typed: &str, pointer: &str) -> Result<String> {
    let plan = &ctx.shared.settings.phones;
    plan.parse(typed).ok_or_else(|| {
        let local = if plan.area_code.is_empty() { "" } else { ", or a number of the city without its area code" };
        Error::field(
            pointer,
            Phrase::with("is no phone number; expected one such as 0912 123 4567 or +98 912 123 4567{local}", &[("local", &local)]),
        )
    })
}

/// What is to be told of a row of an import whose phone cannot be read; nothing if it can.
#[must_use]
pub fn unread(ctx: &Ctx, typed: &str) -> Option<String> {
    ctx.shared.settings.phones.parse(typed).is_none().then(|| format!("{TAKEN_WITHOUT} phone: \"{typed}\" is no phone number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_say_them() {
        let plan = PhonePlan { area_code: "28".into(), ..PhonePlan::default() };
        let mobile = [
            "09121234567",
            "۰۹۱۲۱۲۳۴۵۶۷",
            "٠٩١٢١٢٣٤٥٦٧",
            "00989121234567",
            "989121234567",
            "9121234567",
            "0912 123 45 67",
            "0912-123-4567",
            "(0912) 123.4567",
            "\u{202a}+98 912 123 4567\u{202c}",
            "+98 (0) 912 123 4567",
            "＋۹۸ ۹۱۲ ۱۲۳ ۴۵۶۷",
            "0912\u{200c}1234567",
        ];
        for typed in mobile {
            assert_eq!(plan.parse(typed).as_deref(), Some("+989121234567"), "{typed}");
        }
        for typed in ["02833333333", "2833333333", "33333333", "۳۳۳۳-۳۳۳۳", "+98 28 3333 3333", "0098 28 33333333"] {
            assert_eq!(plan.parse(typed).as_deref(), Some("+982833333333"), "{typed}");
        }
        assert_eq!(plan.parse("+49 30 123456").as_deref(), Some("+4930123456"));
        assert_eq!(PhonePlan::default().parse("33333333"), None, "nobody says in which city");
    }

    #[test]
    fn what_is_no_number_is_none() {
        let plan = PhonePlan { area_code: "28".into(), ..PhonePlan::default() };
        for wrong in [
            "",
            "+",
            "-",
            "ندارد",
            "9.12E+09",
            "0912123456",
            "091212345678",
            "++989121234567",
            "98+9121234567",
            "0000000000",
            "12",
            "0912 123 45 6x",
        ] {
            assert_eq!(plan.parse(wrong), None, "{wrong}");
        }
        assert_eq!(plan.parse(&"9".repeat(500)), None);
    }

    #[test]
    fn a_country_has_two_letters() {
        assert_eq!("ir".parse::<Country>().map(|c| c.to_string()).as_deref(), Ok("IR"));
        assert!("Iran".parse::<Country>().unwrap_err().contains("IR"));
        let berlin = PhonePlan { country: "DE".parse().unwrap(), area_code: "30".into() };
        assert_eq!(berlin.parse("030 123456").as_deref(), Some("+4930123456"));
        assert_eq!(berlin.parse("123456").as_deref(), Some("+4930123456"));
    }
}
