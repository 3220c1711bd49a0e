//! Pull: what changed in this device's scopes, page by page, each page and its cursors in one transaction.

use super::{
    Step, clock,
    clock::Sent,
    epoch,
    session::{Applied, SYNC_HISTORY, SyncCtx, SyncFailure, SyncHistory},
};
use crate::{
    bundle,
    store::{Tx, compact, eviction, member, meta, outbox, record, server_row},
};
use shared::{
    RowId,
    digest::Digest,
    ids::{Epoch, Seq},
    protocol::Answer,
    seal::SealPublic,
    wire::{Keys, PULL_ASK_MAX, PullReply, PullRequest, RawRow, Scope, ScopePage},
};
use std::collections::{BTreeMap, VecDeque};

/// How far the pull of a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// The first page is to be asked for.
    #[default]
    Due,
    /// Between pages. What was acknowledged up to the local number `settles` when the first page was asked for is in
    /// the mirror once the last page has come.
    Under {
        settles: u64,
    },
    Done,
}

impl Stage {
    /// Operations were acknowledged: what they did is to be fetched. A pull under way may have passed it already;
    /// its end sees that and begins another.
    pub fn after_ack(&mut self) {
        if *self == Self::Done {
            *self = Self::Due;
        }
    }
}

/// 6 h: a scope that still differs after it was repaired and fetched anew (a row this build cannot read, say) is not
/// fetched again and again over a link that costs money.
const MEND_PAUSE_MS: u64 = 6 * 3_600_000;

/// How far each scope was read.
pub(super) type Cursors = BTreeMap<Scope, Seq>;

/// Digests found right, while nothing came of the scope since.
pub(super) type Verified = BTreeMap<Scope, Digest>;

/// 500 recipients' lines are left for later while pages come: those of a grid worker are worked out once and not with every
/// page, and those of a township a page's worth at a time, so that nobody waits long for the last.
const ROSTER_LATER: u32 = 500;

pub(super) fn next(sync_ctx: &mut SyncCtx<'_>) -> Result<Option<(Step, Cursors)>, SyncFailure> {
    let conn = sync_ctx.store.conn();
    let settles = match sync_ctx.session.run.as_ref().map(|run| run.pull) {
        None | Some(Stage::Done) => return Ok(None),
        Some(Stage::Under { settles }) => settles,
        Some(Stage::Due) => outbox::acked_through(conn)?,
    };
    let keys = keys(sync_ctx)?;
    sync_ctx.run()?.tells_key = keys.sign.is_some();
    let conn = sync_ctx.store.conn();
    let proto = sync_ctx.session.version.spoken();
    // Taken in turn, so that those nothing is said of keep no other from being asked after.
    let asked = if proto >= 2 {
        outbox::awaiting_late_outcome(conn, sync_ctx.session.asked, PULL_ASK_MAX)?
    } else {
        Vec::new()
    };
    let cursors = member::cursors(conn)?;
    let request = PullRequest {
        proto,
        device: sync_ctx.device()?,
        epoch: meta::get::<Epoch>(conn, meta::key::EPOCH)?,
        cursors: cursors.clone(),
        client_now: sync_ctx.env.now(),
        ask: asked.iter().map(|(_, id)| *id).collect(),
        keys: Some(keys),
    };
    let token = sync_ctx.token()?;
    sync_ctx.session.asked = asked.last().map_or(0, |(no, _)| *no);
    sync_ctx.run()?.pull = Stage::Under { settles };
    Ok(Some((Step::Pull { token, request }, cursors)))
}

