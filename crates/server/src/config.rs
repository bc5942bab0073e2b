//! The configuration: a file and the environment over the defaults, checked as a whole.
//!
//! Every fault is reported at once with its key and where it came from; a key that nobody knows is refused with what was
//! probably meant. Secrets never show in `Debug`. This is the only module that reads the environment.

mod evidence;
mod keys;
mod load;
mod master_key;
mod webhooks;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format as _, Toml},
    value::{Dict, Map, Value},
};

use bazdid_service::phone::{Country, PhonePlan};

pub use evidence::{Evidence, Secret};
pub use load::Load;
pub use master_key::MasterKey;
pub use webhooks::Webhooks;

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "bazdid.toml";

/// What every environment variable of ours begins with.
const PREFIX: &str = "BAZDID_";

/// Variables that are read elsewhere: by the command line and by the tests.
const OTHER_VARIABLES: &[&str] = &[
    "BAZDID_CONFIG",
    "BAZDID_TEST_POSTGRES",
    "BAZDID_REQUIRE_POSTGRES",
    "BAZDID_REQUIRE_NODE",
    "BAZDID_TEST_DATA",
    "BAZDID_SEEDS",
    "BAZDID_KILLS",
    "BAZDID_KILL_SEED",
    "BAZDID_WRITE_VECTORS",
    "BAZDID_UPLOADS",
];

bazdid_protocol::text_enum! {
    /// How the log looks.
    LogFormat {
        /// For people.
        Pretty = "pretty",
        /// One JSON object a line.
        Json = "json",
    }
}

/// Where and how the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Address to bind.
    pub bind: IpAddr,
    /// Port; 0 takes a free one.
    pub port: u16,
    /// Threads that serve requests.
    pub workers: usize,
    /// How long requests under way may take to finish after the first signal, seconds.
    pub grace_s: u64,
    /// How long one request may take, seconds.
    pub request_timeout_s: u64,
    /// Largest body of a request other than a push, bytes after decompression.
    pub body_bytes: usize,
    /// Pushes, pulls and repairs in work or waiting at most; more are asked to come back later.
    pub sync_requests: usize,
    /// Bytes of their bodies together, after decompression.
    pub sync_bytes: usize,
    /// Reverse proxies in front of the server that add to `X-Forwarded-For`.
    pub proxies: usize,
    /// Under which address clients reach the server, such as `https://field.city.example`; empty: not told.
    pub public_url: String,
}

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// `sqlite://path` or `postgres://…`.
    pub url: DatabaseUrl,
    /// Connections for reading (on PostgreSQL: for everything).
    pub connections: u32,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// Pretty or JSON.
    pub format: LogFormat,
    /// A filter such as `info` or `info,bazdid::http=debug`.
    pub level: String,
    /// What a scraper of `/metrics` has to send; empty: only this machine may ask.
    pub metrics_token: Secret,
}

/// Keys and passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// The master key itself; instead of the file.
    pub master_key: Option<MasterKey>,
    /// The file that holds the master key; made on the first start.
    pub key_file: PathBuf,
    /// Memory of one password hash, KiB.
    pub password_memory_kib: u32,
    /// Passes over it.
    pub password_passes: u32,
}

/// What differs from city to city.
#[derive(Debug, Clone, PartialEq)]
pub struct City {
    /// In which civil dates are computed.
    pub time_zone: chrono_tz::Tz,
    /// How far outside every area a point may lie and still be given to the nearest, metres.
    pub border_tolerance_m: f64,
    /// How long a device may be offline before its clock's word is cut off, days.
    pub max_offline_days: i64,
    /// Whose national phone numbers are meant where no country is said.
    pub country: Country,
    /// What stands before a phone number of the city that is said without it; empty: such numbers cannot be read.
    pub area_code: String,
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// Where and how the server listens.
    pub server: Server,
    /// Which database.
    pub database: Database,
    /// What is logged, and how.
    pub telemetry: Telemetry,
    /// Keys and passwords.
    pub security: Security,
    /// The bytes of photos.
    pub evidence: Evidence,
    /// What webhooks may do.
    pub webhooks: Webhooks,
    /// What one account, device or address may take.
    pub load: Load,
    /// What differs from city to city.
    pub city: City,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8080,
            workers: std::thread::available_parallelism().map_or(2, usize::from).min(8),
            grace_s: 20,
            request_timeout_s: 60,
            body_bytes: 1024 * 1024,
            sync_requests: 4096,
            sync_bytes: 256 * 1024 * 1024,
            proxies: 0,
            public_url: String::new(),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: DatabaseUrl("sqlite://data/bazdid.db".to_owned()), connections: 8 }
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { format: LogFormat::Pretty, level: "info".to_owned(), metrics_token: Secret::default() }
    }
}

