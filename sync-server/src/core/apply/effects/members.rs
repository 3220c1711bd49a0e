//! Which scopes gain, keep or lose a record.
//!
//! A worker's scope holds a record if a pairing with its recipient is in force, or if the worker is its owner. The
//! first needs no feed row: a pull walks the recipients' records by seq. Feed rows are written only for what that walk
//! cannot find: records that entered or left with a pairing, and owned records outside every pairing. A visit to a
//! recipient in care thus costs no feed row.

use super::{people::CareChange, seq_numbers::SeqNumbers};
use crate::core::apply::{
    row_change::RowChange,
    scopes::{feed_key, owner_of, recipient_seen_through},
};
use crate::store::{
    Column, Stored, Txn,
    tables::{AreaFeedDigest, RecordHead, Tombstone, WorkerDigest, WorkerFeed},
};
use shared::{
    RecipientId, RowId, WorkerId,
    digest::{Digest, row_hash},
    ids::{Rev, Seq},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A change to a digest that is not loaded yet. Counts and sums wrap, so that it can be negative.
#[derive(Default)]
struct DigestDelta {
    count: u64,
    sum: u64,
}

impl DigestDelta {
    fn add(&mut self, row: RowId, rev: Rev) {
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_add(row_hash(row, rev));
    }
    fn remove(&mut self, row: RowId, rev: Rev) {
        self.count = self.count.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(row_hash(row, rev));
    }
    fn replace(&mut self, row: RowId, before: Option<Rev>, after: Rev) {
        if let Some(before) = before {
            self.remove(row, before);
        }
        self.add(row, after);
    }
    /// The digest after the change.
    fn onto(&self, count: u64, sum: u64) -> Digest {
        Digest { count: count.wrapping_add(self.count), sum: sum.wrapping_add(self.sum) }
    }
}

/// All feed rows and digests to write, before the feed rows have their seqs.
#[derive(Default)]
pub struct FeedPlan {
    workers: HashMap<WorkerId, DigestDelta>,
    area_feeds: HashMap<String, DigestDelta>,
    feed: Vec<WorkerFeed>,
    tombstones: Vec<Tombstone>,
}

/// What decides which scopes hold a record, with its revision before and after.
struct ScopedRow {
    id: RowId,
    recipient: Option<RecipientId>,
    owner: Option<WorkerId>,
    before: Option<Rev>,
    after: Rev,
    /// The record itself changed and gets a new seq; otherwise only its pairings did.
    changed: bool,
}

impl FeedPlan {
    /// Plans the feed rows and digests of `changes`, and of records whose recipient gained or lost a worker.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn make<T: Txn>(txn: &mut T, changes: &[RowChange], care: &CareChange) -> Stored<Self> {
        let mut plan = Self::default();
        for change in changes {
            plan.append_to_feed(change);
            if feed_key(&change.after).is_some_and(|s| !s.starts_with('r')) || owner_of(&change.after).is_some() {
                plan.update_workers(
                    care,
                    &ScopedRow {
                        id: change.after.id,
                        recipient: recipient_seen_through(&change.after),
                        owner: owner_of(&change.after),
                        before: change.before.as_ref().map(|b| b.rev),
                        after: change.after.rev,
                        changed: true,
                    },
                );
            }
        }
        // Unchanged records whose recipient gained or lost a worker.
        let transferred: Vec<_> = care.transferred().collect();
        if !transferred.is_empty() {
            let touched: HashSet<RowId> = changes.iter().map(|c| c.after.id).collect();
            let cells: Vec<_> = transferred.iter().map(Column::cell).collect();
            for head in txn.find::<RecordHead>("recipient", &cells).await? {
                if !touched.contains(&head.id) {
                    let RecordHead { id, rev, recipient, owner, .. } = head;
                    plan.update_workers(
                        care,
                        &ScopedRow { id, recipient, owner, before: Some(rev), after: rev, changed: false },
                    );
                }
            }
        }
        Ok(plan)
    }

    /// Area and reference feeds. The tombstone of a record that came back stays: a pull skips it while the record is
    /// there.
    fn append_to_feed(&mut self, change: &RowChange) {
        let id = change.after.id;
        let after = feed_key(&change.after);
        if let Some(before) = &change.before
            && let Some(area_feed) = feed_key(before)
        {
            self.area_feeds.entry(area_feed.clone()).or_default().remove(id, before.rev);
            if after.as_ref() != Some(&area_feed) {
                self.tombstones.push(Tombstone { area_feed, row: id, seq: Seq(0) });
            }
        }
        if let Some(area_feed) = after {
            self.area_feeds.entry(area_feed).or_default().add(id, change.after.rev);
        }
    }

    /// Workers' digests and feeds.
    fn update_workers(&mut self, care: &CareChange, row: &ScopedRow) {
        let in_care = |set: &HashMap<RecipientId, BTreeSet<WorkerId>>| {
            row.recipient.and_then(|r| set.get(&r)).cloned().unwrap_or_default()
        };
        let (cared_before, cared_after) = (in_care(&care.before), in_care(&care.after));
        let workers: BTreeSet<WorkerId> = cared_before.iter().chain(&cared_after).copied().chain(row.owner).collect();
        for worker in workers {
            let owns = row.owner == Some(worker);
            let was = row.before.is_some() && (owns || cared_before.contains(&worker));
            let is = owns || cared_after.contains(&worker);
            let walked = cared_after.contains(&worker);
            if is && (row.changed || !was) {
                let before = row.before.filter(|_| was);
                self.workers.entry(worker).or_default().replace(row.id, before, row.after);
            } else if was && !is {
                let rev = row.before.unwrap_or(row.after);
                self.workers.entry(worker).or_default().remove(row.id, rev);
            }
            // A walk finds a changed record by its new seq. All other changes of the scope need a feed row.
            let entered = is && !was && row.before.is_some();
            let kept_outside = is && !walked && (row.changed || cared_before.contains(&worker));
            if entered && (!row.changed || walked) || kept_outside {
                self.feed.push(WorkerFeed { worker, row: row.id, seq: Seq(0), gone: false });
            } else if was && !is {
                self.feed.push(WorkerFeed { worker, row: row.id, seq: Seq(0), gone: true });
            }
        }
    }

    /// How many seqs the plan needs beyond those of the records.
    pub fn entries(&self) -> usize {
        self.feed.len() + self.tombstones.len()
    }

    /// Gives the feed rows and tombstones their seqs.
    pub fn number(&mut self, seqs: &mut SeqNumbers) {
        self.feed.iter_mut().for_each(|entry| entry.seq = seqs.take());
        self.tombstones.iter_mut().for_each(|gone| gone.seq = seqs.take());
    }

    /// Writes the plan.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn write<T: Txn>(self, txn: &mut T) -> Stored<()> {
        txn.put(&self.feed).await?;
        txn.put(&self.tombstones).await?;
        let (keys, deltas): (Vec<_>, Vec<_>) = self.workers.into_iter().map(|(w, d)| ((w,), d)).unzip();
        let old = txn.get::<WorkerDigest>(&keys).await?;
        let new = keys.iter().zip(deltas).zip(old).map(|(((worker,), delta), old)| {
            let Digest { count, sum } = old.map_or(delta.onto(0, 0), |o| delta.onto(o.count, o.sum));
            WorkerDigest { worker: *worker, count, sum }
        });
        let new: Vec<_> = new.collect();
        txn.put(&new).await?;
        let (keys, deltas): (Vec<_>, Vec<_>) = self.area_feeds.into_iter().map(|(s, d)| ((s,), d)).unzip();
        let old = txn.get::<AreaFeedDigest>(&keys).await?;
        let new = keys.into_iter().zip(deltas).zip(old).map(|(((area_feed,), delta), old)| {
            let Digest { count, sum } = old.map_or(delta.onto(0, 0), |o| delta.onto(o.count, o.sum));
            AreaFeedDigest { area_feed, count, sum }
        });
        let new: Vec<_> = new.collect();
        txn.put(&new).await
    }
}
