//! What a receiver's URL may look like. The address that its host stands for is looked at when it is resolved ([`super::address`]).

use std::net::{IpAddr, Ipv6Addr};

use crate::webhook::address::is_public;

/// Longest URL, bytes.
const MAX_BYTES: usize = 2048;

/// What is wrong with a URL, if something is. Where private addresses are `allowed`, plain HTTP is too: it does not leave the network.
#[must_use]
pub fn fault(url: &str, allowed: bool) -> Option<String> {
    if url.len() > MAX_BYTES || !url.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return Some(format!("must be at most {MAX_BYTES} ASCII characters without spaces and backslashes"));
    }
    let is_scheme_allowed = url.starts_with("https://") || (allowed && url.starts_with("http://"));
    if !is_scheme_allowed {
        return Some("must begin with https://".into());
    }
    if url.contains('#') {
        return Some("must have no fragment".into());
    }
    let authority = authority(url).unwrap_or_default();
    if authority.contains('@') {
        return Some("must hold no user and no password".into());
    }
    let Some((host, port)) = split(authority) else { return Some("must name a host".into()) };
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let is_literal = |inner: &str| inner.parse::<Ipv6Addr>().is_ok();
    if !host.strip_prefix('[').map_or_else(|| is_name(host), |h| is_literal(h.trim_end_matches(']'))) {
        return Some("must name a host by letters, digits, dots and hyphens, or an address".into());
    }
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|n| n > 0);
    if port.is_some_and(|port| !is_port(port)) {
        return Some("has a port that is none".into());
    }
    let literal = host.strip_prefix('[').map_or(host, |h| h.trim_end_matches(']')).parse::<IpAddr>();
    let local = host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
    if !allowed && (local || literal.is_ok_and(|address| !is_public(address))) {
        return Some("is an address of this machine or of a private network, which webhooks.allow_private does not allow".into());
    }
    None
}

/// Host and port as a URL names them: what may be logged of it, for the rest may hold a key.
#[must_use]
pub fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split(['/', '?']).next()
}

/// Host and port of an authority.
fn split(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let end = rest.find(']')?;
        let (host, after) = authority.split_at(end + 2);
        return match after.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => after.is_empty().then_some((host, None)),
        };
    }
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    (!host.is_empty() && !port.is_some_and(|p| p.contains(':'))).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_the_public_internet_are_taken() {
        for url in [
            "https://hooks.example.org",
            "https://hooks.example.org:8443/bazdid?key=1",
            "https://1.1.1.1/",
            "https://[2606:4700::1111]:443/x",
            "https://xn--mgba3a4f16a.ir/",
        ] {
            assert_eq!(fault(url, false), None, "{url}");
        }
    }

    #[test]
    fn others_are_refused_and_told_why() {
        for (url, why) in [
            ("", "https"),
            ("ftp://example.org", "https"),
            ("http://example.org", "https"),
            ("https://", "host"),
            ("https://:443/", "host"),
            ("https:///x", "host"),
            ("https://a:b:c/", "host"),
            ("https://[::1/", "host"),
            ("https://[::1%25eth0]/", "host"),
            ("https://[fe80]/", "host"),
            ("https://127%2e0.0.1/", "host"),
            ("https://exa'mple.org/", "host"),
            ("https://a,b/", "host"),
            ("https://user@example.org/", "user"),
            ("https://example.org@127.0.0.1/", "user"),
            ("https://example.org/#x", "fragment"),
            ("https://example.org:0/", "port"),
            ("https://example.org:/", "port"),
            ("https://example.org:65536/", "port"),
            ("https://example.org:x/", "port"),
            ("https://exa mple.org/", "ASCII"),
            ("https://example.org\\@127.0.0.1/", "ASCII"),
            ("https://مثال.ir/", "ASCII"),
            ("https://localhost/", "private"),
            ("https://a.LocalHost/", "private"),
            ("https://127.0.0.1/", "private"),
            ("https://169.254.169.254/latest", "private"),
            ("https://[::ffff:10.0.0.1]/", "private"),
            ("https://[fd00::1]/", "private"),
        ] {
            assert!(fault(url, false).is_some_and(|f| f.contains(why)), "{url}: {:?}", fault(url, false));
        }
        assert!(fault(&format!("https://example.org/{}", "x".repeat(2048)), false).is_some());
    }

    #[test]
    fn private_ones_and_plain_http_are_taken_where_they_are_allowed() {
        for url in ["http://127.0.0.1:9000/", "http://hooks.lan/", "https://[fd00::1]/", "http://localhost:1/"] {
            assert_eq!(fault(url, true), None, "{url}");
        }
        assert!(fault("http://user@127.0.0.1/", true).is_some());
    }
}
