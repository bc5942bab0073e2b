use super::*;
use bazdid_protocol::{
    envelope::{DigestItem, PulledDevice},
    time::Timestamp,
};
use proptest::prelude::*;
use serde_json::json;

/// Two areas, an organisation and the device's own channel.
fn channels() -> Vec<Channel> {
    let id = Uuid::from_u128;
    vec![Channel::Area(id(1).into()), Channel::Area(id(2).into()), Channel::Org(id(3).into()), Channel::Device(id(4).into())]
}

fn page(changes: Vec<Change>, complete: bool) -> PullResponse {
    PullResponse {
        feed_epoch: "e".into(),
        server_time: Timestamp::from_micros(0),
        cursor: "c".into(),
        more: !complete,
        complete,
        device: PulledDevice { applied_through: 0 },
        channels: channels(),
        gained: Vec::new(),
        lost: Vec::new(),
        reset: Vec::new(),
        changes,
        digest: Vec::new(),
        progress: None,
    }
}

fn put(c: Vec<usize>, id: u128, v: i64) -> Change {
    let row = Some(json!({ "v": v }));
    Change { c, op: ChangeOp::Put, t: "ticket".into(), id: Uuid::from_u128(id), v, ts: Some(v), row }
}

fn gone(c: Vec<usize>, id: u128, v: i64) -> Change {
    Change { c, op: ChangeOp::Drop, t: "ticket".into(), id: Uuid::from_u128(id), v, ts: None, row: None }
}

fn ids(copy: &LocalCopy) -> Vec<u128> {
    copy.list("ticket").map(|(id, _)| id.as_u128()).collect()
}

#[test]
fn what_one_channel_drops_another_still_carries() {
    let mut copy = LocalCopy::default();
    copy.apply(&page(vec![put(vec![0, 2], 7, 1), put(vec![2], 8, 1)], true)).unwrap();
    copy.apply(&page(vec![gone(vec![2], 7, 2), gone(vec![2], 8, 2)], true)).unwrap();
    assert_eq!(ids(&copy), [7]);
    copy.apply(&page(vec![gone(vec![0], 7, 2)], true)).unwrap();
    assert!(copy.is_empty());
}

#[test]
fn a_lost_channel_takes_its_rows_along() {
    let mut copy = LocalCopy::default();
    copy.apply(&page(vec![put(vec![0], 1, 1), put(vec![1], 2, 1), put(vec![0, 1], 3, 1)], true)).unwrap();
    let mut lost = page(Vec::new(), true);
    lost.channels.remove(0);
    lost.lost = vec![channels()[0]];
    copy.apply(&lost).unwrap();
    assert_eq!(ids(&copy), [2, 3]);
}

#[test]
fn a_reset_keeps_what_comes_again_and_forgets_the_rest_at_its_end() {
    let mut copy = LocalCopy::default();
    copy.apply(&page(vec![put(vec![0], 1, 1), put(vec![0], 2, 1), put(vec![0, 1], 3, 1)], true)).unwrap();
    let mut first = page(vec![put(vec![0], 1, 5)], false);
    first.reset = vec![channels()[0]];
    copy.apply(&first).unwrap();
    assert_eq!(ids(&copy), [1, 2, 3], "nothing vanishes before the channel was read to its end");
    copy.apply(&page(vec![put(vec![0], 9, 1)], true)).unwrap();
    assert_eq!(ids(&copy), [1, 3, 9], "another channel still carries 3");
    assert_eq!(copy.get("ticket", Uuid::from_u128(3)).unwrap().channels.len(), 1);
}

#[test]
fn the_own_channel_corrects_a_row_and_carries_none() {
    let mut copy = LocalCopy::default();
    copy.apply(&page(vec![put(vec![0], 1, 1), put(vec![3], 2, 1)], true)).unwrap();
    copy.apply(&page(vec![put(vec![3], 1, 4)], true)).unwrap();
    assert_eq!(ids(&copy), [1]);
    assert_eq!(copy.get("ticket", Uuid::from_u128(1)).unwrap().v, 4);
    assert_eq!(copy.digest(channels()[3]), ChannelDigest::default());
}

