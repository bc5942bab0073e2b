//! The table is what happens: every path of the office, the field and the system is driven through every state by every party, and
//! each answer of the table shows in what came of it.

mod field;
mod office;
mod system;

use std::{cell::RefCell, collections::BTreeMap, fmt::Write as _, path::PathBuf};

use uuid::Uuid;

use super::*;
use crate::{reference::Reference, test_city::reference};
use bazdid_protocol::text_enum::TextEnum as _;

thread_local! {
    /// What the table was asked, and what it answered, while a scenario runs.
    static ASKED: RefCell<Option<Vec<(Cell, bool)>>> = const { RefCell::new(None) };
}

/// Notes a question to the table.
pub(super) fn note(cell: Cell, allowed: bool) {
    ASKED.with_borrow_mut(|asked| asked.iter_mut().for_each(|asked| asked.push((cell, allowed))));
}

/// What came of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Came {
    before: WorkOrderState,
    after: WorkOrderState,
    told: String,
}

/// One way in which somebody may try to take an order on.
struct Scenario {
    name: String,
    play: Box<dyn Fn(&Reference) -> Came>,
}

impl Scenario {
    fn new(name: String, play: impl Fn(&Reference) -> Came + 'static) -> Self {
        Self { name, play: Box::new(play) }
    }

    /// What came of it under a table, and what the table was asked.
    fn run(&self, reference: &Reference) -> (Came, Vec<(Cell, bool)>) {
        ASKED.set(Some(Vec::new()));
        let came = (self.play)(reference);
        (came, ASKED.take().unwrap_or_default())
    }
}

fn scenarios() -> Vec<Scenario> {
    office::scenarios().into_iter().chain(system::scenarios()).chain(field::scenarios()).collect()
}

/// The reference data with one cell of the table flipped.
fn flipped(cell: Cell) -> Reference {
    let mut reference = reference(None);
    if !reference.transitions.0.remove(&cell) {
        reference.transitions.0.insert(cell);
    }
    reference
}

#[test]
fn an_orders_state_changes_only_by_what_the_table_allowed() {
    let reference = reference(None);
    for scenario in scenarios() {
        let (came, asked) = scenario.run(&reference);
        let steps = asked.iter().filter(|(_, allowed)| *allowed).map(|(cell, _)| cell);
        let reached = steps.fold(came.before, |state, cell| if cell.from == state { cell.to } else { state });
        assert!(came.after == came.before || came.after == reached, "{}: {came:?} {asked:?}", scenario.name);
    }
}

#[test]
fn whichever_cell_of_the_table_is_flipped_something_else_happens() {
    let law = reference(None);
    let scenarios = scenarios();
    let mut asking: BTreeMap<Cell, Vec<usize>> = BTreeMap::new();
    let came: Vec<Came> = scenarios
        .iter()
        .enumerate()
        .map(|(n, scenario)| {
            let (came, asked) = scenario.run(&law);
            for (cell, _) in asked {
                asking.entry(cell).or_default().push(n);
            }
            came
        })
        .collect();
    let mut unnoticed = Vec::new();
    for from in WorkOrderState::ALL {
        for to in WorkOrderState::ALL {
            for party in Party::ALL {
                for mode in Mode::ALL {
                    let cell = Cell { from: *from, to: *to, party: *party, mode: *mode };
                    let Some(asked_by) = asking.get(&cell) else {
                        // Nobody asks: such a line would promise what cannot happen.
                        if law.transitions.0.contains(&cell) {
                            unnoticed.push(cell);
                        }
                        continue;
                    };
                    let other = flipped(cell);
                    let differs = |n: &usize| scenarios[*n].run(&other).0 != came[*n];
                    if !asked_by.iter().any(differs) {
                        unnoticed.push(cell);
                    }
                }
            }
        }
    }
    assert_eq!(unnoticed, [], "nothing asks for these cells, or nothing hangs on the answer");
}

/// What happened in all scenarios, as the table of `docs/work-orders.md`.
fn documented() -> String {
    let law = reference(None);
    let mut happened: BTreeMap<(WorkOrderState, WorkOrderState), BTreeMap<Mode, BTreeSet<Party>>> = BTreeMap::new();
    for scenario in scenarios() {
        let (came, asked) = scenario.run(&law);
        let mut state = came.before;
        for (cell, _) in asked.iter().filter(|(_, allowed)| *allowed) {
            if cell.from == state && came.after != came.before {
                state = cell.to;
                happened.entry((cell.from, cell.to)).or_default().entry(cell.mode).or_default().insert(cell.party);
            }
        }
    }
    let mut text = String::from("| from | to | online | offline |\n|---|---|---|---|\n");
    for ((from, to), modes) in happened {
        let who = |mode| modes.get(&mode).into_iter().flatten().map(|p| p.as_str()).collect::<Vec<_>>().join(", ");
        writeln!(text, "| `{from}` | `{to}` | {} | {} |", who(Mode::Online), who(Mode::Offline)).unwrap();
    }
    text
}

#[test]
fn the_documented_table_is_what_happens() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let page = here.ancestors().map(|folder| folder.join("docs/work-orders.md")).find(|page| page.exists()).unwrap();
    let (before, table) = (std::fs::read_to_string(&page).unwrap(), documented());
    let (head, _) = before.split_once("| from | to |").unwrap();
    let now = format!("{head}{table}");
    if std::env::var_os("BAZDID_WRITE_DOCS").is_some() {
        std::fs::write(&page, &now).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&page).unwrap(), now, "BAZDID_WRITE_DOCS=1 writes it anew");
}

fn next_states(from: WorkOrderState) -> impl Iterator<Item = WorkOrderState> {
    TransitionTable::default().0.into_iter().filter(move |cell| cell.from == from).map(|cell| cell.to)
}

fn reachable(from: WorkOrderState) -> BTreeSet<WorkOrderState> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(state) = open.pop() {
        open.extend(next_states(state).filter(|next| seen.insert(*next)));
    }
    seen
}

#[test]
fn every_state_is_reachable_and_none_is_a_dead_end() {
    assert_eq!(reachable(Draft).len(), WorkOrderState::ALL.len());
    for state in WorkOrderState::ALL {
        assert!(reachable(*state).contains(&Closed), "{state} must lead to closed");
    }
}

#[test]
fn a_cell_stands_in_one_line_and_leads_somewhere() {
    let cells: usize = LINES.iter().map(|line| line.from.len() * line.who.len()).sum();
    let table = TransitionTable::default().0;
    assert_eq!(table.len(), cells);
    assert!(table.iter().all(|cell| cell.from != cell.to));
}

#[test]
fn nobody_of_a_contractor_verifies_and_submitted_work_is_not_cancelled() {
    let table = TransitionTable::default().0;
    let any = |from, to, party| table.iter().any(|c| (c.from, c.to, c.party) == (from, to, party));
    for party in [C, W, E] {
        assert!(WorkOrderState::ALL.iter().all(|from| !any(*from, Verified, party)));
    }
    for party in Party::ALL {
        assert!(!any(Submitted, Cancelled, *party) && !any(Verified, Cancelled, *party));
    }
}

#[test]
fn four_eyes() {
    let account = |n| AccountId::new(Uuid::from_u128(n));
    let org = |n| OrganisationId::new(Uuid::from_u128(n));
    assert!(!may_judge(account(1), None, account(1), &[]), "never the submitter");
    assert!(!may_judge(account(1), Some(org(9)), account(2), &[org(8), org(9)]), "nor a colleague");
    assert!(may_judge(account(1), Some(org(9)), account(2), &[org(8)]));
    assert!(may_judge(account(1), None, account(2), &[org(8)]));
}
