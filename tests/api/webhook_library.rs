//! Webhooks as receivers in Node take them: npm's `standardwebhooks`, and the receiver of `examples/`.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

use bazdid_clock::Stopwatch;
use serde_json::{Value, json};

use crate::{node, webhook::Hooks};

const NO_NODE: &str = "no node: webhooks are not verified by npm's standardwebhooks";
const NO_LIBRARY: &str = "no standardwebhooks: webhooks are not verified by it";

/// Where the receiver is installed: once for all tests, which run beside each other.
fn folder() -> Option<PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(|| node::installed("webhooks", NO_NODE, NO_LIBRARY)).clone()
}

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

    /// Tells it the secrets, and waits until it knows them.
    fn knows(&mut self, secrets: &[&str]) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{}", json!(secrets)).unwrap();
        assert_eq!(self.json(), json!({ "secrets": secrets.len() }));
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
    let Some(folder) = folder() else { return };
    for hooks in Hooks::both() {
        let hooks = hooks.today();
        let (id, old) = hooks.add("http://127.0.0.1:9/", json!(["ticket.created"]));
        let made = hooks.call("POST", &format!("/v1/webhooks/{id}/rotate")).if_match(1).json(&json!({})).send().ok();
        let new = made["secret"].as_str().unwrap();
        let mut receiver = Receiver::of(node::start(&folder, "receive.js", &[]));
        let port = receiver.json()["port"].clone();
        receiver.knows(&[new, &old]);
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

/// A folder with a configuration whose receivers may be on this machine, and the program in it.
fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bazdid"));
    command.args(args).current_dir(folder).env_remove("BAZDID_TEST_POSTGRES").env_remove("BAZDID_REQUIRE_POSTGRES");
    command.env_remove("BAZDID_REQUIRE_NODE");
    command
}

fn said(folder: &Path, args: &[&str]) -> String {
    let output = program(folder, args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The program as an operator runs it sends to whom its system trusts, and to nobody else.
#[test]
fn a_server_sends_over_tls_to_whom_its_system_trusts() {
    let Some(folder) = folder() else { return };
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let toml = "[server]\nport = 0\n[telemetry]\nlevel = \"error\"\n[webhooks]\nallow_private = true\n";
    std::fs::write(home.join("bazdid.toml"), toml).unwrap();
    let mut receiver = Receiver::of(node::start(&folder, "receive.js", &[Path::new("--tls")]));
    let port = receiver.json()["port"].clone();
    let added = said(home, &["webhook", "add", &format!("https://localhost:{port}/")]);
    let word = |of: &str| added.lines().find_map(|l| l.strip_prefix(of)).unwrap().trim().to_owned();
    let id = word("webhook ");
    receiver.knows(&[&word("secret ")]);
    let serve = |certificates: &Path| {
        let mut serve = program(home, &["serve"]);
        serve.env("SSL_CERT_FILE", certificates).env("SSL_CERT_DIR", home.join("none")).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Receiver::of(serve.spawn().unwrap());
        assert!(server.line().contains("serves on"));
        server
    };
    said(home, &["webhook", "ping", &id]);
    let stranger = serve(&home.join("nobody.pem"));
    let watch = Stopwatch::start();
    while !said(home, &["webhook", "list"]).contains("fails since") {
        assert!(watch.elapsed().as_secs() < 60, "the server has not tried");
    }
    drop(stranger);
    let server = serve(&folder.join("localhost.cert.pem"));
    said(home, &["webhook", "ping", &id]);
    // The first test is tried again when its pause is over, and is genuine too.
    for _ in 0..2 {
        assert_eq!(receiver.json()["found"][0]["event"]["type"], "webhook.ping");
    }
    drop(server);
}

#[test]
fn the_receiver_of_the_examples_takes_what_is_genuine() {
    if folder().is_none() {
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
