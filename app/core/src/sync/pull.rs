//! Pull: what changed in this device's scopes, page by page. Each page and its cursors are applied in one transaction.
//!
//! The last page of a scope carries its digest. A scope whose digest differs from this device's rows is repaired (see
//! [`super::repair`]); a scope that a repair did not help, or cannot help, is downloaded again.

use super::{
    clock::{self, SentAt},
    cooldown::ScopeCooldown,
    ctx::SyncCtx,
    epoch,
    failure::SyncFailure,
    history::{SYNC_HISTORY, SyncHistory},
    in_flight::{Call, Cursors, InFlight},
    run::PullStage,
    scope_rows::store_row,
    session::VerifiedDigests,
    step::{Applied, Step},
};
use crate::{
    bundle,
    store::{Tx, compact, eviction, member, meta, outbox},
};
use shared::{
    ids::Epoch,
    protocol::Answer,
    seal::SealPublic,
    wire::{Keys, PULL_ASK_MAX, PullReply, PullRequest, Scope, ScopePage},
};
use std::collections::VecDeque;

/// 500 lines of the roster may wait while pages arrive. A grid worker's roster is then computed once instead of with
/// each page, and a township's in parts of one page, so that the last page takes no longer than the others.
const ROSTER_LATER: u32 = 500;

/// The next page, if the run still pulls.
///
/// # Errors
/// When the store cannot be read, or when the signing key cannot be stored.
pub(super) fn next(ctx: &mut SyncCtx<'_>) -> Result<Option<Call>, SyncFailure> {
    let conn = ctx.store.conn();
    let settles = match ctx.session.run.as_ref().map(|run| run.pull) {
        None | Some(PullStage::Done) => return Ok(None),
        Some(PullStage::Paging { settles }) => settles,
        Some(PullStage::Due) => outbox::acked_through(conn)?,
    };
    let keys = keys(ctx)?;
    ctx.run()?.announces_key = keys.sign.is_some();
    let conn = ctx.store.conn();
    let proto = ctx.session.version.spoken();
    // Round robin: operations without an outcome yet do not keep others from being asked for.
    let after = ctx.session.late_outcomes_through;
    let asking = if proto >= 2 { outbox::awaiting_late_outcome(conn, after, PULL_ASK_MAX)? } else { Vec::new() };
    let cursors = member::cursors(conn)?;
    let request = PullRequest {
        proto,
        device: ctx.device()?,
        epoch: meta::get::<Epoch>(conn, meta::key::EPOCH)?,
        cursors: cursors.clone(),
        client_now: ctx.env.now(),
        ask: asking.iter().map(|(_, id)| *id).collect(),
        keys: Some(keys),
    };
    let token = ctx.token()?;
    ctx.session.late_outcomes_through = asking.last().map_or(0, |(no, _)| *no);
    ctx.run()?.pull = PullStage::Paging { settles };
    Ok(Some((Step::Pull { token, request }, InFlight::Pull(cursors))))
}

/// The request for the page after `reply`, before `reply` is applied. `None` when applying `reply` may change what is
/// requested next.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn next_page(
    ctx: &mut SyncCtx<'_>,
    requested: &Cursors,
    reply: &PullReply,
) -> Result<Option<Call>, SyncFailure> {
    let paging = ctx.session.run.as_ref().is_some_and(|run| matches!(run.pull, PullStage::Paging { .. }));
    let epoch = meta::get::<Epoch>(ctx.store.conn(), meta::key::EPOCH)?;
    // With other cursors in the store, `reply` will be discarded.
    let current = member::cursors(ctx.store.conn())? == *requested;
    if !paging || !current || !reply.more || !reply.dropped.is_empty() || epoch != Some(reply.epoch) {
        return Ok(None);
    }
    let mut cursors = requested.clone();
    cursors.extend(reply.scopes.iter().map(|page| (page.scope, page.cursor)));
    let request = PullRequest {
        proto: ctx.session.version.spoken(),
        device: ctx.device()?,
        epoch,
        cursors: cursors.clone(),
        client_now: ctx.env.now(),
        // The first page asked for late outcomes and exchanged the keys.
        ask: Vec::new(),
        keys: None,
    };
    Ok(Some((Step::Pull { token: ctx.token()?, request }, InFlight::Pull(cursors))))
}

/// The id of the known sealing key, and this device's signing key until the server has it.
fn keys(ctx: &mut SyncCtx<'_>) -> Result<Keys, SyncFailure> {
    let conn = ctx.store.conn();
    let seal = meta::get::<SealPublic>(conn, meta::key::SEAL_KEY)?.map(|key| key.id());
    let announced = meta::get(conn, meta::key::SIGN_KEY_SENT)?.unwrap_or(false);
    if announced {
        return Ok(Keys { seal, sign: None });
    }
    let sign = ctx.write(|tx| {
        let random = tx.random();
        Ok(bundle::sign_key(tx, || random)?.public())
    })?;
    Ok(Keys { seal, sign: Some(sign) })
}

/// A server that knows bundles sends its sealing key to a device that names another key or none. From a server without
/// bundles no key comes, so this device announces its signing key again after the server's update.
fn record_keys(tx: &Tx<'_>, seal_key: Option<SealPublic>, announced: bool) -> Result<(), SyncFailure> {
    if let Some(key) = seal_key {
        meta::set(tx, meta::key::SEAL_KEY, &key)?;
    }
    if announced && meta::get::<SealPublic>(tx, meta::key::SEAL_KEY)?.is_some() {
        meta::set(tx, meta::key::SIGN_KEY_SENT, &true)?;
    }
    Ok(())
}

