//! What is open in the store: reviews, needs, photos. Effects keep these counts per area, so that a scrape reads one
//! small table and no records.

use crate::{
    core::apply::effects::figures::OpenKind,
    store::{Job, StoreError, Txn, tables::OpenCount},
};

/// How many reviews, needs and photos are open in all areas together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OpenCounts {
    pub reviews: i64,
    pub needs: i64,
    pub photos: i64,
}

/// Reads [`OpenCounts`].
pub(super) struct ReadOpenCounts;

impl Job for ReadOpenCounts {
    type Out = OpenCounts;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<OpenCounts, StoreError> {
        let counts = txn.with_prefix::<OpenCount>("area_feed", "").await?;
        let sum = |what: OpenKind| counts.iter().filter(|count| count.what == what as i64).map(|count| count.n).sum();
        Ok(OpenCounts { reviews: sum(OpenKind::Reviews), needs: sum(OpenKind::Needs), photos: sum(OpenKind::Photos) })
    }
}
