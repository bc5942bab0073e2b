//! The driver: when it syncs, and that no refusal takes anything from the device.

use super::*;
use crate::backoff::{Backoff, Pace, Standing};

/// Refuses whatever is asked for, after as many requests as it lets through.
struct Guard {
    server: Server,
    open: usize,
    reply: Reply,
    pushes: usize,
}

impl Transport for Guard {
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        self.pushes += usize::from(path == "/v1/sync/push");
        if self.open == 0 {
            return Ok(self.reply.clone());
        }
        self.open -= 1;
        self.server.call(method, path, body)
    }
}

fn guarded(open: usize, status: u16, code: &str, retry_after_s: Option<u64>) -> (Device<Guard>, Arc<ManualClock>) {
    let truth = Arc::new(ManualClock::at(Timestamp::from_micros(1_790_000_000_000_000)));
    let ids: SharedIds = Arc::new(SeededIds::new(7));
    let clock = DeviceClock::new(truth.clone(), ids.clone());
    let reply = Reply { retry_after_s, ..reply(status, json!({ "code": code })) };
    let guard = Guard { server: Server { most: 1000, ..Server::default() }, open, reply, pushes: 0 };
    (Device::new(guard, AccountId::new(uuid::Uuid::from_u128(5)), "phone", clock, ids), truth)
}

#[test]
fn no_refusal_takes_anything_and_when_the_way_is_free_again_everything_goes() {
    for (status, code) in [
        (401, "unauthenticated"),
        (401, "token_expired"),
        (403, "device_revoked"),
        (403, "account_disabled"),
        (403, "forbidden"),
        (404, "not_found"),
        (426, "upgrade_required"),
        (429, "too_many_attempts"),
        (500, "internal"),
        (503, "overloaded"),
    ] {
        // Refused from the push on, or from the pull on.
        for open in 0..2 {
            let (mut phone, truth) = guarded(usize::MAX, status, code, None);
            let mut backoff = Backoff::new(Pace::default(), phone.clock.uptime_ms());
            notes(&mut phone, 2);
            phone.turn(&mut backoff).unwrap().unwrap();
            notes(&mut phone, 3);
            let before = phone.state.clone();
            phone.transport.open = open;
            truth.advance_minutes(30);
            let error = phone.turn(&mut backoff).unwrap_err();
            let ids = |state: &DeviceState| state.outbox.journal().map(|e| e.id).collect::<Vec<_>>();
            assert_eq!(ids(&phone.state), ids(&before), "{error}");
            assert_eq!((phone.state.device, &phone.state.nonce), (before.device, &before.nonce), "{error}");
            assert_eq!(phone.state.copy.rows().collect::<Vec<_>>(), before.copy.rows().collect::<Vec<_>>(), "{error}");
            phone.transport.open = usize::MAX;
            backoff.logged_in(phone.clock.uptime_ms());
            truth.advance_minutes(30);
            phone.turn(&mut backoff).unwrap().unwrap();
            assert_eq!((phone.state.outbox.pending(), phone.transport.server.effects.len()), (0, 5), "{error}");
        }
    }
}

#[test]
fn who_is_out_of_service_hands_in_once_more_and_asks_no_more() {
    let (mut phone, truth) = guarded(0, 403, "device_revoked", None);
    phone.state.device = Some(DeviceId::new(uuid::Uuid::from_u128(1)));
    notes(&mut phone, 1);
    let mut backoff = Backoff::new(Pace::default(), phone.clock.uptime_ms());
    assert!(phone.turn(&mut backoff).unwrap_err().is_out_of_service());
    assert_eq!((phone.transport.pushes, backoff.standing()), (2, Standing::OutOfService));
    truth.advance_minutes(10_000);
    backoff.hurry(phone.clock.uptime_ms());
    assert_eq!(phone.turn(&mut backoff).unwrap(), None);
    assert_eq!(phone.transport.pushes, 2);
}

#[test]
fn a_turn_that_is_not_due_asks_nobody_and_the_server_is_given_the_time_that_it_asks_for() {
    let (mut phone, truth) = guarded(0, 503, "overloaded", Some(600));
    let mut backoff = Backoff::new(Pace::default(), phone.clock.uptime_ms());
    assert_eq!(phone.turn(&mut backoff).unwrap_err(), ClientError::Later(600));
    phone.transport.open = usize::MAX;
    truth.advance_minutes(9);
    backoff.hurry(phone.clock.uptime_ms());
    assert_eq!(phone.turn(&mut backoff).unwrap(), None);
    truth.advance_minutes(1);
    backoff.hurry(phone.clock.uptime_ms());
    assert!(phone.turn(&mut backoff).unwrap().is_some());
    assert_eq!(backoff.failures(), 0);
}
