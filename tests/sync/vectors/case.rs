//! One case: a unit of work, what people did, and what must come of it whatever arrives first.

use std::collections::{BTreeMap, BTreeSet};

use bazdid_domain::{
    conflict::ConflictStatus,
    sync::{
        engine::{Act, decide, settle},
        merge_context::MergeContext,
        stamp::{Skew, Stamp},
    },
    unit_of_work::UnitOfWork,
    wire,
};
use bazdid_protocol::{
    command::Command,
    outcome::{Outcome, Status},
    rows::WireRow as _,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::vectors::fixture::{NOW, ORDER, TICKET, Who, commit, id, key, reference};

/// At most so many orders of arrival stand in a file; all of them are tried.
const SHOWN: usize = 6;

/// What somebody did, `minutes` before now.
#[derive(Debug, Clone)]
pub struct Step {
    pub n: u128,
    pub who: Who,
    pub cmd: &'static str,
    pub entity: u128,
    pub base: Option<i64>,
    pub epoch: Option<i64>,
    pub minutes: i64,
    pub args: Value,
}

impl Step {
    fn wire(&self) -> Value {
        let stamp = NOW.plus_minutes(-self.minutes);
        json!({
            "id": key(self.n), "author": self.who.name(), "cmd": self.cmd, "entity": key(self.entity), "base": self.base, "epoch": self.epoch,
            "est": stamp, "eff": stamp.micros(), "args": self.args,
        })
    }
}

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    pub file: &'static str,
    pub name: &'static str,
    pub law: &'static str,
    pub about: &'static str,
    pub unit: UnitOfWork,
    pub steps: Vec<Step>,
    told: Vec<&'static str>,
    conflicts: Vec<&'static str>,
}

/// A case of a file under a row of the tables of the specification.
pub fn case(file: &'static str, name: &'static str, law: &'static str, about: &'static str, unit: UnitOfWork) -> Case {
    Case { file, name, law, about, unit: commit(&unit), steps: Vec::new(), told: Vec::new(), conflicts: Vec::new() }
}

impl Case {
    fn act(mut self, step: Step) -> Self {
        let n = 0xa0 + u128::try_from(self.steps.len()).unwrap();
        self.steps.push(Step { n, ..step });
        self
    }

    /// Something about the ticket, by somebody who had its revision `base`.
    pub fn at_ticket(self, who: Who, base: i64, minutes: i64, cmd: &'static str, args: Value) -> Self {
        self.act(Step { n: 0, who, cmd, entity: TICKET, epoch: None, base: Some(base), minutes, args })
    }

    /// An edit of the ticket.
    pub fn edit(self, who: Who, base: i64, minutes: i64, set: &Value) -> Self {
        self.at_ticket(who, base, minutes, "ticket.edit", json!({ "set": set }))
    }

    /// Something about the order in an epoch.
    pub fn work(self, who: Who, epoch: i64, minutes: i64, cmd: &'static str, args: Value) -> Self {
        let base = self.unit.work_orders.get(id(ORDER)).map(|o| o.rev);
        self.act(Step { n: 0, who, cmd, entity: ORDER, epoch: Some(epoch), base, minutes, args })
    }

    /// Something new that stands by itself.
    pub fn create(self, who: Who, entity: u128, minutes: i64, cmd: &'static str, args: Value) -> Self {
        self.act(Step { n: 0, who, cmd, entity, epoch: None, base: None, minutes, args })
    }

