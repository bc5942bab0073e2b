//! The catalogue of a 137 centre as it ships: organisations, two levels of categories, checklists. Data of the municipality from
//! then on: an import leaves alone what is there, unless it is told otherwise.

use serde::Deserialize;

use crate::{
    category::{EvidenceNeeds, Hazard, Priority},
    evidence::thresholds::EvidenceThresholds,
    organisation::OrganisationKind,
};

/// The catalogue that ships, as text.
const DEFAULT: &str = include_str!("catalogue/default.json");

/// Code of the municipality itself in the catalogue that ships.
pub const MUNICIPALITY: &str = "municipality";
/// Its Persian name until somebody gives it one.
pub const UNNAMED_FA: &str = "شهرداری";

/// A catalogue file. Things name each other by code.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Organisations, those above before those below.
    #[serde(default)]
    pub organisations: Vec<OrganisationEntry>,
    /// Categories, groups before what belongs to them.
    #[serde(default)]
    pub categories: Vec<CategoryEntry>,
    /// Checklists.
    #[serde(default)]
    pub checklists: Vec<ChecklistEntry>,
}

/// An organisation of a catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationEntry {
    /// Code.
    pub code: String,
    /// What it is to the city.
    pub kind: OrganisationKind,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Code of the organisation above.
    pub parent: Option<String>,
}

/// A category of a catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryEntry {
    /// Code.
    pub code: String,
    /// Code of the group.
    pub parent: Option<String>,
    /// Persian name.
    pub name_fa: String,
    /// English name.
    pub name_en: String,
    /// Other words for it.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// Code of the organisation that answers for it.
    pub owner: Option<String>,
    /// Hazard.
    pub hazard: Hazard,
    /// Priority of a new ticket.
    pub default_priority: Priority,
    /// What a submission must bring.
    #[serde(default)]
    pub evidence: EvidenceNeeds,
    /// Whether an inspector looks first.
    pub needs_inspection: bool,
    /// Minutes to answer an offer.
    pub accept_minutes: i64,
    /// Minutes until the work is due.
    pub resolve_minutes: i64,
    /// Radius of evidence, metres.
    pub evidence_radius_m: f64,
    /// How much else evidence may deviate, where that is not as usual.
    #[serde(default)]
    pub evidence_thresholds: EvidenceThresholds,
    /// Code of the checklist of a visit.
    #[serde(default)]
    pub checklist: Option<String>,
}

/// A checklist of a catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistEntry {
    /// Code.
    pub code: String,
    /// Items: `[{code, name_fa, name_en, kind}]`.
    pub items: serde_json::Value,
    /// Codes of categories whose visits fill it in, beside those that name it.
    #[serde(default)]
    pub categories: Vec<String>,
}

impl Catalogue {
    /// Reads a catalogue file.
    ///
    /// # Errors
    /// It is not one; the message says where.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text.trim_start_matches('\u{feff}'))
    }

    /// Gives the municipality its names; a name that is not given stays. Whether there is a municipality.
    pub fn name_municipality(&mut self, name_fa: Option<&str>, name_en: Option<&str>) -> bool {
        let Some(entry) = self.organisations.iter_mut().find(|o| o.code == MUNICIPALITY) else { return false };
        entry.name_fa = name_fa.map_or_else(|| entry.name_fa.clone(), str::to_owned);
        entry.name_en = name_en.map_or_else(|| entry.name_en.clone(), str::to_owned);
        true
    }

    /// The same with nothing but the municipality.
    #[must_use]
    pub fn municipality_alone(&self) -> Self {
        let organisations = self.organisations.iter().filter(|o| o.code == MUNICIPALITY).cloned().collect();
        Self { organisations, categories: Vec::new(), checklists: Vec::new() }
    }

    /// The code of every entry: organisations, checklists, categories.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        let organisations = self.organisations.iter().map(|o| o.code.as_str());
        let checklists = self.checklists.iter().map(|c| c.code.as_str());
        organisations.chain(checklists).chain(self.categories.iter().map(|c| c.code.as_str())).collect()
    }

    /// The catalogue that ships.
    ///
    /// # Errors
    /// Never: a test reads it.
    pub fn shipped() -> Result<Self, serde_json::Error> {
        Self::parse(DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_shipped_catalogue_is_whole() {
        let catalogue = Catalogue::shipped().unwrap();
        let organisations: BTreeSet<_> = catalogue.organisations.iter().map(|o| o.code.as_str()).collect();
        let groups: BTreeSet<_> = catalogue.categories.iter().filter(|c| c.parent.is_none()).map(|c| c.code.as_str()).collect();
        let codes: BTreeSet<_> = catalogue.categories.iter().map(|c| c.code.as_str()).collect();
        assert_eq!((organisations.len(), codes.len()), (catalogue.organisations.len(), catalogue.categories.len()), "codes are unique");
        for c in &catalogue.categories {
            assert!(c.parent.as_deref().is_none_or(|p| groups.contains(p) && c.code.starts_with(&format!("{p}."))), "{}", c.code);
            assert!(c.owner.as_deref().is_some_and(|o| organisations.contains(o)), "{}", c.code);
            assert!(c.name_fa.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c)) && c.name_en.is_ascii(), "{}", c.code);
            assert!(c.accept_minutes > 0 && c.resolve_minutes > c.accept_minutes, "{}", c.code);
        }
        assert!(catalogue.organisations.iter().any(|o| o.code == MUNICIPALITY && o.name_fa == UNNAMED_FA), "it belongs to no city yet");
        assert!(catalogue.organisations.iter().all(|o| o.parent.as_deref().is_none_or(|p| organisations.contains(p))));
    }
}
