//! How it goes with the receivers of webhooks.

use crate::cli::doctor::Found;
use bazdid_domain::webhook::WebhookState;
use bazdid_protocol::{
    error::Result,
    time::{MICROS_PER_MINUTE, Timestamp},
};
use bazdid_service::webhook::{self, Overview};
use bazdid_store::{self as store, Tx};

/// An event that waits for longer is told.
const PATIENCE_US: i64 = 10 * MICROS_PER_MINUTE;

/// What there is to look at.
#[derive(Debug)]
pub(super) struct Receivers {
    all: Vec<Overview>,
    /// When the oldest event happened that no server has passed on.
    not_passed_on: Option<Timestamp>,
    /// When the oldest event happened that an active receiver has not confirmed.
    not_confirmed: Option<Timestamp>,
}

/// Reads it.
///
/// # Errors
/// The database fails.
pub(super) fn read(tx: &mut Tx<'_>) -> Result<Receivers> {
    let all = webhook::list(tx)?;
    let active: Vec<_> = all.iter().map(|o| &o.webhook).filter(|w| w.state == WebhookState::Active).map(|w| w.id).collect();
    let not_passed_on = store::outbox::list_open(tx, 1)?.first().map(|event| event.timestamp);
    let not_confirmed = store::webhook::find_oldest_pending(tx, &active)?;
    Ok(Receivers { all, not_passed_on, not_confirmed })
}

/// Says what is wrong with it.
pub(super) fn judge(receivers: &Receivers, now: Timestamp) -> Found {
    let Receivers { all, not_passed_on, not_confirmed } = receivers;
    if all.is_empty() {
        return Found::Fine("nobody receives events".into());
    }
    let of_state = |state: WebhookState| all.iter().filter(move |o| o.webhook.state == state);
    let (mut faults, mut notes) = (Vec::new(), Vec::new());
    for Overview { webhook, .. } in of_state(WebhookState::Failed) {
        let id = webhook.id;
        faults.push(format!("{id} was given up after days without an answer; mend it, then `bazdid webhook enable {id}`"));
    }
    for Overview { webhook, .. } in of_state(WebhookState::Disabled) {
        notes.push(format!("{} is disabled", webhook.id));
    }
    for Overview { webhook, fault, .. } in of_state(WebhookState::Active) {
        if let Some(since) = webhook.failing_since {
            let why = fault.map_or_else(String::new, |fault| format!(", the last time by `{fault}`"));
            notes.push(format!("{} fails since {since}, {} attempts{why}", webhook.id, webhook.failures));
        }
    }
    for Overview { webhook, dead, .. } in all.iter().filter(|o| o.dead > 0) {
        notes.push(format!("{dead} events were tried in vain for {id}; `bazdid webhook retry {id}` sends them again", id = webhook.id));
    }
    let is_late = |at: &&Timestamp| now - **at > PATIENCE_US;
    if let Some(since) = not_passed_on.as_ref().filter(is_late) {
        notes.push(format!("events wait since {since} to be passed on: `bazdid serve` with `webhooks.senders` above 0 does it"));
    }
    if let Some(since) = not_confirmed.as_ref().filter(is_late) {
        notes.push(format!("the oldest event that a receiver has not confirmed is of {since}"));
    }
    if !faults.is_empty() {
        faults.append(&mut notes);
        return Found::Fault(faults.join("\n      "));
    }
    if !notes.is_empty() {
        return Found::Note(notes.join("\n      "));
    }
    Found::Fine(format!("{} receive events, none fails and none waits long", all.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bazdid_domain::webhook::{DeliveryFault, Webhook};
    use bazdid_protocol::ids::WebhookId;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    fn receiver(state: WebhookState) -> Overview {
        let webhook = Webhook {
            id: WebhookId::new(uuid::Uuid::from_u128(7)),
            rev: 1,
            url: "https://hooks.example.org/secret".into(),
            description: String::new(),
            kinds: None,
            other_kinds: Vec::new(),
            state,
            secret: Vec::new(),
            old_secret: None,
            old_secret_until: None,
            failures: 0,
            failing_since: None,
            retry_at: None,
            succeeded_at: None,
            created_by: None,
            created_at: NOW,
            updated_at: NOW,
        };
        Overview { webhook, pending: 0, dead: 0, fault: None }
    }

    fn found(all: Vec<Overview>, not_passed_on: Option<i64>, not_confirmed: Option<i64>) -> (&'static str, String) {
        let ago = |minutes: i64| NOW.plus_minutes(-minutes);
        match judge(&Receivers { all, not_passed_on: not_passed_on.map(ago), not_confirmed: not_confirmed.map(ago) }, NOW) {
            Found::Fine(text) => ("ok", text),
            Found::Note(text) => ("note", text),
            Found::Fault(text) => ("FAULT", text),
        }
    }

    #[test]
    fn each_thing_that_can_go_wrong_with_a_receiver_is_told_and_what_to_do() {
        use WebhookState::{Active, Disabled, Failed};
        let failing = || {
            let mut receiver = receiver(Active);
            (receiver.webhook.failures, receiver.webhook.failing_since) = (3, Some(NOW.plus_minutes(-5)));
            Overview { fault: Some(DeliveryFault::Timeout), ..receiver }
        };
        for (all, passed_on, confirmed, word, said) in [
            (vec![], Some(500), None, "ok", "nobody receives"),
            (vec![receiver(Active)], Some(10), Some(10), "ok", "1 receive events"),
            (vec![receiver(Active)], Some(11), None, "note", "`webhooks.senders`"),
            (vec![receiver(Active)], None, Some(11), "note", "has not confirmed"),
            (vec![receiver(Disabled)], None, None, "note", "is disabled"),
            (vec![failing()], None, None, "note", "3 attempts, the last time by `timeout`"),
            (vec![Overview { dead: 4, ..receiver(Active) }], None, None, "note", "4 events were tried in vain"),
            (vec![receiver(Failed)], None, None, "FAULT", "`bazdid webhook enable 00000000-0000-0000-0000-000000000007`"),
            (vec![failing(), receiver(Failed)], None, None, "FAULT", "fails since"),
        ] {
            let (found, text) = found(all, passed_on, confirmed);
            assert!(found == word && text.contains(said), "{found} {text}: {word} {said}");
            assert!(!text.contains("secret"), "an address may hold a token");
        }
    }
}
