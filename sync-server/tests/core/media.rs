//! Photo uploads, the media sweep, and bytes that are lost.

use super::fixture::*;
use serde_json::json;
use shared::{
    Kind, Moment, PhotoId, RowId,
    chain::sha256_hex,
    protocol::SyncProtocol,
    wire::{ErrorCode, MediaChunk, MediaCreate, MediaState},
};
use std::path::PathBuf;

/// Bytes that begin like a JPEG and depend on `n`.
pub fn jpeg(n: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.extend((0..20_000u32).map(|i| (i as u8).wrapping_mul(n)));
    bytes
}
/// The request that begins an upload.
pub fn request(photo: RowId, bytes: &[u8]) -> MediaCreate {
    MediaCreate { photo: photo.into(), sha256: sha256_hex(bytes), size: bytes.len() as u64, mime: "image/jpeg".into() }
}
/// Records a photo of R1; its bytes are not uploaded yet.
pub fn photo(phone: &mut Phone, bytes: &[u8]) -> RowId {
    phone.create(
        Kind::Photo,
        json!({"sha256": sha256_hex(bytes), "size": bytes.len(), "mime": "image/jpeg", "width": 4, "height": 3,
            "happened": Moment::shanghai(START_MS).to_string(), "of": "visit", "recipient": recipient("R1")}),
    )
}
/// Missing photos by the report, and by the totals.
async fn missing(fixture: &Fixture) -> (i64, u64) {
    let report = fixture.report(VILLAGE, "2026-03").await;
    (report.attention.photos_missing, fixture.core.stats().await.unwrap().photos_pending)
}

#[tokio::test]
async fn an_interrupted_upload_resumes_and_is_verified() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let bytes = jpeg(3);
    let row = photo(&mut phone, &bytes);
    phone.push().await;
    assert_eq!(missing(&fixture).await, (1, 1));
    let begun = fixture.core.media_create(&phone.token, request(row, &bytes)).await.unwrap();
    assert_eq!((begun.state, begun.offset), (MediaState::Uploading, 0));
    let upload = begun.upload;
    let chunk = |from: usize, to: usize| MediaChunk { upload, offset: from as u64, bytes: bytes[from..to].to_vec() };
    fixture.core.media_chunk(&phone.token, chunk(0, 8000)).await.unwrap();
    // The reply was lost: the same chunk again is answered with the offset.
    let again = fixture.core.media_chunk(&phone.token, chunk(0, 8000)).await.unwrap();
    assert_eq!((again.state, again.offset), (MediaState::Uploading, 8000));
    let found = fixture.core.media_create(&phone.token, request(row, &bytes)).await.unwrap();
    assert_eq!((found.upload, found.offset), (upload, 8000));
    let early = fixture.core.media_finish(&phone.token, upload).await.unwrap();
    assert_eq!(early.state, MediaState::Uploading, "not all bytes are there");
    let full = fixture.core.media_chunk(&phone.token, chunk(8000, bytes.len())).await.unwrap();
    assert_eq!(full.state, MediaState::Complete);
    assert_eq!(fixture.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
    assert_eq!(fixture.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
    assert_eq!(fixture.core.media_status(&phone.token, upload).await.unwrap().state, MediaState::Verified);
    assert_eq!(missing(&fixture).await, (0, 0));
    let viewer = fixture.viewer("S1").await;
    assert_eq!(fixture.core.photo_for(&viewer, PhotoId::from(row)).await.unwrap().1, bytes);
}

#[tokio::test]
async fn known_bytes_are_not_uploaded_again() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let bytes = jpeg(5);
    let row = photo(&mut one, &bytes);
    one.push().await;
    let upload = fixture.core.media_create(&one.token, request(row, &bytes)).await.unwrap().upload;
    fixture.core.media_chunk(&one.token, MediaChunk { upload, offset: 0, bytes: bytes.clone() }).await.unwrap();
    fixture.core.media_finish(&one.token, upload).await.unwrap();
    let same = fixture.core.media_create(&two.token, request(RowId(fresh()), &bytes)).await.unwrap();
    assert_eq!(same.state, MediaState::Verified);
    let late = two.create(
        Kind::Photo,
        json!({"sha256": sha256_hex(&bytes), "size": bytes.len(), "mime": "image/jpeg", "width": 4, "height": 3,
            "happened": Moment::shanghai(START_MS).to_string(), "of": "handout"}),
    );
    two.push().await;
    assert!(fixture.find(late).await.is_some());
    assert_eq!(missing(&fixture).await.1, 0);
}

