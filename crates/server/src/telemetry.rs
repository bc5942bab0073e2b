//! The log, for people or as JSON, filtered by level: messages read alone, ids are dotted fields, no personal data. And the figures of the
//! process, as a scraper reads them.

use std::{fmt::Debug, io::IsTerminal as _, sync::OnceLock};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    EnvFilter, Layer, fmt,
    layer::{Context, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

use crate::config::{LogFormat, Telemetry};
use bazdid_protocol::error::{Error, Result};

/// Bounds of the classes that durations are counted in, seconds.
const SECONDS: [f64; 14] = [0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// The figures of the process: every server in it counts into the same ones.
static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts the log of the process, on standard error. A second call changes nothing.
pub fn start(telemetry: &Telemetry) {
    let filter = EnvFilter::new(&telemetry.level);
    let registry = tracing_subscriber::registry().with(filter).with(ClientsFaults);
    let layer = fmt::layer().with_writer(std::io::stderr).with_target(false);
    // Colours are for a terminal; a file keeps them as signs that no tool reads.
    let layer = if std::io::stderr().is_terminal() { layer } else { layer.with_ansi(false) };
    // An error means that a subscriber is set: in a process that starts two servers the first one logs for both.
    drop(match telemetry.format {
        LogFormat::Pretty => registry.with(layer.compact()).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    });
}

/// Leaves out what the HTTP library logs as an error of the server when a client breaks a line off or sends what is no HTTP: everybody could
/// fill the log with it.
struct ClientsFaults;

impl<S: Subscriber> Layer<S> for ClientsFaults {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        if event.metadata().target() != "actix_http::h1::dispatcher" {
            return true;
        }
        let mut said = Said(String::new());
        event.record(&mut said);
        !said.0.starts_with("stream error")
    }
}

/// The message of an event.
struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

/// Begins to count. A second call changes nothing.
///
/// # Errors
/// Something else in the process collects figures.
pub fn count() -> Result<()> {
    if FIGURES.get().is_some() {
        return Ok(());
    }
    let fault = |e| Error::internal("figures cannot be collected").caused_by(e);
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS).map_err(fault)?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    // Of two servers that start at the same time the second one finds the first one's.
    if FIGURES.set(handle).is_ok() && metrics::set_global_recorder(recorder).is_err() {
        return Err(Error::internal("something else in the process collects figures"));
    }
    describe();
    Ok(())
}

/// What each figure is.
fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_counter!("bazdid_http_requests_total", "requests answered, by method, route and status");
    describe_histogram!("bazdid_http_request_duration_seconds", "how long they took, by method and route");
    describe_counter!("bazdid_store_statements_total", "statements sent to the database, background work included");
    describe_histogram!("bazdid_store_wait_seconds", "how long a transaction waited for its turn, by kind");
    describe_counter!("bazdid_sync_push_results_total", "mutations answered, by status");
    describe_gauge!("bazdid_sync_requests_in_work", "pushes, pulls and repairs in work or waiting");
    describe_gauge!("bazdid_sync_bytes_in_work", "bytes of their bodies");
    describe_gauge!("bazdid_pictures_waiting", "stored pictures that are to be read, or whose photos are to be judged");
    describe_counter!(
        "bazdid_pictures_total",
        "attempts to read a stored picture, by outcome: read, fault (tried again), failed (given up)"
    );
    describe_histogram!("bazdid_picture_look_seconds", "how long it took to fetch a picture, to read it and to make the smaller ones");
    describe_counter!("bazdid_sync_turned_away_total", "syncs that were told to come back later");
    describe_gauge!("bazdid_sync_devices_waiting", "devices that wait for a change");
    describe_gauge!("bazdid_outbox_waiting_seconds", "how long the oldest event waits to be passed on to the receivers of webhooks");
    describe_gauge!("bazdid_feed_channels", "channels of the feed");
    describe_gauge!("bazdid_feed_heads_sum", "entries made in the feed so far: the sum of the heads of all channels");
    describe_gauge!("bazdid_feed_rows", "rows that the channels carry");
    describe_gauge!("bazdid_devices_in_service", "devices in service");
    describe_gauge!("bazdid_devices_pending_mutations", "mutations that were left in the outboxes of devices after their last push");
}

/// The figures as Prometheus reads them; nothing where nobody counts.
#[must_use]
pub fn figures() -> String {
    FIGURES.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// Sums up the times since the last call, so that they do not pile up where nobody scrapes.
pub fn sum_up() {
    if let Some(handle) = FIGURES.get() {
        handle.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_clients_do_wrong_is_no_error_of_the_log() {
        let log = Log::default();
        let writer = log.clone();
        let layer = fmt::layer().with_writer(move || writer.clone()).with_ansi(false);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(ClientsFaults).with(layer), || {
            tracing::error!(target: "actix_http::h1::dispatcher", "stream error: {}", "request parse error: invalid HTTP version specified");
            tracing::error!(target: "actix_http::h1::dispatcher", "something else of the dispatcher");
            tracing::error!("stream error: of somebody else");
        });
        let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(!said.contains("parse error"), "{said}");
        assert!(said.contains("something else of the dispatcher") && said.contains("of somebody else"), "{said}");
    }
}
