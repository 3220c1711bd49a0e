//! Repair: compares the buckets of a scope with those of a device and sends the rows that the device lacks. Each reply
//! is read from one snapshot. No cursor moves, so a change between two replies arrives with the next pull.

use crate::{
    core::{
        apply::scopes::{reference_feeds, scopes_of},
        auth,
        error::{CoreError, refuse},
        feed_state,
        server::ServerCore,
    },
    store::{
        Cell, Column, Job, Store, StoreError, Stored, Txn,
        tables::{AreaFeedDigest, CareGrant, Record, RecordHead, WorkerFeed},
    },
};
use shared::{
    Moment, RowId, WorkerId,
    digest::{Buckets, bucket_of},
    ids::Rev,
    wire::{
        ErrorCode, REPAIR_BYTES_MAX, REPAIR_WANT_MAX, RawRow, RepairReply, RepairRequest, Scope, Token,
        repair::{Bucket, Differing},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// 48 bytes: the id and revision of one row as JSON.
const LISTED_BYTES: usize = 48;
/// 64 records per read: far less than a reply at 500 bytes each, and one round trip on a store behind a socket.
const READ_AT_ONCE: usize = 64;

struct Repair {
    token_hash: Vec<u8>,
    request: RepairRequest,
    now_ms: i64,
}

impl<S: Store> ServerCore<S> {
    #[tracing::instrument(name = "repair", skip_all, fields(device = %request.device, scope = %request.scope, worker))]
    pub(in crate::core) async fn repair_step(
        &self,
        token: &Token,
        request: RepairRequest,
    ) -> Result<RepairReply, CoreError> {
        auth::check_proto(request.proto)?;
        // With both or neither, the meaning of `more` would be ambiguous.
        if request.buckets.is_some() != request.want.is_empty() || request.want.len() > REPAIR_WANT_MAX {
            return refuse(ErrorCode::Malformed);
        }
        self.begin_day_if_due().await?;
        let (token_hash, now_ms) = (auth::token_hash(token), self.now_ms());
        let (reply, worker) = self.inner.store.read(Repair { token_hash, request, now_ms }).await?;
        tracing::Span::current().record("worker", tracing::field::display(worker));
        self.observer().repair_served();
        Ok(reply)
    }
}

impl Job for Repair {
    type Out = (RepairReply, WorkerId);
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let auth::DeviceAuth { device, worker } = auth::device(txn, &self.token_hash).await?;
        let request = self.request;
        if device.id != request.device || !scopes_of(&worker).contains(&request.scope) {
            return refuse(ErrorCode::NotAllowed);
        }
        let feed_state = feed_state::load(txn).await?;
        let seq = txn.head().await?;
        let mut reply = RepairReply {
            epoch: feed_state.epoch,
            server_now: Moment::shanghai(self.now_ms),
            seq,
            reset: request.epoch != feed_state.epoch || request.cursor > seq || request.cursor < feed_state.floor.seq,
            differ: Vec::new(),
            rows: Vec::new(),
            more: false,
        };
        if reply.reset {
            return Ok((reply, worker.id));
        }
        let held = rows_of_scope(txn, request.scope).await?;
        let mut budget = REPAIR_BYTES_MAX;
        match request.buckets {
            Some(theirs) => compare(txn, held, &theirs, request.from, &mut budget, &mut reply).await?,
            None => {
                let want: Vec<RowId> = request.want.into_iter().filter(|id| held.contains_key(id)).collect();
                reply.more = !send(txn, &want, &mut budget, &mut reply.rows).await?;
            }
        }
        Ok((reply, worker.id))
    }
}

/// Every row of a scope with its revision: what a pull from the beginning would send.
async fn rows_of_scope<T: Txn>(txn: &mut T, scope: Scope) -> Stored<BTreeMap<RowId, Rev>> {
    let area_feeds = match scope {
        Scope::Worker(worker) => {
            let grants = txn.find::<CareGrant>("worker", &[worker.cell()]).await?;
            let recipients: BTreeSet<_> = grants.iter().filter(|g| g.active).map(|g| g.recipient).collect();
            let cells: Vec<Cell<'_>> = recipients.iter().map(Column::cell).collect();
            let mut heads = txn.find::<RecordHead>("recipient", &cells).await?;
            let feed = txn.find::<WorkerFeed>("worker", &[worker.cell()]).await?;
            let listed: Vec<_> = feed.iter().filter(|f| !f.gone).map(|f| (f.row,)).collect();
            heads.extend(txn.get::<RecordHead>(&listed).await?.into_iter().flatten());
            return Ok(heads.into_iter().map(|h| (h.id, h.rev)).collect());
        }
        Scope::Area(area) => txn
            .with_prefix::<AreaFeedDigest>("area_feed", area.as_str())
            .await?
            .into_iter()
            .map(|d| d.area_feed)
            .collect(),
        Scope::Reference(area) => reference_feeds(area),
    };
    let cells: Vec<Cell<'_>> = area_feeds.iter().map(|s| Cell::Text(s)).collect();
    Ok(txn.find::<RecordHead>("area_feed", &cells).await?.into_iter().map(|h| (h.id, h.rev)).collect())
}

/// Lists the buckets that differ. Rows of buckets that are empty on the device are sent at once, as far as they fit.
async fn compare<T: Txn>(
    txn: &mut T,
    held: BTreeMap<RowId, Rev>,
    theirs: &Buckets,
    from: Option<Bucket>,
    budget: &mut usize,
    reply: &mut RepairReply,
) -> Stored<()> {
    let mut own = Buckets::default();
    let mut rows: BTreeMap<u8, Vec<(RowId, Rev)>> = BTreeMap::new();
    for (id, rev) in held {
        own.add(id, rev);
        rows.entry(bucket_of(id)).or_default().push((id, rev));
    }
    let mut missing = Vec::new();
    for bucket in own.differing(theirs).filter(|b| from.is_none_or(|from| *b >= from.0)) {
        let rows = rows.remove(&bucket).unwrap_or_default();
        let bytes = LISTED_BYTES * (rows.len() + 1);
        if bytes > *budget && !reply.differ.is_empty() {
            reply.more = true;
            break;
        }
        *budget = budget.saturating_sub(bytes);
        if theirs.0[usize::from(bucket)] == 0 {
            missing.extend(rows.iter().map(|(id, _)| *id));
        }
        reply.differ.push(Differing { bucket: Bucket(bucket), rows });
    }
    // The device asks for those that do not fit.
    send(txn, &missing, budget, &mut reply.rows).await?;
    Ok(())
}

/// Adds rows until the budget is used up; the first one fits however large it is. Returns true if all were added.
async fn send<T: Txn>(txn: &mut T, ids: &[RowId], budget: &mut usize, rows: &mut Vec<RawRow>) -> Stored<bool> {
    for ids in ids.chunks(READ_AT_ONCE) {
        let keys: Vec<_> = ids.iter().map(|id| (*id,)).collect();
        for record in txn.get::<Record>(&keys).await?.into_iter().flatten() {
            if record.doc.len() > *budget && !rows.is_empty() {
                return Ok(false);
            }
            *budget = budget.saturating_sub(record.doc.len());
            rows.push(RawRow::from_string(record.doc).map_err(|e| StoreError::Corrupt(e.to_string()))?);
        }
    }
    Ok(true)
}
