//! The way to the server over HTTP, with the tokens of one login.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::{Agent, Body, http::Response};

use crate::{
    client::{
        ClientError, Result,
        transport::{Reply, Transport},
    },
    domain::ids::AccountId,
};

/// No answer after so long is a lost answer.
const TIMEOUT: Duration = Duration::from_secs(30);

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
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIMEOUT)).build();
        let base_url = base_url.trim_end_matches('/').to_owned();
        Self { agent: config.into(), base_url, access: None, refresh: None, renewals: 0 }
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
        if reply.status != 401 || self.refresh.is_none() {
            return Ok(reply);
        }
        let token = self.refresh.clone();
        let renewed = self.send("POST", "/v1/auth/refresh", &[], Some(&json!({ "refresh_token": token })))?;
        if renewed.status != 200 {
            // Who was put out of service is told so, not that his token is old.
            return Ok(if renewed.status == 403 { renewed } else { reply });
        }
        self.keep_tokens(&renewed.body)?;
        self.renewals += 1;
        self.send(method, path, headers, body)
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
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        if let Some(token) = &self.access {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let lost = |e: &dyn std::fmt::Display| ClientError::Lost(e.to_string());
        let answer = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body.to_string()).map_err(|e| lost(&e))?;
                self.agent.run(request)
            }
            None => self.agent.run(request.body(()).map_err(|e| lost(&e))?),
        };
        read(answer.map_err(|e| lost(&e))?)
    }
}

fn read(mut answer: Response<Body>) -> Result<Reply> {
    let header = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (etag, retry_after) = (header("etag"), header("retry-after"));
    let status = answer.status().as_u16();
    let text = answer.body_mut().with_config().limit(256 * 1024 * 1024).read_to_string();
    let text = text.map_err(|e| ClientError::Lost(e.to_string()))?;
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    Ok(Reply { status, body, retry_after_s: retry_after.and_then(|s| s.parse().ok()), etag: etag.map(|e| e.trim_matches('"').to_owned()) })
}

impl Transport for HttpTransport {
    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        self.request(method, path, &[], body)
    }
}
