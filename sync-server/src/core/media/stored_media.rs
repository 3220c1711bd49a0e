//! Whether the bytes of a photo are where the database says. A restore may bring back one without the other, and a
//! bucket may lose objects. No device is therefore told "verified", and no phone drops its original, because of a
//! database row alone.

use super::failure::failed;
use crate::{
    core::{apply::effects::lookups::missing_photos, error::CoreError, server::ServerCore},
    store::{
        Cell, Job, Store, Txn,
        tables::{Media, PhotoRef},
    },
};

impl<S: Store> ServerCore<S> {
    /// Returns `known` if the photo storage has the bytes. If it does not, the database forgets them, and a device that
    /// still has them sends them again. One call of the storage, at the end of an upload or instead of one.
    pub(in crate::core) async fn stored_media(&self, known: Option<Media>) -> Result<Option<Media>, CoreError> {
        let Some(media) = known else { return Ok(None) };
        let stored = self.inner.objects.holds(media.sha256.clone(), media.size).await;
        if stored.map_err(failed("looking for a photo"))? {
            return Ok(Some(media));
        }
        tracing::error!(doing = "looking for a photo", why = "what was stored is gone", "photo storage");
        self.inner.store.write(ForgetMedia(media)).await?;
        Ok(None)
    }
}

/// Forgets bytes that are gone: every photo record that had them waits for them again.
struct ForgetMedia(Media);

impl Job for ForgetMedia {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let Media { sha256, verified, .. } = self.0;
        let now = txn.get::<Media>(&[(sha256.clone(),)]).await?.into_iter().flatten().next();
        // They arrived again while the storage was asked.
        if now.is_none_or(|media| media.verified != verified) {
            return Ok(());
        }
        let photos = txn.find::<PhotoRef>("sha256", &[Cell::Text(&sha256)]).await?;
        let photos: Vec<PhotoRef> = photos.into_iter().filter(|p| !p.missing).collect();
        let more: Vec<_> = photos.iter().map(|p| missing_photos(p.area.clone(), 1)).collect();
        let waiting: Vec<_> = photos.into_iter().map(|p| PhotoRef { missing: true, ..p }).collect();
        txn.delete::<Media>(&[(sha256,)]).await?;
        txn.put(&waiting).await?;
        Ok(txn.add(&more).await?)
    }
}
