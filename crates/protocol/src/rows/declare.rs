//! Declares the rows: a struct for each kind, and [`super::Row`] for any of them.

macro_rules! rows {
    ($(
        $(#[$meta:meta])*
        $variant:ident $name:ident = $kind:literal { $($(#[$fmeta:meta])* $field:ident : $ty:ty),+ $(,)? }
    )+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            pub struct $name {
                $($(#[$fmeta])* #[cfg_attr(feature = "openapi", schema(required = true))] pub $field: $ty),+
            }

            impl RowKind for $name {
                const KIND: &'static str = $kind;
            }

            impl From<$name> for Row {
                fn from(row: $name) -> Self {
                    Self::$variant(Box::new(row))
                }
            }
        )+

        /// A row of any kind.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Row {
            $($(#[$meta])* $variant(Box<$name>)),+
        }

        impl Row {
            /// The words of all kinds.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The schema of each kind.
            #[cfg(feature = "openapi")]
            #[must_use]
            pub fn described() -> Vec<$crate::openapi::RowSchema> {
                vec![$($crate::openapi::RowSchema::of::<$name>()),+]
            }

            /// The word for its kind on the wire.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind),+ }
            }

            /// The row as JSON.
            #[must_use]
            pub fn to_value(&self) -> Value {
                // Rows have no map whose keys are no texts, so this cannot fail.
                serde_json::to_value(self).unwrap_or_default()
            }

            /// Reads a row of a kind as it came over the wire; nothing if this version of the protocol does not know the kind.
            ///
            /// # Errors
            /// A field is missing or has another type.
            pub fn read(kind: &str, row: Value) -> serde_json::Result<Option<Self>> {
                match kind {
                    $($kind => Ok(Some(Self::$variant(Box::new(serde_json::from_value(row)?)))),)+
                    _ => Ok(None),
                }
            }
        }
    };
}
