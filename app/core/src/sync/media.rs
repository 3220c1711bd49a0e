//! Media: uploads photos one after the other, in chunks that resume where they broke off. A photo blocks no record and
//! no other photo: a failure is stored with the photo, and the next photo follows.
//!
//! ```text
//!           ┌─► verified ◄──────────────────────────────────┐
//!  create ──┤                                               │
//!  status ──┴─► uploading ─► chunk ─► chunk ─► … complete ─► finish ─► mismatch: from the start
//! ```
//!
//! The bytes stay on the device after verification, because the author looks at the photo; when photos take up too much
//! room, `commands/space.rs` releases the oldest. On a metered connection no photo is uploaded
//! (`commands/connection.rs`).

use super::{
    ctx::SyncCtx,
    failure::{SyncFailure, ends_access},
    in_flight::{Call, InFlight, MediaCall},
    run::PhotoUpload,
    step::{Applied, Step},
};
use crate::store::{photo, photo::State};
use shared::{
    PhotoId,
    protocol::Answer,
    wire::{CHUNK_BYTES, ErrorCode, MediaChunk, MediaCreate, MediaState, MediaStatus, SyncError},
};

/// 3: after that a photo waits for the user to ask for another try.
const TRIES_MAX: u32 = 3;
/// 3 replies in a row without a byte gained: this upload is given up until the next run.
const STALLED_MAX: u32 = 3;
/// 200: as many photos as the largest distribution has. Those with the fewest tries come first.
const CANDIDATES_MAX: u32 = 200;

/// The next call for the current photo, or for the next one.
///
/// # Errors
/// Those of the store, which also records photos whose bytes are missing.
pub(super) fn next(ctx: &mut SyncCtx<'_>) -> Result<Option<Call>, SyncFailure> {
    if ctx.session.run.is_none() {
        return Ok(None);
    }
    let token = ctx.token()?;
    loop {
        let Some(photo) = current_photo(ctx)? else { return Ok(None) };
        let upload = photo.status.as_ref().map(|status| status.upload).or(photo.meta.upload);
        let (Some(upload), Some(status)) = (upload, photo.status) else {
            let (step, call) = match upload {
                Some(upload) => (Step::MediaStatus { token, upload }, MediaCall::Status),
                None => (Step::MediaCreate { token, request: create(&photo.meta) }, MediaCall::Create),
            };
            return Ok(Some((step, InFlight::Media(call))));
        };
        if status.state != MediaState::Uploading || status.offset >= photo.meta.size {
            return Ok(Some((Step::MediaFinish { token, upload }, InFlight::Media(MediaCall::Finish))));
        }
        let offset = status.offset;
        match photo::bytes_at(ctx.store.conn(), photo.meta.id, offset, CHUNK_BYTES)? {
            Some(bytes) if !bytes.is_empty() => {
                let chunk = MediaChunk { upload, offset, bytes };
                return Ok(Some((Step::MediaChunk { token, chunk }, InFlight::Media(MediaCall::Chunk { offset }))));
            }
            // The bytes are not on this device, so another try cannot succeed.
            _ => give_up(ctx, photo.meta.id, &ErrorCode::NotFound, false)?,
        }
    }
}

fn create(meta: &photo::Meta) -> MediaCreate {
    MediaCreate { photo: meta.id, sha256: meta.sha256.clone(), size: meta.size, mime: meta.mime.clone() }
}

/// The photo being uploaded, or the next one.
fn current_photo(ctx: &mut SyncCtx<'_>) -> Result<Option<PhotoUpload>, SyncFailure> {
    if let Some(photo) = &ctx.run()?.photo {
        return Ok(Some(photo.clone()));
    }
    let mut waiting = photo::to_send(ctx.store.conn(), CANDIDATES_MAX)?;
    let deferred = ctx.session.deferred_photos.clone();
    waiting.sort_by_key(|meta| deferred.contains(&meta.id));
    let run = ctx.run()?;
    let next = waiting
        .into_iter()
        .find(|meta| !run.skipped_photos.contains(&meta.id) && (run.by_user || meta.tries < TRIES_MAX));
    run.photo = next.map(|meta| PhotoUpload { meta, status: None, stalled: 0 });
    Ok(run.photo.clone())
}

