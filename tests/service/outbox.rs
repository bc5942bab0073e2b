//! Two processes that pass on and send, that die, stall and come back: nobody is told of a ticket out of order, and nobody is left out.

use std::collections::{BTreeMap, BTreeSet};

use bazdid_domain::{
    event::DomainEvent,
    webhook::{Attempt, DeliveryFault, DeliveryState, Webhook, WebhookState},
};
use bazdid_protocol::{
    event::{EventKind, TicketMerged},
    ids::{TicketId, WebhookId},
    time::MICROS_PER_SECOND,
};
use bazdid_service::{
    outbox::{LEASE_US, relay},
    webhook::{
        self, WebhookData,
        delivery::{self, Batch},
    },
};
use bazdid_store::{self as store, lease::Lease};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::{
    city::{City, id},
    town::{POTHOLE, Town, west},
};

fn subscribe(city: &City, events: Option<Vec<EventKind>>) -> WebhookId {
    let ctx = city.ctx();
    let data = WebhookData { url: "https://hooks.example.org/x".into(), description: String::new(), events, is_active: true };
    city.write(move |tx| webhook::create(tx, &ctx, &data)).0.webhook.id
}

fn happen(city: &City, ticket: u128, n: u128) {
    let now = city.now();
    let event = DomainEvent { id: id(n), ticket: Some(id(ticket)), occurred_at: now, payload: TicketMerged { into: id(1) }.into() };
    city.write(move |tx| store::outbox::append(tx, std::slice::from_ref(&event)));
}

/// A process that sends.
struct Process {
    holder: uuid::Uuid,
    /// What it has taken and not sent yet; the last is sent next.
    taken: Vec<delivery::Message>,
    /// What it has sent without having kept the outcome.
    sent: Option<(delivery::Message, Attempt)>,
}

impl Process {
    fn lease(&self, webhook: WebhookId) -> Lease {
        delivery::lease(webhook, self.holder, LEASE_US)
    }

    fn begin(&mut self, city: &City, webhook: WebhookId) {
        let (ctx, lease) = (city.ctx(), self.lease(webhook));
        let batch: Option<Batch> = city.write(move |tx| delivery::begin(tx, &ctx, webhook, &lease));
        self.taken = batch.map(|b| b.messages).unwrap_or_default();
        self.taken.reverse();
    }

    fn settle(&mut self, city: &City, webhook: WebhookId) {
        let Some((message, attempt)) = self.sent.take() else { return };
        let (ctx, lease, sent) = (city.ctx(), self.lease(webhook), message);
        if !city.write(move |tx| delivery::settle(tx, &ctx, &lease, &sent, &attempt)) {
            self.taken.clear();
        }
    }
}

