//! Media: bytes in chunks that resume, kept under their hash once it is checked. Records never wait for them.

use super::{
    failure::failed,
    jobs::{CreateUpload, FindMedia, FindUpload, MarkVerified, MoveOffset, status},
};
use crate::{
    core::{
        auth,
        error::{CoreError, refuse},
        objects::Assembled,
        server::ServerCore,
    },
    store::{
        Store,
        tables::{Media, Upload},
    },
};
use shared::{
    Day, DeviceId, UploadId,
    chain::hex,
    records::photo::PHOTO_BYTES_MAX,
    wire::{CHUNK_BYTES_MAX, ErrorCode, MediaChunk, MediaCreate, MediaState, MediaStatus, Token},
};

impl<S: Store> ServerCore<S> {
    pub(in crate::core) async fn media_create_step(
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
        let job = CreateUpload {
            token_hash: auth::token_hash(token),
            id: UploadId(self.new_id()),
            request,
            now_ms: self.now_ms(),
        };
        let (upload, media) = self.inner.store.write(job).await?;
        let media = self.held(media).await?;
        Ok(status(&upload, media.is_some_and(|m| m.size == upload.size)))
    }

    pub(in crate::core) async fn media_status_step(
        &self,
        token: &Token,
        id: UploadId,
    ) -> Result<MediaStatus, CoreError> {
        let (upload, media) = self.upload(token, id).await?;
        Ok(status(&upload, media.is_some()))
    }

    pub(in crate::core) async fn media_chunk_step(
        &self,
        token: &Token,
        chunk: MediaChunk,
    ) -> Result<MediaStatus, CoreError> {
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
    pub(in crate::core) async fn media_finish_step(
        &self,
        token: &Token,
        id: UploadId,
    ) -> Result<MediaStatus, CoreError> {
        let (upload, media) = self.upload(token, id).await?;
        if media.is_some() || upload.offset < upload.size {
            return Ok(status(&upload, media.is_some()));
        }
        let name = upload.id.to_string();
        let objects = &self.inner.objects;
        // Closed never: it lives as long as the core.
        let _turn = self.inner.assemblies.acquire().await;
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
        let stored = self.inner.store.write(MarkVerified { upload, now_ms: self.now_ms() }).await?;
        // What is left of the upload is only in the way: the sweep takes what cannot be removed now.
        let _ = objects.forget(name).await.map_err(failed("forgetting an upload"));
        Ok(stored)
    }

    async fn go_to(&self, upload: &Upload, to: u64) -> Result<MediaStatus, CoreError> {
        let today = Day::of_utc_ms(self.now_ms()).number();
        self.inner.store.write(MoveOffset { upload: upload.id, from: upload.offset, to, today }).await
    }

    /// Keeps a photo that came whole, in a bundle of `device`: what the four steps above do in many. True when its bytes were not
    /// here before. What is no photo, or too large for one, is passed over: it blocks nothing else.
    pub(in crate::core) async fn store_photo(
        &self,
        device: DeviceId,
        mime: String,
        bytes: Vec<u8>,
    ) -> Result<bool, CoreError> {
        let size = bytes.len() as u64;
        if !is_image(&bytes) || size > PHOTO_BYTES_MAX || !mime.starts_with("image/") {
            return Ok(false);
        }
        let sha256 = shared::chain::sha256_hex(&bytes);
        let known = self.inner.store.read(FindMedia(sha256.clone())).await?;
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
        self.inner.store.write(MarkVerified { upload, now_ms }).await?;
        Ok(true)
    }

    async fn upload(&self, token: &Token, id: UploadId) -> Result<(Upload, Option<Media>), CoreError> {
        let (upload, media) = self.inner.store.read(FindUpload { token_hash: auth::token_hash(token), id }).await?;
        Ok((upload, self.held(media).await?))
    }
}

/// JPEG, PNG, WebP or HEIF, by their first bytes.
fn is_image(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xd8, 0xff])
        || head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")
        || head.get(4..8) == Some(b"ftyp")
}
