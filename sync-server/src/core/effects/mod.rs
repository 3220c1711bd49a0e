//! What follows from changed records: feeds, digests, figures, look-ups. Records go in as before and after; everything
//! derived is brought along in the same transaction, so it can never disagree with them.
//!
//! - [`members`]: which scopes gain, keep or lose a record, and their digests
//! - [`figures`]: what counts, and what is open
//! - [`people`]: recipients' look-up rows, pairings as rights, who is due
//! - [`lookups`]: workers, areas, rules, hand-outs, photos

mod figures;
pub mod lookups;
mod members;
pub mod people;

pub use figures::Open;

use crate::store::{Stored, Txn, tables};
use shared::{Day, Row, ids::Seq};

/// One record's change within a transaction, however many operations it took.
#[derive(Clone, Debug)]
pub struct Changed {
    pub before: Option<Box<Row>>,
    pub after: Box<Row>,
}

/// Numbers given out within one transaction: counted first, drawn from the clock as late as possible.
pub(super) struct Numbers {
    next: u64,
}

impl Numbers {
    fn take(&mut self) -> Seq {
        self.next += 1;
        Seq(self.next)
    }
}

/// Writes `changes` and all that follows. `flips` are pairings whose time came or ended without a change of their own.
pub async fn write<T: Txn>(txn: &mut T, changes: &[Changed], flips: Vec<tables::CareGrant>, now_ms: i64) -> Stored<()> {
    if changes.is_empty() && flips.is_empty() {
        return Ok(());
    }
    let today = Day::of_utc_ms(now_ms);
    lookups::write(txn, changes).await?;
    let care = people::Care::load(txn, changes, flips, today).await?;
    let counted = figures::write(txn, changes).await?;
    people::write(txn, changes, &care, &counted).await?;

    let mut members = members::Plan::make(txn, changes, &care).await?;
    let needed = members.entries() + changes.len();
    let mut numbers = Numbers { next: txn.advance(needed as u64).await?.0 };
    let mut records = Vec::with_capacity(changes.len());
    for change in changes {
        records.push(record(&change.after, numbers.take())?);
    }
    members.number(&mut numbers);
    txn.put(&records).await?;
    members.write(txn).await
}

fn record(row: &Row, seq: Seq) -> Stored<tables::Record> {
    let doc = serde_json::to_string(row).map_err(|e| crate::store::StoreError::Corrupt(e.to_string()))?;
    Ok(tables::Record {
        seq,
        id: row.id,
        rev: row.rev,
        kind: row.kind.clone(),
        recipient: super::scopes::seen_through(row),
        owner: super::scopes::keeper_of(row),
        area_feed: super::scopes::feed_key(row),
        doc,
    })
}
