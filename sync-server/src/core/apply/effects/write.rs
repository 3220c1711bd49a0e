//! Writes changed records and everything derived from them.

use super::{figures, lookups, members, people, seq_numbers::SeqNumbers};
use crate::{
    core::apply::{
        row_change::RowChange,
        scopes::{feed_key, owner_of, recipient_seen_through},
    },
    store::{StoreError, Stored, Txn, tables},
};
use shared::{Day, Row, ids::Seq};

/// Writes `changes` and all that follows from them. `flips` are pairings that come in force or go out of force today
/// without a change of their record.
///
/// # Errors
///
/// The store failed.
pub async fn write<T: Txn>(
    txn: &mut T,
    changes: &[RowChange],
    flips: Vec<tables::CareGrant>,
    now_ms: i64,
) -> Stored<()> {
    if changes.is_empty() && flips.is_empty() {
        return Ok(());
    }
    let today = Day::of_utc_ms(now_ms);
    lookups::write(txn, changes).await?;
    let care = people::CareChange::load(txn, changes, flips, today).await?;
    let last_days = figures::write(txn, changes).await?;
    people::write(txn, changes, &care, &last_days).await?;

    let mut feeds = members::FeedPlan::make(txn, changes, &care).await?;
    let seqs_needed = feeds.entries() + changes.len();
    let mut seqs = SeqNumbers::after(txn.advance(seqs_needed as u64).await?);
    let mut records = Vec::with_capacity(changes.len());
    for change in changes {
        records.push(record(&change.after, seqs.take())?);
    }
    feeds.number(&mut seqs);
    txn.put(&records).await?;
    feeds.write(txn).await
}

fn record(row: &Row, seq: Seq) -> Stored<tables::Record> {
    let doc = serde_json::to_string(row).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    Ok(tables::Record {
        seq,
        id: row.id,
        rev: row.rev,
        kind: row.kind.clone(),
        recipient: recipient_seen_through(row),
        owner: owner_of(row),
        area_feed: feed_key(row),
        doc,
    })
}