#[tokio::test]
async fn bytes_with_another_hash_start_the_upload_over() {
    let fixture = Fixture::new().await;
    let phone = fixture.phone("W1").await;
    let (bytes, other) = (jpeg(7), jpeg(9));
    let upload = fixture.core.media_create(&phone.token, request(RowId(fresh()), &bytes)).await.unwrap().upload;
    fixture.core.media_chunk(&phone.token, MediaChunk { upload, offset: 0, bytes: other }).await.unwrap();
    let status = fixture.core.media_finish(&phone.token, upload).await.unwrap();
    assert_eq!((status.state, status.offset), (MediaState::Mismatch, 0));
    fixture.core.media_chunk(&phone.token, MediaChunk { upload, offset: 0, bytes }).await.unwrap();
    assert_eq!(fixture.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
}

#[tokio::test]
async fn an_upload_that_is_no_photo_too_large_or_of_another_device_is_refused() {
    let fixture = Fixture::new().await;
    let (phone, other) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let text = b"#!/bin/sh\necho no photo at all".to_vec();
    let upload = fixture.core.media_create(&phone.token, request(RowId(fresh()), &text)).await.unwrap().upload;
    let chunk = MediaChunk { upload, offset: 0, bytes: text.clone() };
    let foreign = fixture.core.media_chunk(&other.token, chunk.clone()).await.unwrap_err();
    assert_eq!(foreign.code(), Some(&ErrorCode::NotFound));
    fixture.core.media_chunk(&phone.token, chunk).await.unwrap();
    let refused = fixture.core.media_finish(&phone.token, upload).await.unwrap_err();
    assert_eq!(refused.code(), Some(&ErrorCode::NotAPhoto));
    let left = fixture.core.media_status(&phone.token, upload).await.unwrap();
    assert_eq!((left.state, left.offset), (MediaState::Uploading, 0), "its bytes are gone");
    let again = fixture.core.media_create(&phone.token, request(RowId(fresh()), &text)).await.unwrap();
    assert_eq!(again, left, "the same hash gives the same upload");
    let shorter = MediaCreate { size: 5, ..request(RowId(fresh()), &text) };
    assert_ne!(fixture.core.media_create(&phone.token, shorter).await.unwrap().upload, upload);
    let huge = MediaCreate { size: 30 << 20, ..request(RowId(fresh()), &text) };
    assert_eq!(fixture.core.media_create(&phone.token, huge).await.unwrap_err().code(), Some(&ErrorCode::TooLarge));
    let more = MediaChunk { upload, offset: 0, bytes: vec![0; text.len() + 1] };
    assert_eq!(fixture.core.media_chunk(&phone.token, more).await.unwrap_err().code(), Some(&ErrorCode::TooLarge));
}

/// The folder of an unfinished upload's chunks.
fn incoming(fixture: &Fixture, upload: shared::UploadId) -> PathBuf {
    fixture.folder.join("objects/incoming").join(upload.to_string())
}

#[tokio::test]
async fn a_lost_chunk_is_requested_again() {
    let fixture = Fixture::new().await;
    let phone = fixture.phone("W1").await;
    let bytes = jpeg(11);
    let upload = fixture.core.media_create(&phone.token, request(RowId(fresh()), &bytes)).await.unwrap().upload;
    for (from, to) in [(0, 8000), (8000, 16_000), (16_000, bytes.len())] {
        let chunk = MediaChunk { upload, offset: from as u64, bytes: bytes[from..to].to_vec() };
        fixture.core.media_chunk(&phone.token, chunk).await.unwrap();
    }
    // A disk that lied, or a sweep at the moment in which the device resumed.
    std::fs::remove_file(incoming(&fixture, upload).join(format!("{:020}", 8000))).unwrap();
    let gap = fixture.core.media_finish(&phone.token, upload).await.unwrap();
    assert_eq!((gap.state, gap.offset), (MediaState::Uploading, 8000));
    let rest = MediaChunk { upload, offset: 8000, bytes: bytes[8000..].to_vec() };
    assert_eq!(fixture.core.media_chunk(&phone.token, rest).await.unwrap().state, MediaState::Complete);
    assert_eq!(fixture.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
}

#[tokio::test]
async fn an_upload_without_a_byte_for_thirty_days_is_removed_and_starts_over() {
    let fixture = Fixture::new().await;
    let phone = fixture.phone("W1").await;
    let (left, going, done) = (jpeg(13), jpeg(15), jpeg(17));
    let mut uploads = Vec::new();
    for bytes in [&left, &going, &done] {
        let upload = fixture.core.media_create(&phone.token, request(RowId(fresh()), bytes)).await.unwrap().upload;
        let chunk = MediaChunk { upload, offset: 0, bytes: bytes[..5000].to_vec() };
        fixture.core.media_chunk(&phone.token, chunk).await.unwrap();
        uploads.push(upload);
    }
    let rest = MediaChunk { upload: uploads[2], offset: 5000, bytes: done[5000..].to_vec() };
    fixture.core.media_chunk(&phone.token, rest).await.unwrap();
    fixture.core.media_finish(&phone.token, uploads[2]).await.unwrap();

    assert_eq!(fixture.core.forget_abandoned().await.unwrap(), 0);
    fixture.env.advance(29 * DAY_MS);
    let more = MediaChunk { upload: uploads[1], offset: 5000, bytes: going[5000..6000].to_vec() };
    fixture.core.media_chunk(&phone.token, more).await.unwrap();
    assert_eq!(fixture.core.forget_abandoned().await.unwrap(), 0, "29 days are not 30");
    fixture.env.advance(DAY_MS);
    assert_eq!(fixture.core.forget_abandoned().await.unwrap(), 2);
    assert_eq!(fixture.core.forget_abandoned().await.unwrap(), 0);

    assert!(!incoming(&fixture, uploads[0]).exists() && incoming(&fixture, uploads[1]).exists());
    for gone in [uploads[0], uploads[2]] {
        let error = fixture.core.media_status(&phone.token, gone).await.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::NotFound));
    }
    assert_eq!(fixture.core.media_status(&phone.token, uploads[1]).await.unwrap().offset, 6000);
    let restarted = fixture.core.media_create(&phone.token, request(RowId(fresh()), &left)).await.unwrap();
    assert_eq!((restarted.state, restarted.offset), (MediaState::Uploading, 0));
    let known = fixture.core.media_create(&phone.token, request(RowId(fresh()), &done)).await.unwrap();
    assert_eq!(known.state, MediaState::Verified, "a photo is never swept");

    // A clock that was far ahead for a day does not hide uploads from the sweep for long.
    fixture.env.advance(400 * DAY_MS);
    fixture.core.forget_abandoned().await.unwrap();
    fixture.env.advance(-400 * DAY_MS);
    fixture.core.media_create(&phone.token, request(RowId(fresh()), &left)).await.unwrap();
    fixture.env.advance(30 * DAY_MS);
    assert_eq!(fixture.core.forget_abandoned().await.unwrap(), 1);
}

