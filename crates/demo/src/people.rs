//! The people of the demonstration, at desks and with phones. All of them use the public HTTP API only.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

use crate::{album::Album, clock::DayClock, sending::Tally};
use bazdid_client::{
    ClientError, Device,
    clocks::DeviceClock,
    http::HttpTransport,
    transport::{Reply, Transport},
};
use bazdid_clock::SharedIds;
use bazdid_command::Failure;
use bazdid_domain::account::Role;
use bazdid_protocol::{geo::Point, time::Timestamp};

/// Result of a step of the demonstration.
pub type DemoResult<T> = Result<T, Failure>;

/// Somebody who can log in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Login name.
    pub login: String,
    /// Password, by chance.
    pub password: String,
    /// Role.
    pub role: Role,
    /// Name that colleagues see.
    pub name: String,
    /// Code and name of the organisation.
    pub organisation: Option<(String, String)>,
    /// Codes of the areas of the grant.
    pub areas: Vec<String>,
}

/// Somebody of the office at a desk.
#[derive(Debug)]
pub struct OfficeClient {
    http: HttpTransport,
    ids: SharedIds,
}

impl OfficeClient {
    /// Logs in.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn open(base_url: &str, person: &Person, ids: SharedIds) -> DemoResult<Self> {
        let mut http = HttpTransport::new(base_url);
        http.login(&person.login, &person.password)?;
        Ok(Self { http, ids })
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn get(&mut self, path: &str) -> DemoResult<Value> {
        Ok(self.answer("GET", path, &[], None)?.0)
    }

    /// Reads what is no JSON, such as a picture.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn download(&mut self, path: &str) -> DemoResult<Vec<u8>> {
        self.http.download(path).map_err(|e| Failure::said(format!("GET {path}: {e}")))
    }

    /// Reads all pages of a list.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn list(&mut self, path: &str) -> DemoResult<Vec<Value>> {
        let mut items = Vec::new();
        let mut next = path.to_owned();
        loop {
            let page = self.get(&next)?;
            items.extend(page.get("items").and_then(Value::as_array).cloned().unwrap_or_default());
            let Some(cursor) = page.get("next_cursor").and_then(Value::as_str) else { return Ok(items) };
            next = format!("{path}{}cursor={cursor}", if path.contains('?') { '&' } else { '?' });
        }
    }

    /// Makes something.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn create(&mut self, path: &str, body: &Value) -> DemoResult<Value> {
        let key = self.ids.uuid(Timestamp::default()).to_string();
        Ok(self.answer("POST", path, &[("idempotency-key", &key)], Some(body))?.0)
    }

    /// Asks for something that is not kept.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn ask(&mut self, path: &str, body: &Value) -> DemoResult<Value> {
        Ok(self.answer("POST", path, &[], Some(body))?.0)
    }

    /// Opens a link as somebody does who has no login.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn open_link(&self, url: &str) -> DemoResult<Vec<u8>> {
        self.http.without_login().download(url).map_err(|e| Failure::said(format!("GET {url}: {e}")))
    }

    /// Gives a command to something, as it is now: reads its revision and sends it as `If-Match`.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn command(&mut self, resource: &str, verb: &str, body: &Value) -> DemoResult<Value> {
        let (thing, etag) = self.answer("GET", resource, &[], None)?;
        let rev = etag.or_else(|| thing.get("rev").map(Value::to_string)).unwrap_or_default();
        let match_ = format!("\"{rev}\"");
        let body = Some(body).filter(|b| !b.is_null());
        Ok(self.answer("POST", &format!("{resource}/{verb}"), &[("if-match", &match_)], body)?.0)
    }

    /// Gives a command that is to be refused; the code of the refusal, `none` if it was done.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn refusal(&mut self, resource: &str, verb: &str, body: &Value) -> DemoResult<String> {
        let (_, etag) = self.answer("GET", resource, &[], None)?;
        let match_ = format!("\"{}\"", etag.unwrap_or_default());
        let reply = self.http.request("POST", &format!("{resource}/{verb}"), &[("if-match", &match_)], Some(body))?;
        Ok(if reply.code().is_empty() { "none" } else { reply.code() }.to_owned())
    }

    fn answer(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> DemoResult<(Value, Option<String>)> {
        let reply = self.http.request(method, path, headers, body)?;
        let etag = reply.etag.clone();
        let value = reply.ok().map_err(|e| Failure::said(format!("{method} {path}: {e}")))?;
        Ok((value, etag))
    }
}

