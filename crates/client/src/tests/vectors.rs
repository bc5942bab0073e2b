//! The cases of `api-spec/device-vectors`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use super::*;
use crate::{
    backoff::{Backoff, Pace, Standing},
    copy::LocalCopy,
    outbox::{Entry, Outbox},
    overlay::View,
};
use bazdid_protocol::{channel::Channel, digest::ChannelDigest, envelope::ResultItem};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../api-spec/device-vectors").join(name)
}

fn read(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(file(name)).unwrap()).unwrap()
}

fn of<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    T::deserialize(value).unwrap_or_else(|e| panic!("{value}: {e}"))
}

/// Compares each `expected` of a file with what `play` makes of its case, or writes it anew. `play` answers one value for each place.
fn compare(name: &str, play: impl Fn(&Value, &Value) -> Vec<Value>) {
    let mut all = read(name);
    let head = all.clone();
    let is_written = std::env::var_os("BAZDID_WRITE_VECTORS").is_some();
    for case in all["cases"].as_array_mut().unwrap() {
        let computed = play(&head, case);
        let title = case["name"].as_str().unwrap().to_owned();
        let places: Vec<&mut Value> = match case.get("steps") {
            Some(_) => case["steps"].as_array_mut().unwrap().iter_mut().collect(),
            None => vec![case],
        };
        assert_eq!(places.len(), computed.len(), "{name}: {title}");
        for (n, (place, value)) in places.into_iter().zip(computed).enumerate() {
            if is_written {
                place["expected"] = value;
            } else {
                assert_eq!(place["expected"], value, "{name}: {title}, place {n}; BAZDID_WRITE_VECTORS=1 writes it anew");
            }
        }
    }
    if is_written {
        fs::write(file(name), serde_json::to_string_pretty(&all).unwrap() + "\n").unwrap();
    }
}

#[test]
fn chains() {
    for case in read("chain.json")["cases"].as_array().unwrap() {
        let mut chain = Chain::START;
        let after: Vec<String> = of::<Vec<MutationId>>(&case["mutations"])
            .into_iter()
            .map(|id| {
                chain = chain.next(id);
                chain.to_string()
            })
            .collect();
        assert_eq!(json!(after), case["chain"], "{}", case["name"]);
    }
}

/// A page that carries rows in one channel, the last of a pull.
fn page_with(changes: Vec<Value>) -> bazdid_protocol::envelope::PullResponse {
    of(&json!({
        "feed_epoch": "e", "server_time": "2026-01-01T00:00:00Z", "cursor": "c", "more": false, "complete": true,
        "device": { "applied_through": 0 }, "channels": ["ref"], "gained": [], "lost": [], "reset": [], "digest": [], "changes": changes,
    }))
}

fn copy_of(rows: &Value) -> LocalCopy {
    let put = |row: &Value| {
        let mut change = json!({ "c": [0], "op": "put", "ts": 1, "row": {} });
        change.as_object_mut().unwrap().extend(row.as_object().unwrap().clone());
        change
    };
    let mut copy = LocalCopy::default();
    copy.apply(&page_with(rows.as_array().unwrap().iter().map(put).collect())).unwrap();
    copy
}

#[test]
fn digests() {
    for case in read("digest.json")["cases"].as_array().unwrap() {
        let digest: ChannelDigest = copy_of(&case["rows"]).digest(Channel::Ref);
        assert_eq!((json!(digest.n), json!(digest.hex())), (case["n"].clone(), case["h"].clone()), "{}", case["name"]);
    }
}

