use super::*;
use proptest::prelude::*;

#[test]
fn keyboards_and_habits_do_not_matter() {
    for (typed, folded) in [
        ("خيابان كاشاني", "خیابان کاشانی"),
        ("آب‌رسانی", "اب رسانی"),
        ("آب¬رسانی", "اب رسانی"),
        ("پلاك ۱۲ و ١٣", "پلاک 12 و 13"),
        ("  مُحَمَّد \n ", "محمد"),
        ("مســـکن", "مسکن"),
        ("Ünal STREET", "unal street"),
        ("U\u{308}nal", "unal"),
        ("ﻛﺎﺷﺎﻧﻲ", "کاشانی"),
        ("ﻻﻟﻪ", "لاله"),
        ("مسؤول مسئول مسأله", "مسوول مسیول مساله"),
        ("چالهٔ چالۀ چاله", "چاله چاله چاله"),
        ("جزء شیء", "جز شی"),
        ("ا\u{653}ب", "اب"),
        ("ＡＢＣ１２", "abc12"),
        ("\u{202a}+98 912\u{202c}", "+98 912"),
        ("۳۶٫۵− ۲", "36.5- 2"),
        ("\u{2800}\u{200b}\u{feff}", ""),
    ] {
        assert_eq!(fold(typed), folded, "{typed}");
    }
}

#[test]
fn a_name_has_one_key_however_its_parts_are_separated() {
    for typed in ["آسفالت خيابان", "آسفالت خیابان", "آسفالت‌خیابان", "آسفالت  خیابان", "آسفالتخیابان "]
    {
        assert_eq!(key(typed), "اسفالتخیابان", "{typed}");
    }
    assert_eq!(key("چاله معابر"), key("چالهٔ معابر"));
    assert_ne!(key("چاله معابر"), key("چاله معبر"));
}

#[test]
fn what_cannot_be_seen_is_empty_and_nothing_else_is() {
    for blank in
        ["", " ", "\u{200c}", "\u{2060}", "\u{2800}", "\u{200c}\u{200b}", "\u{a0}\t\n", "\u{3164}", "\u{e0020}", "\u{64b}", "\u{ad}"]
    {
        assert!(is_blank(blank), "{blank:?}");
        assert_eq!(trim(blank), if blank == "\u{64b}" { blank } else { "" }, "{blank:?}");
        assert_eq!(is_invisible(blank), !["", " ", "\u{a0}\t\n"].contains(&blank), "{blank:?}");
    }
    for text in ["x", "\u{200c}آ", "۰", "😀", "👨‍👩‍👧", ".", "ـ"] {
        assert!(!is_blank(text), "{text:?}");
    }
    assert_eq!(trim("\u{200f}\u{feff} متن\u{200c} "), "متن");
    assert_eq!(trim("❤\u{fe0f}"), "❤\u{fe0f}", "a selector belongs to what it follows");
}

#[test]
fn figures_are_ascii_and_everything_else_stays() {
    for (typed, plain) in [
        ("1405–09–09", "1405-09-09"),
        ("\u{61c}۱۴۰۵/٠٩/۰۹", "1405/09/09"),
        ("２０２６-11-30", "2026-11-30"),
        ("9\u{200c}آذر\u{a0}1405", "9 آذر 1405"),
        ("  30\u{ad} Nov\u{2060} ", "30 Nov"),
    ] {
        assert_eq!(figures(typed), plain, "{typed}");
    }
}

#[test]
fn keys_that_a_spreadsheet_has_shortened_are_known() {
    for (key, shortened) in [
        ("1.37E+11", true),
        ("1,4e+12", true),
        ("۱٫۳۷E+11", true),
        ("137000000001", false),
        ("12E5", false),
        ("E+3", false),
        ("A1.5E+3", false),
    ] {
        assert_eq!(is_shortened(key), shortened, "{key}");
    }
}

