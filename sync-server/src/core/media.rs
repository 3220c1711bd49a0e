//! Media: bytes in chunks that resume, kept under their hash once it is checked. Records never wait for them.

use super::{CoreError, ObjectsError, ServerCore, auth, effects::lookups::missing, error::refuse, objects::Assembled};
use crate::store::{
    Cell, Job, Store, Txn,
    tables::{Media, PhotoRef, Upload},
};
use shared::{
    Day, DeviceId, UploadId,
    chain::hex,
    records::photo::PHOTO_BYTES_MAX,
    wire::{CHUNK_BYTES_MAX, ErrorCode, MediaChunk, MediaCreate, MediaState, MediaStatus, Token},
};

/// 8 photos put together at once: each is in memory as a whole, 8 MiB at most.
pub(super) const FINISHING_MAX: usize = 8;

impl<S: Store> ServerCore<S> {
    pub(super) async fn media_create_step(
        &self,
        token: &Token,
        request: MediaCreate,
    ) -> Result<MediaStatus, CoreError> {
        let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if request.sha256.len() != 64 || !request.sha256.bytes().all(digit) || request.size == 0 {
            return refuse(ErrorCode::Malformed);
        }
        if request.size > PHOTO_BYTES_MAX {
            return refuse(ErrorCode::TooLarge);
        }
        if !request.mime.starts_with("image/") {
            return refuse(ErrorCode::NotAPhoto);
        }
        let job =
            Create { token_hash: auth::token_hash(token), id: UploadId(self.new_id()), request, now_ms: self.now_ms() };
        let (upload, media) = self.inner.store.write(job).await?;
        let media = self.held(media).await?;
        Ok(status(&upload, media.is_some_and(|m| m.size == upload.size)))
    }

    pub(super) async fn media_status_step(&self, token: &Token, id: UploadId) -> Result<MediaStatus, CoreError> {
        let (upload, media) = self.upload(token, id).await?;
        Ok(status(&upload, media.is_some()))
    }

    pub(super) async fn media_chunk_step(&self, token: &Token, chunk: MediaChunk) -> Result<MediaStatus, CoreError> {
        let (upload, media) = self.upload(token, chunk.upload).await?;
        if media.is_some() || chunk.offset != upload.offset || chunk.bytes.is_empty() {
            return Ok(status(&upload, media.is_some()));
        }
        let end = chunk.offset.saturating_add(chunk.bytes.len() as u64);
        if chunk.bytes.len() > CHUNK_BYTES_MAX || end > upload.size {
            return refuse(ErrorCode::TooLarge);
        }
        // The bytes first: an offset never promises what is not stored.
        let objects = &self.inner.objects;
        objects.write_at(upload.id.to_string(), chunk.offset, chunk.bytes).await.map_err(failed("keeping a chunk"))?;
        self.go_to(&upload, end).await
    }

    /// `verified` is said only after these, in this order: all bytes are together, their hash is the one announced, the
    /// photo is stored for good, and that is noted for good. Broken off anywhere, the next finish goes through all of it.
    pub(super) async fn media_finish_step(&self, token: &Token, id: UploadId) -> Result<MediaStatus, CoreError> {
        let (upload, media) = self.upload(token, id).await?;
        if media.is_some() || upload.offset < upload.size {
            return Ok(status(&upload, media.is_some()));
        }
        let name = upload.id.to_string();
        let objects = &self.inner.objects;
        // Closed never: it lives as long as the core.
        let _turn = self.inner.finishing.acquire().await;
        let whole = objects.assemble(name.clone(), upload.size).await.map_err(failed("putting a photo together"))?;
        let (bytes, hash) = match whole {
            Assembled::Whole { bytes, sha256 } => (bytes, hex(&sha256)),
            // A chunk that was noted is gone (a disk that lied, a sweep in the same moment): sent again from there.
            Assembled::Gap(at) => return self.go_to(&upload, at).await,
        };
        if hash != upload.sha256 || !is_image(&bytes) {
            objects.forget(name).await.map_err(failed("forgetting an upload"))?;
            let begin = self.go_to(&upload, 0).await?;
            if hash == upload.sha256 {
                return refuse(ErrorCode::NotAPhoto);
            }
            return Ok(MediaStatus { state: MediaState::Mismatch, ..begin });
        }
        objects.keep(upload.sha256.clone(), bytes).await.map_err(failed("keeping a photo"))?;
        let stored = self.inner.store.write(Verified { upload, now_ms: self.now_ms() }).await?;
        // What is left of the upload is only in the way: the sweep takes what cannot be removed now.
        let _ = objects.forget(name).await.map_err(failed("forgetting an upload"));
        Ok(stored)
    }

    async fn go_to(&self, upload: &Upload, to: u64) -> Result<MediaStatus, CoreError> {
        let today = Day::of_utc_ms(self.now_ms()).number();
        self.inner.store.write(Move { upload: upload.id, from: upload.offset, to, today }).await
    }

