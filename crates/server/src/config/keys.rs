//! The table of keys: how each is read and what it is for.

use std::{net::IpAddr, path::PathBuf, str::FromStr};

use figment::value::Value;

use bazdid_protocol::fold;

use super::{Config, Country, DatabaseUrl, LogFormat, MasterKey, Secret};

/// One key of the configuration.
pub(super) struct Key {
    /// Section and name.
    pub path: &'static str,
    /// What it is for, in a sentence.
    pub help: &'static str,
    /// Reads a value into its place, or says what would be right.
    pub set: fn(&mut Config, &Value) -> Result<(), String>,
    /// The value as it would stand in the file; nothing for a secret and for what is not set.
    pub get: fn(&Config) -> Option<String>,
}

/// How a value stands in the file.
trait Shown {
    fn shown(&self) -> Option<String>;
}

macro_rules! plain {
    ($($ty:ty),+) => {$(
        impl Shown for $ty {
            fn shown(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}
plain!(bool, u16, u32, u64, usize, i64, f64);

macro_rules! quoted {
    ($($ty:ty),+) => {$(
        impl Shown for $ty {
            fn shown(&self) -> Option<String> {
                Some(format!("{:?}", self.to_string()))
            }
        }
    )+};
}
quoted!(IpAddr, String, DatabaseUrl, LogFormat, chrono_tz::Tz, Country);

impl Shown for PathBuf {
    fn shown(&self) -> Option<String> {
        Some(format!("{:?}", self.display().to_string()))
    }
}

impl Shown for Secret {
    fn shown(&self) -> Option<String> {
        None
    }
}

impl Shown for Option<MasterKey> {
    fn shown(&self) -> Option<String> {
        None
    }
}

macro_rules! keys {
    ($($section:ident . $name:ident = $read:expr, $help:literal;)*) => {
        /// Every key.
        pub(super) const KEYS: &[Key] = &[$(Key {
            path: concat!(stringify!($section), ".", stringify!($name)),
            help: $help,
            set: |config, value| { config.$section.$name = ($read)(value)?; Ok(()) },
            get: |config| Shown::shown(&config.$section.$name),
        }),*];
    };
}

keys! {
    server.bind = word::<IpAddr>, "address to listen on; 0.0.0.0 for all";
    server.port = |v| number(v, 0, 65_535), "port to listen on; 0 takes a free one";
    server.workers = |v| number(v, 1, 64), "threads that serve requests";
    server.grace_s = |v| number(v, 0, 600), "seconds that requests under way have after the first signal to stop";
    server.request_timeout_s = |v| number(v, 1, 600), "seconds that one request may take";
    server.body_bytes = |v| number(v, 1024, 1 << 30), "largest body of a request other than a push, bytes";
    server.sync_requests = |v| number(v, 1, 100_000), "pushes and pulls in work or waiting at most; more are asked to come back later";
    server.sync_bytes = |v| number(v, 8 << 20, 1 << 40), "bytes of their bodies together, after decompression; the memory they take is some times that";
    server.proxies = |v| number(v, 0, 10), "reverse proxies in front that add to X-Forwarded-For; 0 believes the connection only";
    server.public_url = public_url, "address under which phones reach the server, such as https://field.city.example; stands in the QR that enrols a phone";
    database.url = database_url, "sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME";
    database.connections = |v| number(v, 1, 256), "connections to the database";
    telemetry.format = word, "pretty or json";
    telemetry.level = level, "what is logged: error, warn, info, debug, trace, or by module as in info,bazdid::http=debug";
    telemetry.metrics_token = metrics_token, "what /metrics asks for as Authorization: Bearer, 16 signs or more; without it only this machine may ask";
    security.master_key = master_key, "the master key as 64 hex digits, instead of the key file";
    security.key_file = path, "file of the master key; made on the first start, readable by its owner only";
    security.password_memory_kib = |v| number(v, 8 * 1024, 1 << 21), "memory of one password hash, KiB; old hashes are renewed at the next login";
    security.password_passes = |v| number(v, 1, 100), "passes over that memory";
    evidence.folder = path, "folder of the photos' bytes; with a bucket only of what has arrived in part";
    evidence.photo_bytes = |v| number(v, 1024, 200_000_000), "bytes of one photo at most";
    evidence.device_day_bytes = |v| number(v, 1024, 1 << 50), "bytes that one device may announce within 24 hours";
    evidence.disk_reserve_bytes = |v| number(v, 0, 1 << 60), "bytes that stay free on the disk of the folder";
    evidence.upload_hours = |v| number(v, 1, 24 * 60), "how long an upload takes bytes, hours";
    evidence.mismatch_days = |v| number(v, 30, 3_660), "how long bytes are kept that are not those that were declared, days";
    evidence.missing_days = |v| number(v, 1, 366), "after how long the office is notified of a photo whose bytes have not come, days";
    evidence.link_s = |v| number(v, 10, 600), "how long a link to a picture is good, seconds";
    evidence.uploads_at_once = |v| number(v, 1, 100_000), "uploads that send bytes at once; more are asked to come back later";
    evidence.readers = |v| number(v, 0, 64), "stored pictures that are read at once, each by a thread; 0: another process on the same database reads them";
    evidence.idle_s = |v| number(v, 1, 3_600), "seconds that an upload's line may be silent before the server lets go of it";
    evidence.s3_bucket = any_text, "bucket of an S3-compatible store for what is complete; empty: the folder";
    evidence.s3_prefix = any_text, "what every name in the bucket begins with";
    evidence.s3_endpoint = any_text, "address of the store, such as https://s3.example; empty: Amazon's";
    evidence.s3_region = any_text, "region of the bucket";
    evidence.s3_access_key = any_text, "id of the access key; empty: the role of the machine";
    evidence.s3_secret_key = |v| any_text(v).map(Secret::new), "secret of the access key";
    webhooks.senders = |v| number(v, 0, 64), "receivers of webhooks to which is sent at once; 0: another process on the same database sends";
    webhooks.timeout_s = |v| number(v, 1, 60), "seconds that one attempt may take, from looking up the name to the answer";
    webhooks.give_up_days = |v| number(v, 1, 60), "days of failures only after which a receiver is switched off";
    webhooks.allow_private = boolean, "true lets receivers have private addresses and plain HTTP: whoever may add one then reaches this network";
    load.account_requests = |v| number(v, 60, 1_000_000), "requests of one account within a minute; what is over is answered 429 with Retry-After";
    load.address_requests = |v| number(v, 60, 1_000_000), "requests from one address within a minute, of people who have not logged in; phones share addresses";
    load.account_at_once = |v| number(v, 0, 100_000), "requests of one account in work at once, more wait for their turn; 0: as many as there are processors, two at least";
    load.address_at_once = |v| number(v, 1, 100_000), "requests from one address in work at once, of people who have not logged in; more wait";
    load.waiting = |v| number(v, 0, 100_000), "requests that wait for their turn, of one account or address; more are asked to come back later";
    load.account_mib = |v| number(v, 16, 1 << 20), "mebibytes of bodies other than photos that one account sends within an hour";
    load.account_mutations = |v| number(v, 500, 100_000_000), "mutations that one account pushes within an hour; a device sends the rest after Retry-After";
    load.device_mutations = |v| number(v, 500, 100_000_000), "mutations that one device pushes within an hour";
    load.account_tickets = |v| number(v, 500, 100_000_000), "tickets that one account registers within an hour";
    load.order_uploads = |v| number(v, 10, 1_000_000), "uploads that one account begins within 24 hours for the photos of one order, or of one ticket without an order";
    load.hashes_at_once = |v| number(v, 0, 64), "passwords that are hashed at once, each by a processor with security.password_memory_kib; 0: half of the processors, at least one";
    load.hashes_waiting = |v| number(v, 1, 10_000), "passwords that wait to be hashed; more are asked to come back later";
    load.first_byte_s = |v| number(v, 1, 600), "seconds within which the first bytes of a body come";
    load.least_bytes_s = |v| number(v, 1, 1 << 20), "bytes a second that a body brings at least, and that a client takes of an answer";
    load.window_s = |v| number(v, 1, 600), "seconds over which that rate is averaged";
    load.address_connections = |v| number(v, 0, 1_000_000), "connections from one address at once, without a proxy in front; 0 does not count them";
    city.time_zone = word::<chrono_tz::Tz>, "time zone of civil dates, such as Asia/Tehran";
    city.border_tolerance_m = |v| metres(v, 100_000.0), "how far outside every area a point may lie and still be given to the nearest, metres";
    city.max_offline_days = |v| number(v, 1, 366), "how long a device may be offline before its clock's word is cut off, days";
    city.country = word::<Country>, "country whose national phone numbers are meant where none is said, two letters";
    city.area_code = area_code, "area code of the city without the zero, put before phone numbers that are said without it; empty: none";

}

/// The sections, in the order of the table.
pub(super) fn sections() -> Vec<&'static str> {
    let mut found: Vec<&str> = KEYS.iter().filter_map(|k| k.path.split('.').next()).collect();
    found.dedup();
    found
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("expected a text, found {}", value.to_actual()))
}

fn metrics_token(value: &Value) -> Result<Secret, String> {
    let token = any_text(value)?;
    if token.is_empty() || (token.len() >= 16 && token.chars().all(|c| c.is_ascii_graphic())) {
        return Ok(Secret::new(token));
    }
    Err("expected 16 or more letters, digits and signs without blanks".to_owned())
}

/// Up to five digits, of any of the three sets; the zero before them is left out.
fn area_code(value: &Value) -> Result<String, String> {
    let digits = fold::fold(&any_text(value)?);
    let code = digits.trim_start_matches('0');
    let fine = code.len() <= 5 && digits.bytes().all(|b| b.is_ascii_digit());
    if fine { Ok(code.to_owned()) } else { Err(format!("expected an area code such as 28, found \"{digits}\"")) }
}

fn any_text(value: &Value) -> Result<String, String> {
    text(value).map(|t| t.trim().to_owned())
}

/// A word that its type can read.
fn word<T: FromStr>(value: &Value) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    text(value)?.trim().parse().map_err(|e| format!("{e}"))
}

/// A whole number within bounds; the environment gives it as text.
fn number<T: TryFrom<i128>>(value: &Value, least: i128, most: i128) -> Result<T, String> {
    let expected = || format!("expected a whole number from {least} to {most}, found {}", value.to_actual());
    let found = match value.as_str() {
        Some(text) => text.trim().parse().ok(),
        None => value.to_i128().or_else(|| value.to_u128().and_then(|n| i128::try_from(n).ok())),
    };
    let found = found.filter(|n| (least..=most).contains(n)).ok_or_else(expected)?;
    T::try_from(found).map_err(|_| expected())
}

fn boolean(value: &Value) -> Result<bool, String> {
    let found = value.as_str().map_or_else(|| value.to_bool(), |text| text.trim().parse().ok());
    found.ok_or_else(|| format!("expected true or false, found {}", value.to_actual()))
}

fn metres(value: &Value, most: f64) -> Result<f64, String> {
    let found = match value.as_str() {
        Some(text) => text.trim().parse().ok(),
        None => value.to_f64().or_else(|| value.to_i128().and_then(|n| i32::try_from(n).ok()).map(f64::from)),
    };
    found
        .filter(|n| (0.0..=most).contains(n))
        .ok_or_else(|| format!("expected a number of metres from 0 to {most}, found {}", value.to_actual()))
}

fn path(value: &Value) -> Result<PathBuf, String> {
    let text = text(value)?;
    if text.is_empty() { Err("expected a path, found nothing".into()) } else { Ok(text.into()) }
}

fn level(value: &Value) -> Result<String, String> {
    let text = text(value)?;
    match text.parse::<tracing_subscriber::EnvFilter>() {
        Ok(_) => Ok(text.to_owned()),
        Err(e) => Err(format!("{e}; expected error, warn, info, debug or trace")),
    }
}

/// An address without a slash at its end.
fn public_url(value: &Value) -> Result<String, String> {
    let url = any_text(value)?;
    let url = url.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let fine =
        url.is_empty() || host.is_some_and(|h| !h.is_empty() && !h.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '#' | '@')));
    if fine { Ok(url.to_owned()) } else { Err(format!("expected an address such as https://field.city.example, found \"{url}\"")) }
}

/// The texts of these faults do not repeat the value: it may hold a password.
fn database_url(value: &Value) -> Result<DatabaseUrl, String> {
    let url = value.as_str().ok_or("expected a text")?;
    let path_or_host =
        url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("postgres://")).or_else(|| url.strip_prefix("postgresql://"));
    match path_or_host {
        Some("") => Err("the URL names no database: write sqlite://PATH or postgres://HOST/NAME".into()),
        Some(_) => Ok(DatabaseUrl::new(url)),
        None => Err("the URL must begin with sqlite:// or postgres://".into()),
    }
}

/// As [`database_url`]: the value is not repeated.
fn master_key(value: &Value) -> Result<Option<MasterKey>, String> {
    value
        .as_str()
        .and_then(|text| MasterKey::from_hex(text.trim()))
        .map(Some)
        .ok_or_else(|| "expected 64 hex digits in quotes, as `openssl rand -hex 32` prints them".into())
}
