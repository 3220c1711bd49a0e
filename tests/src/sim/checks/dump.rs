//! Everything that the server holds, read in one snapshot.

use crate::sim::store::SimStore;
use shared::{AreaCode, Month, OpId, Row, RowId, ids::Seq, records::Kind};
use std::collections::BTreeMap;
use sync_server::{
    core::CoreError,
    store::{
        Job, Store, TallyRow, Txn,
        tables::{
            self, AreaFeedDigest, DailyCount, Media, OpLog, OpenCount, PhotoRef, Quarantine, Recipient, Record, Worker,
            WorkerDigest,
        },
    },
};

#[derive(Default)]
pub struct Dump {
    pub rows: BTreeMap<RowId, Row>,
    pub docs: BTreeMap<RowId, String>,
    pub ops: BTreeMap<OpId, OpLog>,
    pub quarantine: Vec<Quarantine>,
    pub workers: Vec<Worker>,
    pub recipients: Vec<Recipient>,
    pub worker_digests: Vec<WorkerDigest>,
    pub area_feed_digests: Vec<AreaFeedDigest>,
    pub open_counts: Vec<OpenCount>,
    pub daily_counts: Vec<DailyCount>,
    pub tally: Vec<TallyRow>,
    pub media: Vec<Media>,
    pub photos: Vec<PhotoRef>,
}

impl Dump {
    /// # Errors
    /// Those of the store, and when a record cannot be read.
    pub async fn read(store: &SimStore) -> anyhow::Result<Self> {
        Ok(store.read(ReadAll).await?)
    }
}

struct ReadAll;

impl Job for ReadAll {
    type Out = Dump;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Dump, CoreError> {
        let mut dump = Dump::default();
        for record in txn.with_prefix::<Record>("id", "").await? {
            let row: Row = serde_json::from_str(&record.doc)
                .map_err(|e| sync_server::store::StoreError::Corrupt(e.to_string()))?;
            dump.rows.insert(record.id, row);
            dump.docs.insert(record.id, record.doc);
        }
        dump.ops = txn.with_prefix::<OpLog>("op_id", "").await?.into_iter().map(|o| (o.op_id, o)).collect();
        dump.quarantine = txn.with_prefix("device", "").await?;
        dump.workers = txn.with_prefix("id", "").await?;
        dump.recipients = txn.with_prefix("id", "").await?;
        dump.worker_digests = txn.with_prefix("worker", "").await?;
        dump.area_feed_digests = txn.with_prefix("area_feed", "").await?;
        dump.open_counts = txn.with_prefix("area_feed", "").await?;
        dump.daily_counts = txn.with_prefix("recipient", "").await?;
        dump.media = txn.with_prefix("sha256", "").await?;
        dump.photos = txn.with_prefix("row", "").await?;
        let span = (Month::from_number(0), Month::from_number(40_000));
        let areas = txn.with_prefix::<sync_server::store::tables::Area>("code", "").await?;
        let mut parents: Vec<AreaCode> = areas.into_iter().filter_map(|a| a.code.parent()).collect();
        parents.sort_unstable_by_key(ToString::to_string);
        parents.dedup();
        for parent in parents {
            dump.tally.extend(tables::figures::tally(txn, parent.as_str(), span.0, span.1).await?);
        }
        Ok(dump)
    }
}

struct Head;

impl Job for Head {
    type Out = Seq;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Seq, CoreError> {
        Ok(txn.head().await?)
    }
}

/// The last sequence number: while it is the same, nothing changed.
///
/// # Errors
/// Those of the store.
pub async fn head(store: &SimStore) -> anyhow::Result<Seq> {
    Ok(store.read(Head).await?)
}

/// Open reviews.
///
/// # Errors
/// Those of the store.
pub async fn open_reviews(store: &SimStore) -> anyhow::Result<Vec<RowId>> {
    let dump = Dump::read(store).await?;
    let open = |row: &&Row| row.kind == Kind::Review && row.fields.text("status") == Some("open");
    Ok(dump.rows.values().filter(open).map(|r| r.id).collect())
}
