//! Assignment by contract: who is asked to do the work of a ticket, and why everybody else is not.
//!
//! A candidate is a coverage of a contract in force that is valid at the instant, of the ticket's category (or of one above
//! it, with all that lie below), in an area that holds the point. Candidates are asked by rank, then by the most specific
//! category, then by the smallest area, then by free capacity, then by contract number. What is asked before what — the
//! district's contractor, the region's, the emergency group — is data (ranks). Knows nothing of where the rows are from.

pub mod explanation;
pub mod inspector;

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    area::{Area, AreaKind},
    category::Category,
    contract::{Contract, ContractStatus, Coverage, Descent},
    organisation::{ActiveState, Organisation, OrganisationKind, does_contract_work},
    ticket::Boundary,
};
use bazdid_protocol::{
    ids::{AreaId, CategoryId, ContractId, CoverageId, OrganisationId},
    time::Timestamp,
};

/// What is to be assigned.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Areas that hold the point; those above them count without being named. Near a border: of both sides.
    pub areas: &'a [AreaId],
    /// Category of the ticket.
    pub category: CategoryId,
    /// When.
    pub at: Timestamp,
    /// How clearly the point lies in the areas; kept with the decision.
    pub boundary: Boundary,
    /// Coverages that were asked already: a new offer goes to the next.
    pub already_asked: &'a [CoverageId],
}

/// How many assignments of the civil day were given out.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// By coverage.
    pub coverages: HashMap<CoverageId, i64>,
    /// By contract, over all its coverages.
    pub contracts: HashMap<ContractId, i64>,
}

impl Usage {
    /// Counts an assignment, so that the next decision sees it.
    pub fn take(&mut self, choice: &Choice) {
        *self.coverages.entry(choice.coverage).or_default() += 1;
        *self.contracts.entry(choice.contract).or_default() += 1;
    }

    /// How many more assignments are free today; absent: no cap.
    fn free(&self, contract: &Contract, coverage: &Coverage) -> Option<i64> {
        let left = |cap: Option<i64>, used: Option<&i64>| cap.map(|cap| cap.saturating_sub(used.copied().unwrap_or_default()));
        let of_coverage = left(coverage.daily_capacity, self.coverages.get(&coverage.id));
        let of_contract = left(contract.daily_capacity, self.contracts.get(&contract.id));
        of_coverage.into_iter().chain(of_contract).min()
    }
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Under which contract.
    pub contract: ContractId,
    /// By which coverage.
    pub coverage: CoverageId,
    /// Which organisation.
    pub organisation: OrganisationId,
    /// Rank of the coverage.
    pub rank: i64,
}

bazdid_protocol::text_enum! {
    /// What became of somebody who was considered.
    Outcome {
        /// Is asked.
        Chosen = "chosen",
        /// Is not.
        PassedOver = "passed_over",
    }
}

bazdid_protocol::text_enum! {
    /// Why a coverage was passed over.
    Reason {
        /// It is of another category.
        CategoryDiffers = "category_differs",
        /// Its contract is set aside.
        Suspended = "suspended",
        /// Its contract is a draft, not yet or no longer in force.
        NotInForce = "not_in_force",
        /// The organisation does no contract work: it is an office or a partner.
        NoContractor = "no_contractor",
        /// The organisation is kept for the record only.
        OrganisationDisabled = "organisation_disabled",
        /// The coverage itself is not valid at the instant.
        CoverageNotValid = "coverage_not_valid",
        /// It was asked before.
        AlreadyAsked = "already_asked",
        /// Nothing of today's capacity is left.
        Full = "full",
        /// Another is to be asked first.
        LowerRank = "lower_rank",
        /// Another covers the category more specifically.
        LessSpecificCategory = "less_specific_category",
        /// Another covers a smaller area.
        LargerArea = "larger_area",
        /// Another has more free capacity.
        LessFreeCapacity = "less_free_capacity",
        /// All else being equal, another contract has the lower number.
        ContractNumber = "contract_number",
        /// Another coverage of the same contract says the same.
        SameContract = "same_contract",
    }
}

impl Reason {
    /// Whether it is a candidate all the same, only not the one whose turn it is.
    #[must_use]
    pub const fn is_of_order(self) -> bool {
        matches!(
            self,
            Self::AlreadyAsked
                | Self::Full
                | Self::LowerRank
                | Self::LessSpecificCategory
                | Self::LargerArea
                | Self::LessFreeCapacity
                | Self::ContractNumber
                | Self::SameContract
        )
    }

