//! Declares the events: the word of each kind, a struct for what it says, and the list of their schemas.

macro_rules! events {
    ($(
        $(#[$meta:meta])*
        $kind:ident = $word:literal { $($(#[$fmeta:meta])* $field:ident : $ty:ty),+ $(,)? }
    )+) => {
        $crate::text_enum! {
            /// What happened. The order of the kinds is that in which one transaction reports them of a ticket.
            EventKind { $($(#[$meta])* $kind = $word),+ }
        }

        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            pub struct $kind {
                $($(#[$fmeta])* #[cfg_attr(feature = "openapi", schema(required = true))] pub $field: $ty),+
            }

            impl From<$kind> for Payload {
                fn from(said: $kind) -> Self {
                    Self::$kind(said)
                }
            }
        )+

        /// What an event says, by its kind. It is written without a tag: the kind stands beside it.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Payload { $($(#[$meta])* $kind($kind)),+ }

        impl Payload {
            /// The kind of event that says this.
            #[must_use]
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$kind(_) => EventKind::$kind),+ }
            }
        }

        /// The schema of each kind of event.
        #[cfg(feature = "openapi")]
        #[must_use]
        pub fn described() -> Vec<$crate::openapi::EventSchema> {
            vec![$($crate::openapi::EventSchema::of::<$kind>(EventKind::$kind)),+]
        }
    };
}
