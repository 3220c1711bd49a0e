//! Repair: brings a scope back in step that was read to its end and still differs from the server's digest, by
//! comparing buckets of rows. Each reply is applied in one transaction; the cursor does not move. The pull after the
//! last repair verifies the digest again.
//!
//! ```text
//!   sums ──► buckets that differ ──► remove unlisted rows, collect missing ones ──► fetch those, until all arrived
//!    ▲                                                                                    │
//!    └──────────────── the reply was full: from the bucket after the last one ◄───────────┘
//! ```

use super::{
    clock::{self, SentAt},
    ctx::SyncCtx,
    failure::{SyncFailure, ends_access},
    in_flight::{Call, InFlight, RepairCall},
    run::PullStage,
    scope_rows::store_row,
    step::{Applied, Step},
};
use crate::store::{Tx, member, meta, record};
use shared::{
    RowId,
    ids::Epoch,
    protocol::Answer,
    wire::{
        ErrorCode, REPAIR_WANT_MAX, RepairReply, RepairRequest, Scope,
        repair::{Bucket, Differing},
    },
};
use std::collections::{HashMap, HashSet};

/// The next comparison or request for rows of the first scope in the queue.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn next(ctx: &mut SyncCtx<'_>) -> Result<Option<Call>, SyncFailure> {
    let conn = ctx.store.conn();
    let Some(queue) = ctx.session.run.as_ref().map(|run| &run.repairs) else { return Ok(None) };
    let Some(scope) = queue.scopes.front().copied() else { return Ok(None) };
    let epoch = meta::get::<Epoch>(conn, meta::key::EPOCH)?;
    let cursor = member::cursors(conn)?.get(&scope).copied();
    let (Some(epoch), Some(cursor)) = (epoch, cursor) else {
        // The scope was dropped or restarted meanwhile: there is nothing to repair.
        finish_scope(ctx)?;
        return next(ctx);
    };
    let wanted: Vec<RowId> = queue.wanted.iter().take(REPAIR_WANT_MAX).copied().collect();
    let buckets = if wanted.is_empty() { Some(member::buckets(conn, &scope)?) } else { None };
    let request = RepairRequest {
        proto: ctx.session.version.spoken(),
        device: ctx.device()?,
        epoch,
        scope,
        cursor,
        from: queue.compare_from.filter(|b| buckets.is_some() && b.0 > 0),
        buckets,
        want: wanted.clone(),
        client_now: ctx.env.now(),
    };
    let step = Step::Repair { token: ctx.token()?, request };
    Ok(Some((step, InFlight::Repair(RepairCall { scope, epoch, cursor, wanted }))))
}

/// # Errors
/// When access ended or the connection failed, and those of the store. A server that cannot repair is none.
pub(super) fn apply(
    ctx: &mut SyncCtx<'_>,
    call: &RepairCall,
    answer: Answer<RepairReply>,
    sent: SentAt,
) -> Result<Applied, SyncFailure> {
    let reply = match answer {
        Ok(reply) => reply,
        // An older server, or one that fails on this scope: download the scope again.
        Err(error) if !ends_access(&error) && (error.is_permanent() || error.code() == Some(&ErrorCode::Internal)) => {
            return refetch(ctx, call.scope);
        }
        Err(error) => return Err(error.into()),
    };
    let repaired = ctx.write_relaxed(|tx| {
        clock::record_offset(tx, sent, reply.server_now)?;
        // The reply describes another state than the one asked about: discard it; the next pull brings that state.
        let cursor = member::cursors(tx)?.get(&call.scope).copied();
        if reply.reset || reply.epoch != call.epoch || cursor != Some(call.cursor) {
            return Ok(None);
        }
        let mut repaired = Repaired::default();
        let no = member::number(tx, &call.scope)?;
        for raw in &reply.rows {
            repaired.received.extend(store_row(tx, no, raw)?);
        }
        let held = if reply.differ.is_empty() { HashMap::new() } else { member::by_bucket(tx, &call.scope)? };
        for bucket in &reply.differ {
            let held = held.get(&bucket.bucket.0).map_or(&[][..], Vec::as_slice);
            compare(tx, &call.scope, bucket, held, &mut repaired)?;
        }
        Ok(Some(repaired))
    })?;
    let Some(repaired) = repaired else {
        finish_scope(ctx)?;
        return Ok(Applied::default());
    };
    let changed = repaired.removed || !repaired.received.is_empty();
    let run = ctx.run()?;
    run.progress.rows_pulled += u32::try_from(repaired.received.len()).unwrap_or(u32::MAX);
    let queue = &mut run.repairs;
    if call.wanted.is_empty() {
        let last = reply.differ.last().map(|d| d.bucket);
        queue.compare_from = last.filter(|_| reply.more).and_then(|b| b.0.checked_add(1)).map(Bucket);
        queue.wanted = repaired.missing;
    } else {
        let before = queue.wanted.len();
        // Unless the reply was full, a requested row that it lacks has left the scope meanwhile.
        let answered: HashSet<RowId> =
            if reply.more { repaired.received } else { call.wanted.iter().copied().collect() };
        queue.wanted.retain(|id| !answered.contains(id));
        if queue.wanted.len() == before {
            // Rows that this build cannot read would be requested for ever.
            queue.wanted.clear();
        }
    }
    if queue.wanted.is_empty() && queue.compare_from.is_none() {
        finish_scope(ctx)?;
    }
    Ok(Applied { changed, status: false })
}

/// What a reply did to the scope.
#[derive(Default)]
struct Repaired {
    /// Rows left the scope.
    removed: bool,
    received: HashSet<RowId>,
    /// Rows to request next.
    missing: Vec<RowId>,
}

/// Compares one bucket with the server's list: removes rows that the server does not list, and collects those that are
/// missing or have another revision here.
fn compare(
    tx: &mut Tx<'_>,
    scope: &Scope,
    bucket: &Differing,
    held: &[RowId],
    repaired: &mut Repaired,
) -> Result<(), SyncFailure> {
    let listed: HashMap<RowId, _> = bucket.rows.iter().copied().collect();
    for row in held {
        if !listed.contains_key(row) {
            member::remove(tx, scope, *row)?;
            repaired.removed = true;
        }
    }
    for (row, rev) in &bucket.rows {
        if repaired.received.contains(row) {
            continue;
        }
        if record::rev(tx, *row)? == *rev {
            // The row is here, by way of another scope or already in this one.
            let scope = member::number(tx, scope)?;
            member::add(tx, scope, *row)?;
        } else {
            repaired.missing.push(*row);
        }
    }
    Ok(())
}

/// Ends the repair of the first scope; after the last one, a pull verifies the digests.
fn finish_scope(ctx: &mut SyncCtx<'_>) -> Result<(), SyncFailure> {
    let run = ctx.run()?;
    run.repairs.finish_first();
    if run.repairs.scopes.is_empty() {
        run.pull.after_ack();
    }
    Ok(())
}

/// Drops the scope's cursor, so that the next pull downloads the scope again, unless its cooldown forbids that.
fn refetch(ctx: &mut SyncCtx<'_>, scope: Scope) -> Result<Applied, SyncFailure> {
    let now = ctx.env.monotonic_ms();
    if ctx.session.refetched.try_start(scope, now) {
        ctx.write(|tx| Ok(member::drop_scope(tx, &scope)?))?;
        ctx.run()?.pull = PullStage::Due;
    }
    ctx.run()?.repairs.finish_first();
    Ok(Applied { changed: true, status: false })
}