    /// The reason as one sentence, Persian and English.
    #[must_use]
    pub const fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Self::CategoryDiffers => ("این پوشش برای موضوع دیگری است.", "This coverage is of another category."),
            Self::Suspended => ("قرارداد معلق است.", "The contract is suspended."),
            Self::NotInForce => ("قرارداد در این زمان برقرار نیست.", "The contract is not in force at this time."),
            Self::NoContractor => {
                ("این سازمان پیمانکار یا گروه اجرایی نیست.", "The organisation is neither a contractor nor an emergency group.")
            }
            Self::OrganisationDisabled => ("سازمان غیرفعال است.", "The organisation is disabled."),
            Self::CoverageNotValid => ("این پوشش در این زمان معتبر نیست.", "The coverage is not valid at this time."),
            Self::AlreadyAsked => ("پیش‌تر به این پوشش پیشنهاد شده است.", "This coverage was asked before."),
            Self::Full => ("ظرفیت امروز پر است.", "Today's capacity is used up."),
            Self::LowerRank => ("رتبهٔ دیگری مقدم است.", "Another has a rank that is asked first."),
            Self::LessSpecificCategory => ("پوشش دیگری به موضوع نزدیک‌تر است.", "Another covers the category more specifically."),
            Self::LargerArea => ("پوشش دیگری محدودهٔ کوچک‌تری دارد.", "Another covers a smaller area."),
            Self::LessFreeCapacity => ("دیگری ظرفیت آزاد بیشتری دارد.", "Another has more free capacity."),
            Self::ContractNumber => {
                ("در شرایط برابر، شمارهٔ قرارداد دیگری مقدم است.", "All else being equal, another contract has the lower number.")
            }
            Self::SameContract => ("پوشش دیگری از همین قرارداد برابر آن است.", "Another coverage of the same contract is equal to it."),
        }
    }
}

/// What is said of the chosen one.
const CHOSEN: (&str, &str) = (
    "به ترتیب رتبه، موضوع، محدوده، ظرفیت آزاد و شمارهٔ قرارداد، نخستین است.",
    "It is the first by rank, category, area, free capacity and contract number.",
);

/// A coverage that was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Its contract.
    pub contract: ContractId,
    /// The contract's number.
    pub number: String,
    /// The coverage.
    pub coverage: CoverageId,
    /// The contract's organisation.
    pub organisation: OrganisationId,
    /// The coverage's rank.
    pub rank: i64,
    /// How many more assignments it could take today; absent: no cap.
    pub free: Option<i64>,
    /// Chosen or not.
    pub verdict: Outcome,
    /// Why not; absent for the chosen one.
    pub reason: Option<Reason>,
    /// In Persian.
    pub fa: Cow<'static, str>,
    /// In English.
    pub en: Cow<'static, str>,
}

/// A decision with its explanation: what is stored with the offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who is asked; absent: nobody can be.
    pub chosen: Option<Choice>,
    /// Who was considered: the chosen one, the other candidates in the order in which they would be asked, then those
    /// that are no candidates.
    pub considered: Vec<Considered>,
    /// How clearly the point lies in its areas.
    pub boundary: Boundary,
}

/// A coverage with what it hangs on.
#[derive(Debug, Clone)]
struct Entry {
    contract: Contract,
    coverage: Coverage,
    organisation: (OrganisationKind, ActiveState),
}

/// The order of candidates: the least is asked first. No two coverages are equal.
type Key<'e> = (i64, usize, Reverse<AreaKind>, Reverse<i64>, &'e str, CoverageId);

/// All coverages, to be asked many times. Build it once for a transaction or an import.
#[derive(Debug, Clone, Default)]
pub struct CoverageBook {
    entries: Vec<Entry>,
    by_area: HashMap<AreaId, Vec<usize>>,
    areas: HashMap<AreaId, (AreaKind, Option<AreaId>)>,
    categories: HashMap<CategoryId, Option<CategoryId>>,
    caps: HashMap<Uuid, i64>,
}

/// Where and what is asked for, with all that lies above.
struct Place {
    areas: BTreeSet<AreaId>,
    categories: Vec<CategoryId>,
}

