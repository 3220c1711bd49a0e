//! Media sweep: removes uploads that got no byte for 30 days, chunks first and then the row, a few at a time. A device
//! that resumes such an upload is answered that there is none and starts over; a verified photo is found again by its
//! hash.

use crate::{
    core::{error::CoreError, media::failure::failed, server::ServerCore},
    store::{
        Cell, Job, Store, Txn,
        tables::{Meta, Upload},
    },
};
use shared::{Day, UploadId};
use std::time::Duration;

/// 30 days: as long as a device sends its work again to a restored server. A device away for longer starts over.
pub const ABANDONED_DAYS: i32 = 30;
/// 10 years: further back no server of this kind has been running.
const OLDEST_DAYS: i32 = 3650;
/// 30 days of uploads per look-up: it takes the store no longer than a push.
const DAYS_AT_ONCE: usize = 30;
/// 100 rows per transaction, for the same reason.
const ROWS_AT_ONCE: usize = 100;
/// Once a day, and once after each start.
const EVERY: Duration = Duration::from_secs(86_400);

/// Name of the fact: the last day (since 1970) whose abandoned uploads were removed.
const SWEPT: &str = "uploads-swept";

/// The last day that was swept.
struct SweptThrough;

impl Job for SweptThrough {
    type Out = Option<i32>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Option<i32>, CoreError> {
        let found = txn.get::<Meta>(&[(SWEPT.to_owned(),)]).await?.into_iter().next().flatten();
        Ok(found.and_then(|meta| meta.value.parse().ok()))
    }
}

/// Stores the last day that was swept.
struct NoteSwept {
    through: i32,
}

impl Job for NoteSwept {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        Ok(txn.put(&[Meta { name: SWEPT.to_owned(), value: self.through.to_string() }]).await?)
    }
}

/// Uploads whose last byte arrived on one of the days.
struct FindTouchedOn {
    days: Vec<i32>,
}

impl Job for FindTouchedOn {
    type Out = Vec<UploadId>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<UploadId>, CoreError> {
        let days: Vec<Cell<'_>> = self.days.iter().map(|day| Cell::Int(i64::from(*day))).collect();
        Ok(txn.find::<Upload>("touched", &days).await?.into_iter().map(|upload| upload.id).collect())
    }
}

/// Removes the rows of uploads whose last byte is still old enough.
struct RemoveUploads {
    uploads: Vec<UploadId>,
    through: i32,
}

impl Job for RemoveUploads {
    type Out = u32;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<u32, CoreError> {
        let keys: Vec<_> = self.uploads.iter().map(|id| (*id,)).collect();
        // An upload that got a byte meanwhile stays: its finish finds the missing chunks and answers where to resume.
        let still = txn.get::<Upload>(&keys).await?.into_iter().flatten().filter(|u| u.touched <= self.through);
        let abandoned: Vec<_> = still.map(|upload| (upload.id,)).collect();
        txn.delete::<Upload>(&abandoned).await?;
        Ok(u32::try_from(abandoned.len()).unwrap_or(u32::MAX))
    }
}

impl<S: Store> ServerCore<S> {
    /// Removes the uploads without a byte for 30 days. Returns how many there were.
    ///
    /// # Errors
    ///
    /// The store or the photo storage failed; the next sweep tries again.
    #[tracing::instrument(name = "media_sweep", skip_all)]
    pub async fn forget_abandoned(&self) -> Result<u32, CoreError> {
        let today = Day::of_utc_ms(self.now_ms()).number();
        let through = today - ABANDONED_DAYS;
        // A day in the future was written while the clock was wrong.
        let swept = self.inner.store.read(SweptThrough).await?.filter(|day| *day <= today);
        let first = swept.map_or(today - OLDEST_DAYS, |day| day + 1);
        let days: Vec<i32> = (first..=through).collect();
        let mut removed = 0;
        for days in days.chunks(DAYS_AT_ONCE) {
            let uploads = self.inner.store.read(FindTouchedOn { days: days.to_vec() }).await?;
            for uploads in uploads.chunks(ROWS_AT_ONCE) {
                for upload in uploads {
                    let name = upload.to_string();
                    self.inner.objects.forget(name).await.map_err(failed("sweeping an abandoned upload"))?;
                }
                removed += self.inner.store.write(RemoveUploads { uploads: uploads.to_vec(), through }).await?;
            }
        }
        if !days.is_empty() {
            self.inner.store.write(NoteSwept { through }).await?;
        }
        Ok(removed)
    }

    /// Probes the photo storage and sweeps it, now and every day. Never returns.
    pub async fn media_sweep_round(self) {
        loop {
            match self.inner.objects.probe().await {
                // Records come first: the server runs without photo storage, and photos wait on the phones.
                Err(why) => tracing::error!(doing = "looking at the photo storage", %why, "photo storage"),
                Ok(()) => match self.forget_abandoned().await {
                    Ok(uploads) => tracing::info!(uploads, "abandoned uploads forgotten"),
                    Err(error) => tracing::error!(%error, "abandoned uploads could not be forgotten"),
                },
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}
