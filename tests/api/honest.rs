//! What phones send that know nothing: unknown is never held against anybody, nor against an honest neighbour. On both databases.

use bazdid_clock::Clock as _;
use bazdid_protocol::time::Timestamp;
use image::ImageFormat;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    fixture::encoded,
    picture::drawing,
    town::Town,
    upload::{STREAM, metadata, sha256},
};

/// A phone that sends what it likes.
struct Phone<'t> {
    town: &'t Town,
    device: Value,
    ticket: Value,
    seq: u64,
}

impl<'t> Phone<'t> {
    fn of(town: &'t Town, n: u64) -> Self {
        let ticket = town.pothole()["id"].clone();
        let body = json!({ "nonce": format!("phone {n} knows little"), "name": "phone", "platform": "android", "app_version": "1.0" });
        let device = town.call("inspector", "POST", "/v1/sync/devices").json(&body).send().ok()["id"].clone();
        Self { town, device, ticket, seq: 0 }
    }

    fn id(&self) -> Uuid {
        self.town.app.ids.uuid(self.town.app.clock.now())
    }

    fn mutation(&mut self, cmd: &str, at: Timestamp, args: Value) -> Value {
        self.seq += 1;
        json!({ "seq": self.seq, "id": self.id(), "cmd": cmd, "entity": self.ticket, "at": at, "args": args })
    }

    /// Sends what the phone wrote down; gives the results.
    #[track_caller]
    fn send(&self, sent_at: Timestamp, mutations: &[Value]) -> Value {
        let body = json!({ "device": self.device, "sent_at": sent_at, "mutations": mutations });
        let results = self.town.call("inspector", "POST", "/v1/sync/push").json(&body).send().ok()["results"].clone();
        assert!(results.as_array().unwrap().iter().all(|r| r["status"] == "applied"), "{results}");
        results
    }

    fn verdict(&self, photo: Uuid, check: &str) -> String {
        let photo = self.town.get("supervisor", &format!("/v1/photos/{photo}"));
        let found = photo["verdicts"].as_array().unwrap().iter().find(|v| v["check"] == check);
        found.unwrap_or_else(|| panic!("{check}: {photo}"))["result"].as_str().unwrap().to_owned()
    }
}

#[test]
fn accuracy_0_is_not_stated_and_0_0_is_no_position() {
    for town in Town::both() {
        let mut phone = Phone::of(&town, 1);
        let now = town.app.clock.now();
        // 111 m and more from the ticket, which states its accuracy.
        let points = [
            json!({ "lat": 36.25, "lon": 50.05, "accuracy_m": 6.0 }),
            json!({ "lat": 0.0, "lon": 0.0 }),
            json!({ "lat": 36.25, "lon": 50.05, "accuracy_m": 6.0 }),
            json!({ "lat": 36.253, "lon": 50.05 }),
            json!({ "lat": 36.253, "lon": 50.05, "accuracy_m": 0.0 }),
            json!({ "lat": 36.253, "lon": 50.05, "accuracy_m": -1.0 }),
        ];
        let mut photos = Vec::new();
        for (n, point) in (0_u32..).zip(points) {
            let bytes = encoded(&drawing(20 + n), ImageFormat::Jpeg);
            let photo = phone.id();
            let args = json!({ "photo": photo, "kind": "during", "sha256": sha256(&bytes), "bytes": bytes.len(), "mime": "image/jpeg",
                "captured_at": now.plus_minutes(i64::from(n / 3) - 20), "point": point });
            let mutation = phone.mutation("photo.add", now, args);
            let result = phone.send(now, &[mutation])[0].clone();
            let told = result["warnings"].as_array().map_or(0, Vec::len);
            assert_eq!(told, usize::from(n == 1 || n == 5), "a value that is wrong is told, one that says nothing is not: {result}");
            photos.push((photo, bytes));
        }
        for (photo, bytes) in &photos {
            let call = town.call("inspector", "POST", "/v1/uploads").header("Tus-Resumable", "1.0.0");
            let call = call.header("Upload-Length", bytes.len()).header("Upload-Metadata", metadata(*photo));
            assert_eq!(call.bytes(STREAM, bytes.clone()).send().status, 201);
        }
        town.app.read_pictures();
        let found = |check: &str| photos.iter().map(|(photo, _)| phone.verdict(*photo, check)).collect::<Vec<_>>();
        assert_eq!(found("distance"), ["ok", "unknown", "ok", "unknown", "unknown", "unknown"]);
        assert_eq!(found("speed"), ["ok", "unknown", "ok", "ok", "ok", "ok"]);

        let (visit, nowhere) = (phone.id(), json!({ "lat": 0.0, "lon": 0.0 }));
        let recorded = phone.mutation("visit.record", now, json!({ "visit": visit, "kind": "work", "arrived_at": now, "point": nowhere }));
        assert_eq!(phone.send(now, &[recorded])[0]["warnings"][0]["pointer"], "/args/point");
        let ticket = town.get("supervisor", &format!("/v1/tickets/{}", phone.ticket.as_str().unwrap()));
        let visit = &ticket["visits"][0];
        assert_eq!((&visit["point"], &visit["distance_m"]), (&Value::Null, &Value::Null), "{ticket}");
    }
}

#[test]
fn a_clock_put_back_between_arrival_and_leaving_accuses_nobody() {
    for town in Town::both() {
        for (n, minutes_of_leaving) in [(1, Some(-50)), (2, None)] {
            let mut phone = Phone::of(&town, n);
            let now = town.app.clock.now();
            let (visit, photo) = (phone.id(), phone.id());
            let arrival = json!({ "visit": visit, "kind": "work", "arrived_at": now });
            let taken = now.plus_minutes(-55);
            let args = json!({ "photo": photo, "visit": visit, "kind": "during", "sha256": sha256(photo.as_bytes()), "bytes": 5,
                "mime": "image/jpeg", "captured_at": taken });
            let mut mutations = vec![phone.mutation("visit.record", now, arrival), phone.mutation("photo.add", taken, args)];
            if let Some(minutes) = minutes_of_leaving {
                mutations.push(phone.mutation("visit.leave", now.plus_minutes(minutes), json!({ "visit": visit })));
            }
            phone.send(now.plus_minutes(-49), &mutations);
            assert_eq!(phone.verdict(photo, "inside_visit"), "unknown");
            let ticket = town.get("supervisor", &format!("/v1/tickets/{}", phone.ticket.as_str().unwrap()));
            let visit = &ticket["visits"][0];
            let left = minutes_of_leaving.map_or(Value::Null, |_| visit["arrived_at"].clone());
            assert_eq!(visit["left_at"], left, "never before the arrival");
            town.app.clock.advance_minutes(5);
        }
    }
}
