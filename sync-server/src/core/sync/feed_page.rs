//! One page of a scope's feed, read from one snapshot.

use crate::{
    core::{apply::scopes::reference_feeds, error::CoreError},
    store::{
        Column, StoreError, Stored, Txn,
        tables::{self, AreaFeedDigest, CareGrant, Record, WorkerDigest},
    },
};
use shared::{
    RowId, WorkerId,
    digest::Digest,
    ids::Seq,
    wire::{RawRow, Scope, ScopePage},
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How many rows and bytes a reply may still take.
pub struct PageBudget {
    pub rows: usize,
    pub bytes: usize,
    /// True until the first row, which fits however large it is.
    pub fresh: bool,
}

impl PageBudget {
    /// Takes a row of so many bytes out of the budget; false if it does not fit.
    fn takes(&mut self, bytes: usize) -> bool {
        if self.rows == 0 || bytes > self.bytes && !self.fresh {
            return false;
        }
        self.rows -= 1;
        self.bytes = self.bytes.saturating_sub(bytes);
        self.fresh = false;
        true
    }
}

/// An entry of a scope's feed.
enum FeedItem {
    Row(RowId, String),
    Gone(RowId),
}

/// The next page of a scope, and whether it is the last.
///
/// # Errors
///
/// The store failed, or a stored row is no JSON.
pub async fn page<T: Txn>(
    txn: &mut T,
    scope: Scope,
    after: Seq,
    budget: &mut PageBudget,
) -> Result<(ScopePage, bool), CoreError> {
    let mut page = ScopePage { scope, reset: false, rows: Vec::new(), gone: Vec::new(), cursor: after, digest: None };
    // One more than fits shows whether there is more.
    let limit = budget.rows + 1;
    let mut segment = match scope {
        Scope::Worker(worker) => worker_segment(txn, worker, after, limit).await?,
        Scope::Area(area) => {
            let area_feeds = txn.with_prefix::<AreaFeedDigest>("area_feed", area.as_str()).await?;
            let area_feeds = area_feeds.into_iter().map(|d| d.area_feed).collect();
            area_segment(txn, area_feeds, after, limit).await?
        }
        Scope::Reference(area) => area_segment(txn, reference_feeds(area), after, limit).await?,
    };
    let mut sent: HashSet<RowId> = HashSet::new();
    while let Some((seq, item)) = segment.items.pop_first() {
        let fits = match &item {
            // A row has two entries if it entered the scope and changed afterwards: the bytes are the same.
            FeedItem::Row(id, _) if sent.contains(id) => true,
            FeedItem::Row(_, doc) => budget.takes(doc.len()),
            FeedItem::Gone(id) => budget.takes(id.as_bytes().len()),
        };
        if !fits {
            return Ok((page, false));
        }
        match item {
            FeedItem::Row(id, doc) if sent.insert(id) => {
                page.rows.push(RawRow::from_string(doc).map_err(|e| StoreError::Corrupt(e.to_string()))?);
            }
            FeedItem::Row(..) => {}
            FeedItem::Gone(id) => page.gone.push(id),
        }
        page.cursor = seq;
    }
    page.cursor = page.cursor.max(segment.until);
    Ok((page, !segment.cut))
}

/// Consecutive entries of a scope's feed.
struct FeedSegment {
    items: BTreeMap<Seq, FeedItem>,
    /// How far the feed was read: beyond the last entry if the entries after it were skipped.
    until: Seq,
    /// True if the feed has more entries.
    cut: bool,
}

/// What was read of one source of a feed, at most `limit` entries.
struct FeedSource {
    entries: usize,
    last: Option<Seq>,
}

/// Up to which seq both sources are complete: a source cut off at `limit` is complete up to its last entry. The cursor
/// must not pass entries that the other source still holds back. Returns the last seq to send, the cursor, and whether
/// the feed has more entries.
fn known_through(sources: [FeedSource; 2], limit: usize) -> (Seq, Seq, bool) {
    let cut = sources.iter().filter(|s| s.entries >= limit).filter_map(|s| s.last).min();
    let last = sources.iter().filter_map(|s| s.last).max().unwrap_or_default();
    (cut.unwrap_or(Seq(u64::MAX)), cut.unwrap_or(last), cut.is_some())
}

/// A worker's scope: records of the recipients in care by seq, and the worker's own feed for all others.
async fn worker_segment<T: Txn>(txn: &mut T, worker: WorkerId, after: Seq, limit: usize) -> Stored<FeedSegment> {
    let grants = txn.find::<CareGrant>("worker", &[worker.cell()]).await?;
    let recipients: BTreeSet<_> = grants.iter().filter(|g| g.active).map(|g| g.recipient).collect();
    let recipients: Vec<_> = recipients.into_iter().collect();
    let seqs = tables::feeds::recipient_seqs(txn, &recipients, after, limit).await?;
    let mut feed = tables::feeds::worker_feed(txn, worker, after, limit).await?;
    let walked = FeedSource { entries: seqs.len(), last: seqs.last().copied() };
    let listed = FeedSource { entries: feed.len(), last: feed.last().map(|f| f.seq) };
    let (end, until, cut) = known_through([walked, listed], limit);
    let seqs: Vec<Seq> = seqs.into_iter().filter(|s| *s <= end).collect();
    feed.retain(|f| f.seq <= end);
    let mut items: BTreeMap<Seq, FeedItem> =
        tables::feeds::docs(txn, &seqs).await?.into_iter().map(|r| (r.seq, FeedItem::Row(r.id, r.doc))).collect();
    let entered: Vec<(RowId,)> = feed.iter().filter(|f| !f.gone).map(|f| (f.row,)).collect();
    let mut docs: HashMap<RowId, String> =
        txn.get::<Record>(&entered).await?.into_iter().flatten().map(|r| (r.id, r.doc)).collect();
    for entry in feed {
        let item = match entry.gone {
            true => Some(FeedItem::Gone(entry.row)),
            false => docs.remove(&entry.row).map(|doc| FeedItem::Row(entry.row, doc)),
        };
        items.extend(item.map(|item| (entry.seq, item)));
    }
    Ok(FeedSegment { items, until, cut })
}

/// An area or reference scope: the records of its feeds by seq, and the tombstones of those that left.
async fn area_segment<T: Txn>(txn: &mut T, area_feeds: Vec<String>, after: Seq, limit: usize) -> Stored<FeedSegment> {
    let seqs = tables::feeds::area_feed_seqs(txn, &area_feeds, after, limit).await?;
    let mut tombstones = tables::feeds::tombstones(txn, &area_feeds, after, limit).await?;
    let walked = FeedSource { entries: seqs.len(), last: seqs.last().copied() };
    let listed = FeedSource { entries: tombstones.len(), last: tombstones.last().map(|g| g.seq) };
    let (end, until, cut) = known_through([walked, listed], limit);
    let seqs: Vec<Seq> = seqs.into_iter().filter(|s| *s <= end).collect();
    tombstones.retain(|g| g.seq <= end);
    // A record that moved from one village of a township to another did not leave the township.
    let keys: Vec<(RowId,)> = tombstones.iter().map(|g| (g.row,)).collect();
    let now = txn.get::<Record>(&keys).await?;
    let within = |area_feed: &Option<String>| area_feed.as_ref().is_some_and(|s| area_feeds.contains(s));
    let gone = tombstones.into_iter().zip(now).filter(|(_, now)| now.as_ref().is_none_or(|r| !within(&r.area_feed)));
    let mut items: BTreeMap<Seq, FeedItem> = gone.map(|(g, _)| (g.seq, FeedItem::Gone(g.row))).collect();
    items.extend(tables::feeds::docs(txn, &seqs).await?.into_iter().map(|r| (r.seq, FeedItem::Row(r.id, r.doc))));
    Ok(FeedSegment { items, until, cut })
}

/// The digest of all rows that a device must hold after it has read a scope to its end.
///
/// # Errors
///
/// The store failed.
pub async fn digest<T: Txn>(txn: &mut T, scope: Scope) -> Stored<Digest> {
    let area_feeds = match scope {
        Scope::Worker(worker) => {
            let found = txn.get::<WorkerDigest>(&[(worker,)]).await?.into_iter().next().flatten();
            return Ok(found.map(|d| Digest { count: d.count, sum: d.sum }).unwrap_or_default());
        }
        Scope::Area(area) => txn.with_prefix::<AreaFeedDigest>("area_feed", area.as_str()).await?,
        Scope::Reference(area) => {
            let keys: Vec<_> = reference_feeds(area).into_iter().map(|s| (s,)).collect();
            txn.get::<AreaFeedDigest>(&keys).await?.into_iter().flatten().collect()
        }
    };
    Ok(area_feeds.iter().fold(Digest::default(), |sum, d| Digest {
        count: sum.count.wrapping_add(d.count),
        sum: sum.sum.wrapping_add(d.sum),
    }))
}