    /// What each is told if they arrive as they stand: the status and the code.
    pub fn told(mut self, told: &[&'static str]) -> Self {
        self.told = told.to_vec();
        self
    }

    /// The conflicts that are open in the end: kind and severity.
    pub fn conflicts(mut self, conflicts: &[&'static str]) -> Self {
        self.conflicts = conflicts.to_vec();
        self
    }

    /// Every order of arrival that keeps each author's own.
    fn arrivals(&self) -> Vec<Vec<usize>> {
        fn go(steps: &[Step], taken: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
            if taken.len() == steps.len() {
                all.push(taken.clone());
                return;
            }
            let mut tried = BTreeSet::new();
            for (n, step) in steps.iter().enumerate() {
                if !taken.contains(&n) && tried.insert(step.who) {
                    taken.push(n);
                    go(steps, taken, all);
                    taken.pop();
                }
            }
        }
        let mut all = Vec::new();
        go(&self.steps, &mut Vec::new(), &mut all);
        all
    }

    fn send(&self, unit: &mut UnitOfWork, context: &MergeContext<'_>, step: &Step) -> Outcome {
        let command = Command::parse(step.cmd, 1, &step.args).unwrap_or_else(|e| panic!("{}: {}", self.name, e.detail));
        let eff = NOW.plus_minutes(-step.minutes);
        let act = Act {
            id: id(step.n),
            entity: key(step.entity),
            base: step.base,
            epoch: step.epoch,
            command: &command,
            args: &step.args,
            stamp: Stamp { est: eff, eff, skew_us: 0, skew: Skew::Fine },
            received_at: NOW,
            office: false,
        };
        decide(unit, context, &step.who.author(), &act)
    }

    /// Lets everything arrive in one order, each alone or all in one batch. What is held is decided again with every arrival.
    fn play(&self, order: &[usize], at_once: bool) -> (UnitOfWork, Vec<Outcome>) {
        let reference = reference();
        let context = MergeContext::new(&reference);
        let mut unit = self.unit.clone();
        let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
        for n in order {
            outcomes.insert(*n, self.send(&mut unit, &context, &self.steps[*n]));
            loop {
                let mut held: Vec<usize> = outcomes.iter().filter(|(_, o)| o.status == Status::Held).map(|(n, _)| *n).collect();
                held.sort_by_key(|n| (std::cmp::Reverse(self.steps[*n].minutes), self.steps[*n].n));
                let again: Vec<(usize, Outcome)> = held.into_iter().map(|n| (n, self.send(&mut unit, &context, &self.steps[n]))).collect();
                let moved = again.iter().any(|(_, o)| o.status != Status::Held);
                outcomes.extend(again);
                if !moved {
                    break;
                }
            }
            if !at_once {
                settle(&mut unit, &context, NOW);
                unit = commit(&unit);
            }
        }
        settle(&mut unit, &context, NOW);
        (unit, outcomes.into_values().collect())
    }

    /// The case with what must come of it, as it stands in its file. Fails if the order of arrival matters or if it comes out
    /// otherwise than the case says.
    pub fn written(&self) -> Value {
        let arrivals = self.arrivals();
        let (unit, told) = self.play(&arrivals[0], false);
        let rows = rows(&unit);
        let words: Vec<String> = told.iter().map(words).collect();
        assert_eq!(words, self.told, "{}", self.name);
        let open = unit.conflicts.iter().filter(|c| c.status == ConflictStatus::Open);
        let conflicts: Vec<String> = open.map(|c| format!("{} {}", c.kind, c.severity)).collect();
        assert_eq!(conflicts, self.conflicts, "{}", self.name);
        for order in &arrivals {
            for at_once in [false, true] {
                assert_eq!(self::rows(&self.play(order, at_once).0), rows, "{}: {order:?} {at_once}", self.name);
            }
        }
        let before = self::rows(&self.unit);
        let changed: Vec<&Value> = rows.values().filter(|row| before.get(&name(row)) != Some(row)).collect();
        let shown: Vec<&Vec<usize>> = arrivals.iter().take(SHOWN).collect();
        let results: Vec<Value> = shown.iter().map(|order| self.play(order, false).1.iter().map(result).collect()).collect();
        json!({
            "name": self.name, "law": self.law, "about": self.about,
            "before": {
                "rows": before.into_values().collect::<Vec<_>>(),
                "revisions": revisions(&self.unit),
                "edits": edits(&self.unit),
                "status_changes": self.unit.status_changes.iter()
                    .map(|s| json!({"ticket": s.ticket_id, "from": s.from, "to": s.to, "at": s.at})).collect::<Vec<_>>(),
            },
            "mutations": self.steps.iter().map(Step::wire).collect::<Vec<_>>(),
            "arrivals": shown,
            "expected": { "rows": changed, "results": results },
        })
    }
}

fn words(outcome: &Outcome) -> String {
    outcome.code.map_or_else(|| outcome.status.to_string(), |code| format!("{} {code}", outcome.status))
}

fn result(outcome: &Outcome) -> Value {
    let mut result = Map::new();
    result.insert("status".into(), json!(outcome.status));
    result.extend(outcome.code.map(|code| ("code".into(), json!(code))));
    result.extend(outcome.conflict.map(|conflict| ("conflict".into(), json!(conflict))));
    result.into()
}

fn name(row: &Value) -> (String, String) {
    (row["t"].as_str().unwrap().to_owned(), row["row"]["id"].as_str().unwrap().to_owned())
}

/// Every row as devices see it, and the offers, which they do not.
fn rows(unit: &UnitOfWork) -> BTreeMap<(String, String), Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut add = |t: &str, row: Value| all.push(json!({ "t": t, "row": row }));
    unit.tickets.iter().for_each(|r| add("ticket", wire::ticket(r).to_value()));
    unit.work_orders.iter().for_each(|r| add("work_order", wire::work_order(r).to_value()));
    unit.work_events.iter().for_each(|r| add("work_event", wire::work_event(r).to_value()));
    unit.rounds.iter().for_each(|r| add("round", wire::round(r).to_value()));
    unit.visits.iter().for_each(|r| add("visit", wire::visit(r).to_value()));
    unit.notes.iter().for_each(|r| add("note", wire::note(r).to_value()));
    unit.measurements.iter().for_each(|r| add("measurement", wire::measurement(r).to_value()));
    unit.answers.iter().for_each(|r| add("answer", wire::answer(r).to_value()));
    unit.photos.iter().for_each(|r| add("photo", wire::photo(r).to_value()));
    unit.patrols.iter().for_each(|r| add("patrol", wire::patrol(r).to_value()));
    for r in unit.assignments.iter() {
        add(
            "assignment",
            json!({
                "id": r.id, "work_order": r.work_order_id, "epoch": r.epoch, "until_epoch": r.until_epoch, "organisation": r.organisation_id,
                "contract": r.contract_id, "offered_at": r.offered_at, "expires_at": r.expires_at, "answer": r.answer,
                "answered_at": r.answered_at, "reason": r.reason,
            }),
        );
    }
    // One that the system withdrew again is there or not, as things arrived.
    for r in unit.conflicts.iter().filter(|c| c.status == ConflictStatus::Open) {
        let mut row = wire::conflict(r).to_value();
        row["key"] = json!(r.key);
        add("conflict", row);
    }
    all.into_iter().map(|row| (name(&row), row)).collect()
}

/// The revisions that a `base` may name.
fn revisions(unit: &UnitOfWork) -> BTreeMap<Uuid, i64> {
    let tickets = unit.tickets.iter().map(|t| (t.id.uuid(), t.rev));
    tickets.chain(unit.work_orders.iter().map(|o| (o.id.uuid(), o.rev))).collect()
}

/// The edits that made the ticket what it is.
fn edits(unit: &UnitOfWork) -> Vec<Value> {
    let edit = |e: &bazdid_domain::ticket::FieldEdit| {
        json!({
            "ticket": e.ticket_id, "field": e.field, "value": e.value, "mutation": e.mutation_id, "actor": e.actor, "office": e.office,
            "base": e.base, "v": e.v, "eff": e.eff.micros(),
        })
    };
    unit.field_edits.iter().map(edit).collect()
}
