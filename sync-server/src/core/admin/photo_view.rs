//! A photo for a viewer of the console.

use super::accounts::Viewer;
use crate::{
    core::{error::CoreError, media::failure::failed, objects::ObjectsError, server::ServerCore},
    store::{Job, Store, Txn, tables::PhotoRef},
};

/// The look-up row of a photo.
struct FindPhoto {
    row: shared::RowId,
}

impl Job for FindPhoto {
    type Out = Option<PhotoRef>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        Ok(txn.get::<PhotoRef>(&[(self.row,)]).await?.into_iter().next().flatten())
    }
}

impl<S: Store> ServerCore<S> {
    /// Media type and bytes of a photo.
    ///
    /// # Errors
    ///
    /// [`CoreError::NotFound`] until the bytes have arrived, [`CoreError::NotAllowed`] outside the viewer's areas, or
    /// the store or the photo storage failed.
    pub async fn photo_for(&self, viewer: &Viewer, photo: shared::PhotoId) -> Result<(String, Vec<u8>), CoreError> {
        let found = self.inner.store.read(FindPhoto { row: photo.into() }).await?;
        let photo = found.ok_or(CoreError::NotFound)?;
        if !photo.area.parse().is_ok_and(|a| viewer.may_see(&a)) {
            return Err(CoreError::NotAllowed);
        }
        if photo.missing {
            return Err(CoreError::NotFound);
        }
        match self.inner.objects.read(photo.sha256).await {
            Ok(bytes) => Ok((photo.mime, bytes)),
            // Treated as not arrived: a phone that still has it may send it again.
            Err(ObjectsError::Missing) => Err(CoreError::NotFound),
            Err(error) => Err(failed("reading a photo")(error)),
        }
    }
}
