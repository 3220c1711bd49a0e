//! The four steps of a photo upload, and photos that arrive whole in a bundle.

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
    #[tracing::instrument(name = "media_create", skip_all, fields(device, upload))]
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
        note_ids(&upload);
        let media = self.stored_media(media).await?;
        let verified = media.is_some_and(|m| m.size == upload.size);
        if !verified && upload.offset == 0 {
            self.observer().photo_announced();
        }
        Ok(status(&upload, verified))
    }

    #[tracing::instrument(name = "media_status", skip_all, fields(device, upload = %id))]
    pub(in crate::core) async fn media_status_step(
        &self,
        token: &Token,
        id: UploadId,
    ) -> Result<MediaStatus, CoreError> {
        let (upload, media) = self.upload(token, id).await?;
        Ok(status(&upload, media.is_some()))
    }

    #[tracing::instrument(
        name = "media_chunk",
        skip_all,
        fields(device, upload = %chunk.upload, offset = chunk.offset)
    )]
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
        // The bytes first: an offset never covers bytes that are not stored.
        let objects = &self.inner.objects;
        objects.write_at(upload.id.to_string(), chunk.offset, chunk.bytes).await.map_err(failed("keeping a chunk"))?;
        self.move_offset(&upload, end).await
    }

    /// Answers `verified` only after these, in this order: all bytes are there, their hash is the announced one, the
    /// photo is stored durably, and the database says so durably. Interrupted anywhere, the next finish repeats all of
    /// it.
    #[tracing::instrument(name = "media_finish", skip_all, fields(device, upload = %id))]
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
        // Never closed: it lives as long as the core.
        let _permit = self.inner.assemblies.acquire().await;
        let whole = objects.assemble(name.clone(), upload.size).await.map_err(failed("putting a photo together"))?;
        let (bytes, hash) = match whole {
            Assembled::Whole { bytes, sha256 } => (bytes, hex(&sha256)),
            // A chunk is gone although the offset covers it (a disk that lied, a sweep at the same moment): resume
            // there.
            Assembled::Gap(at) => return self.move_offset(&upload, at).await,
        };
        if hash != upload.sha256 || !is_image(&bytes) {
            objects.forget(name).await.map_err(failed("forgetting an upload"))?;
            let restarted = self.move_offset(&upload, 0).await?;
            if hash == upload.sha256 {
                return refuse(ErrorCode::NotAPhoto);
            }
            return Ok(MediaStatus { state: MediaState::Mismatch, ..restarted });
        }
        objects.keep(upload.sha256.clone(), bytes).await.map_err(failed("keeping a photo"))?;
        let stored = self.inner.store.write(MarkVerified { upload, now_ms: self.now_ms() }).await?;
        self.observer().photo_verified();
        // The chunks are no longer needed; the media sweep removes them if this fails.
        let _ = objects.forget(name).await.map_err(failed("forgetting an upload"));
        Ok(stored)
    }

    /// Moves the offset of an upload to `to`.
    async fn move_offset(&self, upload: &Upload, to: u64) -> Result<MediaStatus, CoreError> {
        let today = Day::of_utc_ms(self.now_ms()).number();
        self.inner.store.write(MoveOffset { upload: upload.id, from: upload.offset, to, today }).await
    }

    /// Stores a photo that arrived whole, in a bundle of `device`. Returns true if its bytes were not here before.
    /// Bytes that are no photo, or too large, are skipped: they block nothing else.
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
        if self.stored_media(known).await?.is_some() {
            return Ok(false);
        }
        // Storing it twice is harmless: its name is its hash.
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
        self.observer().photo_verified();
        Ok(true)
    }

    /// The upload and, if its bytes are stored and checked, what is known of them.
    async fn upload(&self, token: &Token, id: UploadId) -> Result<(Upload, Option<Media>), CoreError> {
        let (upload, media) = self.inner.store.read(FindUpload { token_hash: auth::token_hash(token), id }).await?;
        note_ids(&upload);
        Ok((upload, self.stored_media(media).await?))
    }
}

/// Adds the ids of an upload to the span of the step.
fn note_ids(upload: &Upload) {
    let span = tracing::Span::current();
    span.record("device", tracing::field::display(upload.device)).record("upload", tracing::field::display(upload.id));
}

/// JPEG, PNG, WebP or HEIF, by their first bytes.
fn is_image(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xd8, 0xff])
        || head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")
        || head.get(4..8) == Some(b"ftyp")
}
