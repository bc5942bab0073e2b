//! What people in the field propose and only the office may set.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::words::category::Priority;
use crate::{ids::CategoryId, time::Timestamp};

/// What `ticket.propose` proposes: at least one of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proposal {
    /// How soon it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// What it should be about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// Until when it should be put off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferral: Option<Deferral>,
}

/// A deferral that is proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Deferral {
    /// Until when; absent if what a device said could not be read. The office then says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Proposal {
    /// The names of what is proposed.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&'static str> {
        let all = [("priority", self.priority.is_some()), ("category", self.category.is_some()), ("deferral", self.deferral.is_some())];
        all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
    }
}