#[test]
fn backoffs() {
    compare("backoff.json", |head, case| {
        let ms = |name: &str| head["pace"][name].as_i64().unwrap();
        let mut backoff = Backoff::new(Pace { every_ms: ms("every_ms"), first_ms: ms("first_ms"), most_ms: ms("most_ms") }, 0);
        let play = |step: &Value| {
            let (now, random) = (step["at_ms"].as_i64().unwrap(), step["random"].as_u64().unwrap());
            match step["event"].as_str().unwrap() {
                "succeeded" => backoff.succeeded(step.get("rest_ms").map(of), now, random),
                "lost" => backoff.failed(&ClientError::Lost(String::new()), now, random),
                "later" => backoff.failed(&ClientError::Later(of(&step["seconds"])), now, random),
                "refused" => {
                    let refused = ClientError::Refused { status: of(&step["status"]), code: of(&step["code"]), detail: String::new() };
                    backoff.failed(&refused, now, random);
                }
                "hurry" => backoff.hurry(now),
                "logged_in" => backoff.logged_in(now),
                other => panic!("no event {other}"),
            }
            let standing = match backoff.standing() {
                Standing::Running => "running",
                Standing::LoginNeeded => "login_needed",
                Standing::OutOfService => "out_of_service",
            };
            json!({ "next_ms": backoff.next_ms(), "standing": standing, "failures": backoff.failures() })
        };
        case["steps"].as_array().unwrap().iter().map(play).collect()
    });
}

/// Something that was done, as a case tells it.
fn entry(told: &Value, actor: &Value) -> Entry {
    let text = |name: &str, other: &str| told.get(name).and_then(Value::as_str).unwrap_or(other).to_owned();
    let result =
        told.get("status").map(|status| of::<ResultItem>(&json!({ "seq": 1, "id": told["id"], "status": status, "replayed": false })));
    Entry {
        numbering: 0,
        seq: 0,
        id: of(&told["id"]),
        group: told.get("group").map(of),
        cmd: text("cmd", "note.add"),
        entity: of(told.get("entity").unwrap_or(&told["id"])),
        base: None,
        seen_ts: None,
        epoch: told.get("epoch").map(of),
        at: of(&json!(text("at", "2026-07-14T08:00:00Z"))),
        up: 0,
        boot: "b".to_owned(),
        actor: of(actor),
        args: told.get("args").cloned().unwrap_or_default(),
        result,
        settled: told.get("settled").is_some_and(|s| *s == json!(true)),
    }
}

#[test]
fn outboxes() {
    compare("outbox.json", |head, case| {
        let limit = usize::try_from(head["limit"].as_u64().unwrap()).unwrap();
        let mut outbox = Outbox::default();
        let play = |step: &Value| {
            let results = || -> Vec<ResultItem> {
                let with = |r: &Value| {
                    let mut result = r.clone();
                    result["replayed"] = json!(false);
                    of(&result)
                };
                step["results"].as_array().unwrap().iter().map(with).collect()
            };
            match step["do"].as_str().unwrap() {
                "append" => outbox.append(entry(step, &step["id"])),
                "answer" => outbox.answer(&results()),
                "update" => outbox.update(&results()),
                "rewind" => assert!(outbox.rewind(of(&step["seq"])) || case["name"].as_str().unwrap().contains("forgotten")),
                "renumber" => outbox.renumber(),
                "renumber_all" => outbox.renumber_all(),
                "forget" => outbox.forget(of(&step["now"])),
                other => panic!("nothing to do like {other}"),
            }
            let batch: Vec<i64> = outbox.batch(limit).iter().map(|e| e.seq).collect();
            let first = batch.first().copied().unwrap_or_else(|| outbox.next_seq());
            json!({
                "pending": outbox.pending(), "next_seq": outbox.next_seq(), "acked_through": outbox.acked_through(), "batch": batch,
                "prev_chain": outbox.chain_before(first), "journal": outbox.journal().map(|e| e.id).collect::<Vec<_>>(),
            })
        };
        case["steps"].as_array().unwrap().iter().map(play).collect()
    });
}

#[test]
fn overlays() {
    compare("overlay.json", |head, case| {
        let copy = copy_of(&case["copy"]);
        let mut outbox = Outbox::default();
        case["entries"].as_array().unwrap().iter().for_each(|told| outbox.append(entry(told, &head["actor"])));
        let view = View::of(&copy, &outbox);
        let seen: BTreeMap<_, _> = view.rows();
        let changed = seen.iter().filter(|(_, seen)| !seen.open.is_empty());
        let rows: Vec<Value> =
            changed.map(|((kind, id), seen)| json!({ "t": kind, "id": id, "row": seen.row, "open": seen.open })).collect();
        vec![json!({ "rows": rows })]
    });
}