impl CoverageBook {
    /// A book of coverages. A coverage whose contract is not among the contracts, and one whose organisation is not among
    /// the organisations, is not in the book.
    #[must_use]
    pub fn build(
        contracts: &[Contract],
        coverages: &[Coverage],
        organisations: &[Organisation],
        areas: &[Area],
        categories: &[Category],
    ) -> Self {
        let contracts: HashMap<_, _> = contracts.iter().map(|c| (c.id, c)).collect();
        let organisations: HashMap<_, _> = organisations.iter().map(|o| (o.id, (o.kind, o.state))).collect();
        let mut book = Self {
            areas: areas.iter().map(|a| (a.id, (a.kind, a.parent_id))).collect(),
            categories: categories.iter().map(|c| (c.id, c.parent_id)).collect(),
            ..Self::default()
        };
        for coverage in coverages {
            let Some(contract) = contracts.get(&coverage.contract_id) else { continue };
            let Some(organisation) = organisations.get(&contract.organisation_id) else { continue };
            book.by_area.entry(coverage.area_id).or_default().push(book.entries.len());
            book.caps.extend(coverage.daily_capacity.map(|cap| (coverage.id.uuid(), cap)));
            book.caps.extend(contract.daily_capacity.map(|cap| (contract.id.uuid(), cap)));
            book.entries.push(Entry { contract: (*contract).clone(), coverage: coverage.clone(), organisation: *organisation });
        }
        book
    }

    /// The daily capacity of a coverage or a contract, if it has one.
    #[must_use]
    pub fn cap(&self, subject: Uuid) -> Option<i64> {
        self.caps.get(&subject).copied()
    }

    /// Whether one of some organisations has or had a contract in force at an instant that covers an area, by itself or with one above it.
    #[must_use]
    pub fn covers(&self, organisations: &[OrganisationId], area: AreaId, at: Timestamp) -> bool {
        let entries = self.with_those_above(&[area]).into_iter().filter_map(|a| self.by_area.get(&a)).flatten();
        entries.filter_map(|n| self.entries.get(*n)).any(|Entry { contract, coverage, .. }| {
            let counted = matches!(contract.status, ContractStatus::Active | ContractStatus::Ended);
            let in_force = counted && contract.valid_from <= at && at < contract.ends_at() && coverage.in_force_at(at);
            in_force && organisations.contains(&contract.organisation_id)
        })
    }

    /// The coverages and contracts with a daily capacity that may be asked in some areas (those above them included by name).
    #[must_use]
    pub fn capped_in(&self, areas: &BTreeSet<AreaId>) -> Vec<Uuid> {
        let entries = areas.iter().filter_map(|a| self.by_area.get(a)).flatten().filter_map(|n| self.entries.get(*n));
        let subjects: BTreeSet<Uuid> = entries.flat_map(|e| [e.coverage.id.uuid(), e.contract.id.uuid()]).collect();
        subjects.into_iter().filter(|s| self.caps.contains_key(s)).collect()
    }

    /// Decides among the coverages of the areas that hold the point. The order of rows in the book does not matter.
    #[must_use]
    pub fn decide(&self, question: &Question<'_>, usage: &Usage) -> Decision {
        let place = self.place(question);
        let entries = place.areas.iter().filter_map(|area| self.by_area.get(area)).flatten().filter_map(|n| self.entries.get(*n));
        let mut candidates = Vec::new();
        let mut others = Vec::new();
        for entry in entries {
            match self.candidate(entry, &place, question, usage) {
                Ok(key) => candidates.push((key, entry)),
                Err(reason) => others.push((entry, reason)),
            }
        }
        candidates.sort_unstable_by_key(|(key, _)| *key);
        // Those of the category tell more than those of others.
        let last = |reason: Reason| reason == Reason::CategoryDiffers;
        others.sort_unstable_by(|(a, why), (b, other)| (last(*why), id_order(a)).cmp(&(last(*other), id_order(b))));

        let best = candidates.first().copied();
        let asked = candidates.iter().map(|(key, entry)| {
            let beaten = best.map_or(Reason::SameContract, |(best, _)| beaten_by(&best, key));
            let is_best = best.is_some_and(|(_, chosen)| chosen.coverage.id == entry.coverage.id);
            considered(entry, (!is_best).then_some(beaten), usage)
        });
        let considered = asked.chain(others.iter().map(|(entry, reason)| considered(entry, Some(*reason), usage))).collect();
        let chosen = best.map(|(_, entry)| Choice {
            contract: entry.contract.id,
            coverage: entry.coverage.id,
            organisation: entry.contract.organisation_id,
            rank: entry.coverage.rank,
        });
        Decision { chosen, considered, boundary: question.boundary }
    }

