//! Photos: uploads resume, and no photo blocks another.

use super::*;
use crate::{
    store::{photo, photo::State as PhotoState},
    views::SyncProblem,
};
use shared::{
    PhotoId,
    records::PhotoOf,
    wire::{CHUNK_BYTES, ErrorCode, MediaState},
};

const UPLOAD: UploadId = UploadId(Uuid::from_u128(0xF0));

/// Takes a photo for a saved record.
pub fn take(core: &mut Core, size: usize) -> PhotoId {
    take_bytes(core, &vec![7; size])
}

pub fn take_bytes(core: &mut Core, bytes: &[u8]) -> PhotoId {
    let id = core
        .save(|tx| {
            let id = PhotoId(tx.new_id());
            let meta = photo::Meta {
                id,
                sha256: shared::chain::sha256_hex(bytes),
                mime: "image/jpeg".into(),
                width: 4,
                height: 3,
                size: bytes.len() as u64,
                taken: tx.now(),
                of: PhotoOf::Visit,
                caption: None,
                draft: Some("visit:1".into()),
                state: PhotoState::Draft,
                upload: None,
                sent: 0,
                tries: 0,
                problem: None,
            };
            photo::insert(tx, &meta, b"thumb", bytes)?;
            let fields = Fields::new()
                .with("sha256", meta.sha256)
                .with("size", meta.size)
                .with("mime", meta.mime)
                .with("width", 4)
                .with("height", 3)
                .with("happened", tx.now().to_string())
                .with("of", "visit");
            outbox::append_op(tx, &Kind::Photo, id.into(), Rev(0), Change::Create(fields))?;
            local_row::replay(tx, id.into())?;
            photo::adopt(tx, id)?;
            Ok(id)
        })
        .unwrap();
    core.saved();
    id
}

fn at(offset: usize) -> Answer<MediaStatus> {
    Ok(MediaStatus { upload: UPLOAD, state: MediaState::Uploading, offset: offset as u64 })
}
fn is(state: MediaState) -> Answer<MediaStatus> {
    Ok(MediaStatus { upload: UPLOAD, state, offset: 0 })
}
fn offline() -> Answer<MediaStatus> {
    Err(SyncError::Offline("cut".into()))
}
fn stored(core: &Core, id: PhotoId) -> photo::Meta {
    photo::get(core.store().unwrap().conn(), id).unwrap().unwrap()
}

#[tokio::test]
async fn a_photo_follows_its_record_in_chunks_and_its_bytes_stay() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let id = take(&mut core, CHUNK_BYTES + 10);
    server.plan_media([at(0), at(CHUNK_BYTES), at(CHUNK_BYTES + 10), is(MediaState::Verified)]);
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["push", "pull", "create", "chunk", "chunk", "finish"]);
    assert_eq!(server.state().chunks, [(0, CHUNK_BYTES), (CHUNK_BYTES as u64, 10)]);
    assert_eq!((view.photos_waiting, view.photos_bytes, view.last_problem), (0, 0, None));
    assert_eq!(stored(&core, id).state, PhotoState::Verified);
    assert!(photo::bytes(core.store().unwrap().conn(), id).unwrap().is_some());
}

#[test]
fn a_chunk_holds_the_bytes_at_its_offset_up_to_the_end_of_the_photo() {
    let mut core = device(&TestEnv::new());
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let id = take_bytes(&mut core, &bytes);
    let conn = core.store().unwrap().conn();
    let at = |offset, len| photo::bytes_at(conn, id, offset, len).unwrap();
    for (offset, len) in [(0, 1), (0, 100_000), (4_090, 20), (99_990, 10), (99_990, 11), (100_000, 5), (3, 0)] {
        let end = (offset + len).min(bytes.len());
        assert_eq!(at(offset as u64, len).as_deref(), Some(&bytes[offset..end]), "{offset} {len}");
    }
    assert_eq!([at(100_001, 5), at(u64::MAX, usize::MAX)], [Some(vec![]), Some(vec![])]);
    assert_eq!(photo::bytes_at(conn, PhotoId(Uuid::nil()), 0, 5).unwrap(), None, "unknown");
    conn.execute("UPDATE photo SET bytes = NULL", ()).unwrap();
    assert_eq!(at(0, 5), None, "released");
}

#[tokio::test]
async fn bytes_that_the_server_has_are_not_sent() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    take(&mut core, 10);
    server.plan_media([is(MediaState::Verified)]);
    sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["push", "pull", "create"]);
}

#[tokio::test]
async fn a_broken_upload_resumes_at_the_servers_offset_and_not_at_the_devices() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    take(&mut core, 3 * CHUNK_BYTES);
    server.plan_media([at(0), at(CHUNK_BYTES), offline()]);
    let view = sync(&mut core, &server).await;
    assert_eq!((view.photos_waiting, view.last_problem), (1, Some(SyncProblem::Offline)));
    assert_eq!(view.photos_bytes, 2 * CHUNK_BYTES as u64);
    server.take_calls();
    // The chunk whose reply was lost had arrived.
    server.plan_media([at(2 * CHUNK_BYTES), at(3 * CHUNK_BYTES), is(MediaState::Verified)]);
    assert_eq!(sync(&mut core, &server).await.photos_waiting, 0);
    assert_eq!(server.take_calls(), ["pull", "status", "chunk", "finish"]);
    assert_eq!(server.state().chunks.last(), Some(&(2 * CHUNK_BYTES as u64, CHUNK_BYTES)));
}

