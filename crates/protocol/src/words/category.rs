//! Words of categories, and what a submission must bring.

use serde::{Deserialize, Serialize};

use crate::words::photo::PhotoKind;

crate::text_enum! {
    /// How dangerous a thing of this category is while it waits.
    Hazard {
        /// Nobody can be hurt.
        None = "none",
        /// Somebody could be hurt.
        Low = "low",
        /// Somebody may well be hurt.
        High = "high",
        /// Minutes count.
        Critical = "critical",
    }
}

crate::text_enum! {
    /// How soon something is to be done.
    Priority {
        /// When there is time.
        Low = "low",
        /// In turn.
        Normal = "normal",
        /// Before others.
        High = "high",
        /// At once.
        Urgent = "urgent",
    }
}

/// Photos of one kind that a submission needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceRule {
    /// Kind of photo.
    pub kind: PhotoKind,
    /// At least so many.
    pub min: u32,
}

crate::text_enum! {
    /// A step of work, as its holder reports it.
    Step {
        /// The work begins: `work.start`.
        Start = "start",
        /// The work is submitted: `work.submit`.
        Submit = "submit",
        /// Nobody could work: `work.fail_visit`.
        FailVisit = "fail_visit",
        /// Findings are submitted: `inspection.submit`.
        Inspect = "inspect",
    }
}

crate::text_enum! {
    /// What a step may need beside its report.
    Need {
        /// A visit with an arrival.
        Visit = "visit",
        /// The start of the work.
        Start = "start",
        /// Of `submit` the photos that the category asks for, of the other steps one photo of whatever kind.
        Photos = "photos",
        /// An answer to every item of the category's checklist.
        Checklist = "checklist",
        /// A quantity.
        Quantities = "quantities",
    }
}

crate::text_enum! {
    /// What becomes of a step that lacks something.
    NeedLevel {
        /// Nobody looks at it.
        Off = "off",
        /// The step counts; who verifies is told, and the system accepts nothing by itself.
        Flag = "flag",
        /// The step waits while nothing of the kind is known; else as `flag`.
        Hold = "hold",
    }
}

/// Declares what a category may say of each step.
macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident $field:ident $step:ident { $($need:ident $of:ident),+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
            pub struct $name {
                $(
                    /// What becomes of the step without it; absent: as usual.
                    #[serde(default, skip_serializing_if = "Option::is_none")]
                    pub $need: Option<NeedLevel>,
                )+
            }
        )+

        /// What the steps of work need, where that is not as usual.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct StepNeeds {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "is_default")]
                #[cfg_attr(feature = "openapi", schema(required = false))]
                pub $field: $name,
            )+
        }

        impl StepNeeds {
            /// The cells of the table, whatever a category says of them.
            pub const CELLS: &[(Step, Need)] = &[$($((Step::$step, Need::$of)),+),+];

            /// What a category says of a need of a step; absent: nothing.
            #[must_use]
            pub const fn get(&self, step: Step, need: Need) -> Option<NeedLevel> {
                match (step, need) {
                    $($((Step::$step, Need::$of) => self.$field.$need,)+)+
                    _ => None,
                }
            }
        }
    };
}

steps! {
    /// Of `work.start`.
    StartNeeds start Start { visit Visit }
    /// Of `work.submit`.
    SubmitNeeds submit Submit { visit Visit, start Start, photos Photos, checklist Checklist, quantities Quantities }
    /// Of `work.fail_visit`.
    FailVisitNeeds fail_visit FailVisit { visit Visit, photos Photos }
    /// Of `inspection.submit`.
    InspectNeeds inspect Inspect { visit Visit, start Start, photos Photos, checklist Checklist, quantities Quantities }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What the steps of work in a category must bring.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceNeeds {
    /// Photos of a submission by kind.
    pub photos: Vec<EvidenceRule>,
    /// Whether the bytes of these photos must be stored before a round is accepted.
    #[serde(default)]
    pub stored: bool,
    /// What each step needs, where that is not as usual.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub steps: StepNeeds,
}
