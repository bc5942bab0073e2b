//! Webhooks as receivers in Node take them: npm's `standardwebhooks`, and the receiver of `examples/`.

use std::{
    io::{BufRead as _, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use crate::{node, webhook::Hooks};

const NO_NODE: &str = "no node: webhooks are not verified by npm's standardwebhooks";
const NO_LIBRARY: &str = "no standardwebhooks: webhooks are not verified by it";

/// A receiver that runs; ended when dropped.
struct Receiver {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Receiver {
    fn of(mut child: Child) -> Self {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn move_to(hooks: &Hooks, id: &str, url: &str) {
    let rev = hooks.get(id)["rev"].as_i64().unwrap();
    let body = json!({ "url": url, "events": ["ticket.created"] });
    hooks.call("PUT", &format!("/v1/webhooks/{id}")).if_match(rev).json(&body).send().ok();
}

#[test]
fn the_library_of_the_standard_takes_every_message() {
    let Some(folder) = node::installed("webhooks", NO_NODE, NO_LIBRARY) else { return };
    for hooks in Hooks::both() {
        let hooks = hooks.today();
        let (id, old) = hooks.add("http://127.0.0.1:9/", json!(["ticket.created"]));
        let made = hooks.call("POST", &format!("/v1/webhooks/{id}/rotate")).json(&json!({})).send().ok();
        let new = made["secret"].as_str().unwrap();
        let mut receiver = Receiver::of(node::start(&folder, "receive.js", &[Path::new(new), Path::new(&old)]));
        let port = receiver.json()["port"].clone();
        move_to(&hooks, &id, &format!("http://127.0.0.1:{port}/"));
        let ticket = hooks.town.pothole();
        assert_eq!(hooks.town.app.deliver().confirmed, 1);
        let said = receiver.json();
        for found in said["found"].as_array().unwrap() {
            assert_eq!((&found["event"]["type"], &found["event"]["ticket"]), (&json!("ticket.created"), &ticket["id"]), "{said}");
        }
        assert_eq!(said["found"].as_array().unwrap().len(), 2, "by either secret");
        assert_eq!(said["changed"]["refused"], "No matching signature found", "a byte more is noticed");
    }
}

#[test]
fn the_receiver_of_the_examples_takes_what_is_genuine() {
    if node::installed("webhooks", NO_NODE, NO_LIBRARY).is_none() {
        return;
    }
    for hooks in Hooks::both() {
        let hooks = hooks.today();
        let (id, secret) = hooks.add("http://127.0.0.1:9/", json!(["ticket.created"]));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/webhook-receiver.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg("0").env("BAZDID_WEBHOOK_SECRET", secret).stdout(Stdio::piped());
        let mut receiver = Receiver::of(command.spawn().unwrap());
        let url = receiver.line().strip_prefix("listening on ").unwrap().to_owned();
        let forged = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let forged = forged.post(&url).header("webhook-id", "1").header("webhook-timestamp", "1").header("webhook-signature", "v1,AAAA");
        assert_eq!(forged.send("{}").unwrap().status(), 401);
        move_to(&hooks, &id, &url);
        let ticket = hooks.town.pothole();
        assert_eq!(hooks.town.app.deliver().confirmed, 1);
        let line = receiver.line();
        assert!(line.starts_with(&format!("ticket.created {}", ticket["id"].as_str().unwrap())), "{line}");
    }
}
