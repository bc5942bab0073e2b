//! The sync of apps that keep their rows in WatermelonDB. The protocol is written down in `api-spec/watermelon.md`.

mod schema;

use std::{collections::BTreeMap, sync::Arc};

use actix_web::{HttpRequest, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{
    State,
    auth::{May, Own},
    body::Parts,
    gate::Pass,
    params::Params,
    problem::Answer,
    reply,
    v1::sync::spend_push,
};
use bazdid_domain::watermelon::{Table, of_ms};
use bazdid_protocol::{
    error::{Code, Error, Result},
    ids::DeviceId,
    outcome::{OutcomeCode, Status},
    phrase::Phrase,
    text_enum::TextEnum as _,
    warning::Warning,
};
use bazdid_service::sync::watermelon::{
    pull::{self, Replaces, Shape},
    push::{self, envelope},
};

/// Where an app sends what was done with it.
pub const PUSH: &str = "/v1/watermelon/sync";

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(watermelon_pull).service(watermelon_push);
}

/// What an app has and asks for. Other parameters are passed over.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PullQuery {
    /// The device, as `POST /v1/sync/devices` registered it.
    device: DeviceId,
    /// `timestamp` of the last pull; absent, empty, `null`, `undefined` or `0` if there was none.
    last_pulled_at: Option<String>,
    /// Version of the app's schema; for the log only.
    schema_version: Option<String>,
    /// What the app's schema has gained since the last pull, as the library says it (JSON); `null` if nothing.
    migration: Option<String>,
}

/// What an app had when it sent. Other parameters are passed over.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PushQuery {
    /// The device, as `POST /v1/sync/devices` registered it.
    device: DeviceId,
    /// `timestamp` of the last pull.
    last_pulled_at: Option<String>,
    /// The app's clock, milliseconds since 1970: with it a wrong clock does no harm.
    sent_at: Option<String>,
}

/// What changed, and the number of the snapshot that the app then has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WatermelonPulled)]
struct Pulled {
    /// By table; every table is there.
    #[schema(value_type = schema::PulledTables)]
    changes: bazdid_service::sync::watermelon::pull::Changes,
    /// Number of the snapshot.
    #[schema(minimum = 1)]
    timestamp: i64,
    /// `replacement` if the app gives up what is not in `changes`; an object if it does so only in tables that the server alone writes.
    #[serde(rename = "experimentalStrategy", skip_serializing_if = "Option::is_none")]
    strategy: Option<Strategy>,
    /// Whether the app is asked to push again its own rows that are not in `changes`: the server acknowledged them and lost them in a restore.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    send_again: bool,
}