/// A line to the server that can be cut and that loses answers as told.
#[derive(Debug, Clone)]
pub struct Line {
    http: HttpTransport,
    /// Whether there is a network.
    pub up: bool,
    /// Answers to pushes that are still to be lost.
    pub lose: usize,
    /// Answers that were lost.
    pub lost: usize,
}

impl Line {
    /// Access tokens that had expired and were renewed.
    #[must_use]
    pub const fn renewals(&self) -> usize {
        self.http.renewals
    }

    /// The way of bytes, which is never cut as told: whoever sends them cuts it themselves.
    pub const fn http(&mut self) -> &mut HttpTransport {
        &mut self.http
    }
}

impl Transport for Line {
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> bazdid_client::Result<Reply> {
        if !self.up {
            return Err(ClientError::Lost("no network".to_owned()));
        }
        let reply = self.http.call(method, path, body)?;
        if self.lose > 0 && path == "/v1/sync/push" {
            self.lose -= 1;
            self.lost += 1;
            return Err(ClientError::Lost("the answer was lost on its way".to_owned()));
        }
        Ok(reply)
    }
}

/// Somebody in the field with a phone.
#[derive(Debug)]
pub struct Phone {
    /// Who.
    pub person: Person,
    /// The phone.
    pub device: Device<Line>,
    /// Pictures that are not at the server yet; absent: it takes none.
    pub album: Option<Album>,
    /// What it has sent of them.
    pub sent: Tally,
    /// When and where it took its last photo.
    pub last: Option<(Timestamp, Point)>,
    /// What it keeps over a restart; absent: nothing.
    file: Option<PathBuf>,
    ids: SharedIds,
}

impl Phone {
    /// Logs in on a phone that is used once and keeps nothing.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn open(base_url: &str, person: &Person, clock: &Arc<DayClock>, ids: &SharedIds) -> DemoResult<Self> {
        let mut http = HttpTransport::new(base_url);
        let account = http.login(&person.login, &person.password)?.id;
        let line = Line { http, up: true, lose: 0, lost: 0 };
        let clocks = DeviceClock::new(clock.clone(), ids.clone());
        let device = Device::new(line, account, &format!("phone of {}", person.login), clocks, ids.clone());
        Ok(Self { person: person.clone(), device, album: None, sent: Tally::default(), last: None, file: None, ids: ids.clone() })
    }

    /// Logs in on a phone that keeps what it has in a file of the folder.
    ///
    /// # Errors
    /// The server cannot be reached or refuses, or the file cannot be used.
    pub fn open_in(folder: &Path, base_url: &str, person: &Person, clock: &Arc<DayClock>, ids: &SharedIds) -> DemoResult<Self> {
        fs::create_dir_all(folder).map_err(|e| Failure::said(format!("cannot make {}: {e}", folder.display())))?;
        let file = folder.join(format!("{}.db", person.login));
        let album = Some(Album::open(folder.join("pictures").join(&person.login))?);
        let mut phone = Self { file: Some(file), album, ..Self::open(base_url, person, clock, ids)? };
        phone.restart()?;
        Ok(phone)
    }

    /// The app is killed and started again: what it has now is what its file holds.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn restart(&mut self) -> DemoResult<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let (line, clock, account) = (self.device.transport.clone(), self.device.clock.clone(), self.device.state.account);
        let name = self.device.state.name.clone();
        // The lock on the file goes with the app that had it.
        self.device = Device::new(line.clone(), account, &name, clock.clone(), self.ids.clone());
        self.device = Device::open(file, line, account, &name, clock, self.ids.clone()).map_err(ClientError::from)?;
        Ok(())
    }

    /// The network is there again: sends, then reads.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn sync(&mut self) -> DemoResult<(bazdid_client::PushReport, bazdid_client::PullReport)> {
        self.device.transport.up = true;
        self.device.sync().map_err(|e| Failure::said(format!("the phone of {} cannot sync: {e}", self.person.login)))
    }

    /// The network is gone.
    pub const fn lose_network(&mut self) {
        self.device.transport.up = false;
    }

    /// The answer to a mutation: `applied`, `conflict stale_epoch`, …; `waiting` if there is none.
    #[must_use]
    pub fn answer(&self, mutation: bazdid_protocol::ids::MutationId) -> String {
        self.device
            .state
            .outbox
            .result(mutation)
            .map_or_else(|| "waiting".to_owned(), |r| r.code.map_or_else(|| r.status.to_string(), |code| format!("{} {code}", r.status)))
    }
}
