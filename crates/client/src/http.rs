//! The way to the server over HTTP, with the tokens of one login.

use std::{io::Read, time::Duration};

use serde_json::{Value, json};
use ureq::{
    Agent, AsSendBody, Body, SendBody,
    http::{Response, request::Builder},
};

use crate::{
    ClientError, Result,
    transport::{Reply, Transport},
};
use bazdid_protocol::ids::AccountId;

/// No answer after so long is a lost answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A longer answer is cut off.
const MAX_BODY: u64 = 256 * 1024 * 1024;

/// The account that logged in, as the server describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedIn {
    /// Who.
    pub id: AccountId,
    /// The whole description.
    pub account: Value,
}

/// HTTP with the tokens of one login; renews the access token when it has expired.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    agent: Agent,
    base_url: String,
    access: Option<String>,
    refresh: Option<String>,
    /// Access tokens that had expired and were renewed.
    pub renewals: usize,
}

impl HttpTransport {
    /// A transport without a login. The URL has no path: `http://127.0.0.1:8080`.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { agent: agent(), base_url, access: None, refresh: None, renewals: 0 }
    }

    /// The same login over connections that no other transport uses; clones share theirs.
    #[must_use]
    pub fn on_lines_of_its_own(&self) -> Self {
        Self { agent: agent(), renewals: 0, ..self.clone() }
    }

    /// A way to the same server without a login.
    #[must_use]
    pub fn without_login(&self) -> Self {
        Self { access: None, refresh: None, renewals: 0, ..self.clone() }
    }

    /// Goes on at another address of the same server. The login stays.
    pub fn move_to(&mut self, base_url: &str) {
        base_url.trim_end_matches('/').clone_into(&mut self.base_url);
    }

    /// Logs in.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn login(&mut self, login: &str, password: &str) -> Result<LoggedIn> {
        let reply = self.send("POST", "/v1/auth/login", &[], Some(&json!({ "login": login, "password": password })))?.ok()?;
        self.keep_tokens(&reply)?;
        let account = reply.get("account").cloned().unwrap_or_default();
        let id = account.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| ClientError::Protocol("login without account.id".to_owned()))?;
        Ok(LoggedIn { id, account })
    }

    /// Sends a request with headers of its own (`If-Match`, `Idempotency-Key`); renews the access token once if need be.
    ///
    /// # Errors
    /// No answer came.
    pub fn request(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Result<Reply> {
        let reply = self.send(method, path, headers, body)?;
        if reply.status != 401 {
            return Ok(reply);
        }
        match self.renew()? {
            Renewal::Done => self.send(method, path, headers, body),
            Renewal::Refused(refusal) if refusal.status == 403 => Ok(refusal),
            Renewal::Refused(_) | Renewal::Impossible => Ok(reply),
        }
    }

    /// Sends so many bytes by `PATCH`, as they are read. If the access token has expired it is renewed and no answer comes: what was read
    /// is gone, so the caller asks how far it is and reads again.
    ///
    /// # Errors
    /// No answer came, or the bytes could not be read to their end.
    pub fn patch(&mut self, path: &str, headers: &[(&str, &str)], length: u64, bytes: &mut dyn Read) -> Result<Reply> {
        let request = self.build("PATCH", path, headers).header("content-length", length);
        let request = request.header("content-type", "application/offset+octet-stream");
        let reply = read(self.run(request, SendBody::from_reader(bytes))?)?;
        if reply.status == 401 && matches!(self.renew()?, Renewal::Done) {
            return Err(ClientError::Lost("the access token had expired".to_owned()));
        }
        Ok(reply)
    }

    /// Reads what is no JSON.
    ///
    /// # Errors
    /// No answer came, or the server refuses.
    pub fn download(&mut self, path: &str) -> Result<Vec<u8>> {
        let mut answer = self.run(self.build("GET", path, &[]), ())?;
        if answer.status().as_u16() == 401 && matches!(self.renew()?, Renewal::Done) {
            answer = self.run(self.build("GET", path, &[]), ())?;
        }
        if answer.status().is_success() {
            return answer.body_mut().with_config().limit(MAX_BODY).read_to_vec().map_err(|e| lost(&e));
        }
        read(answer)?.ok()?;
        Err(ClientError::Protocol("neither a success nor a refusal".to_owned()))
    }

    fn renew(&mut self) -> Result<Renewal> {
        let Some(token) = &self.refresh else { return Ok(Renewal::Impossible) };
        let renewed = self.send("POST", "/v1/auth/refresh", &[], Some(&json!({ "refresh_token": token })))?;
        if renewed.status != 200 {
            // Who was put out of service is told so, not that their token is old.
            return Ok(Renewal::Refused(renewed));
        }
        self.keep_tokens(&renewed.body)?;
        self.renewals += 1;
        Ok(Renewal::Done)
    }

    /// The access token in use; absent before a login.
    #[must_use]
    pub fn access_token(&self) -> Option<&str> {
        self.access.as_deref()
    }

    fn keep_tokens(&mut self, body: &Value) -> Result<()> {
        let token = |name| body.get(name).and_then(Value::as_str).map(str::to_owned);
        self.access = Some(token("access_token").ok_or_else(|| ClientError::Protocol("no access_token".to_owned()))?);
        self.refresh = token("refresh_token");
        Ok(())
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Result<Reply> {
        let request = self.build(method, path, headers);
        let answer = match body {
            Some(body) => self.run(request.header("content-type", "application/json"), body.to_string()),
            // It is to be said that nothing comes: otherwise a body of unknown length is announced.
            None if method == "POST" => self.run(request, ""),
            None => self.run(request, ()),
        };
        read(answer?)
    }

    fn build(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Builder {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        if let Some(token) = &self.access {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    }

    fn run(&self, request: Builder, body: impl AsSendBody) -> Result<Response<Body>> {
        self.agent.run(request.body(body).map_err(|e| lost(&e))?).map_err(|e| lost(&e))
    }
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIMEOUT)).build().into()
}

/// What came of renewing an access token.
enum Renewal {
    Done,
    Refused(Reply),
    /// There is no login.
    Impossible,
}

fn lost(e: &dyn std::fmt::Display) -> ClientError {
    ClientError::Lost(e.to_string())
}

fn read(mut answer: Response<Body>) -> Result<Reply> {
    let header = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (etag, location) = (header("etag").map(|e| e.trim_matches('"').to_owned()), header("location"));
    let retry_after_s = header("retry-after").and_then(|s| s.parse().ok());
    let upload_offset = header("upload-offset").and_then(|s| s.parse().ok());
    let status = answer.status().as_u16();
    let text = answer.body_mut().with_config().limit(MAX_BODY).read_to_string().map_err(|e| lost(&e))?;
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    Ok(Reply { status, body, retry_after_s, etag, location, upload_offset })
}

impl Transport for HttpTransport {
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        self.request(method, path, &[], body)
    }
}