/// The request for the page behind `reply`, as it will be once that is taken in. `None` where taking it in may lead elsewhere.
pub(super) fn behind(
    sync_ctx: &mut SyncCtx<'_>,
    asked: &Cursors,
    reply: &PullReply,
) -> Result<Option<(Step, Cursors)>, SyncFailure> {
    let under_way = sync_ctx.session.run.as_ref().is_some_and(|run| matches!(run.pull, Stage::Under { .. }));
    let epoch = meta::get::<Epoch>(sync_ctx.store.conn(), meta::key::EPOCH)?;
    // Asked from elsewhere than the store stands, it will be passed over.
    let stands = member::cursors(sync_ctx.store.conn())? == *asked;
    if !under_way || !stands || !reply.more || !reply.dropped.is_empty() || epoch != Some(reply.epoch) {
        return Ok(None);
    }
    let mut cursors = asked.clone();
    cursors.extend(reply.scopes.iter().map(|page| (page.scope, page.cursor)));
    let request = PullRequest {
        proto: sync_ctx.session.version.spoken(),
        device: sync_ctx.device()?,
        epoch,
        cursors: cursors.clone(),
        client_now: sync_ctx.env.now(),
        // The first page asked, and exchanged the keys.
        ask: Vec::new(),
        keys: None,
    };
    Ok(Some((Step::Pull { token: sync_ctx.token()?, request }, cursors)))
}

/// What this device knows of the keys for bundles, and its own until the server has been told.
fn keys(sync_ctx: &mut SyncCtx<'_>) -> Result<Keys, SyncFailure> {
    let conn = sync_ctx.store.conn();
    let seal = meta::get::<SealPublic>(conn, meta::key::SEAL_KEY)?.map(|key| key.id());
    let told = meta::get(conn, meta::key::SIGN_KEY_SENT)?.unwrap_or(false);
    if told {
        return Ok(Keys { seal, sign: None });
    }
    let sign = sync_ctx.write(|tx| {
        let random = tx.random();
        Ok(bundle::sign_key(tx, || random)?.public())
    })?;
    Ok(Keys { seal, sign: Some(sign) })
}

/// A server that knows of bundles tells its key to whoever names another one or none; one that does not says nothing, and is told
/// again after an update.
fn note_keys(tx: &Tx<'_>, told: Option<SealPublic>, tells_key: bool) -> Result<(), SyncFailure> {
    if let Some(key) = told {
        meta::set(tx, meta::key::SEAL_KEY, &key)?;
    }
    if tells_key && meta::get::<SealPublic>(tx, meta::key::SEAL_KEY)?.is_some() {
        meta::set(tx, meta::key::SIGN_KEY_SENT, &true)?;
    }
    Ok(())
}

pub(super) fn apply(
    sync_ctx: &mut SyncCtx<'_>,
    asked: &Cursors,
    answer: Answer<PullReply>,
    sent: Sent,
) -> Result<Applied, SyncFailure> {
    let reply = answer?;
    let Stage::Under { settles } = sync_ctx.run()?.pull else { return Ok(Applied::default()) };
    // It went ahead, and the page before it led elsewhere (a scope that differed is fetched anew): asked for again.
    if member::cursors(sync_ctx.store.conn())? != *asked {
        return Ok(Applied::default());
    }
    let tells_key = sync_ctx.run()?.tells_key;
    let mut mends = RepairPlan {
        can_repair: sync_ctx.session.version.spoken() >= 2,
        repaired: sync_ctx.session.repaired.clone(),
        repulled: sync_ctx.session.repulled.clone(),
        under_way: sync_ctx.run()?.repair.scopes(),
        due: VecDeque::new(),
    };
    let mut verified = std::mem::take(&mut sync_ctx.session.verified);
    let done = sync_ctx.write_relaxed(|tx| {
        clock::note(tx, sent, reply.server_now)?;
        note_keys(tx, reply.seal_key, tells_key)?;
        if epoch::note(tx, reply.epoch)? {
            verified.clear();
        }
        tx.set_included_through(settles);
        let mut page = Page::default();
        for told in &reply.told {
            outbox::set_outcome(tx, told)?;
            page.changed = true;
        }
        for scope in &reply.dropped {
            member::drop_scope(tx, scope)?;
            page.changed = true;
        }
        for scope in &reply.scopes {
            take_in(tx, scope, &mut page)?;
            if scope.reset || !scope.rows.is_empty() || !scope.gone.is_empty() {
                verified.remove(&scope.scope);
            }
            check(tx, scope, &mut page, &mut verified, &mut mends)?;
        }
        let ended = !reply.more && !page.again;
        if ended {
            outbox::settle(tx, settles)?;
            page.changed |= eviction::sweep(tx)? > 0;
            compact::compact(tx, reply.server_now, settles)?;
        }
        tx.defer_roster(if ended { 0 } else { ROSTER_LATER })?;
        page.ended = ended;
        page.acked = outbox::acked_through(tx)?;
        Ok(page)
    })?;
    sync_ctx.session.verified = verified;
    sync_ctx.session.repaired = mends.repaired;
    sync_ctx.session.repulled = mends.repulled;
    let run = sync_ctx.run()?;
    run.repair.add(mends.due);
    run.progress.rows_pulled += done.rows;
    run.pull = match done.ended {
        true if done.acked > settles => Stage::Due,
        true => Stage::Done,
        false => Stage::Under { settles },
    };
    Ok(Applied { changed: done.changed || done.ended, status: false })
}