/// # Errors
/// When access ended, when the connection or the whole server failed, and those of the store. A failure of this photo
/// alone is none.
pub(super) fn apply(
    ctx: &mut SyncCtx<'_>,
    call: MediaCall,
    answer: Answer<MediaStatus>,
) -> Result<Applied, SyncFailure> {
    let Some(photo) = ctx.run()?.photo.clone() else { return Ok(Applied::default()) };
    let id = photo.meta.id;
    match answer {
        Ok(status) => apply_status(ctx, &photo, call, status)?,
        Err(error) if ends_access(&error) => return Err(error.into()),
        // The server no longer knows the upload; the photo itself is unharmed.
        Err(error) if error.code() == Some(&ErrorCode::NotFound) && photo.meta.upload.is_some() => {
            ctx.write(|tx| Ok(photo::set_progress(tx, id, None, 0, State::Local)?))?;
            restart_upload(ctx, &photo)?;
        }
        Err(SyncError::Refused(error)) if error.code == ErrorCode::OffsetMismatch => query_status(ctx, &photo)?,
        // The refusal concerns this photo: for good, or because it makes the server fail.
        Err(SyncError::Refused(error))
            if error.code == ErrorCode::Internal || SyncError::Refused(error.clone()).is_permanent() =>
        {
            give_up(ctx, id, &error.code, false)?;
        }
        // The connection or the whole server failed. The next run begins with another photo.
        Err(error) => {
            ctx.session.deferred_photos.insert(id);
            return Err(error.into());
        }
    }
    Ok(Applied { changed: ctx.run()?.photo.is_none(), status: false })
}

/// The server told the state of the upload.
fn apply_status(
    ctx: &mut SyncCtx<'_>,
    photo: &PhotoUpload,
    call: MediaCall,
    status: MediaStatus,
) -> Result<(), SyncFailure> {
    let (id, upload) = (photo.meta.id, Some(status.upload));
    match status.state {
        MediaState::Verified => {
            ctx.write(|tx| Ok(photo::set_verified(tx, id)?))?;
            ctx.session.deferred_photos.remove(&id);
            let run = ctx.run()?;
            run.photo = None;
            run.progress.photos_done += 1;
            run.progress.photos_total = run.progress.photos_total.max(run.progress.photos_done);
        }
        MediaState::Mismatch => {
            ctx.write(|tx| Ok(photo::set_failed(tx, id, &ErrorCode::Other("hash-mismatch".to_owned()), true)?))?;
            let tries = photo::get(ctx.store.conn(), id)?.map_or(TRIES_MAX, |meta| meta.tries);
            if tries < TRIES_MAX { restart_upload(ctx, photo)? } else { skip(ctx, id)? }
        }
        // A state of a newer server. The bytes stay, and a later run asks again.
        MediaState::Unknown => give_up(ctx, id, &ErrorCode::Other("unknown-state".to_owned()), false)?,
        MediaState::Uploading | MediaState::Complete => {
            let gained = match call {
                MediaCall::Chunk { offset } => status.offset > offset || status.state == MediaState::Complete,
                // The server did not verify the photo, so bytes are still missing.
                MediaCall::Finish => false,
                MediaCall::Create | MediaCall::Status => true,
            };
            let stalled = if gained { 0 } else { photo.stalled + 1 };
            if stalled >= STALLED_MAX {
                return give_up(ctx, id, &ErrorCode::OffsetMismatch, true);
            }
            let state = if status.state == MediaState::Complete { State::Stored } else { State::Uploading };
            let sent = status.offset.min(photo.meta.size);
            ctx.write(|tx| Ok(photo::set_progress(tx, id, upload, sent, state)?))?;
            let meta = photo::Meta { upload, ..photo.meta.clone() };
            ctx.run()?.photo = Some(PhotoUpload { meta, status: Some(status), stalled });
        }
    }
    Ok(())
}

/// Begins a new upload of the same photo.
fn restart_upload(ctx: &mut SyncCtx<'_>, photo: &PhotoUpload) -> Result<(), SyncFailure> {
    let meta = photo::Meta { upload: None, sent: 0, ..photo.meta.clone() };
    ctx.run()?.photo = Some(PhotoUpload { meta, status: None, stalled: photo.stalled });
    Ok(())
}

/// Continues the same upload after asking the server for its state.
fn query_status(ctx: &mut SyncCtx<'_>, photo: &PhotoUpload) -> Result<(), SyncFailure> {
    let stalled = photo.stalled + 1;
    if stalled >= STALLED_MAX {
        return give_up(ctx, photo.meta.id, &ErrorCode::OffsetMismatch, true);
    }
    ctx.run()?.photo = Some(PhotoUpload { status: None, stalled, ..photo.clone() });
    Ok(())
}

/// Stores the reason with the photo and leaves the photo for a later run.
fn give_up(ctx: &mut SyncCtx<'_>, id: PhotoId, reason: &ErrorCode, restart: bool) -> Result<(), SyncFailure> {
    ctx.write(|tx| Ok(photo::set_failed(tx, id, reason, restart)?))?;
    skip(ctx, id)
}

fn skip(ctx: &mut SyncCtx<'_>, id: PhotoId) -> Result<(), SyncFailure> {
    let run = ctx.run()?;
    run.skipped_photos.insert(id);
    run.photo = None;
    Ok(())
}
