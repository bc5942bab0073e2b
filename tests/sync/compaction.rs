//! The feed forgets what left a channel long ago, and no device notices but by a reset.

use bazdid_client::copy::LocalCopy;
use bazdid_protocol::{
    channel::Channel,
    ids::{DeviceId, TicketId},
    outcome::Status,
};
use bazdid_service::{sync::compact, timers::Step};
use bazdid_store as store;
use serde_json::json;

use crate::{
    city::{
        CREW_NEW, CREW_OLD, EAST, INSPECTOR_W, NEW, OLD, Phone, SUPERVISOR, SharedCity, WEST, category, id, on_both, ticket_with_order,
    },
    pull::{held, page, read_on},
    push::registered,
    repair::Dice,
};

/// Does the worker's two duties until nothing is due; how many entries and marks were forgotten.
fn tidy(city: &SharedCity) -> usize {
    let ctx = city.ctx(None);
    city.write(move |tx| compact::mark_heads(tx, &ctx));
    let mut forgotten = 0;
    loop {
        let ctx = city.ctx(None);
        let Step { done, more } = city.write(move |tx| compact::compact(tx, &ctx));
        forgotten += done;
        if !more {
            return forgotten;
        }
    }
}

fn days(city: &SharedCity, days: i64) {
    city.pass(days * 24 * 60);
}

/// A channel's row of the feed.
fn counter(city: &SharedCity, channel: Channel) -> store::feed::Channel {
    city.read(|tx| store::feed::list_channels(tx, &[channel.to_string()])).remove(0)
}

/// How many entries of a channel say that a row is not there.
fn gone(city: &SharedCity, channel: Channel) -> usize {
    let no = counter(city, channel).no;
    city.read(|tx| store::feed::list_after(tx, no, 0, 100_000)).iter().filter(|e| !e.present).count()
}

#[test]
fn what_left_a_channel_is_forgotten_after_thirty_days_and_older_cursors_begin_that_channel_again() {
    on_both(|city| {
        let (first, _) = ticket_with_order(city);
        let (second, _) = ticket_with_order(city);
        let (_, device) = registered(city, CREW_OLD);
        let org = Channel::Org(id(OLD));
        let mut old = LocalCopy::default();
        read_on(city, CREW_OLD, device, &mut old, 500);
        assert_eq!(old.list("ticket").count(), 2);
        city.reassign(first, NEW);
        let mut newer = old.clone();
        read_on(city, CREW_OLD, device, &mut newer, 500);
        assert!(gone(city, org) > 0);
        tidy(city);
        days(city, 29);
        tidy(city);
        assert!(gone(city, org) > 0, "it is not yet thirty days");
        assert_eq!(page(city, CREW_OLD, &json!({"device": device, "cursor": old.cursor()})).reset, []);
        days(city, 2);
        assert!(tidy(city) > 0);
        assert_eq!((gone(city, org), tidy(city)), (0, 0));
        // Whoever has heard of it goes on; whoever has not begins this channel again and no other.
        let from = |copy: &LocalCopy| page(city, CREW_OLD, &json!({"device": device, "cursor": copy.cursor()}));
        assert_eq!(from(&newer).reset, []);
        let again = from(&old);
        assert_eq!((again.reset.clone(), again.gained.len(), again.lost.len()), (vec![org], 0, 0));
        assert!(again.changes.iter().all(|c| c.t != "category"), "what is not reset is not sent again");
        let fresh = &mut LocalCopy::default();
        read_on(city, CREW_OLD, device, fresh, 500);
        for copy in [&mut old, &mut newer] {
            read_on(city, CREW_OLD, device, copy, 1);
            assert_eq!(held(copy), held(fresh));
            assert_eq!(copy.list("ticket").map(|(id, _)| id).collect::<Vec<_>>(), [second.uuid()]);
        }
        // What enters again after all that is found.
        city.reassign(first, OLD);
        read_on(city, CREW_OLD, device, &mut newer, 500);
        assert_eq!(newer.list("ticket").count(), 2);
    });
}

