//! The log: for people or as JSON, filtered by level. Messages read alone; ids are dotted fields; no personal data.

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::{LogFormat, Telemetry};

/// Starts the log of the process, on standard error. A second call changes nothing.
pub fn start(telemetry: &Telemetry) {
    let filter = EnvFilter::new(&telemetry.level);
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
    // An error means that a subscriber is set: in a process that starts two servers the first one logs for both.
    drop(match telemetry.format {
        LogFormat::Pretty => registry.with(layer.compact()).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    });
}
