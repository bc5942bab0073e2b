//! Single rows for a device that found that its copy lacks them or has other revisions of them.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    Ctx,
    sync::{
        limits::MAX_FETCH,
        pull::{
            page::{Shown, carriers, load, show},
            scope::{Scope, check_schema},
        },
    },
};
use bazdid_protocol::{
    envelope::{Change, ChangeOp},
    error::{Code, Error, FieldError, Result},
    phrase::Phrase,
    repair::{FetchRequest, FetchResponse, RowKey},
};
use bazdid_store::Tx;

/// The rows with the device's channels that carry them. What none of them carries is answered as what does not exist: nothing tells
/// the two apart.
///
/// # Errors
/// The device may not pull, the app is too old, or too many rows are asked for.
pub fn fetch(tx: &mut Tx<'_>, ctx: &Ctx, request: &FetchRequest) -> Result<FetchResponse> {
    check_schema(request.schema)?;
    if request.rows.len() > MAX_FETCH {
        return Err(Error::with(Code::BatchTooLarge, Phrase::with("ask for at most {max} rows at once", &[("max", &MAX_FETCH)]))
            .fact("max_fetch", MAX_FETCH));
    }
    for (place, key) in request.rows.iter().enumerate() {
        check_key(key, &format!("/rows/{place}"))?;
    }
    let scope = Scope::of(tx, ctx, request.device)?;
    let ids: Vec<Uuid> = request.rows.iter().map(|key| key.id).collect::<BTreeSet<_>>().into_iter().collect();
    let mut carriers = carriers(tx, &scope.places(), &ids)?;
    let asked: BTreeSet<(String, Uuid)> = request.rows.iter().map(|key| (key.t.clone(), key.id)).collect();
    carriers.retain(|key, _| asked.contains(key));
    let unit = load(tx, carriers.keys())?;
    let mut answered = BTreeSet::new();
    let mut changes = Vec::with_capacity(asked.len());
    for RowKey { t, id } in &request.rows {
        let key = (t.clone(), *id);
        if !answered.insert(key.clone()) {
            continue;
        }
        let shown = carriers.remove(&key).and_then(|c| Some((c, show(&unit, &scope.reference, t, *id)?)));
        let (t, id) = key;
        changes.push(match shown {
            Some((mut c, Shown { v, ts, row })) => {
                c.sort_unstable();
                Change { c, op: ChangeOp::Put, t, id, v, ts, row: Some(row) }
            }
            None => Change { c: Vec::new(), op: ChangeOp::Drop, t, id, v: 0, ts: None, row: None },
        });
    }
    Ok(FetchResponse { feed_epoch: scope.epoch, server_time: ctx.now, channels: scope.channels, changes })
}

/// Refuses what can be no type of a row.
pub(super) fn check_key(key: &RowKey, pointer: &str) -> Result<()> {
    if key.is_sound() {
        return Ok(());
    }
    let detail = "expected the type of a row: small letters and _, such as work_order".to_owned();
    Err(Error { fields: vec![FieldError { pointer: format!("{pointer}/t"), detail: detail.into() }], ..Error::new(Code::BadEnvelope) })
}