#[tokio::test]
async fn an_upload_that_the_server_forgot_is_restarted() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    take(&mut core, 10);
    server.plan_media([at(0), offline()]);
    sync(&mut core, &server).await;
    server.take_calls();
    server.plan_media([Err(SyncError::refused(ErrorCode::NotFound)), at(0), at(10), is(MediaState::Verified)]);
    assert_eq!(sync(&mut core, &server).await.photos_waiting, 0);
    assert_eq!(server.take_calls(), ["pull", "status", "create", "chunk", "finish"]);
}

#[tokio::test]
async fn a_photo_with_a_wrong_hash_is_restarted_and_marked_failed_after_three_tries() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let id = take(&mut core, 10);
    for _ in 0..3 {
        server.plan_media([at(0), at(10), is(MediaState::Mismatch)]);
    }
    let view = sync(&mut core, &server).await;
    assert_eq!((view.photos_waiting, view.photos_failed, view.last_problem), (1, 1, None));
    assert_eq!((stored(&core, id).tries, stored(&core, id).state), (3, PhotoState::Failed));
    assert!(photo::bytes(core.store().unwrap().conn(), id).unwrap().is_some(), "its bytes stay");
    server.take_calls();
    // An automatic sync does not try it again; a sync by the user does.
    env.pass_ms(3_600_000);
    core.begin_by_itself();
    while let Some(step) = core.next_step() {
        core.apply(step.run(&server).await);
    }
    assert_eq!(server.take_calls(), ["pull"]);
    server.plan_media([at(0), at(10), is(MediaState::Verified)]);
    assert_eq!(sync(&mut core, &server).await.photos_failed, 0);
}

#[tokio::test]
async fn a_bad_photo_blocks_neither_the_next_photo_nor_any_record() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    for code in [ErrorCode::NotAPhoto, ErrorCode::TooLarge, ErrorCode::Internal, ErrorCode::NotAllowed] {
        let mut core = device(&env);
        let (bad, good) = (take(&mut core, 10), take(&mut core, 20));
        server.plan_media([Err(SyncError::refused(code.clone())), is(MediaState::Verified)]);
        let view = sync(&mut core, &server).await;
        assert_eq!(server.take_calls(), ["push", "pull", "create", "create"], "{code}");
        assert_eq!((stored(&core, bad).problem, stored(&core, good).state), (Some(code), PhotoState::Verified));
        assert_eq!((view.waiting_total, view.photos_failed, view.last_problem), (0, 1, None));
    }
}

#[tokio::test]
async fn a_photo_during_which_the_connection_broke_follows_the_others_in_the_next_run() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let (first, second) = (take(&mut core, 10), take(&mut core, 20));
    server.plan_media([at(0), offline()]);
    sync(&mut core, &server).await;
    server.plan_media([is(MediaState::Verified), offline()]);
    sync(&mut core, &server).await;
    assert_eq!(stored(&core, second).state, PhotoState::Verified);
    assert_eq!(stored(&core, first).state, PhotoState::Uploading);
}

#[tokio::test]
async fn an_operation_saved_during_an_upload_precedes_the_next_chunk() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    take(&mut core, 2 * CHUNK_BYTES);
    server.plan_media([at(0), at(CHUNK_BYTES), at(2 * CHUNK_BYTES), is(MediaState::Verified)]);
    assert!(core.begin(&Command::SyncNow).is_none());
    let mut seen = Vec::new();
    while let Some(step) = core.next_step() {
        seen.push(step.name());
        let reply = step.run(&server).await;
        core.apply(reply);
        if seen.len() == 4 {
            save_feedback(&mut core, "between two chunks");
            env.pass_ms(crate::sync::schedule::AFTER_SAVE_MS);
        }
    }
    assert_eq!(seen[3..6], ["media_chunk", "push", "pull"]);
    assert_eq!(seen[6..], ["media_chunk", "media_finish"]);
}

#[tokio::test]
async fn an_offset_that_never_moves_ends_the_upload_for_this_run() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let id = take(&mut core, 10);
    server.plan_media((0..20).map(|_| at(0)));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.photos_failed, view.last_problem), (1, None));
    assert_eq!(stored(&core, id).problem, Some(ErrorCode::OffsetMismatch));
    assert!(server.state().media_plan.len() > 10, "the upload ended");
}

#[tokio::test]
async fn a_photo_of_a_rejected_record_is_not_sent() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    take(&mut core, 10);
    let refused = shared::Outcome::Rejected(shared::op::Rejection::NotYours);
    let outcome = shared::OpOutcome { op_id: shared::ids::OpId::NIL, op_no: OpNo(1), outcome: refused };
    server.plan_push(Ok(PushVerdict::Accepted { acked_through: OpNo(1), outcomes: vec![outcome] }));
    sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["push", "pull"]);
}
