//! The words on the wire with what people read in their place.

use serde::Serialize;

use crate::{Language, text};
use bazdid_protocol::{
    outcome::{OutcomeCode, Status},
    text_enum::TextEnum,
    warning::WarningCode,
    words::{
        account::{ClockTrust, CodePurpose, NoticeKind, Role},
        area::AreaKind,
        category::{Hazard, Priority},
        conflict::{ConflictKind, ConflictStatus, Resolution, Severity},
        inbox::InboxKind,
        organisation::{ActiveState, OrganisationKind},
        photo::{PhotoKind, PhotoState, VerdictResult},
        ticket::{Boundary, PointSource, TicketField, TicketOrigin, TicketStatus},
        upload::UploadState,
        visit::{Audience, MockFlag, PatrolOutcome, VisitKind, VisitOutcome},
        work_order::{Answer, RoundVerdict, Standing, WorkEventKind, WorkOrderKind, WorkOrderState},
    },
};

/// A word and its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word {
    /// The word on the wire.
    pub word: &'static str,
    /// What people read.
    pub label: String,
}

/// The words of one enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// The enumeration.
    pub kind: &'static str,
    /// Its words, in their order.
    pub words: Vec<Word>,
}

fn words<T: TextEnum>(language: Language, kind: &'static str) -> Words {
    let label = |word: &'static str| {
        let name = format!("word-{kind}-{word}").replace('_', "-");
        Word { word, label: text(language, &name, &[]).unwrap_or_else(|| word.to_owned()) }
    };
    Words { kind, words: T::ALL.iter().map(|word| label(word.as_str())).collect() }
}

macro_rules! vocabulary {
    ($($kind:literal => $ty:ty),+ $(,)?) => {
        /// Every word in a language.
        #[must_use]
        pub fn vocabulary(language: Language) -> Vec<Words> {
            vec![$(words::<$ty>(language, $kind)),+]
        }
    };
}

vocabulary! {
    "role" => Role,
    "area_kind" => AreaKind,
    "organisation_kind" => OrganisationKind,
    "active_state" => ActiveState,
    "hazard" => Hazard,
    "priority" => Priority,
    "ticket_status" => TicketStatus,
    "ticket_field" => TicketField,
    "ticket_origin" => TicketOrigin,
    "point_source" => PointSource,
    "boundary" => Boundary,
    "work_order_kind" => WorkOrderKind,
    "work_order_state" => WorkOrderState,
    "answer" => Answer,
    "work_event_kind" => WorkEventKind,
    "standing" => Standing,
    "round_verdict" => RoundVerdict,
    "visit_kind" => VisitKind,
    "visit_outcome" => VisitOutcome,
    "patrol_outcome" => PatrolOutcome,
    "mock_flag" => MockFlag,
    "audience" => Audience,
    "photo_kind" => PhotoKind,
    "photo_state" => PhotoState,
    "verdict_result" => VerdictResult,
    "upload_state" => UploadState,
    "code_purpose" => CodePurpose,
    "notice_kind" => NoticeKind,
    "clock_trust" => ClockTrust,
    "conflict_kind" => ConflictKind,
    "severity" => Severity,
    "conflict_status" => ConflictStatus,
    "resolution" => Resolution,
    "inbox_kind" => InboxKind,
    "push_status" => Status,
    "push_code" => OutcomeCode,
    "push_warning" => WarningCode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_label_in_every_language_and_no_label_is_of_a_word_that_is_none() {
        let mut labels = 0;
        for language in Language::ALL {
            for Words { kind, words } in vocabulary(*language) {
                for Word { word, .. } in &words {
                    let name = format!("word-{kind}-{word}").replace('_', "-");
                    assert!(text(*language, &name, &[]).is_some(), "{language}: {name}");
                    labels += 1;
                }
            }
        }
        let written = crate::source(Language::English).lines().filter(|l| l.starts_with("word-")).count();
        assert_eq!(labels, 2 * written);
    }
}