    /// Keeps a photo that came whole, in a bundle of `device`: what the four steps above do in many. True when its bytes were not
    /// here before. What is no photo, or too large for one, is passed over: it blocks nothing else.
    pub(super) async fn store_photo(&self, device: DeviceId, mime: String, bytes: Vec<u8>) -> Result<bool, CoreError> {
        let size = bytes.len() as u64;
        if !is_image(&bytes) || size > PHOTO_BYTES_MAX || !mime.starts_with("image/") {
            return Ok(false);
        }
        let sha256 = shared::chain::sha256_hex(&bytes);
        let known = self.inner.store.read(Known(sha256.clone())).await?;
        if self.held(known).await?.is_some() {
            return Ok(false);
        }
        // Stored twice it is stored once: its name is its hash.
        self.inner.objects.keep(sha256.clone(), bytes).await.map_err(failed("keeping a photo of a bundle"))?;
        let (now_ms, id) = (self.now_ms(), UploadId(self.new_id()));
        let upload = Upload {
            id,
            device,
            sha256,
            size,
            mime,
            offset: size,
            begun: now_ms,
            touched: Day::of_utc_ms(now_ms).number(),
        };
        self.inner.store.write(Verified { upload, now_ms }).await?;
        Ok(true)
    }

    async fn upload(&self, token: &Token, id: UploadId) -> Result<(Upload, Option<Media>), CoreError> {
        let (upload, media) = self.inner.store.read(Find { token_hash: auth::token_hash(token), id }).await?;
        Ok((upload, self.held(media).await?))
    }
}

fn status(upload: &Upload, verified: bool) -> MediaStatus {
    let state = match verified {
        true => MediaState::Verified,
        false if upload.offset >= upload.size => MediaState::Complete,
        false => MediaState::Uploading,
    };
    let offset = if verified { upload.size } else { upload.offset };
    MediaStatus { upload: upload.id, state, offset }
}

/// Notes what failed while what was being done. The log names the step, and nobody.
pub(super) fn failed(doing: &'static str) -> impl FnOnce(ObjectsError) -> CoreError {
    move |error| {
        tracing::error!(doing, why = %error, "photo storage");
        CoreError::Objects(error)
    }
}

/// JPEG, PNG, WebP or HEIF, by their first bytes.
fn is_image(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xd8, 0xff])
        || head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")
        || head.get(4..8) == Some(b"ftyp")
}

struct Create {
    token_hash: Vec<u8>,
    id: UploadId,
    request: MediaCreate,
    now_ms: i64,
}

impl Job for Create {
    type Out = (Upload, Option<Media>);
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let device = auth::device(txn, &self.token_hash).await?.device;
        let MediaCreate { sha256, size, mime, .. } = self.request;
        let known = txn.get::<Media>(&[(sha256.clone(),)]).await?.into_iter().next().flatten();
        // Two devices with the same bytes each have an upload of their own; the first to finish serves both.
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

struct Find {
    token_hash: Vec<u8>,
    id: UploadId,
}

impl Job for Find {
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

/// What was noted of bytes when they were stored and checked.
struct Known(String);

impl Job for Known {
    type Out = Option<Media>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Option<Media>, CoreError> {
        Ok(txn.get::<Media>(&[(self.0,)]).await?.into_iter().flatten().next())
    }
}

/// Moves an upload's offset, unless another request did meanwhile.
struct Move {
    upload: UploadId,
    from: u64,
    to: u64,
    today: i32,
}

impl Job for Move {
    type Out = MediaStatus;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<MediaStatus, CoreError> {
        let Some(mut upload) = txn.get::<Upload>(&[(self.upload,)]).await?.into_iter().next().flatten() else {
            return refuse(ErrorCode::NotFound);
        };
        // Another device may have brought the same bytes meanwhile, or another process finished this very upload.
        let media = txn.get::<Media>(&[(upload.sha256.clone(),)]).await?.into_iter().next().flatten();
        if media.is_none() && upload.offset == self.from {
            (upload.offset, upload.touched) = (self.to, self.today);
            txn.put(std::slice::from_ref(&upload)).await?;
        }
        Ok(status(&upload, media.is_some()))
    }
}

/// The bytes are stored: every photo record that waited for them has them.
struct Verified {
    upload: Upload,
    now_ms: i64,
}

impl Job for Verified {
    type Out = MediaStatus;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<MediaStatus, CoreError> {
        let Upload { sha256, size, mime, .. } = &self.upload;
        let media = Media { sha256: sha256.clone(), size: *size, mime: mime.clone(), verified: self.now_ms };
        txn.put(&[media]).await?;
        let waiting = txn.find::<PhotoRef>("sha256", &[Cell::Text(sha256)]).await?;
        let waiting: Vec<PhotoRef> = waiting.into_iter().filter(|p| p.missing).collect();
        let fewer: Vec<_> = waiting.iter().map(|p| missing(p.area.clone(), -1)).collect();
        let there: Vec<_> = waiting.into_iter().map(|p| PhotoRef { missing: false, ..p }).collect();
        txn.put(&there).await?;
        txn.add(&fewer).await?;
        Ok(status(&self.upload, true))
    }
}
