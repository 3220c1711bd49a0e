//! Repair: a scope that was read to its end and still differs from the server's is mended bucket by bucket. Each reply in
//! one transaction; the cursor stays where it is. When all is done, another pull says whether it helped.
//!
//! ```text
//!   sums ──► buckets that differ ──► drop what is not listed, want what is missing ──► rows, until all came
//!    ▲                                                                                    │
//!    └──────────────── there was not room for all: from the bucket after the last ◄───────┘
//! ```

use super::{
    Step, clock,
    clock::Sent,
    pull::{self, may_mend},
    push::ends_access,
    session::{Applied, SyncCtx, SyncFailure},
};
use crate::store::{Tx, member, meta, record};
use shared::{
    RowId,
    ids::{Epoch, Seq},
    protocol::Answer,
    wire::{
        ErrorCode, REPAIR_WANT_MAX, RepairReply, RepairRequest, Scope,
        repair::{Bucket, Differing},
    },
};
use std::collections::{HashMap, HashSet, VecDeque};

/// The scopes to be repaired in a run; the first is under way.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    due: VecDeque<Scope>,
    /// Rows of the first one that are to be fetched.
    want: Vec<RowId>,
    /// Its sums are to be compared, from this bucket on.
    compare: Option<Bucket>,
}

impl Repairs {
    pub fn add(&mut self, scopes: VecDeque<Scope>) {
        if self.due.is_empty() && !scopes.is_empty() {
            self.compare = Some(Bucket(0));
        }
        self.due.extend(scopes);
    }

    pub fn scopes(&self) -> VecDeque<Scope> {
        self.due.clone()
    }

    /// The first scope is done with.
    fn end(&mut self) {
        self.due.pop_front();
        self.want.clear();
        self.compare = Some(Bucket(0));
    }
}

/// What a step asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    scope: Scope,
    epoch: Epoch,
    cursor: Seq,
    want: Vec<RowId>,
}

pub(super) fn next(sync_ctx: &mut SyncCtx<'_>) -> Result<Option<(Step, Asked)>, SyncFailure> {
    let conn = sync_ctx.store.conn();
    let Some(repair) = sync_ctx.session.run.as_ref().map(|run| &run.repair) else { return Ok(None) };
    let Some(scope) = repair.due.front().copied() else { return Ok(None) };
    let epoch = meta::get::<Epoch>(conn, meta::key::EPOCH)?;
    let cursor = member::cursors(conn)?.get(&scope).copied();
    let (Some(epoch), Some(cursor)) = (epoch, cursor) else {
        // Withdrawn or started over since: there is nothing to repair.
        ended(sync_ctx)?;
        return next(sync_ctx);
    };
    let want: Vec<RowId> = repair.want.iter().take(REPAIR_WANT_MAX).copied().collect();
    let buckets = if want.is_empty() { Some(member::buckets(conn, &scope)?) } else { None };
    let request = RepairRequest {
        proto: sync_ctx.session.version.spoken(),
        device: sync_ctx.device()?,
        epoch,
        scope,
        cursor,
        from: repair.compare.filter(|b| buckets.is_some() && b.0 > 0),
        buckets,
        want: want.clone(),
        client_now: sync_ctx.env.now(),
    };
    Ok(Some((Step::Repair { token: sync_ctx.token()?, request }, Asked { scope, epoch, cursor, want })))
}

