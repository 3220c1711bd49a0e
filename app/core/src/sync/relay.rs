//! Relay: hands colleagues' bundles to the server, unopened. The server's verdict is stored with the bundle and shown.
//!
//! Relaying follows this device's own records and precedes its photos. A bundle that does not get through blocks
//! nothing else: another one goes first in the next run, and the wait that the server asked for counts for the whole
//! run.

use super::{
    ctx::SyncCtx,
    failure::{SyncFailure, ends_access},
    in_flight::{Call, InFlight},
    step::{Applied, Step},
};
use crate::store::relayed_bundle;
use shared::{
    protocol::Answer,
    wire::{BundleReply, ErrorCode as E, SyncError},
};

/// 3: after that a bundle waits for the user to ask for another try, so that it costs no more traffic unasked.
const TRIES_MAX: u32 = 3;

/// The next bundle that this run has not tried.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn next(ctx: &mut SyncCtx<'_>) -> Result<Option<Call>, SyncFailure> {
    let Some(run) = &ctx.session.run else { return Ok(None) };
    let waiting = relayed_bundle::waiting(ctx.store.conn())?;
    let next =
        waiting.into_iter().find(|(id, tries)| !run.tried_bundles.contains(id) && (run.by_user || *tries < TRIES_MAX));
    let Some((id, _)) = next else { return Ok(None) };
    ctx.run()?.tried_bundles.insert(id);
    let Some(bytes) = relayed_bundle::bytes(ctx.store.conn(), id)? else { return Ok(None) };
    Ok(Some((Step::Bundle { token: ctx.token()?, bytes }, InFlight::Relay(id))))
}

/// # Errors
/// When access ended, when the server has no room for this device, and those of the store.
pub(super) fn apply(ctx: &mut SyncCtx<'_>, id: i64, answer: Answer<BundleReply>) -> Result<Applied, SyncFailure> {
    match answer {
        Ok(reply) => ctx.write(|tx| Ok(relayed_bundle::set_verdict(tx, id, &reply.verdict)?))?,
        Err(error) if ends_access(&error) => return Err(error.into()),
        // The server refuses this bundle for good.
        Err(SyncError::Refused(error)) if SyncError::Refused(error.clone()).is_permanent() => {
            ctx.write(|tx| Ok(relayed_bundle::set_error(tx, id, &error.code)?))?;
        }
        // The refusal concerns this device or the whole server, as with a push.
        Err(error) if matches!(error.code(), Some(E::TooManyRequests | E::StorageFull)) => return Err(error.into()),
        // The server opens only a few bundles at a time, which says nothing about this bundle or about photos. All
        // bundles wait for the next run.
        Err(error) if error.code() == Some(&E::Busy) => {
            let all = relayed_bundle::waiting(ctx.store.conn())?;
            ctx.run()?.tried_bundles.extend(all.into_iter().map(|(id, _)| id));
            ctx.run()?.note(&SyncFailure::Server(error));
            return Ok(Applied::default());
        }
        // The bundle may be too long for this connection: the rest of the run continues, and the next run begins with
        // another bundle.
        Err(error) => {
            ctx.write(|tx| Ok(relayed_bundle::tried(tx, id)?))?;
            ctx.run()?.note(&SyncFailure::Server(error));
            return Ok(Applied::default());
        }
    }
    Ok(Applied { changed: true, status: false })
}