#[test]
fn a_page_that_breaks_the_protocol_changes_nothing() {
    let mut copy = LocalCopy::default();
    copy.apply(&page(vec![put(vec![0], 1, 1)], true)).unwrap();
    let before = copy.clone();
    let fault = copy.apply(&page(vec![put(vec![1], 2, 1), put(vec![9], 3, 1)], true));
    assert_eq!(fault, Err(PageFault::UnknownChannel(9)));
    let no_row = Change { row: None, ..put(vec![0], 2, 1) };
    assert!(matches!(copy.apply(&page(vec![no_row], true)), Err(PageFault::NoRow(..))));
    assert_eq!(copy, before);
}

/// What a server does to its rows: which of three channels carry row `id` from now on.
fn history() -> impl Strategy<Value = Vec<(u128, [bool; 3])>> {
    proptest::collection::vec((1..6_u128, any::<[bool; 3]>()), 0..40)
}

/// Rows with their revision and the channels that carry them.
type Rows = BTreeMap<u128, (i64, [bool; 3])>;

/// The feed of a history, and the rows with their channels at its end.
fn feed(history: &[(u128, [bool; 3])]) -> (Vec<Change>, Rows) {
    let mut rows = Rows::new();
    let mut changes = Vec::new();
    for (id, carried) in history {
        let (v, before) = rows.get(id).copied().unwrap_or_default();
        let listed = |f: &dyn Fn(usize) -> bool| (0..3).filter(|i| f(*i)).collect::<Vec<_>>();
        let (puts, drops) = (listed(&|i| carried[i]), listed(&|i| before[i] && !carried[i]));
        if !puts.is_empty() {
            changes.push(put(puts, *id, v + 1));
        }
        if !drops.is_empty() {
            changes.push(gone(drops, *id, v + 1));
        }
        rows.insert(*id, (v + 1, *carried));
    }
    (changes, rows)
}

proptest! {
    #[test]
    fn any_split_into_pages_gives_the_same_copy(history in history(), cuts in proptest::collection::vec(any::<bool>(), 100)) {
        let (changes, rows) = feed(&history);
        let mut whole = LocalCopy::default();
        whole.apply(&page(changes.clone(), true)).unwrap();
        let mut split = LocalCopy::default();
        let mut part = Vec::new();
        for (change, cut) in changes.into_iter().zip(cuts) {
            part.push(change);
            if cut {
                split.apply(&page(std::mem::take(&mut part), false)).unwrap();
            }
        }
        split.apply(&page(part, true)).unwrap();
        prop_assert_eq!(&split, &whole);
        for (i, channel) in channels().into_iter().take(3).enumerate() {
            let expected = rows
                .iter()
                .filter(|(_, (_, carried))| carried[i])
                .map(|(id, (v, _))| row_hash("ticket", Uuid::from_u128(*id), *v))
                .fold(ChannelDigest::default(), ChannelDigest::with);
            prop_assert_eq!(whole.digest(channel), expected);
        }
    }

    #[test]
    fn a_spoiled_row_is_found_in_each_of_its_channels(history in history()) {
        let (changes, rows) = feed(&history);
        let mut copy = LocalCopy::default();
        copy.apply(&page(changes, true)).unwrap();
        let mut last = page(Vec::new(), true);
        last.digest = channels().iter().enumerate()
            .map(|(c, ch)| { let d = copy.digest(*ch); DigestItem { c, n: d.n, h: d.hex() } })
            .collect();
        prop_assert_eq!(copy.differing(&last).unwrap(), Vec::new());
        if let Some((id, (_, carried))) = rows.iter().find(|(_, (_, carried))| carried.contains(&true)) {
            copy.spoil("ticket", Uuid::from_u128(*id));
            let hit: Vec<Channel> = channels().into_iter().zip(*carried).filter(|(_, c)| *c).map(|(ch, _)| ch).collect();
            prop_assert_eq!(copy.differing(&last).unwrap(), hit);
        }
    }
}