/// What the library does with rows that are not in an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WatermelonStrategy)]
#[serde(untagged)]
enum Strategy {
    /// The same in all tables.
    All(&'static str),
    /// Table by table.
    ByTable {
        /// In tables that are not named.
        default: &'static str,
        /// In these tables.
        #[schema(value_type = BTreeMap<String, String>)]
        r#override: BTreeMap<Table, &'static str>,
    },
}

impl Strategy {
    fn of(replaces: Replaces) -> Option<Self> {
        match replaces {
            Replaces::Nothing => None,
            Replaces::Everything => Some(Self::All("replacement")),
            Replaces::ServersTables => {
                let servers = Table::ALL.iter().filter(|t| t.is_servers()).map(|t| (*t, "replacement")).collect();
                Some(Self::ByTable { default: "incremental", r#override: servers })
            }
        }
    }
}

/// What became of a row that was sent.
#[derive(Debug, ToSchema)]
#[schema(as = WatermelonRowResult)]
#[expect(dead_code, reason = "only described, never made")]
struct RowResult {
    /// In which table.
    table: Table,
    /// Which row.
    id: String,
    /// What became of it.
    status: Status,
    /// Why.
    code: Option<OutcomeCode>,
    /// In a sentence.
    detail: Option<String>,
    /// Values that could not be used, though the command was; absent if there are none.
    #[schema(required = false)]
    warnings: Vec<Warning>,
    /// Whether this is the stored answer to a row that was sent before; absent if it is not.
    replayed: Option<bool>,
}

/// The answer to a push.
#[derive(Debug, ToSchema)]
#[schema(as = WatermelonPushed)]
#[expect(dead_code, reason = "only described, never made")]
struct Pushed {
    /// One for each command that the rows came to.
    results: Vec<RowResult>,
}

/// Pull rows for WatermelonDB
///
/// What changed since `last_pulled_at`, as the library's `pullChanges` expects it. `api-spec/watermelon.md` describes the tables.
#[utoipa::path(tag = "sync", params(PullQuery), responses((status = 200, body = Pulled)), extensions(("x-permission" = json!("own"))))]
#[get("/v1/watermelon/sync")]
async fn watermelon_pull(state: web::Data<State>, ctx: May<Own>, query: Params<PullQuery>, pass: Pass) -> Answer {
    let PullQuery { device, last_pulled_at, schema_version, migration } = query.0;
    let ctx = ctx.with_device(&state, device).await?;
    let shape = if word(migration.as_deref()).is_some() { Shape::Migrated } else { Shape::Same };
    let request = pull::Request { device, last_pulled_at: number("last_pulled_at", last_pulled_at.as_deref())?, shape };
    tracing::debug!(device.id = %device, app.schema_version = schema_version, "an app pulls");
    let (reads, pass) = (ctx.clone(), Arc::new(pass));
    let in_work = Arc::clone(&pass);
    let pulled = state.db.read(move |tx| {
        // In work until the database is done with it, though nobody may wait for the answer any more.
        let _in_work = in_work;
        pull::pull(tx, &reads, &request)
    });
    let pulled = pulled.await?;
    let has = pulled.snapshot.clone();
    let timestamp = state.db.write(move |tx| pull::keep(tx, &ctx, &has)).await?;
    let strategy = Strategy::of(pulled.replaces);
    let answer = reply::plain(&Pulled { changes: pulled.changes, timestamp, strategy, send_again: pulled.lost.is_some() });
    drop(pass);
    Ok(answer)
}

/// Push rows from WatermelonDB
///
/// What the library's `pushChanges` sends: each row is turned into commands and answered by itself. 409 `conflict`: pull first. What is
/// sent again has no second effect.
#[utoipa::path(tag = "sync", params(PushQuery), request_body(content = schema::PushedBody, description = "`changes` as the library makes it, or `{\"changes\": …}`"), responses((status = 200, body = Pushed)), extensions(("x-permission" = json!("own"))))]
#[post("/v1/watermelon/sync")]
async fn watermelon_push(state: web::Data<State>, ctx: May<Own>, req: HttpRequest, query: Params<PushQuery>, body: Parts) -> Answer {
    let PushQuery { device, last_pulled_at, sent_at } = query.0;
    let sent = envelope::read(&body.text())?;
    spend_push(&state, &req, &ctx, device, sent.count()).await?;
    let ctx = ctx.with_device(&state, device).await?;
    let Parts { pass, .. } = body;
    let request = push::Request {
        device,
        last_pulled_at: number("last_pulled_at", last_pulled_at.as_deref())?,
        // A clock that says what is no instant is in nobody's way.
        sent_at: sent_at.and_then(|ms| of_ms(ms.parse().ok()?)),
        sent,
    };
    let answer = state.db.write(move |tx| {
        let _in_work = &pass;
        push::push(tx, &ctx, &request)
    });
    let answer = answer.await?;
    // What could be decided is kept; the rest is to be sent again, and the library knows of no half a push.
    match answer.retry_after_ms {
        Some(ms) => {
            let seconds = u64::try_from(ms).unwrap_or_default().div_ceil(1_000);
            Err(Error::with(Code::Unavailable, "a part of the push could not be decided: push again").retry_after(seconds).into())
        }
        None => Ok(reply::plain(&answer)),
    }
}

/// A parameter as JavaScript writes it into a URL when there is none.
fn word(text: Option<&str>) -> Option<&str> {
    text.filter(|t| !matches!(*t, "" | "null" | "undefined" | "0"))
}

/// A whole number from 1 to 2⁵³ − 1.
fn number(name: &str, text: Option<&str>) -> Result<Option<i64>> {
    const MAX_SAFE: i64 = 9_007_199_254_740_991;
    let Some(text) = word(text) else { return Ok(None) };
    match text.parse() {
        Ok(number @ 1..=MAX_SAFE) => Ok(Some(number)),
        _ => Err(Error::field(format!("?{name}"), Phrase::with("must be a whole number from 1 to {max}", &[("max", &MAX_SAFE)]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_javascript_writes_them() {
        for text in [None, Some(""), Some("null"), Some("undefined"), Some("0")] {
            assert_eq!(number("last_pulled_at", text).unwrap(), None, "{text:?}");
        }
        assert_eq!(number("last_pulled_at", Some("1795000000000")).unwrap(), Some(1_795_000_000_000));
        for text in ["-1", "1.5", "x", "9007199254740992", "99999999999999999999"] {
            let error = number("last_pulled_at", Some(text)).unwrap_err();
            assert_eq!((error.code, error.fields[0].pointer.as_str()), (Code::Validation, "?last_pulled_at"), "{text}");
        }
    }
}