#[test]
fn two_senders_that_stall_and_die_never_tell_a_later_event_before_an_earlier_one() {
    for seed in 0..6 {
        for city in City::both() {
            let mut rng = StdRng::seed_from_u64(seed);
            let webhook = subscribe(&city, None);
            let mut processes = [1, 2].map(|n| Process { holder: uuid::Uuid::from_u128(n), taken: vec![], sent: None });
            // What happened of each ticket, in order; what the receiver has confirmed.
            let mut happened: BTreeMap<TicketId, Vec<String>> = BTreeMap::new();
            let mut confirmed: BTreeSet<String> = BTreeSet::new();
            let mut n = 0;
            for step in 0..260 {
                let quiet = step > 120;
                let process = &mut processes[rng.random_range(0..2)];
                match rng.random_range(0..if quiet { 7 } else { 9 }) {
                    0 => {
                        let (ctx, lease) = (city.ctx(), Lease { name: "outbox".into(), holder: process.holder, lasts_us: LEASE_US });
                        city.write(move |tx| relay(tx, &ctx, &lease));
                    }
                    1 | 2 if process.sent.is_none() && process.taken.is_empty() => process.begin(&city, webhook),
                    1..=3 => {
                        if process.sent.is_none()
                            && let Some(message) = process.taken.pop()
                        {
                            let ticket = message.delivery.ticket_id.unwrap();
                            let of_ticket = &happened[&ticket];
                            let place = of_ticket.iter().position(|m| *m == message.id).unwrap();
                            assert!(
                                of_ticket[..place].iter().all(|earlier| confirmed.contains(earlier)),
                                "seed {seed}: event {place} of {ticket} is told before an earlier one"
                            );
                            let attempt = if rng.random_bool(0.6) {
                                confirmed.insert(message.id.clone());
                                Attempt::answered(200)
                            } else if rng.random_bool(0.5) {
                                // The receiver has it, but its answer is lost.
                                confirmed.insert(message.id.clone());
                                Attempt::failed(DeliveryFault::Connection)
                            } else {
                                Attempt::answered(500)
                            };
                            process.sent = Some((message, attempt));
                        }
                    }
                    4 => process.settle(&city, webhook),
                    // It dies, and another one is started in its place.
                    5 if rng.random_bool(0.3) => {
                        let holder = uuid::Uuid::from_u128(1000 + step);
                        *process = Process { holder, taken: vec![], sent: None };
                    }
                    // It stalls, sometimes for longer than its lease.
                    5 | 6 => city.clock.advance_micros(rng.random_range(1..40) * MICROS_PER_SECOND),
                    _ => {
                        n += 1;
                        let ticket = rng.random_range(1..4);
                        happen(&city, ticket, 5000 + n);
                        happened.entry(id(ticket)).or_default().push(id::<()>(5000 + n).to_string());
                    }
                }
            }
            // Whatever was left over is delivered in the end, by whoever is there.
            let mut last = Process { holder: uuid::Uuid::from_u128(77), taken: vec![], sent: None };
            for _ in 0..200 {
                city.clock.advance_micros(LEASE_US + 13 * 3600 * MICROS_PER_SECOND);
                let (ctx, lease) = (city.ctx(), Lease { name: "outbox".into(), holder: last.holder, lasts_us: LEASE_US });
                city.write(move |tx| relay(tx, &ctx, &lease));
                last.begin(&city, webhook);
                if last.taken.is_empty() {
                    break;
                }
                while let Some(message) = last.taken.pop() {
                    confirmed.insert(message.id.clone());
                    last.sent = Some((message, Attempt::answered(204)));
                    last.settle(&city, webhook);
                }
            }
            let overview = city.read(|tx| webhook::get(tx, webhook));
            assert_eq!((overview.pending, overview.webhook.state), (0, WebhookState::Active), "seed {seed}");
            let all: BTreeSet<String> = happened.into_values().flatten().collect();
            assert!(!all.is_empty());
            assert_eq!(confirmed, all, "seed {seed}: nobody is left out");
        }
    }
}

#[test]
fn an_outcome_is_kept_only_under_the_lease() {
    for city in City::both() {
        let webhook = subscribe(&city, None);
        happen(&city, 1, 501);
        let ctx = city.ctx();
        city.write(move |tx| relay(tx, &ctx, &Lease { name: "outbox".into(), holder: uuid::Uuid::nil(), lasts_us: LEASE_US }));
        let mut first = Process { holder: uuid::Uuid::from_u128(1), taken: vec![], sent: None };
        let mut second = Process { holder: uuid::Uuid::from_u128(2), taken: vec![], sent: None };
        first.begin(&city, webhook);
        second.begin(&city, webhook);
        assert_eq!((first.taken.len(), second.taken.len()), (1, 0), "one sends to a receiver at a time");
        city.clock.advance_micros(LEASE_US);
        second.begin(&city, webhook);
        assert_eq!(second.taken.len(), 1, "the lease of the first is over");
        first.sent = first.taken.pop().map(|m| (m, Attempt::answered(500)));
        first.settle(&city, webhook);
        let state = |city: &City| city.read(|tx| webhook::deliveries(tx, webhook, None, None, 9))[0].delivery.clone();
        assert_eq!((state(&city).attempts, state(&city).state), (0, DeliveryState::Pending), "the first is too late");
        second.sent = second.taken.pop().map(|m| (m, Attempt::answered(200)));
        second.settle(&city, webhook);
        assert_eq!((state(&city).attempts, state(&city).state), (1, DeliveryState::Delivered));
    }
}