/// # Errors
/// The failure of the call, and those of the store. The page then leaves no trace.
pub(super) fn apply(
    ctx: &mut SyncCtx<'_>,
    requested: &Cursors,
    answer: Answer<PullReply>,
    sent: SentAt,
) -> Result<Applied, SyncFailure> {
    let reply = answer?;
    let PullStage::Paging { settles } = ctx.run()?.pull else { return Ok(Applied::default()) };
    // A pipelined page whose predecessor moved the cursors (by dropping a scope that differed): it is requested again.
    if member::cursors(ctx.store.conn())? != *requested {
        return Ok(Applied::default());
    }
    let announced = ctx.run()?.announces_key;
    let mut plan = RepairPlan {
        can_repair: ctx.session.version.spoken() >= 2,
        repaired: ctx.session.repaired.clone(),
        refetched: ctx.session.refetched.clone(),
        in_repair: ctx.run()?.repairs.scopes.clone(),
        due: VecDeque::new(),
    };
    let mut verified = std::mem::take(&mut ctx.session.verified);
    let page = ctx.write_relaxed(|tx| {
        clock::record_offset(tx, sent, reply.server_now)?;
        record_keys(tx, reply.seal_key, announced)?;
        if epoch::record(tx, reply.epoch)? {
            verified.clear();
        }
        tx.set_included_through(settles);
        let mut page = AppliedPage::default();
        for outcome in &reply.told {
            outbox::set_outcome(tx, outcome)?;
            page.changed = true;
        }
        for scope in &reply.dropped {
            member::drop_scope(tx, scope)?;
            page.changed = true;
        }
        for scope in &reply.scopes {
            apply_scope(tx, scope, &mut page)?;
            if scope.reset || !scope.rows.is_empty() || !scope.gone.is_empty() {
                verified.remove(&scope.scope);
            }
            verify_digest(tx, scope, &mut page, &mut verified, &mut plan)?;
        }
        let ended = !reply.more && !page.refetch;
        if ended {
            outbox::settle(tx, settles)?;
            page.changed |= eviction::sweep(tx)? > 0;
            compact::compact(tx, reply.server_now, settles)?;
        }
        tx.defer_roster(if ended { 0 } else { ROSTER_LATER })?;
        page.ended = ended;
        page.acked_through = outbox::acked_through(tx)?;
        Ok(page)
    })?;
    ctx.session.verified = verified;
    ctx.session.repaired = plan.repaired;
    ctx.session.refetched = plan.refetched;
    let run = ctx.run()?;
    run.repairs.add(plan.due);
    run.progress.rows_pulled += page.rows;
    run.pull = match page.ended {
        true if page.acked_through > settles => PullStage::Due,
        true => PullStage::Done,
        false => PullStage::Paging { settles },
    };
    Ok(Applied { changed: page.changed || page.ended, status: false })
}

/// What a page did.
#[derive(Default)]
struct AppliedPage {
    rows: u32,
    changed: bool,
    /// A scope is downloaded again, so the pull does not end with this page.
    refetch: bool,
    ended: bool,
    /// Local number of the last acknowledged operation.
    acked_through: u64,
}

/// Applies the part of a page that belongs to one scope.
fn apply_scope(tx: &mut Tx<'_>, scope: &ScopePage, page: &mut AppliedPage) -> Result<(), SyncFailure> {
    if scope.reset {
        member::forget(tx, &scope.scope)?;
    }
    let no = member::number(tx, &scope.scope)?;
    for raw in &scope.rows {
        page.rows += u32::from(store_row(tx, no, raw)?.is_some());
    }
    for row in &scope.gone {
        member::remove(tx, &scope.scope, *row)?;
    }
    page.changed |= scope.reset || !scope.rows.is_empty() || !scope.gone.is_empty();
    Ok(member::set_cursor(tx, &scope.scope, scope.cursor)?)
}

/// What may be done about scopes whose digest differs.
struct RepairPlan {
    can_repair: bool,
    repaired: ScopeCooldown,
    refetched: ScopeCooldown,
    /// Scopes in repair. They are expected to differ; the pull after the repair verifies them.
    in_repair: VecDeque<Scope>,
    /// Scopes to repair once the pull has ended.
    due: VecDeque<Scope>,
}

/// Compares this device's rows of a scope with the server's digest. A scope that differs is repaired, or downloaded
/// again if it was repaired within the cooldown or cannot be repaired.
fn verify_digest(
    tx: &mut Tx<'_>,
    scope: &ScopePage,
    page: &mut AppliedPage,
    verified: &mut VerifiedDigests,
    plan: &mut RepairPlan,
) -> Result<(), SyncFailure> {
    let Some(digest) = scope.digest else { return Ok(()) };
    if verified.get(&scope.scope) == Some(&digest) {
        return Ok(());
    }
    if member::digest(tx, &scope.scope)? == digest {
        verified.insert(scope.scope, digest);
        return Ok(());
    }
    verified.remove(&scope.scope);
    if plan.in_repair.contains(&scope.scope) {
        return Ok(());
    }
    let mut history: SyncHistory = meta::get(tx, SYNC_HISTORY)?.unwrap_or_default();
    history.mismatches += 1;
    meta::set(tx, SYNC_HISTORY, &history)?;
    let now = tx.monotonic_ms();
    if plan.can_repair && plan.repaired.try_start(scope.scope, now) {
        plan.due.push_back(scope.scope);
    } else if plan.refetched.try_start(scope.scope, now) {
        member::drop_scope(tx, &scope.scope)?;
        page.refetch = true;
    }
    Ok(())
}