#[test]
fn who_may_have_missed_what_his_device_was_told_again_reads_everything_anew() {
    on_both(|city| {
        let (ticket, order) = ticket_with_order(city);
        let mut crew = city.device(CREW_OLD);
        crew.sync().unwrap();
        let device = crew.state.device.unwrap();
        let own = Channel::Device(device);
        let before = crew.state.copy.clone();
        let accept = crew.accept(order.uuid());
        city.reassign(ticket, NEW);
        crew.push().unwrap();
        assert_ne!(crew.state.outbox.result(accept).unwrap().status, Status::Applied);
        assert!(gone(city, own) > 0, "the device is told again what it may have thought");
        tidy(city);
        let mut told = before.clone();
        read_on(city, CREW_OLD, device, &mut told, 500);
        days(city, 31);
        tidy(city);
        assert_eq!(gone(city, own), 0);
        let from = |copy: &LocalCopy| page(city, CREW_OLD, &json!({"device": device, "cursor": copy.cursor()}));
        assert_eq!(from(&told).reset, []);
        let again = from(&before);
        assert_eq!(again.reset, again.channels);
        let (mut late, mut fresh) = (before, LocalCopy::default());
        read_on(city, CREW_OLD, device, &mut late, 2);
        read_on(city, CREW_OLD, device, &mut fresh, 500);
        assert_eq!(held(&late), held(&fresh));
    });
}

/// A reader with the copies that they had at some time, whole and interrupted ones.
struct Reader {
    account: u128,
    device: DeviceId,
    copies: Vec<LocalCopy>,
}

impl Reader {
    fn new(city: &SharedCity, account: u128) -> Self {
        Self { account, device: registered(city, account).1, copies: vec![LocalCopy::default()] }
    }

    /// Goes on from one of the copies, and keeps where that leads to.
    fn read(&mut self, city: &SharedCity, dice: &mut Dice) -> usize {
        let mut copy = self.copies[dice.below(self.copies.len())].clone();
        let limit = [1, 3, 500][dice.below(3)];
        let next = page(city, self.account, &json!({"device": self.device, "cursor": copy.cursor(), "limit": limit}));
        let resets = next.reset.len();
        copy.apply(&next).unwrap();
        if dice.below(2) == 0 {
            read_on(city, self.account, self.device, &mut copy, 7);
        }
        self.copies.push(copy);
        resets
    }

    /// From every copy to the end: the same as from none. How many began some channel again.
    fn check(&self, city: &SharedCity, what: &str) -> usize {
        let mut fresh = LocalCopy::default();
        read_on(city, self.account, self.device, &mut fresh, 500);
        let mut resets = 0;
        for (n, copy) in self.copies.iter().enumerate() {
            let mut copy = copy.clone();
            resets += usize::from(!page(city, self.account, &json!({"device": self.device, "cursor": copy.cursor()})).reset.is_empty());
            read_on(city, self.account, self.device, &mut copy, [2, 500][n % 2]);
            assert_eq!(held(&copy), held(&fresh), "{what}: account {}, from copy {n}", self.account);
        }
        resets
    }
}

/// One step of a city's life.
fn live(city: &SharedCity, dice: &mut Dice, inspector: &mut Phone, tickets: &mut Vec<TicketId>) {
    let any = |dice: &mut Dice, tickets: &[TicketId]| tickets[dice.below(tickets.len())];
    match dice.below(8) {
        0 => tickets.push(inspector.create_ticket(category(), "چاله", if dice.below(2) == 0 { WEST } else { EAST }, None)),
        1 | 2 => drop(inspector.add_note(any(dice, tickets).uuid(), "note")),
        3 => drop(inspector.edit_ticket(any(dice, tickets), json!({"text": format!("text {}", dice.0)}))),
        _ => city.reassign(any(dice, tickets), if dice.below(2) == 0 { NEW } else { OLD }),
    }
    inspector.sync().unwrap();
}

#[test]
fn under_compaction_at_any_time_a_pull_from_any_earlier_cursor_equals_a_fresh_one() {
    on_both(|city| {
        let mut dice = Dice(2026);
        let (mut forgotten, mut resets, mut kept) = (0, 0, 0);
        let mut inspector = city.device(INSPECTOR_W);
        let mut tickets: Vec<TicketId> = (0..3).map(|_| inspector.create_ticket(category(), "چاله", WEST, None)).collect();
        inspector.sync().unwrap();
        let mut readers = [SUPERVISOR, CREW_OLD, CREW_NEW].map(|account| Reader::new(city, account));
        for step in 0..90 {
            live(city, &mut dice, &mut inspector, &mut tickets);
            // The contracts end after a hundred days.
            if dice.below(2) == 0 && city.now() < crate::city::START.plus_days(90) {
                days(city, [1, 3, 5][dice.below(3)]);
            }
            if dice.below(2) == 0 {
                forgotten += tidy(city);
            }
            let reader = &mut readers[step % 3];
            resets += reader.read(city, &mut dice);
        }
        for reader in &readers {
            let began_again = reader.check(city, "at the end");
            resets += began_again;
            kept += reader.copies.len() - began_again;
        }
        println!("{}: {forgotten} forgotten, {resets} begun again, {kept} went on", city.db.kind());
        assert!(forgotten > 30 && resets > 5 && kept > 5, "the law was not put to the test");
    });
}