impl Default for Security {
    fn default() -> Self {
        Self { master_key: None, key_file: PathBuf::from("data/bazdid.key"), password_memory_kib: 19 * 1024, password_passes: 2 }
    }
}

impl Default for City {
    fn default() -> Self {
        let PhonePlan { country, area_code } = PhonePlan::default();
        Self { time_zone: chrono_tz::Asia::Tehran, border_tolerance_m: 100.0, max_offline_days: 30, country, area_code }
    }
}

/// A database's URL; its password never shows.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Wraps a URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The URL with its password: for connecting only.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.split_once("://").and_then(|(scheme, rest)| {
            let (user, host) = rest.rsplit_once('@')?;
            let (name, _) = user.split_once(':')?;
            Some(format!("{scheme}://{name}:***@{host}"))
        });
        // A password may also stand among the parameters.
        let shown = shown.unwrap_or_else(|| self.0.clone());
        match shown.split_once('?') {
            Some((front, parameters)) if parameters.contains("password") => write!(f, "{front}?***"),
            _ => f.write_str(&shown),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which key, such as `server.port`; empty for the file as a whole.
    pub key: String,
    /// The file or the environment variable.
    pub origin: String,
    /// What is wrong and what would be right.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, origin, what } = self;
        if key.is_empty() { write!(f, "{origin}: {what}") } else { write!(f, "{key} ({origin}): {what}") }
    }
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the configuration has {} fault(s):{}", .0.len(), .0.iter().map(|f| format!("\n  {f}")).collect::<String>())]
pub struct Faults(pub Vec<Fault>);

/// The environment as a provider; every value is text, so that a key of digits stays what it is.
struct Environment(Vec<(String, String)>);

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("environment")
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        let mut sections = Dict::new();
        for (name, value) in &self.0 {
            let (section, key) = split(name);
            if let Value::Dict(_, keys) = sections.entry(section).or_insert_with(|| Dict::new().into()) {
                keys.insert(key, Value::from(value.clone()));
            }
        }
        Ok(Map::from([(Profile::Default, sections)]))
    }
}

/// `BAZDID_SERVER__PORT` → (`server`, `port`).
fn split(name: &str) -> (String, String) {
    let name = name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase();
    name.split_once("__").map_or_else(|| (name.clone(), String::new()), |(section, key)| (section.to_owned(), key.to_owned()))
}

/// The process's environment, as far as it is ours.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn environment() -> Vec<(String, String)> {
    std::env::vars().filter(|(name, _)| name.starts_with(PREFIX)).collect()
}

/// The program that runs, for commands that start it again as a child.
///
/// # Errors
/// The system does not tell.
pub fn program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