#[tokio::test]
async fn a_failing_storage_asks_the_device_to_wait_and_fails_no_photo() {
    let fixture = Fixture::new().await;
    let phone = fixture.phone("W1").await;
    let bytes = jpeg(19);
    let upload = fixture.core.media_create(&phone.token, request(RowId(fresh()), &bytes)).await.unwrap().upload;
    // The folder cannot be used: its path is a file.
    std::fs::write(fixture.folder.join("objects/incoming"), b"in the way").unwrap();
    let chunk = MediaChunk { upload, offset: 0, bytes: bytes.clone() };
    let refused = fixture.core.media_chunk(&phone.token, chunk.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Some(&ErrorCode::Busy));
    let shared::wire::SyncError::Refused(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.retry_after, Some(30));
    std::fs::remove_file(fixture.folder.join("objects/incoming")).unwrap();
    fixture.core.media_chunk(&phone.token, chunk).await.unwrap();
    assert_eq!(fixture.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
}

/// The file of a finished photo.
fn stored(fixture: &Fixture, bytes: &[u8]) -> PathBuf {
    let name = sha256_hex(bytes);
    fixture.folder.join("objects").join(&name[..2]).join(name)
}

/// Uploads a photo as a phone does, up to the finish.
pub async fn upload_photo(fixture: &Fixture, phone: &Phone, row: RowId, bytes: &[u8]) -> MediaState {
    let upload = fixture.core.media_create(&phone.token, request(row, bytes)).await.unwrap().upload;
    for _ in 0..2 {
        let chunk = MediaChunk { upload, offset: 0, bytes: bytes.to_vec() };
        fixture.core.media_chunk(&phone.token, chunk).await.unwrap();
        let finished = fixture.core.media_finish(&phone.token, upload).await.unwrap();
        if finished.state == MediaState::Verified {
            return finished.state;
        }
    }
    MediaState::Uploading
}

#[tokio::test]
async fn a_photo_whose_bytes_are_lost_is_not_verified_and_is_uploaded_again() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let bytes = jpeg(21);
    let row = photo(&mut phone, &bytes);
    phone.push().await;
    assert_eq!(upload_photo(&fixture, &phone, row, &bytes).await, MediaState::Verified);
    assert_eq!(missing(&fixture).await, (0, 0));
    // The photos were restored from an older copy than the database; or the file is half written.
    for lost in [Vec::new(), bytes[..9000].to_vec()] {
        match lost.is_empty() {
            true => std::fs::remove_file(stored(&fixture, &bytes)).unwrap(),
            false => std::fs::write(stored(&fixture, &bytes), lost).unwrap(),
        }
        let viewer = fixture.viewer("S1").await;
        let offered = fixture.core.media_create(&phone.token, request(row, &bytes)).await.unwrap();
        assert_ne!(offered.state, MediaState::Verified);
        assert_eq!(missing(&fixture).await, (1, 1), "the office sees that it is missing");
        assert!(fixture.core.photo_for(&viewer, PhotoId::from(row)).await.is_err());
        assert_eq!(upload_photo(&fixture, &phone, row, &bytes).await, MediaState::Verified);
        assert_eq!(std::fs::read(stored(&fixture, &bytes)).unwrap(), bytes);
        assert_eq!(missing(&fixture).await, (0, 0));
    }
}