#[test]
fn what_was_sent_to_where_the_receiver_is_no_more_is_sent_again() {
    for city in City::both() {
        let webhook = subscribe(&city, None);
        happen(&city, 1, 501);
        happen(&city, 2, 502);
        let ctx = city.ctx();
        city.write(move |tx| relay(tx, &ctx, &Lease { name: "outbox".into(), holder: uuid::Uuid::nil(), lasts_us: LEASE_US }));
        let mut process = Process { holder: uuid::Uuid::from_u128(1), taken: vec![], sent: None };
        for attempt in [Attempt::answered(410), Attempt::answered(204)] {
            process.begin(&city, webhook);
            assert_eq!(process.taken.len(), 2);
            let ctx = city.ctx();
            city.write(move |tx| {
                let found = webhook::get(tx, webhook)?.webhook;
                let data = WebhookData { url: format!("{}x", found.url), description: String::new(), events: None, is_active: true };
                webhook::update(tx, &ctx, webhook, found.rev, &data)
            });
            process.sent = process.taken.pop().map(|m| (m, attempt));
            process.settle(&city, webhook);
            assert!(process.taken.is_empty(), "nothing more is sent to where it was");
            let overview = city.read(|tx| webhook::get(tx, webhook));
            assert_eq!((overview.pending, overview.webhook.state, overview.webhook.failures), (2, WebhookState::Active, 0));
        }
    }
}

#[test]
fn a_secret_that_does_not_open_is_a_fault_that_a_new_one_mends() {
    for city in City::both() {
        let broken = subscribe(&city, None);
        happen(&city, 1, 501);
        let ctx = city.ctx();
        city.write(move |tx| relay(tx, &ctx, &Lease { name: "outbox".into(), holder: uuid::Uuid::nil(), lasts_us: LEASE_US }));
        // Sealed for somebody else.
        let sealed = city.read(move |tx| webhook::get(tx, broken)).webhook;
        city.write(move |tx| store::webhook::save_webhooks(tx, &[Webhook { secret: vec![7; 60], ..sealed.clone() }]));
        let mut process = Process { holder: uuid::Uuid::from_u128(1), taken: vec![], sent: None };
        process.begin(&city, broken);
        let found = city.read(move |tx| webhook::get(tx, broken));
        assert!(process.taken.is_empty() && found.webhook.retry_at.is_some());
        assert_eq!((found.fault, found.webhook.failures, found.pending), (Some(DeliveryFault::Secret), 1, 1));
        let ctx = city.ctx();
        let (made, _) = city.write(move |tx| webhook::rotate(tx, &ctx, broken, 1, 24));
        assert_eq!(made.webhook.old_secret_until, None, "the old one signs nothing");
        city.clock.advance_micros(60 * MICROS_PER_SECOND);
        process.begin(&city, broken);
        assert_eq!(process.taken.len(), 1);
    }
}

#[test]
fn what_nobody_subscribes_to_is_not_written() {
    for town in Town::both(None) {
        let open = |town: &Town| town.city.read(|tx| store::outbox::list_open(tx, 100));
        town.create(POTHOLE, west());
        assert!(open(&town).is_empty(), "nobody subscribes to anything");
        let only = subscribe(&town.city, Some(vec![EventKind::WorkOrderOffered]));
        town.create(POTHOLE, west());
        assert_eq!(open(&town).iter().map(|e| e.kind).collect::<Vec<_>>(), [EventKind::WorkOrderOffered]);
        let ctx = town.city.ctx();
        town.city.write(move |tx| {
            let found = webhook::get(tx, only)?.webhook;
            let data = WebhookData { url: found.url, description: String::new(), events: found.kinds, is_active: false };
            webhook::update(tx, &ctx, only, found.rev, &data)
        });
        town.create(POTHOLE, west());
        assert_eq!(open(&town).len(), 1, "it is switched off");
    }
}
