//! Carrying: colleagues' bundles are handed to the server as they are. What the server refuses is shown and holds up nothing; what does
//! not get through is tried again, after the phone's own records and before its photos; how long the server asks to wait is kept.

use super::{
    Step,
    push::ends_access,
    session::{Applied, SyncCtx, SyncFailure},
};
use crate::store::{Tx, relayed_bundle};
use shared::{
    protocol::Answer,
    wire::{BundleReply, ErrorCode as E, SyncError},
};

/// 3: after that a file waits for a person to ask for another try, so that it costs no more traffic by itself.
const TRIES_MAX: u32 = 3;

pub(super) fn next(sync_ctx: &mut SyncCtx<'_>) -> Result<Option<(Step, i64)>, SyncFailure> {
    let Some(run) = &sync_ctx.session.run else { return Ok(None) };
    let waiting = relayed_bundle::waiting(sync_ctx.store.conn())?;
    let next = waiting.into_iter().find(|(id, tries)| !run.carried.contains(id) && (run.by_user || *tries < TRIES_MAX));
    let Some((id, _)) = next else { return Ok(None) };
    sync_ctx.run()?.carried.insert(id);
    let Some(bytes) = relayed_bundle::bytes(sync_ctx.store.conn(), id)? else { return Ok(None) };
    Ok(Some((Step::Bundle { token: sync_ctx.token()?, bytes }, id)))
}

pub(super) fn apply(sync_ctx: &mut SyncCtx<'_>, id: i64, answer: Answer<BundleReply>) -> Result<Applied, SyncFailure> {
    let write = |sync_ctx: &mut SyncCtx<'_>, work: &dyn Fn(&mut Tx<'_>) -> crate::store::Result<()>| {
        sync_ctx.write(|tx| Ok(work(tx)?))
    };
    match answer {
        Ok(reply) => write(sync_ctx, &|tx| relayed_bundle::set_verdict(tx, id, &reply.verdict))?,
        Err(error) if ends_access(&error) => return Err(error.into()),
        // About this file, for good.
        Err(SyncError::Refused(error)) if SyncError::Refused(error.clone()).is_permanent() => {
            write(sync_ctx, &|tx| relayed_bundle::set_error(tx, id, &error.code))?;
        }
        // About this device or the server as a whole, as with a push.
        Err(error) if matches!(error.code(), Some(E::TooManyRequests | E::StorageFull)) => return Err(error.into()),
        // Servers open few files at a time: that says nothing of this one, and nothing of photos. All files wait.
        Err(error) if error.code() == Some(&E::Busy) => {
            let all = relayed_bundle::waiting(sync_ctx.store.conn())?;
            sync_ctx.run()?.carried.extend(all.into_iter().map(|(id, _)| id));
            sync_ctx.run()?.note(&SyncFailure::Server(error));
            return Ok(Applied::default());
        }
        // Perhaps it is the file's length that breaks this connection: the rest goes on, and the next run begins with another.
        Err(error) => {
            write(sync_ctx, &|tx| relayed_bundle::tried(tx, id))?;
            sync_ctx.run()?.note(&SyncFailure::Server(error));
            return Ok(Applied::default());
        }
    }
    Ok(Applied { changed: true, status: false })
}