pub(super) fn apply(
    sync_ctx: &mut SyncCtx<'_>,
    asked: &Asked,
    answer: Answer<RepairReply>,
    sent: Sent,
) -> Result<Applied, SyncFailure> {
    let reply = match answer {
        Ok(reply) => reply,
        // An older server, or one that stumbles over this scope: the long way round.
        Err(error) if !ends_access(&error) && (error.is_permanent() || error.code() == Some(&ErrorCode::Internal)) => {
            return start_over(sync_ctx, asked.scope);
        }
        Err(error) => return Err(error.into()),
    };
    let taken = sync_ctx.write_relaxed(|tx| {
        clock::note(tx, sent, reply.server_now)?;
        // What is said of another state than the one asked about is not taken in; the pull that follows brings it.
        let cursor = member::cursors(tx)?.get(&asked.scope).copied();
        if reply.reset || reply.epoch != asked.epoch || cursor != Some(asked.cursor) {
            return Ok(None);
        }
        let mut taken = Taken::default();
        let no = member::number(tx, &asked.scope)?;
        for raw in &reply.rows {
            taken.came.extend(pull::take_row(tx, no, raw)?);
        }
        let held = if reply.differ.is_empty() { HashMap::new() } else { member::by_bucket(tx, &asked.scope)? };
        for theirs in &reply.differ {
            let held = held.get(&theirs.bucket.0).map_or(&[][..], Vec::as_slice);
            compare(tx, &asked.scope, theirs, held, &mut taken)?;
        }
        Ok(Some(taken))
    })?;
    let Some(taken) = taken else {
        ended(sync_ctx)?;
        return Ok(Applied::default());
    };
    let changed = taken.changed || !taken.came.is_empty();
    let run = sync_ctx.run()?;
    run.progress.rows_pulled += u32::try_from(taken.came.len()).unwrap_or(u32::MAX);
    let repair = &mut run.repair;
    if asked.want.is_empty() {
        let last = reply.differ.last().map(|d| d.bucket);
        repair.compare = last.filter(|_| reply.more).and_then(|b| b.0.checked_add(1)).map(Bucket);
        repair.want = taken.want;
    } else {
        let before = repair.want.len();
        // Asked for and not sent although there was room: it left the scope meanwhile.
        let answered: HashSet<RowId> = if reply.more { taken.came } else { asked.want.iter().copied().collect() };
        repair.want.retain(|id| !answered.contains(id));
        if repair.want.len() == before {
            // Rows that this build cannot read come again and again.
            repair.want.clear();
        }
    }
    if repair.want.is_empty() && repair.compare.is_none() {
        ended(sync_ctx)?;
    }
    Ok(Applied { changed, status: false })
}

#[derive(Default)]
struct Taken {
    changed: bool,
    came: HashSet<RowId>,
    want: Vec<RowId>,
}

/// One bucket as the server holds it: what it has not leaves the scope here, what is missing here is wanted.
fn compare(
    tx: &mut Tx<'_>,
    scope: &Scope,
    theirs: &Differing,
    held: &[RowId],
    taken: &mut Taken,
) -> Result<(), SyncFailure> {
    let listed: HashMap<RowId, _> = theirs.rows.iter().copied().collect();
    for row in held {
        if !listed.contains_key(row) {
            member::remove(tx, scope, *row)?;
            taken.changed = true;
        }
    }
    for (row, rev) in &theirs.rows {
        if taken.came.contains(row) {
            continue;
        }
        if record::rev(tx, *row)? == *rev {
            // Here by way of another scope, or all along.
            let scope = member::number(tx, scope)?;
            member::add(tx, scope, *row)?;
        } else {
            taken.want.push(*row);
        }
    }
    Ok(())
}

/// The first repair is over; once all are, a pull compares anew.
fn ended(sync_ctx: &mut SyncCtx<'_>) -> Result<(), SyncFailure> {
    let run = sync_ctx.run()?;
    run.repair.end();
    if run.repair.due.is_empty() {
        run.pull.after_ack();
    }
    Ok(())
}

/// The scope is fetched from the beginning instead, if that was not done lately.
fn start_over(sync_ctx: &mut SyncCtx<'_>, scope: Scope) -> Result<Applied, SyncFailure> {
    let now = sync_ctx.env.monotonic_ms();
    if may_mend(&mut sync_ctx.session.repulled, scope, now) {
        sync_ctx.write(|tx| Ok(member::drop_scope(tx, &scope)?))?;
        sync_ctx.run()?.pull = pull::Stage::Due;
    }
    sync_ctx.run()?.repair.end();
    Ok(Applied { changed: true, status: false })
}
