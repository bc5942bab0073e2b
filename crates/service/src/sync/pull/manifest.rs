//! What a channel carries, without the rows: a device whose digest differs compares it with its copy.

use crate::{
    Ctx,
    sync::{
        limits::MAX_MANIFEST,
        pull::{
            digest_of,
            fetch::check_key,
            scope::{Scope, check_schema},
        },
    },
};
use bazdid_protocol::{
    error::{Error, Result},
    repair::{ManifestDigest, ManifestRequest, ManifestResponse, ManifestRow, RowKey},
};
use bazdid_store::{Tx, feed};

/// One page of what a channel carries. The cost is that of the page.
///
/// # Errors
/// The device may not pull, or the app is too old; the device does not read the channel, which is answered as if there were none.
pub fn manifest(tx: &mut Tx<'_>, ctx: &Ctx, request: &ManifestRequest) -> Result<ManifestResponse> {
    check_schema(request.schema)?;
    if let Some(after) = &request.after {
        check_key(after, "/after")?;
    }
    let scope = Scope::of(tx, ctx, request.device)?;
    if !scope.channels.contains(&request.channel) {
        return Err(Error::not_found("channel"));
    }
    let row = scope.rows.get(&request.channel);
    let limit = request.limit.unwrap_or(MAX_MANIFEST).clamp(1, MAX_MANIFEST);
    let after = request.after.as_ref().map(|key| (key.t.as_str(), key.id));
    let found = match row {
        Some(row) => feed::list_carried(tx, row.no, after, limit)?,
        None => Vec::new(),
    };
    let digest = digest_of(row);
    let full = i64::try_from(found.len()).is_ok_and(|n| n >= limit);
    Ok(ManifestResponse {
        feed_epoch: scope.epoch,
        server_time: ctx.now,
        channel: request.channel,
        head: row.map_or(0, |r| r.head),
        digest: ManifestDigest { n: digest.n, h: digest.hex() },
        next: found.last().filter(|_| full).map(|(t, id, _)| RowKey { t: t.clone(), id: *id }),
        rows: found.into_iter().map(|(t, id, v)| ManifestRow { t, id, v }).collect(),
    })
}
