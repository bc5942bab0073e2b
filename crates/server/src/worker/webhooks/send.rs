//! One request to a receiver.
//!
//! The name is resolved once, what it stands for is looked at, and exactly these addresses are connected to: a name that resolves to
//! something else a moment later (DNS rebinding) gains nothing. No proxy, no redirect, little is read of the answer.

use std::{fmt, sync::Arc, time::Duration};

use ureq::{
    Agent, Error, Timeout,
    config::Config,
    http::Uri,
    tls::{RootCerts, TlsConfig},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use bazdid_domain::webhook::{Attempt, DeliveryFault, address::is_public};

/// Bytes that are read of an answer's body, so that its connection can be used again.
const BODY_BYTES: u64 = 16 * 1024;
/// Bytes of an answer's headers.
const HEADER_BYTES: usize = 16 * 1024;
/// How long a name may take to be resolved, and a connection to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// What is sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where to.
    pub url: String,
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`, seconds.
    pub timestamp: i64,
    /// `webhook-signature`.
    pub signatures: String,
    /// The body, JSON.
    pub body: Vec<u8>,
}

/// Sends requests; cheap to clone.
#[derive(Clone)]
pub struct Sender(Agent);

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender(…)")
    }
}

impl Sender {
    /// One whose attempts take at most so long, to public addresses or to all.
    #[must_use]
    pub fn new(timeout: Duration, allow_private: bool) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // Whoever was added while plain HTTP was allowed is not sent to by it any more.
            .https_only(!allow_private)
            .timeout_global(Some(timeout))
            .timeout_resolve(Some(CONNECT.min(timeout)))
            .timeout_connect(Some(CONNECT.min(timeout)))
            .max_response_header_size(HEADER_BYTES)
            .user_agent(concat!("bazdid/", env!("CARGO_PKG_VERSION")))
            .build();
        Self(Agent::with_parts(config, DefaultConnector::default(), Guarded { allow_private, inner: DefaultResolver::default() }))
    }

    /// Sends a request and says what became of it. Blocks.
    #[must_use]
    pub fn send(&self, request: &Request) -> Attempt {
        let outcome = self
            .0
            .post(&request.url)
            .header("content-type", "application/json")
            .header("webhook-id", &request.id)
            .header("webhook-timestamp", request.timestamp.to_string())
            .header("webhook-signature", &request.signatures)
            .send(request.body.as_slice());
        match outcome {
            Ok(mut response) => {
                // What it says does not matter, nor whether all of it comes.
                drop(response.body_mut().with_config().limit(BODY_BYTES).read_to_vec());
                Attempt::answered(response.status().as_u16())
            }
            Err(error) => Attempt::failed(fault(&error)),
        }
    }
}

fn fault(error: &Error) -> DeliveryFault {
    match error {
        Error::Timeout(Timeout::Resolve) | Error::HostNotFound => DeliveryFault::Dns,
        Error::Timeout(_) => DeliveryFault::Timeout,
        Error::Tls(_) | Error::Rustls(_) | Error::Pem(_) => DeliveryFault::Tls,
        Error::RequireHttpsOnly(_) => DeliveryFault::PrivateAddress,
        Error::Other(other) if other.is::<PrivateAddress>() => DeliveryFault::PrivateAddress,
        Error::Io(io) if matches!(io.kind(), std::io::ErrorKind::TimedOut) => DeliveryFault::Timeout,
        Error::Io(io) if io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => DeliveryFault::Tls,
        _ => DeliveryFault::Connection,
    }
}

/// A name stands for an address that webhooks may not reach.
#[derive(Debug, thiserror::Error)]
#[error("the name stands for a private address")]
struct PrivateAddress;

/// Resolves names and refuses those that stand for a private address, even if for others too.
#[derive(Debug)]
struct Guarded {
    allow_private: bool,
    inner: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout).map_err(|error| match error {
            // What the system says of a name that it does not know, or that it could ask nobody.
            Error::Io(_) => Error::HostNotFound,
            other => other,
        })?;
        if !self.allow_private && found.iter().any(|address| !is_public(address.ip())) {
            return Err(Error::Other(Box::new(PrivateAddress)));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the system makes of an unusual host is looked at, not the text: none of these is connected to.
    #[test]
    fn private_addresses_are_refused_in_every_dress() {
        let sender = Sender::new(Duration::from_secs(5), false);
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "127.1",
            "0",
            "0.0.0.0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "localhost",
            "169.254.169.254",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "10.0.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "[64:ff9b::7f00:1]",
        ] {
            let url = format!("https://{host}:9/");
            let request = Request { url, id: "1".into(), timestamp: 1, signatures: "v1,x".into(), body: b"{}".to_vec() };
            let fault = sender.send(&request).fault;
            // Where the system does not know such a notation there is no address at all.
            assert!(matches!(fault, Some(DeliveryFault::PrivateAddress | DeliveryFault::Dns)), "{host}: {fault:?}");
        }
        let plain = ["127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]"];
        for host in plain {
            let url = format!("https://{host}:9/");
            let request = Request { url, id: "1".into(), timestamp: 1, signatures: "v1,x".into(), body: b"{}".to_vec() };
            assert_eq!(sender.send(&request), Attempt::failed(DeliveryFault::PrivateAddress), "{host}");
        }
    }

    #[test]
    fn a_name_that_nobody_knows_and_plain_http_are_told_apart_from_a_connection() {
        let send = |allow_private, url: &str| {
            let request = Request { url: url.into(), id: "1".into(), timestamp: 1, signatures: "v1,x".into(), body: b"{}".to_vec() };
            Sender::new(Duration::from_secs(10), allow_private).send(&request).fault
        };
        assert_eq!(send(true, "http://no-such-host.invalid/"), Some(DeliveryFault::Dns));
        assert_eq!(send(true, "http://127.0.0.1:9/"), Some(DeliveryFault::Connection));
        assert_eq!(send(false, "http://1.1.1.1:9/"), Some(DeliveryFault::PrivateAddress), "plain HTTP goes nowhere");
    }
}