#[derive(Default)]
struct Page {
    rows: u32,
    changed: bool,
    /// A scope is fetched anew.
    again: bool,
    ended: bool,
    acked: u64,
}

/// One scope's part of a page.
fn take_in(tx: &mut Tx<'_>, scope: &ScopePage, page: &mut Page) -> Result<(), SyncFailure> {
    if scope.reset {
        member::forget(tx, &scope.scope)?;
    }
    let no = member::number(tx, &scope.scope)?;
    for raw in &scope.rows {
        page.rows += u32::from(take_row(tx, no, raw)?.is_some());
    }
    for row in &scope.gone {
        member::remove(tx, &scope.scope, *row)?;
    }
    page.changed |= scope.reset || !scope.rows.is_empty() || !scope.gone.is_empty();
    Ok(member::set_cursor(tx, &scope.scope, scope.cursor)?)
}

/// Takes in one row of a scope. `None` where this build cannot read its envelope: it blocks no other, and the digest will tell that it is
/// missing.
pub(super) fn take_row(tx: &mut Tx<'_>, scope: member::ScopeNo, raw: &RawRow) -> Result<Option<RowId>, SyncFailure> {
    let Some(row) = raw.row() else { return Ok(None) };
    server_row::put(tx, row, raw.get())?;
    member::add(tx, scope, row.id)?;
    tx.observe(record::latest_stamp(row));
    Ok(Some(row.id))
}

/// What may be done about scopes that differ.
struct RepairPlan {
    can_repair: bool,
    repaired: BTreeMap<Scope, u64>,
    repulled: BTreeMap<Scope, u64>,
    /// Being repaired: they differ, and the pull after the repair will tell.
    under_way: VecDeque<Scope>,
    /// To be repaired once the pull has ended.
    due: VecDeque<Scope>,
}

/// Compares what this device holds of a scope with what the server says it must. One that differs is repaired; one that a
/// repair did not help, or cannot, is fetched anew. Neither twice in a row.
fn check(
    tx: &mut Tx<'_>,
    scope: &ScopePage,
    page: &mut Page,
    verified: &mut Verified,
    mends: &mut RepairPlan,
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
    if mends.under_way.contains(&scope.scope) {
        return Ok(());
    }
    let mut memo: SyncHistory = meta::get(tx, SYNC_HISTORY)?.unwrap_or_default();
    memo.mismatches += 1;
    meta::set(tx, SYNC_HISTORY, &memo)?;
    let now = tx.monotonic_ms();
    if mends.can_repair && may_mend(&mut mends.repaired, scope.scope, now) {
        mends.due.push_back(scope.scope);
    } else if may_mend(&mut mends.repulled, scope.scope, now) {
        member::drop_scope(tx, &scope.scope)?;
        page.again = true;
    }
    Ok(())
}

/// True at most once within the pause, which begins now.
pub(super) fn may_mend(done: &mut BTreeMap<Scope, u64>, scope: Scope, now: u64) -> bool {
    let may = done.get(&scope).is_none_or(|at| now.saturating_sub(*at) >= MEND_PAUSE_MS);
    if may {
        done.insert(scope, now);
    }
    may
}
