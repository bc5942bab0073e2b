//! Declares the rows: a struct for each kind, and the list of their schemas.

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

            impl WireRow for $name {
                const KIND: &'static str = $kind;
            }
        )+

        /// The schema of each kind of row.
        #[cfg(feature = "openapi")]
        #[must_use]
        pub fn described() -> Vec<$crate::openapi::RowSchema> {
            vec![$($crate::openapi::RowSchema::of::<$name>()),+]
        }
    };
}
