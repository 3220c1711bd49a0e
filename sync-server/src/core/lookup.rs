//! Looking records up by their ids, for imports and pages.

use super::{CoreError, ServerCore};
use crate::store::{Job, Store, StoreError, Txn, tables::Record};
use shared::{Row, RowId};

/// 500 ids in one batch: a statement that every backend takes.
const BATCH: usize = 500;

impl<S: Store> ServerCore<S> {
    /// Those of the records that exist, in no particular order.
    pub async fn rows(&self, ids: Vec<RowId>) -> Result<Vec<Row>, CoreError> {
        self.inner.store.read(Rows(ids)).await
    }
}

struct Rows(Vec<RowId>);

impl Job for Rows {
    type Out = Vec<Row>;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<Row>, CoreError> {
        let mut rows = Vec::new();
        for ids in self.0.chunks(BATCH) {
            let keys: Vec<(RowId,)> = ids.iter().map(|id| (*id,)).collect();
            for record in txn.get::<Record>(&keys).await?.into_iter().flatten() {
                let row = serde_json::from_str(&record.doc);
                rows.push(row.map_err(|e| StoreError::Corrupt(format!("record {}: {e}", record.id)))?);
            }
        }
        Ok(rows)
    }
}
