//! The figures of the server, for Prometheus and what reads its format.
//!
//! They name no person and no ticket, but they tell how much a city works. So whoever scrapes sends the token of the configuration; where there is
//! none, only this machine may ask, and nothing that a proxy passed on.

use std::{net::IpAddr, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{Method, StatusCode, header},
    web,
};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    http::{State, problem::Answer},
    telemetry,
};
use bazdid_protocol::{
    error::{Code, Error, Result},
    time::MICROS_PER_SECOND,
};
use bazdid_security::same_secret;
use bazdid_store::{outbox::list_open, picture::count_waiting, totals::totals};

/// The media type of the format.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What a proxy adds.
const PASSED_ON: [&str; 3] = ["forwarded", "x-forwarded-for", "via"];

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(figures);
}

/// Get metrics in the Prometheus format
///
/// With `telemetry.metrics_token` in the configuration it has to be sent as `Authorization: Bearer …`; without it only the server's own
/// machine may ask, and not through a proxy. An access token is not accepted here.
#[utoipa::path(
    get, path = "/metrics", tag = "health",
    responses((status = 200, content_type = "text/plain", body = String)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/metrics")]
async fn figures(state: web::Data<State>, req: HttpRequest) -> Answer {
    let sent = req.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let passed_on = PASSED_ON.iter().any(|name| req.headers().contains_key(*name));
    let from = req.peer_addr().map(|a| a.ip()).filter(|_| !passed_on);
    may_ask(state.metrics_token.reveal(), sent, from)?;
    let (sums, pictures, open) = state.db.read(|tx| Ok((totals(tx)?, count_waiting(tx)?, list_open(tx, 1)?))).await?;
    let waits_us = open.first().map_or(0, |event| state.clock.now() - event.timestamp);
    let load = state.gate.load();
    set("bazdid_sync_requests_in_work", i64::try_from(load.requests).unwrap_or(i64::MAX));
    set("bazdid_sync_bytes_in_work", i64::try_from(load.bytes).unwrap_or(i64::MAX));
    set("bazdid_sync_devices_waiting", i64::try_from(state.db.hub().waiting()).unwrap_or(i64::MAX));
    metrics::counter!("bazdid_sync_turned_away_total").absolute(load.turned_away);
    set("bazdid_pictures_waiting", pictures);
    set("bazdid_outbox_waiting_seconds", waits_us / MICROS_PER_SECOND);
    set("bazdid_feed_channels", sums.channels);
    set("bazdid_feed_heads_sum", sums.heads);
    set("bazdid_feed_rows", sums.rows);
    set("bazdid_devices_in_service", sums.devices);
    set("bazdid_devices_pending_mutations", sums.pending);
    telemetry::sum_up();
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).content_type(MEDIA_TYPE).body(telemetry::figures()))
}

/// Whether somebody may ask: by the token where there is one, otherwise by the address, unless a proxy passed the request on.
fn may_ask(token: &str, sent: Option<&str>, from: Option<IpAddr>) -> Result<()> {
    if token.is_empty() {
        return match from {
            Some(address) if address.to_canonical().is_loopback() => Ok(()),
            _ => Err(Error::with(Code::Unauthenticated, "without telemetry.metrics_token only the server's own machine may ask")),
        };
    }
    match sent {
        Some(sent) if same_secret(token.as_bytes(), sent.as_bytes()) => Ok(()),
        _ => Err(Error::with(Code::Unauthenticated, "send telemetry.metrics_token as `Authorization: Bearer …`")),
    }
}

fn set(name: &'static str, value: i64) {
    // Exact up to 2⁵³, which no sum here comes near.
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "the format knows fractions only")]
    metrics::gauge!(name).set(value as f64);
}

/// Counts an answer. A route is the pattern, not the path: there is one series for each route, whatever is asked for.
pub(super) fn answered(method: &Method, route: Option<&str>, status: StatusCode, took_us: i64) {
    // A client may write any method; those of the document are told apart.
    let method = match method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let route = route.unwrap_or("-").to_owned();
    let took = Duration::from_micros(u64::try_from(took_us).unwrap_or_default());
    metrics::histogram!("bazdid_http_request_duration_seconds", "method" => method.clone(), "route" => route.clone()).record(took);
    let status = status.as_u16().to_string();
    metrics::counter!("bazdid_http_requests_total", "method" => method, "route" => route, "status" => status).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_token_only_this_machine_may_ask_and_with_one_only_who_has_it() {
        let (here, six, mapped, there) = ("127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.2.7");
        let token = "0123456789abcdef";
        let cases = [
            ("", None, Some(here), true),
            ("", None, Some(six), true),
            ("", None, Some(mapped), true),
            ("", None, Some(there), false),
            ("", None, None, false),
            ("", Some(""), Some(there), false),
            ("", Some("anything"), Some(there), false),
            (token, None, Some(here), false),
            (token, Some(""), Some(here), false),
            (token, Some("0123456789abcdeX"), Some(here), false),
            (token, Some("0123456789abcde"), Some(here), false),
            (token, Some(token), Some(here), true),
            (token, Some(token), Some(there), true),
            (token, Some(token), None, true),
        ];
        for (token, sent, from, may) in cases {
            let from = from.map(|text| text.parse().unwrap());
            assert_eq!(may_ask(token, sent, from).is_ok(), may, "{token:?} {sent:?} {from:?}");
        }
    }
}
