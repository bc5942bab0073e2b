//! Enumerations that are text at both edges: in the database and on the wire.

/// Why a text could not be read as one of the words of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is not known here; expected one of: {expected}")]
pub struct UnknownWord {
    /// The enumeration's name.
    pub kind: &'static str,
    /// What was found.
    pub found: String,
    /// The words it knows, comma separated.
    pub expected: String,
}

/// An enumeration with one fixed word per variant.
pub trait TextEnum: Copy + Sized + 'static {
    /// The enumeration's name, for messages.
    const KIND: &'static str;
    /// Every variant, in the order of declaration.
    const ALL: &'static [Self];
    /// The word of this variant.
    fn as_str(self) -> &'static str;
    /// The variant of a word.
    ///
    /// # Errors
    /// The word is none of this enumeration's.
    fn parse(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.iter().copied().find(|v| v.as_str() == word).ok_or_else(|| UnknownWord {
            kind: Self::KIND,
            found: word.chars().take(80).collect(),
            expected: Self::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", "),
        })
    }
}

/// Declares an enumeration whose variants are words in the database and on the wire, with `serde`,
/// `Display`, `FromStr` and [`TextEnum`]; with the features of this crate also as a column and as a schema.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }
        impl $crate::text_enum::TextEnum for $name {
            const KIND: &'static str = stringify!($name);
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn as_str(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::text_enum::TextEnum::as_str(*self))
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::text_enum::UnknownWord;
            fn from_str(s: &str) -> Result<Self, Self::Err> { $crate::text_enum::TextEnum::parse(s) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str($crate::text_enum::TextEnum::as_str(*self))
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)?;
                $crate::text_enum::TextEnum::parse(&word).map_err(serde::de::Error::custom)
            }
        }
        $crate::text_enum_columns!($name);
        $crate::text_enum_schema!($name);
    };
}

/// Without the feature `diesel` words are no columns.
#[cfg(not(feature = "diesel"))]
#[doc(hidden)]
#[macro_export]
macro_rules! text_enum_columns {
    ($ty:ty) => {};
}

/// Without the feature `openapi` words have no schema.
#[cfg(not(feature = "openapi"))]
#[doc(hidden)]
#[macro_export]
macro_rules! text_enum_schema {
    ($ty:ty) => {};
}
