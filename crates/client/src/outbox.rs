//! The outbox and the journal: everything that was done with the device, with the answers to it.

pub(crate) mod stored;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::marks::Marks;
use bazdid_protocol::{
    digest::Chain,
    envelope::ResultItem,
    ids::{AccountId, GroupId, MutationId},
    outcome::Status,
    time::{MICROS_PER_DAY, Timestamp},
};

/// Answered mutations are kept so long: after a restore of the server they are sent again.
pub const KEEP_DAYS: i64 = 30;

/// Something that was done. What serde sees of it is the deed itself, which never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which of the device's sequences the place is in: each new registration may begin another.
    #[serde(skip)]
    pub numbering: i64,
    /// Place in the device's sequence.
    #[serde(skip)]
    pub seq: i64,
    /// Identity; never changes.
    pub id: MutationId,
    /// All-or-nothing group.
    pub group: Option<GroupId>,
    /// Command.
    pub cmd: String,
    /// What it is about.
    pub entity: Uuid,
    /// The entity's revision that was seen.
    pub base: Option<i64>,
    /// The entity's stamp that was seen.
    pub seen_ts: Option<i64>,
    /// The order's epoch that was seen.
    pub epoch: Option<i64>,
    /// Wall clock.
    pub at: Timestamp,
    /// Uptime, milliseconds.
    pub up: i64,
    /// Boot.
    pub boot: String,
    /// Who.
    pub actor: AccountId,
    /// Arguments.
    pub args: Value,
    /// The server's answer; absent while it waits.
    #[serde(skip)]
    pub result: Option<ResultItem>,
    /// Whether the copy holds what came of it: a complete page was read after the answer had come.
    #[serde(skip)]
    pub settled: bool,
}

impl Entry {
    /// As it stands on the wire.
    #[must_use]
    pub fn wire(&self) -> Value {
        json!({
            "seq": self.seq, "id": self.id, "group": self.group, "cmd": self.cmd, "v": 1, "entity": self.entity, "base": self.base,
            "seen_ts": self.seen_ts, "epoch": self.epoch, "at": self.at, "up": self.up, "boot": self.boot, "actor": self.actor,
            "args": self.args,
        })
    }
}

/// The outbox and the journal in one list, in the order of the sequence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outbox {
    /// Answered under an earlier identity of the device.
    history: Vec<Entry>,
    entries: Vec<Entry>,
    /// The seq and the chain before the first entry: older ones were forgotten.
    before: (i64, Option<Chain>),
    /// How many sequences were begun before this one.
    numbering: i64,
    /// Entries that are to be written.
    marks: Marks<MutationId>,
}

impl Outbox {
    /// Every entry, oldest first.
    pub fn journal(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.history.iter().chain(&self.entries)
    }

    /// The entry of a mutation.
    #[must_use]
    pub fn find(&self, id: MutationId) -> Option<&Entry> {
        self.journal().find(|e| e.id == id)
    }

    /// The answer to a mutation, once there is one.
    #[must_use]
    pub fn result(&self, id: MutationId) -> Option<&ResultItem> {
        self.find(id)?.result.as_ref()
    }