#[tokio::test]
async fn neither_status_nor_finish_answers_verified_for_lost_bytes() {
    let fixture = Fixture::new().await;
    let (one, two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let bytes = jpeg(23);
    let upload = fixture.core.media_create(&two.token, request(RowId(fresh()), &bytes)).await.unwrap().upload;
    assert_eq!(upload_photo(&fixture, &one, RowId(fresh()), &bytes).await, MediaState::Verified);
    std::fs::remove_file(stored(&fixture, &bytes)).unwrap();
    // The other phone goes on with its own upload of the same bytes.
    let status = fixture.core.media_status(&two.token, upload).await.unwrap();
    assert_eq!((status.state, status.offset), (MediaState::Uploading, 0));
    assert_eq!(fixture.core.media_finish(&two.token, upload).await.unwrap().state, MediaState::Uploading);
    assert_eq!(upload_photo(&fixture, &two, RowId(fresh()), &bytes).await, MediaState::Verified);
    assert!(stored(&fixture, &bytes).exists());
}

#[tokio::test]
async fn a_lost_photo_is_not_found_in_the_console() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let bytes = jpeg(25);
    let row = photo(&mut phone, &bytes);
    phone.push().await;
    upload_photo(&fixture, &phone, row, &bytes).await;
    std::fs::remove_file(stored(&fixture, &bytes)).unwrap();
    let looked = fixture.core.photo_for(&fixture.viewer("S1").await, PhotoId::from(row)).await;
    assert!(matches!(looked, Err(sync_server::core::CoreError::NotFound)), "{looked:?}");
}
