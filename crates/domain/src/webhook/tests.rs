use proptest::prelude::*;

use super::*;
use bazdid_protocol::ids::Id;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const GIVE_UP_DAYS: i64 = 5;

fn webhook() -> Webhook {
    Webhook {
        id: Id::new(uuid::Uuid::from_u128(1)),
        rev: 1,
        url: "https://example.org".into(),
        description: String::new(),
        kinds: None,
        other_kinds: Vec::new(),
        state: WebhookState::Active,
        secret: vec![],
        old_secret: None,
        old_secret_until: None,
        failures: 0,
        failing_since: None,
        retry_at: None,
        succeeded_at: None,
        created_by: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn seconds(pause: i64) -> i64 {
    pause / MICROS_PER_SECOND
}

#[test]
fn who_names_no_kinds_is_told_all_but_tests() {
    use bazdid_protocol::text_enum::TextEnum as _;
    let all = EventKind::ALL.iter().filter(|kind| webhook().subscribes(**kind)).count();
    assert_eq!(all, EventKind::ALL.len() - 1);
    let one = Webhook { kinds: Some(vec![EventKind::TicketCreated]), ..webhook() };
    assert!(one.subscribes(EventKind::TicketCreated) && !one.subscribes(EventKind::TicketChanged));
    for state in [WebhookState::Disabled, WebhookState::Failed] {
        assert!(!Webhook { state, ..one.clone() }.subscribes(EventKind::TicketCreated));
    }
}

#[test]
fn a_delivery_is_tried_for_days_and_then_dead() {
    let refused = Attempt::answered(503);
    let (mut delivery, mut now) = (Delivery::new(1, webhook().id, None, NOW), NOW);
    let mut pauses = Vec::new();
    while delivery.state == DeliveryState::Pending {
        delivery = delivery.tried(&refused, now, 0.5);
        if let Some(due) = delivery.due_at {
            pauses.push(seconds(due - now));
            now = due;
        }
    }
    assert_eq!(pauses, [5, 20, 80, 320, 1280, 5120, 20_480, 43_200, 43_200, 43_200, 43_200, 43_200, 43_200]);
    assert_eq!((delivery.state, delivery.attempts, delivery.due_at), (DeliveryState::Dead, MAX_ATTEMPTS, None));
    assert_eq!((delivery.fault, delivery.status), (Some(DeliveryFault::Status), Some(503)));
    assert!(now - NOW > 3 * 86_400 * MICROS_PER_SECOND);
}

#[test]
fn only_2xx_is_a_success() {
    for (status, fault) in [(200, None), (204, None), (299, None), (199, Some(DeliveryFault::Status)), (302, Some(DeliveryFault::Status))] {
        assert_eq!(Attempt::answered(status).fault, fault, "{status}");
    }
    assert!(Attempt::answered(410).is_gone() && !Attempt::answered(404).is_gone());
    let delivered = Delivery::new(1, webhook().id, None, NOW).tried(&Attempt::answered(202), NOW, 0.0);
    assert_eq!((delivered.state, delivered.due_at, delivered.tried_at), (DeliveryState::Delivered, None, Some(NOW)));
}

#[test]
fn a_receiver_that_fails_rests_and_is_given_up_after_days() {
    let refused = Attempt::answered(500);
    let once = webhook().failed(&refused, NOW, GIVE_UP_DAYS, 0.5);
    assert_eq!((once.state, once.failures, once.failing_since), (WebhookState::Active, 1, Some(NOW)));
    assert!(!once.is_ready(NOW) && once.is_ready(NOW.plus_micros(5 * MICROS_PER_SECOND)));
    let nearly = once.clone().failed(&refused, NOW.plus_days(GIVE_UP_DAYS).plus_micros(-1), GIVE_UP_DAYS, 0.5);
    assert_eq!((nearly.state, nearly.failing_since), (WebhookState::Active, Some(NOW)));
    let saved = nearly.clone().succeeded(NOW.plus_days(9));
    assert_eq!((saved.failures, saved.failing_since, saved.retry_at), (0, None, None));
    assert_eq!(saved.failed(&refused, NOW.plus_days(9), GIVE_UP_DAYS, 0.5).state, WebhookState::Active, "it counts anew");
    assert_eq!(nearly.failed(&refused, NOW.plus_days(GIVE_UP_DAYS), GIVE_UP_DAYS, 0.5).state, WebhookState::Failed);
    assert_eq!(once.failed(&Attempt::answered(410), NOW, GIVE_UP_DAYS, 0.5).state, WebhookState::Failed, "it says that it is gone");
}

#[test]
fn a_refusal_of_one_event_lets_the_receiver_be_sent_others() {
    for status in [400, 401, 404, 413, 422, 499] {
        let refused = webhook().failed(&Attempt::answered(status), NOW, GIVE_UP_DAYS, 0.5);
        assert!(refused.is_ready(NOW), "{status}");
        assert_eq!((refused.failures, refused.failing_since), (1, Some(NOW)), "{status}");
        let days = NOW.plus_days(GIVE_UP_DAYS);
        assert_eq!(refused.failed(&Attempt::answered(status), days, GIVE_UP_DAYS, 0.5).state, WebhookState::Failed, "{status}");
    }
    for status in [302, 408, 429, 500, 503] {
        assert!(!webhook().failed(&Attempt::answered(status), NOW, GIVE_UP_DAYS, 0.5).is_ready(NOW), "{status}");
    }
    assert!(!webhook().failed(&Attempt::failed(DeliveryFault::Timeout), NOW, GIVE_UP_DAYS, 0.5).is_ready(NOW));
}

proptest! {
    #[test]
    fn pauses_stay_near_what_is_meant(attempts in 1_i64..1000, jitter in 0.0_f64..1.0) {
        let (meant, found) = (pause(attempts, MAX_PAUSE_S, 0.5), pause(attempts, MAX_PAUSE_S, jitter));
        prop_assert!(found >= meant * 3 / 4 && found <= meant * 5 / 4, "{} {}", found, meant);
        prop_assert!(pause(attempts + 1, MAX_PAUSE_S, jitter) >= found);
    }
}
