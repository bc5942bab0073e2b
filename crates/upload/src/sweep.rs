//! What the worker does for uploads: ends those whose time is over, brings those to their place that nobody came back for, and
//! removes what belongs to nothing any more.
//!
//! Removed are only part files of uploads that take no bytes, and wrong bytes whose time is over; each belongs to one upload
//! and nobody else reads it. What is stored is never removed here.

use std::{collections::BTreeMap, sync::Arc};

use crate::{Uploads, blob::Key, disk};
use bazdid_domain::upload::Upload;
use bazdid_protocol::{error::Result, ids::UploadId};
use bazdid_service::{Ctx, upload};
use bazdid_store as store;

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Complete uploads that were brought to their place.
    pub finished: usize,
    /// Uploads whose time was over.
    pub expired: usize,
    /// Part files that belonged to nothing.
    pub orphans: usize,
    /// Uploads that were forgotten.
    pub forgotten: usize,
}

impl Uploads {
    /// Does what is due at the instant of a context. Several processes may do it at once.
    ///
    /// # Errors
    /// The database or the disk fails. What was done before stays done.
    pub async fn sweep(&self, ctx: &Ctx) -> Result<Swept> {
        let mut swept = Swept::default();
        self.parts(ctx, &mut swept).await?;
        self.overdue(ctx, &mut swept).await?;
        self.ended(ctx, &mut swept).await?;
        Ok(swept)
    }

    /// Goes over the part files: a part of no open upload is removed, a complete one is brought to its place.
    async fn parts(&self, ctx: &Ctx, swept: &mut Swept) -> Result<()> {
        // The files first: an upload is open before anything of it arrives.
        let inner = Arc::clone(&self.0);
        let parts = self.blocking(move || inner.parts.list().map_err(disk)).await?;
        let ids = parts.clone();
        let open = self.0.db.read(move |tx| store::upload::list_open(tx, &ids)).await?;
        let open: BTreeMap<UploadId, Upload> = open.into_iter().map(|u| (u.id, u)).collect();
        for id in parts {
            let Some(lock) = self.0.locks.try_take(id) else { continue };
            let Some(upload) = open.get(&id) else {
                self.discard(&lock).await?;
                swept.orphans += 1;
                continue;
            };
            let inner = Arc::clone(&self.0);
            let length = self.blocking(move || inner.parts.length(id).map_err(disk)).await?;
            if i64::try_from(length) == Ok(upload.length) {
                match self.finish(ctx, &lock, upload).await {
                    Ok(_) => swept.finished += 1,
                    Err(error) => tracing::warn!(error = %error, upload.id = %id, "a complete upload cannot be brought to its place yet"),
                }
            }
        }
        Ok(())
    }

    /// Ends uploads whose time is over.
    async fn overdue(&self, ctx: &Ctx, swept: &mut Swept) -> Result<()> {
        loop {
            let now = ctx.now;
            let due = self.0.db.read(move |tx| store::upload::list_overdue(tx, now, upload::STEP)).await?;
            let (before, all) = (swept.expired, due.len());
            for upload in due {
                let Some(lock) = self.0.locks.try_take(upload.id) else { continue };
                let (inner, id) = (Arc::clone(&self.0), upload.id);
                let length = self.blocking(move || inner.parts.length(id).map_err(disk)).await?;
                // All of it came; only its place could not be written.
                if i64::try_from(length) == Ok(upload.length) {
                    continue;
                }
                let ctx = ctx.clone();
                if self.0.db.write(move |tx| upload::expire(tx, &ctx, &upload)).await? {
                    swept.expired += 1;
                }
                self.discard(&lock).await?;
            }
            if i64::try_from(all).is_ok_and(|n| n < upload::STEP) || swept.expired == before {
                return Ok(());
            }
        }
    }

    /// Forgets uploads that ended long ago, with the wrong bytes that were kept of them.
    async fn ended(&self, ctx: &Ctx, swept: &mut Swept) -> Result<()> {
        loop {
            let asked = ctx.clone();
            let due = self.0.db.read(move |tx| upload::list_forgettable(tx, &asked)).await?;
            for upload in due.iter().filter(|u| u.kept) {
                self.0.blobs.delete(&Key::Mismatch(upload.id)).await?;
            }
            let ids: Vec<UploadId> = due.iter().map(|u| u.id).collect();
            let step = self.0.db.write(move |tx| upload::forget(tx, &ids)).await?;
            swept.forgotten += step.done;
            if !step.more || step.done == 0 {
                return Ok(());
            }
        }
    }
}