    /// How many wait for an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.entries.iter().filter(|e| e.result.is_none()).count()
    }

    /// The seq that the next entry gets.
    #[must_use]
    pub fn next_seq(&self) -> i64 {
        self.entries.last().map_or(self.before.0, |e| e.seq) + 1
    }

    /// Adds an entry; its `seq` is given here.
    pub fn append(&mut self, mut entry: Entry) {
        entry.seq = self.next_seq();
        entry.numbering = self.numbering;
        self.marks.mark(&entry.id);
        self.entries.push(entry);
    }

    /// Results up to this seq have all arrived.
    #[must_use]
    pub fn acked_through(&self) -> i64 {
        self.entries.iter().find(|e| e.result.is_none()).map_or_else(|| self.next_seq() - 1, |e| e.seq - 1)
    }

    /// The chain before an entry.
    #[must_use]
    pub fn chain_before(&self, seq: i64) -> Chain {
        let start = self.before.1.unwrap_or(Chain::START);
        self.entries.iter().take_while(|e| e.seq < seq).fold(start, |chain, e| chain.next(e.id))
    }

    /// The next mutations to send: at most `limit`, from the first that waits, and no group cut in two unless it is larger.
    #[must_use]
    pub fn batch(&self, limit: usize) -> Vec<Entry> {
        let waiting: Vec<&Entry> = self.entries.iter().skip_while(|e| e.result.is_some()).collect();
        let mut end = waiting.len().min(limit.max(1));
        let cut = |at: usize| match (waiting.get(at.wrapping_sub(1)), waiting.get(at)) {
            (Some(last), Some(next)) => last.group.is_some() && last.group == next.group,
            _ => false,
        };
        while end > 0 && cut(end) {
            end -= 1;
        }
        if end == 0 {
            end = limit.max(1);
            while cut(end) {
                end += 1;
            }
        }
        waiting.into_iter().take(end).cloned().collect()
    }

    /// Keeps the answers. A deferred mutation goes on waiting.
    pub fn answer(&mut self, results: &[ResultItem]) {
        for result in results.iter().filter(|r| r.status != Status::Deferred) {
            let by_id = |e: &&mut Entry| Some(e.id) == result.id || (result.id.is_none() && Some(e.seq) == result.seq);
            if let Some(entry) = self.entries.iter_mut().find(by_id) {
                self.marks.mark(&entry.id);
                entry.result = Some(result.clone());
            }
        }
    }

    /// Brings answers up to date that were final for nobody, such as `held`.
    pub fn update(&mut self, results: &[ResultItem]) {
        for result in results {
            let answered = self.history.iter_mut().chain(&mut self.entries).find(|e| e.result.is_some() && Some(e.id) == result.id);
            let Some(entry) = answered else { continue };
            // Under another device the same mutation has another number, or none here.
            let result = ResultItem { seq: entry.result.as_ref().and_then(|r| r.seq).or(result.seq), ..result.clone() };
            if entry.result.as_ref() != Some(&result) {
                self.marks.mark(&entry.id);
                entry.result = Some(result);
            }
        }
    }

    /// A complete page was read: what came of all that had been answered by then is in the copy. What is held is not decided yet, and a
    /// server that knows less of the sequence than it had answered was put back to an earlier state.
    pub fn settle(&mut self, applied_through: i64) {
        let numbering = self.numbering;
        let decided = |e: &&mut Entry| !e.settled && e.result.as_ref().is_some_and(|r| r.status != Status::Held);
        let known = move |e: &&mut Entry| e.numbering != numbering || e.seq <= applied_through;
        for entry in self.history.iter_mut().chain(&mut self.entries).filter(decided).filter(known) {
            entry.settled = true;
            self.marks.mark(&entry.id);
        }
    }

    /// The server knows nothing from `seq` on (it was restored): all from there is sent again. Whether the journal reaches
    /// back so far.
    pub fn rewind(&mut self, seq: i64) -> bool {
        if seq <= self.before.0 {
            return false;
        }
        for entry in self.entries.iter_mut().filter(|e| e.seq >= seq) {
            self.marks.mark(&entry.id);
            entry.result = None;
            entry.settled = false;
        }
        true
    }

    /// Nothing that was answered is certain any more (the server was restored): all is sent again, last what was answered under an earlier
    /// identity.
    pub fn rewind_all(&mut self) {
        for entry in &mut self.entries {
            self.marks.mark(&entry.id);
            entry.result = None;
            entry.settled = false;
        }
        for entry in std::mem::take(&mut self.history) {
            self.append(Entry { result: None, settled: false, ..entry });
        }
    }

    /// Begins a new sequence with what has no answer; what has one becomes history.
    pub fn renumber(&mut self) {
        let (answered, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.entries).into_iter().partition(|e| e.result.is_some());
        self.history.extend(answered);
        self.begin_sequence();
        for entry in waiting {
            self.append(entry);
        }
    }

    /// Begins a new sequence with everything that is left, answered or not: the server lost it.
    pub fn renumber_all(&mut self) {
        let all: Vec<_> = std::mem::take(&mut self.history).into_iter().chain(std::mem::take(&mut self.entries)).collect();
        self.begin_sequence();
        for entry in all {
            self.append(Entry { result: None, settled: false, ..entry });
        }
    }

    fn begin_sequence(&mut self) {
        self.numbering += 1;
        self.before = (0, None);
    }

    /// Forgets answered entries that are older than [`KEEP_DAYS`], from the front.
    pub fn forget(&mut self, now: Timestamp) {
        let old = move |e: &Entry| e.result.as_ref().is_some_and(|r| r.status != Status::Held) && now - e.at > KEEP_DAYS * MICROS_PER_DAY;
        for entry in self.journal().filter(|e| old(e)).map(|e| e.id).collect::<Vec<_>>() {
            self.marks.mark(&entry);
        }
        self.history.retain(|e| !old(e));
        let keep = self.entries.iter().position(|e| !old(e)).unwrap_or(self.entries.len());
        if let Some(last) = keep.checked_sub(1).and_then(|i| self.entries.get(i)).map(|e| e.seq) {
            self.before = (last, Some(self.chain_before(last + 1)));
            self.entries.drain(..keep);
        }
    }
}
