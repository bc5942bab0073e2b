//! What is told at the end: tables for people and the same as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    check::{Count, verdicts},
    people::Person,
};
use bazdid_client::copy::LocalCopy;
use bazdid_command::out;

/// Everything that is known at the end.
#[derive(Debug)]
pub struct Figures<'a> {
    /// Address of the server.
    pub base_url: &'a str,
    /// Word of the city.
    pub city: &'a str,
    /// `real` or `synthetic`.
    pub outlines: &'a str,
    /// `real` or `synthetic`.
    pub requests: &'a str,
    /// The database, without a password.
    pub database: &'a str,
    /// Who can log in.
    pub people: &'a [Person],
    /// Number of tickets.
    pub tickets: usize,
    /// Assigned orders by name of the district.
    pub assignments: BTreeMap<String, usize>,
    /// Orders that nobody could be found for.
    pub unassigned: usize,
    /// Conflicts by kind, decided ones too.
    pub conflicts: BTreeMap<String, usize>,
    /// The supervisor's copy.
    pub held: &'a LocalCopy,
    /// What was counted.
    pub count: &'a Count,
    /// Answers that were `held` first and came right later.
    pub released: usize,
    /// Where the day went otherwise than its story.
    pub surprises: &'a [String],
    /// How long it took, seconds.
    pub duration_s: f64,
}

/// A line of a table with columns of fixed width.
fn line(left: &str, right: impl std::fmt::Display) {
    out(format_args!("  {left:<34} {right}"));
}

impl Figures<'_> {
    /// The tables.
    pub fn print(&self) {
        let count = self.count;
        out("\n━━ The day in figures ━━");
        line("tickets", self.tickets);
        line("work orders without anybody", self.unassigned);
        out("\n  assigned work orders by district");
        for (area, n) in &self.assignments {
            line(&format!("  {area}"), n);
        }
        out("\n  mutations of the phones");
        line("  pushed", count.pushed);
        for status in STATUSES {
            line(&format!("  {status}"), count.by_status.get(*status).copied().unwrap_or_default());
        }
        line("  held first, released later", self.released);
        out("\n  conflicts by kind");
        for (kind, n) in &self.conflicts {
            line(&format!("  {kind}"), n);
        }
        self.print_photos();
        out("\n  the check: what the phones did against what the server holds");
        line("  phones", count.devices);
        line("  rows on the phones, all compared", count.rows);
        line("  answers lost on the way", count.lost_answers);
        line("  phones that registered anew", count.forks);
        line("  access tokens renewed", count.renewals);
        line("  phones that diverged", count.diverged.len());
        line("  mutations lost", count.lost.len());
        line("  photos read back as declared", format_args!("{} of {} contents", count.photos.read_back, count.photos.contents));
        line("  photos lost or not as declared", count.photos.faults.len());
        for what in count.diverged.iter().chain(&count.lost).chain(&count.photos.faults) {
            out(format_args!("    ! {what}"));
        }
        if !self.surprises.is_empty() {
            out("\n  otherwise than the story says");
            for what in self.surprises {
                out(format_args!("    ! {what}"));
            }
        }
    }

    fn print_photos(&self) {
        let photos = &self.count.photos;
        out("\n  photos");
        line("  declared", photos.declared);
        line("  sent by the phones", photos.sent.photos);
        line("  of them hours after the shutter", photos.sent.late);
        line("  bytes", photos.sent.bytes);
        line("  requests with bytes", photos.sent.pieces);
        line("  connections cut in one", photos.sent.cuts);
        line("  resumed from the server's offset", photos.sent.resumed);
        line("  stored", photos.by_state.get("stored").copied().unwrap_or_default());
        line("  different contents, kept once", photos.contents);
        line("  waiting for bytes", photos.waiting());
        if photos.unread > 0 {
            line("  ! stored and not read in time", photos.unread);
        }
        let verdicts = verdicts(self.held);
        out(format_args!("\n  {:<34} {:>8} {:>8} {:>8}", "verdicts on photos", "ok", "mismatch", "unknown"));
        let figure = |of: &Value, result: &str| of.get(result).and_then(Value::as_u64).unwrap_or_default();
        let row = |name: &str, of: &Value| {
            let [ok, mismatch, unknown] = ["ok", "mismatch", "unknown"].map(|result| figure(of, result));
            out(format_args!("    {name:<32} {ok:>8} {mismatch:>8} {unknown:>8}"));
        };
        for (check, of) in verdicts.get("by_check").and_then(Value::as_object).into_iter().flatten() {
            row(check, of);
        }
        row("all", verdicts.get("by_result").unwrap_or(&Value::Null));
    }

    /// The logins.
    pub fn print_logins(&self) {
        out("\n━━ Logins ━━");
        out(format_args!("  {:<24} {:<14} {:<19} areas", "login", "password", "role"));
        for p in self.people {
            out(format_args!("  {:<24} {:<14} {:<19} {}", p.login, p.password, p.role.to_string(), p.areas.join(", ")));
        }
    }

    /// The same as JSON.
    #[must_use]
    pub fn summary(&self) -> Value {
        let login = |p: &Person| {
            json!({
                "login": p.login, "password": p.password, "role": p.role, "display_name": p.name,
                "organisation": p.organisation.as_ref().map(|(code, _)| code), "areas": p.areas,
            })
        };
        let mut mutations = json!({ "pushed": self.count.pushed });
        for status in STATUSES {
            if let Some(fields) = mutations.as_object_mut() {
                fields.insert((*status).to_owned(), self.count.by_status.get(*status).copied().unwrap_or_default().into());
            }
        }
        let photos = &self.count.photos;
        let of_photos = json!({
            "declared": photos.declared, "sent": photos.sent.photos, "late": photos.sent.late, "bytes": photos.sent.bytes,
            "requests": photos.sent.pieces, "cuts": photos.sent.cuts, "resumed": photos.sent.resumed, "by_state": photos.by_state,
            "contents": photos.contents, "waiting": photos.waiting(), "unread": photos.unread, "read_back": photos.read_back,
            "lost": photos.faults.len(),
        });
        let faults: Vec<&String> = self.count.diverged.iter().chain(&self.count.lost).chain(&photos.faults).collect();
        json!({
            "base_url": self.base_url, "city": self.city, "outlines": self.outlines, "requests": self.requests,
            "database": self.database, "logins": self.people.iter().map(login).collect::<Vec<_>>(), "tickets": self.tickets,
            "assignments_by_area": self.assignments, "unassigned": self.unassigned, "mutations": mutations,
            "released": self.released, "conflicts": self.conflicts, "verdicts": verdicts(self.held), "devices": self.count.devices,
            "rows": self.count.rows, "lost_answers": self.count.lost_answers, "forks": self.count.forks,
            "renewals": self.count.renewals, "diverged": self.count.diverged.len(), "lost": self.count.lost.len(),
            "faults": faults, "photos": of_photos, "surprises": self.surprises,
            "duration_s": self.duration_s,
        })
    }
}

/// The statuses of an answer that is final for the phone.
const STATUSES: &[&str] = &["applied", "merged", "conflict", "rejected", "held"];
