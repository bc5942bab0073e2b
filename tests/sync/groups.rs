//! Groups stand in one push, their members one after another; evidence of a refused group is kept.

use bazdid_protocol::outcome::{OutcomeCode, Status};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::{INSPECTOR_W, on_both, ticket_with_order},
    push::{note, registered, send},
};

fn in_group(mut item: Value, group: Option<u128>) -> Value {
    item["group"] = json!(group.map(Uuid::from_u128));
    item
}

const APPLIED: (Status, Option<OutcomeCode>) = (Status::Applied, None);
const MALFORMED: (Status, Option<OutcomeCode>) = (Status::Rejected, Some(OutcomeCode::Malformed));

#[test]
fn what_does_not_stand_with_its_group_is_malformed_and_the_rest_goes_on() {
    on_both(|city| {
        let (ticket, _) = ticket_with_order(city);
        let (phone, device) = registered(city, INSPECTOR_W);
        let clock = |item: Value| Value::Object(item.as_object().unwrap().clone());
        let push = |from: i64, groups: &[Option<u128>]| {
            let items: Vec<Value> = groups
                .iter()
                .zip(from..)
                .map(|(group, seq)| {
                    let mut item = in_group(note(seq, u128::try_from(seq).unwrap(), ticket.uuid(), "x"), *group);
                    item["at"] = json!(city.now());
                    clock(item)
                })
                .collect();
            let answer = send(&phone, device, &items).unwrap();
            answer.results.iter().map(|r| (r.status, r.code)).collect::<Vec<_>>()
        };
        // Together; parted by another; parted by another group.
        assert_eq!(push(1, &[Some(1), Some(1), None, Some(2)]), [APPLIED; 4]);
        assert_eq!(
            push(5, &[Some(3), None, Some(3), Some(4), Some(5), Some(4)]),
            [APPLIED, APPLIED, MALFORMED, APPLIED, APPLIED, MALFORMED]
        );
        // Cut in two pushes: the first half was decided already.
        assert_eq!(push(11, &[None, Some(6)]), [APPLIED; 2]);
        assert_eq!(push(13, &[Some(6), None]), [MALFORMED, APPLIED]);
        // The whole again, cut anywhere, gives the stored answers.
        assert_eq!(push(1, &[Some(1), Some(1)]), [APPLIED; 2]);
        assert_eq!(push(2, &[Some(1), None, Some(2), Some(3), None, Some(3)]), [APPLIED, APPLIED, APPLIED, APPLIED, APPLIED, MALFORMED]);
        // An item that cannot be read parts nobody.
        let mut items: Vec<Value> =
            (15..=17).map(|seq| in_group(note(seq, u128::try_from(seq).unwrap(), ticket.uuid(), "x"), Some(7))).collect();
        items.iter_mut().for_each(|item| item["at"] = json!(city.now()));
        items[1]["entity"] = json!("?");
        let answer = send(&phone, device, &items).unwrap();
        assert_eq!(answer.results.iter().map(|r| (r.status, r.code)).collect::<Vec<_>>(), [APPLIED, MALFORMED, APPLIED]);
    });
}