impl Config {
    /// Reads the file (the default one may be absent, a named one may not) and the environment.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(file: Option<&Path>) -> Result<Self, Faults> {
        Self::read(file, environment())
    }

    /// [`Config::load`] with a given environment.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn read(file: Option<&Path>, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let variables = ours(environment, &mut faults);
        let figment = match file {
            Some(path) if !path.is_file() => {
                faults.push(Fault { key: String::new(), origin: path.display().to_string(), what: "there is no such file".into() });
                Figment::new()
            }
            Some(path) => Figment::from(Toml::file_exact(path)),
            None if Path::new(DEFAULT_FILE).is_file() => Figment::from(Toml::file_exact(DEFAULT_FILE)),
            None => Figment::new(),
        };
        let mut config = Self::default();
        // The two are read one after the other: a broken file must not hide the faults of the environment.
        let named = file.unwrap_or(Path::new(DEFAULT_FILE)).display().to_string();
        for (figment, name) in [(figment, named), (Figment::from(Environment(variables)), "environment".to_owned())] {
            match figment.data() {
                Ok(profiles) => {
                    for (section, value) in profiles.into_values().flatten() {
                        config.take(&figment, &section, &value, &mut faults);
                    }
                }
                Err(errors) => {
                    for e in errors {
                        faults.push(Fault { key: e.path.join("."), origin: name.clone(), what: e.kind.to_string() });
                    }
                }
            }
        }
        if faults.is_empty() { Ok(config) } else { Err(Faults(faults)) }
    }

    /// Whether it holds anything that nobody else may read: a key, a token or a password.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        let url = &self.database.url;
        let secrets = [&self.telemetry.metrics_token, &self.evidence.s3_secret_key];
        self.security.master_key.is_some() || url.to_string() != url.reveal() || secrets.iter().any(|secret| !secret.reveal().is_empty())
    }

    /// Takes a section over what stood before.
    fn take(&mut self, figment: &Figment, section: &str, value: &Value, faults: &mut Vec<Fault>) {
        let from = |value: &Value, key: &str| {
            figment.get_metadata(value.tag()).map_or_else(|| "configuration".into(), |m| origin(m, section, key))
        };
        let Value::Dict(_, entries) = value else {
            let what = if keys::sections().contains(&section) { "must be a section".into() } else { meant(section, keys::sections()) };
            faults.push(Fault { key: section.to_owned(), origin: from(value, ""), what });
            return;
        };
        for (name, value) in entries {
            let path = format!("{section}.{name}");
            let outcome = match keys::KEYS.iter().find(|k| k.path == path) {
                Some(key) => (key.set)(self, value),
                None => Err(meant(&path, keys::KEYS.iter().map(|k| k.path))),
            };
            if let Err(what) = outcome {
                faults.push(Fault { key: path, origin: from(value, name), what });
            }
        }
    }

    /// The configuration as a file, each key with what it is for; secrets are left out.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        let mut open = "";
        for key in keys::KEYS {
            let (section, name) = key.path.split_once('.').unwrap_or((key.path, ""));
            if section != open {
                out.push_str(&format!("{}[{section}]\n", if open.is_empty() { "" } else { "\n" }));
                open = section;
            }
            let value = (key.get)(self).map_or_else(|| format!("# {name} = \"…\""), |value| format!("{name} = {value}"));
            out.push_str(&format!("# {}\n{value}\n", key.help));
        }
        out
    }
}

/// The variables that name a key; others with our prefix are faults.
fn ours(environment: impl IntoIterator<Item = (String, String)>, faults: &mut Vec<Fault>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in environment {
        if OTHER_VARIABLES.contains(&name.as_str()) {
            continue;
        }
        if name.contains("__") {
            found.push((name, value));
        } else {
            let (key, _) = split(&name);
            let what = format!("a variable of bazdid is named {PREFIX}SECTION__KEY, with two underscores between section and key");
            faults.push(Fault { key, origin: format!("environment variable {name}"), what });
        }
    }
    found
}

/// Where a value came from.
fn origin(metadata: &Metadata, section: &str, key: &str) -> String {
    match (metadata.source.as_ref().and_then(|s| s.file_path()), key) {
        (Some(path), _) => path.display().to_string(),
        (None, "") => "environment".to_owned(),
        (None, key) => format!("environment variable {PREFIX}{}__{}", section.to_uppercase(), key.to_uppercase()),
    }
}

/// What somebody meant who wrote a word that is none of those known.
fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let best = known.into_iter().map(|k| (strsim::damerau_levenshtein(word, k), k)).min();
    match best {
        Some((distance, best)) if distance <= 2 + word.len() / 4 => format!("there is no such key; did you mean `{best}`?"),
        _ => "there is no such key".to_owned(),
    }
}

#[cfg(test)]
mod tests;
