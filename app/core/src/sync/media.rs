//! Media: photos' bytes, one photo after the other, in chunks that go on where they broke off. Nothing here holds up a
//! record, and no photo another photo: what one photo cannot do is noted with it, and the next has its turn.
//!
//! ```text
//!           ┌─► verified ◄──────────────────────────────────┐
//!  create ──┤                                               │
//!  status ──┴─► uploading ─► chunk ─► chunk ─► … complete ─► finish ─► mismatch: from the start
//! ```
//!
//! Bytes stay on the device after they were verified, because the photo is what its author looks at; when they take up too
//! much, `commands/space.rs` lets go of the oldest. On a metered connection none of this runs (`commands/connection.rs`).

use super::{
    Step,
    push::ends_access,
    session::{Applied, SyncCtx, SyncFailure},
};
use crate::store::{photo, photo::State};
use shared::{
    PhotoId,
    protocol::Answer,
    wire::{CHUNK_BYTES, ErrorCode, MediaChunk, MediaCreate, MediaState, MediaStatus, SyncError},
};

/// 3: after that a photo waits for a person to ask for another try.
const TRIES_MAX: u32 = 3;
/// 3 answers in a row without a byte gained: this upload leads nowhere today.
const STUCK_MAX: u32 = 3;

/// The photo that is under way.
#[derive(Clone, Debug)]
pub(super) struct Current {
    meta: photo::Meta,
    /// Where the upload stands, once the server has said so in this run.
    told: Option<MediaStatus>,
    stuck: u32,
}

/// The call that is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Create,
    Status,
    Chunk { offset: u64 },
    Finish,
}

pub(super) fn next(sync_ctx: &mut SyncCtx<'_>) -> Result<Option<(Step, Call)>, SyncFailure> {
    if sync_ctx.session.run.as_ref().is_none_or(|run| run.photos_blocked) {
        return Ok(None);
    }
    let token = sync_ctx.token()?;
    loop {
        let Some(current) = current(sync_ctx)? else { return Ok(None) };
        let upload = current.told.as_ref().map(|t| t.upload).or(current.meta.upload);
        let (Some(upload), Some(told)) = (upload, current.told) else {
            return Ok(Some(match upload {
                Some(upload) => (Step::MediaStatus { token, upload }, Call::Status),
                None => (Step::MediaCreate { token, request: create(&current.meta) }, Call::Create),
            }));
        };
        if told.state != MediaState::Uploading || told.offset >= current.meta.size {
            return Ok(Some((Step::MediaFinish { token, upload }, Call::Finish)));
        }
        let offset = told.offset;
        match photo::bytes_at(sync_ctx.store.conn(), current.meta.id, offset, CHUNK_BYTES)? {
            Some(bytes) if !bytes.is_empty() => {
                let chunk = MediaChunk { upload, offset, bytes };
                return Ok(Some((Step::MediaChunk { token, chunk }, Call::Chunk { offset })));
            }
            // Its bytes are not here: nothing that a further try could change.
            _ => give_up(sync_ctx, current.meta.id, &ErrorCode::NotFound, false)?,
        }
    }
}

fn create(meta: &photo::Meta) -> MediaCreate {
    MediaCreate { photo: meta.id, sha256: meta.sha256.clone(), size: meta.size, mime: meta.mime.clone() }
}

/// The photo under way, or the next one.
fn current(sync_ctx: &mut SyncCtx<'_>) -> Result<Option<Current>, SyncFailure> {
    if let Some(current) = &sync_ctx.run()?.photo {
        return Ok(Some(current.clone()));
    }
    // As many as the largest hand-out has; the least tried come first.
    let mut waiting = photo::to_send(sync_ctx.store.conn(), 200)?;
    let deferred = sync_ctx.session.deferred.clone();
    waiting.sort_by_key(|meta| deferred.contains(&meta.id));
    let run = sync_ctx.run()?;
    let found =
        waiting.into_iter().find(|meta| !run.skipped.contains(&meta.id) && (run.by_user || meta.tries < TRIES_MAX));
    run.photo = found.map(|meta| Current { meta, told: None, stuck: 0 });
    Ok(run.photo.clone())
}

