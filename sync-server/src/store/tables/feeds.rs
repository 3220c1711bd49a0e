//! Records and the feeds that devices read: rows by position, entries of worker feeds, tombstones, digests.

use crate::store::{
    cell::{Cell, Column},
    error::Stored,
    query::{Filter, Order, Query},
    table::{Table, table},
    txn::Txn,
};
use shared::{
    Kind, RecipientId, RowId, WorkerId,
    ids::{Rev, Seq},
};

table! {
    /// Every record, once. `seq` is its position in every feed: a change moves it to the end. `doc` is the JSON of the
    /// wire, so that a pull sends it without parsing it.
    Record = "record" key(id: RowId) {
        seq: Seq,
        id: RowId,
        rev: Rev,
        kind: Kind,
        /// Set where the record is in scope through its recipient.
        recipient: Option<RecipientId>,
        /// The worker who keeps it in scope whatever becomes of a pairing: its author, the worker that it describes, or
        /// the author of the proposal that it reviews.
        owner: Option<WorkerId>,
        /// Its area feed: a code of digits, or `r` and a code for reference data; `None` for what never leaves the
        /// server.
        area_feed: Option<String>,
        doc: String,
    }
}

table! {
    /// A record without its JSON, for code that only moves it between feeds or counts it. Read only.
    RecordHead = "record" key(id: RowId) {
        id: RowId,
        rev: Rev,
        recipient: Option<RecipientId>,
        owner: Option<WorkerId>,
        area_feed: Option<String>,
    }
}

table! {
    /// The position of a record alone: every index of a feed ends in it, so that a query by `recipient` or `area_feed`
    /// does not touch the records. Read only.
    RecordSeq = "record" key(seq: Seq) {
        seq: Seq,
    }
}

table! {
    /// What a pull sends of a record, by its position. Read only.
    RecordDoc = "record" key(seq: Seq) {
        seq: Seq,
        id: RowId,
        doc: String,
    }
}

table! {
    /// What a worker's scope holds or lost beside the rows of the recipients in care: rows that entered with a pairing,
    /// rows of the worker's own that stay after a pairing ended, rows that left.
    WorkerFeed = "worker_feed" key(worker: WorkerId, row: RowId) {
        worker: WorkerId,
        row: RowId,
        seq: Seq,
        gone: bool,
    }
}

table! {
    /// Rows that left an area feed.
    Tombstone = "tombstone" key(area_feed: String, row: RowId) {
        area_feed: String,
        row: RowId,
        seq: Seq,
    }
}

table! {
    /// The digest of a worker's scope.
    WorkerDigest = "worker_digest" key(worker: WorkerId) {
        worker: WorkerId,
        count: u64,
        sum: u64,
    }
}

table! {
    /// The digest of an area feed.
    AreaFeedDigest = "area_feed_digest" key(area_feed: String) {
        area_feed: String,
        count: u64,
        sum: u64,
    }
}

/// Rows whose `column` is one of `values` and whose seq is after `after`, ascending; at most `limit` of them.
async fn after<R: Table>(
    txn: &mut impl Txn,
    column: &'static str,
    values: &[Cell<'_>],
    after: Seq,
    limit: usize,
) -> Stored<Vec<R>> {
    let from = (after.0 as i64).saturating_add(1);
    let query = Query::one_of(column, values).filter(Filter::Within("seq", from..i64::MAX));
    txn.select(&query.order(Order::Ascending("seq")).limit(limit)).await
}

/// Positions after `since`, ascending, of the records of these recipients; at most `limit` of them.
///
/// # Errors
/// As at [`Txn`].
pub async fn recipient_seqs(
    txn: &mut impl Txn,
    recipients: impl IntoIterator<Item = &RecipientId>,
    since: Seq,
    limit: usize,
) -> Stored<Vec<Seq>> {
    let cells: Vec<Cell<'_>> = recipients.into_iter().map(Column::cell).collect();
    let found = after::<RecordSeq>(txn, "recipient", &cells, since, limit).await?;
    Ok(found.into_iter().map(|record| record.seq).collect())
}

/// Positions after `since`, ascending, of the records in these area feeds; at most `limit` of them.
///
/// # Errors
/// As at [`Txn`].
pub async fn area_feed_seqs(txn: &mut impl Txn, area_feeds: &[String], since: Seq, limit: usize) -> Stored<Vec<Seq>> {
    let cells: Vec<Cell<'_>> = area_feeds.iter().map(Column::cell).collect();
    let found = after::<RecordSeq>(txn, "area_feed", &cells, since, limit).await?;
    Ok(found.into_iter().map(|record| record.seq).collect())
}

/// Id and JSON of the records at these positions, in their order. A record that moved on meanwhile is left out.
///
/// # Errors
/// As at [`Txn`].
pub async fn docs(txn: &mut impl Txn, seqs: &[Seq]) -> Stored<Vec<RecordDoc>> {
    let keys: Vec<(Seq,)> = seqs.iter().map(|seq| (*seq,)).collect();
    Ok(txn.get::<RecordDoc>(&keys).await?.into_iter().flatten().collect())
}

/// Entries of a worker's own feed after `since`, ascending; at most `limit` of them.
///
/// # Errors
/// As at [`Txn`].
pub async fn worker_feed(txn: &mut impl Txn, worker: WorkerId, since: Seq, limit: usize) -> Stored<Vec<WorkerFeed>> {
    after(txn, "worker", &[worker.cell()], since, limit).await
}

/// Rows that left one of these area feeds after `since`, ascending; at most `limit` of them.
///
/// # Errors
/// As at [`Txn`].
pub async fn tombstones(txn: &mut impl Txn, area_feeds: &[String], since: Seq, limit: usize) -> Stored<Vec<Tombstone>> {
    let cells: Vec<Cell<'_>> = area_feeds.iter().map(Column::cell).collect();
    after(txn, "area_feed", &cells, since, limit).await
}