    /// The key by which a coverage is ordered, or why it is no candidate.
    fn candidate<'e>(&self, entry: &'e Entry, place: &Place, question: &Question<'_>, usage: &Usage) -> Result<Key<'e>, Reason> {
        let Entry { contract, coverage, organisation } = entry;
        let specificity = specificity(coverage, &place.categories).ok_or(Reason::CategoryDiffers)?;
        if contract.status == ContractStatus::Suspended {
            return Err(Reason::Suspended);
        }
        if !contract.in_force_at(question.at) {
            return Err(Reason::NotInForce);
        }
        let (kind, state) = *organisation;
        if !does_contract_work(kind) {
            return Err(Reason::NoContractor);
        }
        if state != ActiveState::Active {
            return Err(Reason::OrganisationDisabled);
        }
        if !coverage.in_force_at(question.at) {
            return Err(Reason::CoverageNotValid);
        }
        if question.already_asked.contains(&coverage.id) {
            return Err(Reason::AlreadyAsked);
        }
        let free = usage.free(contract, coverage);
        if free.is_some_and(|free| free <= 0) {
            return Err(Reason::Full);
        }
        // An area that the book was not told of counts as the largest.
        let kind = self.areas.get(&coverage.area_id).map_or(AreaKind::City, |(kind, _)| *kind);
        Ok((coverage.rank, specificity, Reverse(kind), Reverse(free.unwrap_or(i64::MAX)), contract.number.as_str(), coverage.id))
    }

    /// Areas with all that lie above them. A loop of parents ends where it began.
    fn with_those_above(&self, leaves: &[AreaId]) -> BTreeSet<AreaId> {
        let mut areas = BTreeSet::new();
        for leaf in leaves {
            let mut next = Some(*leaf);
            while let Some(area) = next.filter(|area| areas.insert(*area)) {
                next = self.areas.get(&area).and_then(|(_, parent)| *parent);
            }
        }
        areas
    }

    /// The areas and categories asked for, with all that lie above them. A loop of parents ends where it began.
    fn place(&self, question: &Question<'_>) -> Place {
        let areas = self.with_those_above(question.areas);
        let mut categories = Vec::new();
        let mut next = Some(question.category);
        while let Some(category) = next.filter(|category| !categories.contains(category)) {
            categories.push(category);
            next = self.categories.get(&category).copied().flatten();
        }
        Place { areas, categories }
    }
}

/// How far above the ticket's category a coverage lies: 0 is the category itself, a coverage of everything lies above all.
/// `None`: it does not cover the category.
fn specificity(coverage: &Coverage, path: &[CategoryId]) -> Option<usize> {
    let Some(covered) = coverage.category_id else { return Some(path.len()) };
    let steps = path.iter().position(|category| *category == covered)?;
    (steps == 0 || coverage.descent == Descent::WithDescendants).then_some(steps)
}

/// The first thing in which the best candidate is ahead of another.
fn beaten_by(best: &Key<'_>, other: &Key<'_>) -> Reason {
    if best.0 != other.0 {
        Reason::LowerRank
    } else if best.1 != other.1 {
        Reason::LessSpecificCategory
    } else if best.2 != other.2 {
        Reason::LargerArea
    } else if best.3 != other.3 {
        Reason::LessFreeCapacity
    } else if best.4 != other.4 {
        Reason::ContractNumber
    } else {
        Reason::SameContract
    }
}

/// The order in which those that are no candidates are listed.
fn id_order(entry: &Entry) -> (i64, &str, CoverageId) {
    (entry.coverage.rank, entry.contract.number.as_str(), entry.coverage.id)
}

fn considered(entry: &Entry, reason: Option<Reason>, usage: &Usage) -> Considered {
    let (fa, en) = reason.map_or(CHOSEN, Reason::sentences);
    Considered {
        contract: entry.contract.id,
        number: entry.contract.number.clone(),
        coverage: entry.coverage.id,
        organisation: entry.contract.organisation_id,
        rank: entry.coverage.rank,
        free: usage.free(&entry.contract, &entry.coverage),
        verdict: if reason.is_some() { Outcome::PassedOver } else { Outcome::Chosen },
        reason,
        fa: Cow::Borrowed(fa),
        en: Cow::Borrowed(en),
    }
}

#[cfg(test)]
mod tests;
