//! A field device: the local copy, the outbox and the two loops that keep them in step with the server.
//!
//! It is what a field app does, without a screen: the demonstration and the tests are its users, and whoever writes an app
//! may read it as the protocol in code. It knows the wire format and nothing of how the server works inside.

pub mod acts;
pub mod backoff;
pub mod clocks;
pub mod copy;
mod file;
pub mod http;
mod marks;
pub mod outbox;
pub mod overlay;
mod pull;
mod push;
mod repair;
mod storage;
pub mod transport;
pub mod upload;

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Value, json};

use crate::{
    clocks::DeviceClock,
    copy::LocalCopy,
    file::{DeviceFile, Outlives},
    outbox::Outbox,
    transport::{Reply, Transport},
};
use bazdid_clock::SharedIds;
use bazdid_protocol::ids::{AccountId, DeviceId};

pub use file::StorageError;
pub use pull::PullReport;
pub use push::PushReport;

/// The same request is sent so often before the device gives up until its next sync.
const TRIES: usize = 4;
/// A wait lasts at most so long, seconds: less than what the transport takes for a lost answer.
const MAX_WAIT_S: u64 = 25;

/// Why a sync stopped. Whatever it is, the outbox and the copy stay as they are.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// No answer came: the request may have been done or not. Send the same again.
    #[error("no answer: {0}")]
    Lost(String),
    /// The server asks to come back later.
    #[error("the server asks to wait {0} s")]
    Later(u64),
    /// The server refuses; `code` is the problem's.
    #[error("{status} {code}: {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Slug of the error catalogue.
        code: String,
        /// In a sentence.
        detail: String,
    },
    /// The answer breaks the protocol.
    #[error("the answer breaks the protocol: {0}")]
    Protocol(String),
    /// What the device has to keep cannot be written.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ClientError {
    /// Whether the server says that the caller may not do this at all.
    fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { status: 403, code, .. } if code == "forbidden")
    }
}

/// Result of a call or a sync.
pub type Result<T, E = ClientError> = std::result::Result<T, E>;

/// What a device keeps over a restart of the app. A clone of it is what a backup is.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceState {
    /// The device's id; absent until it has registered.
    pub device: Option<DeviceId>,
    /// Makes the registration idempotent.
    pub nonce: String,
    /// Human name.
    pub name: String,
    /// Who works with it.
    pub account: AccountId,
    /// The rows that the user may see.
    pub copy: LocalCopy,
    /// What the user did.
    pub outbox: Outbox,
    /// Registrations after the first.
    pub forks: u32,
    /// Its identities before this one: what was held under them is answered there.
    pub former: Vec<DeviceId>,
}

/// A device and its way to the server. What it keeps is in memory and, if it was opened on a file, after each step in the file too.
#[derive(Debug)]
pub struct Device<T> {
    /// What it keeps.
    pub state: DeviceState,
    /// Its clocks.
    pub clock: DeviceClock,
    /// Its way to the server.
    pub transport: T,
    /// What the office is told of the app: platform and version.
    app: (Cow<'static, str>, Cow<'static, str>),
    ids: SharedIds,
    group: Option<bazdid_protocol::ids::GroupId>,
    file: Option<DeviceFile>,
    unwritten: Option<StorageError>,
}

impl<T: Transport> Device<T> {
    /// A device that has never met the server and keeps nothing over a restart. It registers with its first sync.
    pub fn new(transport: T, account: AccountId, name: &str, clock: DeviceClock, ids: SharedIds) -> Self {
        let state = DeviceState::new(account, name, &clock, &ids);
        Self::restored(state, transport, clock, ids)
    }

    /// A device as a backup (or a clone) has it, without a file.
    pub const fn restored(state: DeviceState, transport: T, clock: DeviceClock, ids: SharedIds) -> Self {
        let app = (Cow::Borrowed("simulated"), Cow::Borrowed(env!("CARGO_PKG_VERSION")));
        Self { state, clock, transport, app, ids, group: None, file: None, unwritten: None }
    }

    /// Says which app it is, for the office's overview of devices; to be said before it registers.
    #[must_use]
    pub fn of_app(mut self, platform: &str, version: &str) -> Self {
        self.app = (platform.to_owned().into(), version.to_owned().into());
        self
    }

