//! Abandoned uploads: what no byte came of for 30 days is forgotten, chunks first and then the row, a few at a time. A
//! device that comes back all the same is told that there is no such upload and begins anew; what was finished and
//! verified is found again by its hash. Runs beside everything else and holds nothing up.

use crate::{
    core::{error::CoreError, media::failure::failed, server::ServerCore},
    store::{
        Cell, Job, Store, Txn,
        tables::{Meta, Upload},
    },
};
use shared::{Day, UploadId};
use std::time::Duration;

/// 30 days, as long as a device offers its work again to a server that was restored: by then it has either come back or
/// begins anew.
pub const ABANDONED_DAYS: i32 = 30;
/// 10 years: further back no server of this kind has been running.
const OLDEST_DAYS: i32 = 3650;
/// 30 days' uploads are looked up at once, and 100 rows removed: neither takes the store longer than a push does.
const DAYS_AT_ONCE: usize = 30;
const ROWS_AT_ONCE: usize = 100;
/// DailyCount a day, and once after each start.
const EVERY: Duration = Duration::from_secs(86_400);

/// Name of the fact: the number of the last day whose uploads are gone.
const SWEPT: &str = "uploads-swept";

struct SweptThrough;

impl Job for SweptThrough {
    type Out = Option<i32>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Option<i32>, CoreError> {
        let found = txn.get::<Meta>(&[(SWEPT.to_owned(),)]).await?.into_iter().next().flatten();
        Ok(found.and_then(|meta| meta.value.parse().ok()))
    }
}

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

struct TouchedOn {
    days: Vec<i32>,
}

impl Job for TouchedOn {
    type Out = Vec<UploadId>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<UploadId>, CoreError> {
        let days: Vec<Cell<'_>> = self.days.iter().map(|day| Cell::Int(i64::from(*day))).collect();
        Ok(txn.find::<Upload>("touched", &days).await?.into_iter().map(|upload| upload.id).collect())
    }
}

struct Remove {
    uploads: Vec<UploadId>,
    through: i32,
}

impl Job for Remove {
    type Out = u32;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<u32, CoreError> {
        let keys: Vec<_> = self.uploads.iter().map(|id| (*id,)).collect();
        // One that got a byte in the meantime stays: its finish finds that chunks are gone, and says from where on.
        let still = txn.get::<Upload>(&keys).await?.into_iter().flatten().filter(|u| u.touched <= self.through);
        let gone: Vec<_> = still.map(|upload| (upload.id,)).collect();
        txn.delete::<Upload>(&gone).await?;
        Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
    }
}

impl<S: Store> ServerCore<S> {
    /// Forgets the uploads without a byte for [`ABANDONED_DAYS`]; how many there were. What fails is tried again next
    /// time.
    pub async fn forget_abandoned(&self) -> Result<u32, CoreError> {
        let today = Day::of_utc_ms(self.now_ms()).number();
        let through = today - ABANDONED_DAYS;
        // A note from the future was made by a clock that has been put right since.
        let swept = self.inner.store.read(SweptThrough).await?.filter(|day| *day <= today);
        let first = swept.map_or(today - OLDEST_DAYS, |day| day + 1);
        let days: Vec<i32> = (first..=through).collect();
        let mut forgotten = 0;
        for days in days.chunks(DAYS_AT_ONCE) {
            let uploads = self.inner.store.read(TouchedOn { days: days.to_vec() }).await?;
            for uploads in uploads.chunks(ROWS_AT_ONCE) {
                for upload in uploads {
                    let name = upload.to_string();
                    self.inner.objects.forget(name).await.map_err(failed("sweeping an abandoned upload"))?;
                }
                forgotten += self.inner.store.write(Remove { uploads: uploads.to_vec(), through }).await?;
            }
        }
        if !days.is_empty() {
            self.inner.store.write(NoteSwept { through }).await?;
        }
        Ok(forgotten)
    }

    /// Looks whether the photo storage answers, and sweeps it, now and every day, until it is dropped.
    pub async fn media_sweep_round(self) {
        loop {
            match self.inner.objects.probe().await {
                // Records come first: the server runs without it, and photos wait on the phones.
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