pub(super) fn apply(
    sync_ctx: &mut SyncCtx<'_>,
    call: Call,
    answer: Answer<MediaStatus>,
) -> Result<Applied, SyncFailure> {
    let Some(current) = sync_ctx.run()?.photo.clone() else { return Ok(Applied::default()) };
    let id = current.meta.id;
    match answer {
        Ok(status) => stands(sync_ctx, &current, call, status)?,
        Err(error) if ends_access(&error) => return Err(error.into()),
        // The server knows of no such upload any more; the photo itself is as good as before.
        Err(error) if error.code() == Some(&ErrorCode::NotFound) && current.meta.upload.is_some() => {
            sync_ctx.write(|tx| Ok(photo::set_progress(tx, id, None, 0, State::Local)?))?;
            begin_anew(sync_ctx, &current)?;
        }
        Err(SyncError::Refused(error)) if error.code == ErrorCode::OffsetMismatch => ask_again(sync_ctx, &current)?,
        // About this photo, for good or because the server stumbles over it.
        Err(SyncError::Refused(error))
            if error.code == ErrorCode::Internal || SyncError::Refused(error.clone()).is_permanent() =>
        {
            give_up(sync_ctx, id, &error.code, false)?;
        }
        // About the connection or the server as a whole. The next session begins with another photo, if there is one.
        Err(error) => {
            sync_ctx.session.deferred.insert(id);
            return Err(error.into());
        }
    }
    Ok(Applied { changed: sync_ctx.run()?.photo.is_none(), status: false })
}

/// The server said where the upload stands.
fn stands(sync_ctx: &mut SyncCtx<'_>, current: &Current, call: Call, status: MediaStatus) -> Result<(), SyncFailure> {
    let (id, upload) = (current.meta.id, Some(status.upload));
    match status.state {
        MediaState::Verified => {
            sync_ctx.write(|tx| Ok(photo::set_verified(tx, id)?))?;
            sync_ctx.session.deferred.remove(&id);
            let run = sync_ctx.run()?;
            run.photo = None;
            run.progress.photos_done += 1;
            run.progress.photos_total = run.progress.photos_total.max(run.progress.photos_done);
        }
        MediaState::Mismatch => {
            sync_ctx.write(|tx| Ok(photo::set_failed(tx, id, &ErrorCode::Other("hash-mismatch".to_owned()), true)?))?;
            let tries = photo::get(sync_ctx.store.conn(), id)?.map_or(TRIES_MAX, |meta| meta.tries);
            if tries < TRIES_MAX { begin_anew(sync_ctx, current)? } else { skip(sync_ctx, id)? }
        }
        // Its bytes stay, and another try tells more.
        MediaState::Unknown => give_up(sync_ctx, id, &ErrorCode::Other("unknown-state".to_owned()), false)?,
        MediaState::Uploading | MediaState::Complete => {
            let gained = match call {
                Call::Chunk { offset } => status.offset > offset || status.state == MediaState::Complete,
                // A finish that is not the end says that bytes are missing after all.
                Call::Finish => false,
                Call::Create | Call::Status => true,
            };
            let stuck = if gained { 0 } else { current.stuck + 1 };
            if stuck >= STUCK_MAX {
                return give_up(sync_ctx, id, &ErrorCode::OffsetMismatch, true);
            }
            let state = if status.state == MediaState::Complete { State::Stored } else { State::Uploading };
            let sent = status.offset.min(current.meta.size);
            sync_ctx.write(|tx| Ok(photo::set_progress(tx, id, upload, sent, state)?))?;
            let meta = photo::Meta { upload, ..current.meta.clone() };
            sync_ctx.run()?.photo = Some(Current { meta, told: Some(status), stuck });
        }
    }
    Ok(())
}

/// The same photo with a new upload.
fn begin_anew(sync_ctx: &mut SyncCtx<'_>, current: &Current) -> Result<(), SyncFailure> {
    let meta = photo::Meta { upload: None, sent: 0, ..current.meta.clone() };
    sync_ctx.run()?.photo = Some(Current { meta, told: None, stuck: current.stuck });
    Ok(())
}

/// The same upload; the server is asked where it stands.
fn ask_again(sync_ctx: &mut SyncCtx<'_>, current: &Current) -> Result<(), SyncFailure> {
    let stuck = current.stuck + 1;
    if stuck >= STUCK_MAX {
        return give_up(sync_ctx, current.meta.id, &ErrorCode::OffsetMismatch, true);
    }
    sync_ctx.run()?.photo = Some(Current { told: None, stuck, ..current.clone() });
    Ok(())
}

/// Notes why, and leaves the photo for a later run.
fn give_up(sync_ctx: &mut SyncCtx<'_>, id: PhotoId, why: &ErrorCode, restart: bool) -> Result<(), SyncFailure> {
    sync_ctx.write(|tx| Ok(photo::set_failed(tx, id, why, restart)?))?;
    skip(sync_ctx, id)
}

fn skip(sync_ctx: &mut SyncCtx<'_>, id: PhotoId) -> Result<(), SyncFailure> {
    let run = sync_ctx.run()?;
    run.skipped.insert(id);
    run.photo = None;
    Ok(())
}