#[test]
fn quantities_are_numbers_of_which_nothing_is_guessed() {
    for (text, expected) in [
        ("12.5", Some(12.5)),
        ("۱۲٫۵", Some(12.5)),
        ("12,5", Some(12.5)),
        (" \u{200F}۱۲٬۵۰۰٫۲۵ ", Some(12_500.25)),
        ("1٬250", Some(1_250.0)),
        ("1,250,000", Some(1_250_000.0)),
        ("0", Some(0.0)),
        ("1,250", None),
        ("۱۲،۵۰۰", None),
        ("12٬50", None),
        ("-5", None),
        ("۵ متر", None),
        ("پنج", None),
        ("", None),
    ] {
        assert_eq!(quantity(text), expected, "{text}");
    }
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (typed, value) in [
        ("36.271", 36.271),
        ("۳۶٫۲۷۱", 36.271),
        ("36,271", 36.271),
        ("۳۶/۲۷۱", 36.271),
        ("٣٦،٢٧١", 36.271),
        ("−50.1", -50.1),
        ("–۵۰٫۱", -50.1),
        ("۷۶٫۱-", -76.1),
        ("\u{200e}-50.1\u{200e}", -50.1),
        ("+7", 7.0),
        ("۱۲٬۳۴۵٫۵", 12345.5),
        ("12,345.5", 12345.5),
        ("1,234,567", 1_234_567.0),
        ("12 345", 12345.0),
        ("1.5e3", 1500.0),
        ("１２", 12.0),
        (".5", 0.5),
    ] {
        assert_eq!(number(typed), Some(value), "{typed}");
    }
    for wrong in ["", "-", "x", "NaN", "inf", "1.2.3", "12,34,5", "1 2", "1e999", "--1", "-5-", "12٬34", "۱۲ متر", "e5"] {
        assert_eq!(number(wrong), None, "{wrong}");
    }
    assert_eq!(ascii_digits("۱۴۰۵/٠٩"), "1405/09");
}

#[test]
fn a_password_does_not_depend_on_the_keyboard_but_on_its_letters() {
    let one = password("رمز كي ۱۲٣ é");
    for same in ["رمز کی 123 e\u{301}", "رمز\u{a0}کی ۱۲۳ é", "\u{200f}رمز کی ١٢٣ é"] {
        assert_eq!(password(same), one, "{same}");
    }
    for other in ["رمز کی 124 é", "رمز کی 123 e", "رمزکی 123 é", "رَمز کی 123 é"] {
        assert_ne!(password(other), one, "{other}");
    }
    assert_ne!(password("Secret"), password("secret"));
    assert_eq!(password("tab\tstays"), "tab\tstays");
}

#[test]
fn a_login_is_compared_without_what_a_keyboard_adds() {
    assert_eq!(login("\u{200f} Ali.Ahmadi۱۲ \u{200c}"), "ali.ahmadi12");
    assert_eq!(login("Ａli"), "ali");
}

proptest! {
    #[test]
    fn folding_twice_changes_nothing_more(text in "\\PC{0,40}|[آ-ی۰-۹ك\u{200c}\u{64b}ﭐ-ﻼ ]{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
        let key = key(&text);
        prop_assert_eq!(super::key(&key), key);
        prop_assert!(!is_blank(&text) || fold(&text).is_empty());
        let secret = password(&text).into_owned();
        prop_assert_eq!(password(&secret), secret.as_str());
    }

    #[test]
    fn a_number_that_is_printed_is_read_again(value in -1.0e9..1.0e9_f64) {
        prop_assert_eq!(number(&value.to_string()), Some(value));
    }
}

/// What [`fold`] makes of every character between two letters, as one number (FNV-1a).
fn print_of_fold() -> u64 {
    let folded = (0..=0x1_ffff).filter_map(char::from_u32).map(|c| fold(&format!("a{c}b")));
    folded
        .flat_map(|text| text.into_bytes().into_iter().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |print, byte| (print ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[test]
fn whoever_changes_the_fold_raises_its_version() {
    assert_eq!((VERSION, print_of_fold()), (2, 17_638_904_471_371_108_604), "raise VERSION, then write the new pair here");
}
