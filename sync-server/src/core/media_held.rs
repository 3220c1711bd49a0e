//! Whether the bytes of a photo are where the database says. A restore may put back the one and not the other, and a bucket may
//! lose what it held: so nobody is told "verified", and no phone lets go of its original, on the word of a row alone.

use super::{CoreError, ServerCore, effects::lookups::missing, media::failed};
use crate::store::{
    Cell, Job, Store, Txn,
    tables::{Media, PhotoRef},
};

impl<S: Store> ServerCore<S> {
    /// What is known of bytes, if the photo storage has them. If it has not, they are forgotten, and whoever still has them is
    /// asked to send them anew. One question to the storage, at the end of an upload or instead of one; records ask none.
    pub(super) async fn held(&self, known: Option<Media>) -> Result<Option<Media>, CoreError> {
        let Some(media) = known else { return Ok(None) };
        let there = self.inner.objects.holds(media.sha256.clone(), media.size).await;
        if there.map_err(failed("looking for a photo"))? {
            return Ok(Some(media));
        }
        tracing::error!(doing = "looking for a photo", why = "what was stored is gone", "photo storage");
        self.inner.store.write(Lost(media)).await?;
        Ok(None)
    }
}

/// The bytes are gone: every photo record that has them waits for them again.
struct Lost(Media);

impl Job for Lost {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let Media { sha256, verified, .. } = self.0;
        let now = txn.get::<Media>(&[(sha256.clone(),)]).await?.into_iter().flatten().next();
        // Somebody brought them again while the storage was asked.
        if now.is_none_or(|media| media.verified != verified) {
            return Ok(());
        }
        let photos = txn.find::<PhotoRef>("sha256", &[Cell::Text(&sha256)]).await?;
        let photos: Vec<PhotoRef> = photos.into_iter().filter(|p| !p.missing).collect();
        let more: Vec<_> = photos.iter().map(|p| missing(p.area.clone(), 1)).collect();
        let gone: Vec<_> = photos.into_iter().map(|p| PhotoRef { missing: true, ..p }).collect();
        txn.delete::<Media>(&[(sha256,)]).await?;
        txn.put(&gone).await?;
        Ok(txn.add(&more).await?)
    }
}
