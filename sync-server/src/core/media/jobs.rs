//! The transactions of photo uploads.

use crate::{
    core::{
        apply::effects::lookups::missing_photos,
        auth,
        error::{CoreError, refuse},
    },
    store::{
        Cell, Job, Txn,
        tables::{Media, PhotoRef, Upload},
    },
};
use shared::{
    Day, DeviceId, UploadId,
    wire::{ErrorCode, MediaCreate, MediaState, MediaStatus},
};

/// The state of an upload as the device sees it.
pub fn status(upload: &Upload, verified: bool) -> MediaStatus {
    let state = match verified {
        true => MediaState::Verified,
        false if upload.offset >= upload.size => MediaState::Complete,
        false => MediaState::Uploading,
    };
    let offset = if verified { upload.size } else { upload.offset };
    MediaStatus { upload: upload.id, state, offset }
}

/// Returns the upload of these bytes by this device, or begins one; and what is known of the bytes.
pub struct CreateUpload {
    pub token_hash: Vec<u8>,
    pub id: UploadId,
    pub request: MediaCreate,
    pub now_ms: i64,
}

impl Job for CreateUpload {
    type Out = (Upload, Option<Media>);
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let device = auth::device(txn, &self.token_hash).await?.device;
        let MediaCreate { sha256, size, mime, .. } = self.request;
        let known = txn.get::<Media>(&[(sha256.clone(),)]).await?.into_iter().next().flatten();
        // Two devices with the same bytes each have an upload; the first to finish serves both.
        let begun = txn.find::<Upload>("device", &[Cell::Blob(device.id.as_bytes())]).await?;
        let upload = match begun.into_iter().find(|u| u.sha256 == sha256 && u.size == size) {
            Some(upload) => upload,
            None => {
                let touched = Day::of_utc_ms(self.now_ms).number();
                let upload = Upload {
                    id: self.id,
                    device: device.id,
                    sha256,
                    size,
                    mime,
                    offset: 0,
                    begun: self.now_ms,
                    touched,
                };
                txn.put(std::slice::from_ref(&upload)).await?;
                upload
            }
        };
        Ok((upload, known))
    }
}

/// An upload of the token's device, and what is known of its bytes.
pub struct FindUpload {
    pub token_hash: Vec<u8>,
    pub id: UploadId,
}

impl Job for FindUpload {
    type Out = (Upload, Option<Media>);
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let device: DeviceId = auth::device(txn, &self.token_hash).await?.device.id;
        let upload = txn.get::<Upload>(&[(self.id,)]).await?.into_iter().next().flatten();
        let Some(upload) = upload.filter(|u| u.device == device) else { return refuse(ErrorCode::NotFound) };
        let media = txn.get::<Media>(&[(upload.sha256.clone(),)]).await?.into_iter().next().flatten();
        Ok((upload, media))
    }
}

/// What is known of bytes that were stored and checked.
pub struct FindMedia(pub String);

impl Job for FindMedia {
    type Out = Option<Media>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Option<Media>, CoreError> {
        Ok(txn.get::<Media>(&[(self.0,)]).await?.into_iter().flatten().next())
    }
}

/// Moves an upload's offset, unless another request moved it meanwhile.
pub struct MoveOffset {
    pub upload: UploadId,
    pub from: u64,
    pub to: u64,
    pub today: i32,
}

impl Job for MoveOffset {
    type Out = MediaStatus;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<MediaStatus, CoreError> {
        let Some(mut upload) = txn.get::<Upload>(&[(self.upload,)]).await?.into_iter().next().flatten() else {
            return refuse(ErrorCode::NotFound);
        };
        // Another device may have sent the same bytes meanwhile, or another process finished this upload.
        let media = txn.get::<Media>(&[(upload.sha256.clone(),)]).await?.into_iter().next().flatten();
        if media.is_none() && upload.offset == self.from {
            (upload.offset, upload.touched) = (self.to, self.today);
            txn.put(std::slice::from_ref(&upload)).await?;
        }
        Ok(status(&upload, media.is_some()))
    }
}

/// Notes that the bytes are stored and checked, for every photo record that waits for them.
pub struct MarkVerified {
    pub upload: Upload,
    pub now_ms: i64,
}

impl Job for MarkVerified {
    type Out = MediaStatus;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<MediaStatus, CoreError> {
        let Upload { sha256, size, mime, .. } = &self.upload;
        let media = Media { sha256: sha256.clone(), size: *size, mime: mime.clone(), verified: self.now_ms };
        txn.put(&[media]).await?;
        let waiting = txn.find::<PhotoRef>("sha256", &[Cell::Text(sha256)]).await?;
        let waiting: Vec<PhotoRef> = waiting.into_iter().filter(|p| p.missing).collect();
        let fewer: Vec<_> = waiting.iter().map(|p| missing_photos(p.area.clone(), -1)).collect();
        let arrived: Vec<_> = waiting.into_iter().map(|p| PhotoRef { missing: false, ..p }).collect();
        txn.put(&arrived).await?;
        txn.add(&fewer).await?;
        Ok(status(&self.upload, true))
    }
}