    /// The device's id, registering if it has none.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn register(&mut self) -> Result<DeviceId> {
        if let Some(device) = self.state.device {
            return Ok(device);
        }
        // The nonce has to be there when the answer comes: it is what makes asking again harmless.
        self.write(Outlives::PowerCut)?;
        let device = self.ask_for_identity()?;
        self.state.device = Some(device);
        self.write(Outlives::PowerCut)?;
        Ok(device)
    }

    fn ask_for_identity(&mut self) -> Result<DeviceId> {
        let body = json!({
            "nonce": self.state.nonce, "name": self.state.name, "platform": self.app.0, "app_version": self.app.1,
        });
        let reply = self.transport.call("POST", "/v1/sync/devices", Some(&body))?.ok()?;
        let id = ["/id", "/device/id", "/device"].iter().find_map(|p| reply.pointer(p).and_then(Value::as_str));
        id.and_then(|text| text.parse().ok()).ok_or_else(|| ClientError::Protocol(format!("registration without an id: {reply}")))
    }

    /// Registers under a new identity; everything that has no answer is sent again under it, with the same ids.
    fn fork(&mut self) -> Result<()> {
        self.state.outbox.renumber();
        self.begin_identity()
    }

    /// What waits has its places in the sequence of the new identity already. All of it is written before the server is asked: whenever the
    /// device is killed, it goes on as the old identity or as the new one.
    fn begin_identity(&mut self) -> Result<()> {
        self.state.forks += 1;
        self.state.former.extend(self.state.device.take());
        self.state.nonce = self.ids.uuid(self.clock.wall()).to_string();
        // The private channel of the old identity is not ours any more.
        self.state.copy.forget_device();
        self.register().map(drop)
    }

    /// The server does not know the device: it was put back to a state before the device registered. It registers again and sends
    /// everything that it still has, with the same ids.
    fn enrol_again(&mut self, refusal: ClientError) -> Result<()> {
        let device = self.ask_for_identity()?;
        if self.state.device.replace(device) == Some(device) {
            // It knows the device; the refusal is about something else.
            return Err(refusal);
        }
        // One step with the id: a device that knew its new id only would never send again what it had answers to.
        self.state.outbox.renumber_all();
        self.state.copy.forget_device();
        self.state.copy.begin_anew();
        self.write(Outlives::PowerCut)
    }

    /// The server knows nothing from `seq` on that it had answered: it was put back to an earlier state. The journal has it; if it does not
    /// reach back so far, all that is left of it is sent under a new identity. The copy may hold rows of the lost time under revisions that the
    /// server gives out again, so it begins anew.
    fn resend_from(&mut self, seq: i64) -> Result<()> {
        self.state.copy.begin_anew();
        if self.state.outbox.rewind(seq) {
            return self.write(Outlives::Process);
        }
        self.state.outbox.renumber_all();
        self.begin_identity()
    }

    /// Pushes, then pulls.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn sync(&mut self) -> Result<(PushReport, PullReport)> {
        let mut pushed = self.push()?;
        let mut pulled = self.pull()?;
        if pulled.server_restored {
            // What the server lost goes to it again, and comes back with what it made of it.
            pushed.add(self.push()?);
            pulled = PullReport { server_restored: true, ..self.pull()? };
        }
        Ok((pushed, pulled))
    }

    /// Sends the same bytes again as long as no answer comes, and counts how often: what only reads changes nothing by it, and of a push the
    /// server knows each mutation by its id.
    fn ask(&mut self, path: &str, body: &Value, lost: &mut usize) -> Result<Reply> {
        let mut tries = 1;
        loop {
            match self.transport.call("POST", path, Some(body)) {
                Err(ClientError::Lost(_)) if tries < TRIES => {
                    tries += 1;
                    *lost += 1;
                }
                reply => return reply,
            }
        }
    }

    /// Waits until there is something to pull, for at most so many seconds (and at most 25: a line that is silent for longer counts as
    /// cut). Whether there is.
    ///
    /// # Errors
    /// The server cannot be reached, asks to wait or refuses.
    pub fn wait(&mut self, timeout_s: u64) -> Result<bool> {
        let device = self.register()?;
        let Some(cursor) = self.state.copy.cursor() else { return Ok(true) };
        let timeout_s = timeout_s.min(MAX_WAIT_S);
        let path = format!("/v1/sync/wait?device={device}&cursor={cursor}&timeout_s={timeout_s}");
        let reply = self.transport.call("GET", &path, None)?.ok()?;
        let changed = reply.get("changed").and_then(Value::as_bool);
        changed.ok_or_else(|| ClientError::Protocol(format!("wait without changed: {reply}")))
    }

    /// Brings the answers up to date of what was held when it was pushed, under this identity or an earlier one.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn refresh_results(&mut self) -> Result<()> {
        for device in self.state.former.clone() {
            match self.read_results(device) {
                // An earlier identity may be out of service by now.
                Err(ClientError::Refused { status: 403, .. }) => {}
                read => read?,
            }
        }
        let device = self.register()?;
        self.read_results(device)
    }

    fn read_results(&mut self, device: DeviceId) -> Result<()> {
        let mut after = 0;
        loop {
            let path = format!("/v1/sync/results?device={device}&after={after}");
            let reply = self.transport.call("GET", &path, None)?.ok()?;
            let items = reply.get("items").cloned().unwrap_or_default();
            let items: Vec<bazdid_protocol::envelope::ResultItem> =
                serde_json::from_value(items).map_err(|e| ClientError::Protocol(e.to_string()))?;
            self.state.outbox.update(&items);
            self.write(Outlives::Process)?;
            let Some(next) = reply.get("next_after").and_then(Value::as_i64) else { return Ok(()) };
            after = next;
        }
    }

    /// Counts the journal's answers by their status.
    #[must_use]
    pub fn tally(&self) -> BTreeMap<String, usize> {
        let mut tally = BTreeMap::new();
        for entry in self.state.outbox.journal() {
            let word = entry.result.as_ref().map_or_else(|| "waiting".to_owned(), |r| r.status.to_string());
            *tally.entry(word).or_default() += 1;
        }
        tally
    }
}

#[cfg(test)]
mod tests;
