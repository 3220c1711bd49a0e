//! Photos' bytes.

use super::town::*;
use serde_json::json;
use shared::{
    Kind, Moment, PhotoId, RowId,
    chain::sha256_hex,
    protocol::SyncProtocol,
    wire::{ErrorCode, MediaChunk, MediaCreate, MediaState},
};
use std::path::PathBuf;

fn jpeg(n: u8) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.extend((0..20_000u32).map(|i| (i as u8).wrapping_mul(n)));
    bytes
}
fn request(photo: RowId, bytes: &[u8]) -> MediaCreate {
    MediaCreate { photo: photo.into(), sha256: sha256_hex(bytes), size: bytes.len() as u64, mime: "image/jpeg".into() }
}
fn photo(phone: &mut Phone, bytes: &[u8]) -> RowId {
    phone.create(
        Kind::Photo,
        json!({"sha256": sha256_hex(bytes), "size": bytes.len(), "mime": "image/jpeg", "width": 4, "height": 3,
            "happened": Moment::shanghai(START_MS).to_string(), "of": "visit", "recipient": recipient("R1")}),
    )
}
async fn missing(town: &Town) -> (i64, u64) {
    let report = town.report(VILLAGE, "2026-03").await;
    (report.attention.photos_missing, town.core.stats().await.unwrap().photos_pending)
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_and_is_verified() {
    let town = Town::new().await;
    let mut phone = town.phone("W1").await;
    let bytes = jpeg(3);
    let row = photo(&mut phone, &bytes);
    phone.push().await;
    assert_eq!(missing(&town).await, (1, 1));
    let begun = town.core.media_create(&phone.token, request(row, &bytes)).await.unwrap();
    assert_eq!((begun.state, begun.offset), (MediaState::Uploading, 0));
    let upload = begun.upload;
    let chunk = |from: usize, to: usize| MediaChunk { upload, offset: from as u64, bytes: bytes[from..to].to_vec() };
    town.core.media_chunk(&phone.token, chunk(0, 8000)).await.unwrap();
    // The reply was lost: the same chunk again is answered with where the upload stands.
    let again = town.core.media_chunk(&phone.token, chunk(0, 8000)).await.unwrap();
    assert_eq!((again.state, again.offset), (MediaState::Uploading, 8000));
    let found = town.core.media_create(&phone.token, request(row, &bytes)).await.unwrap();
    assert_eq!((found.upload, found.offset), (upload, 8000));
    let early = town.core.media_finish(&phone.token, upload).await.unwrap();
    assert_eq!(early.state, MediaState::Uploading, "not all bytes are there");
    let full = town.core.media_chunk(&phone.token, chunk(8000, bytes.len())).await.unwrap();
    assert_eq!(full.state, MediaState::Complete);
    assert_eq!(town.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
    assert_eq!(town.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
    assert_eq!(town.core.media_status(&phone.token, upload).await.unwrap().state, MediaState::Verified);
    assert_eq!(missing(&town).await, (0, 0));
    let viewer = town.viewer("S1").await;
    assert_eq!(town.core.photo_for(&viewer, PhotoId::from(row)).await.unwrap().1, bytes);
}

#[tokio::test]
async fn bytes_that_are_known_never_travel_again() {
    let town = Town::new().await;
    let (mut one, mut two) = (town.phone("W1").await, town.phone("W2").await);
    let bytes = jpeg(5);
    let row = photo(&mut one, &bytes);
    one.push().await;
    let upload = town.core.media_create(&one.token, request(row, &bytes)).await.unwrap().upload;
    town.core.media_chunk(&one.token, MediaChunk { upload, offset: 0, bytes: bytes.clone() }).await.unwrap();
    town.core.media_finish(&one.token, upload).await.unwrap();
    let same = town.core.media_create(&two.token, request(RowId(fresh()), &bytes)).await.unwrap();
    assert_eq!(same.state, MediaState::Verified);
    let late = two.create(
        Kind::Photo,
        json!({"sha256": sha256_hex(&bytes), "size": bytes.len(), "mime": "image/jpeg", "width": 4, "height": 3,
            "happened": Moment::shanghai(START_MS).to_string(), "of": "handout"}),
    );
    two.push().await;
    assert!(town.find(late).await.is_some());
    assert_eq!(missing(&town).await.1, 0);
}

#[tokio::test]
async fn other_bytes_than_promised_begin_again() {
    let town = Town::new().await;
    let phone = town.phone("W1").await;
    let (bytes, other) = (jpeg(7), jpeg(9));
    let upload = town.core.media_create(&phone.token, request(RowId(fresh()), &bytes)).await.unwrap().upload;
    town.core.media_chunk(&phone.token, MediaChunk { upload, offset: 0, bytes: other }).await.unwrap();
    let status = town.core.media_finish(&phone.token, upload).await.unwrap();
    assert_eq!((status.state, status.offset), (MediaState::Mismatch, 0));
    town.core.media_chunk(&phone.token, MediaChunk { upload, offset: 0, bytes }).await.unwrap();
    assert_eq!(town.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
}

#[tokio::test]
async fn what_is_no_photo_too_large_or_anothers_is_refused() {
    let town = Town::new().await;
    let (phone, other) = (town.phone("W1").await, town.phone("W2").await);
    let text = b"#!/bin/sh\necho no photo at all".to_vec();
    let upload = town.core.media_create(&phone.token, request(RowId(fresh()), &text)).await.unwrap().upload;
    let chunk = MediaChunk { upload, offset: 0, bytes: text.clone() };
    let foreign = town.core.media_chunk(&other.token, chunk.clone()).await.unwrap_err();
    assert_eq!(foreign.code(), Some(&ErrorCode::NotFound));
    town.core.media_chunk(&phone.token, chunk).await.unwrap();
    let refused = town.core.media_finish(&phone.token, upload).await.unwrap_err();
    assert_eq!(refused.code(), Some(&ErrorCode::NotAPhoto));
    let left = town.core.media_status(&phone.token, upload).await.unwrap();
    assert_eq!((left.state, left.offset), (MediaState::Uploading, 0), "its bytes are gone");
    let again = town.core.media_create(&phone.token, request(RowId(fresh()), &text)).await.unwrap();
    assert_eq!(again, left, "the same hash is the same upload, whatever the photo");
    let shorter = MediaCreate { size: 5, ..request(RowId(fresh()), &text) };
    assert_ne!(town.core.media_create(&phone.token, shorter).await.unwrap().upload, upload);
    let huge = MediaCreate { size: 30 << 20, ..request(RowId(fresh()), &text) };
    assert_eq!(town.core.media_create(&phone.token, huge).await.unwrap_err().code(), Some(&ErrorCode::TooLarge));
    let more = MediaChunk { upload, offset: 0, bytes: vec![0; text.len() + 1] };
    assert_eq!(town.core.media_chunk(&phone.token, more).await.unwrap_err().code(), Some(&ErrorCode::TooLarge));
}

/// Where an unfinished upload's chunks lie.
fn incoming(town: &Town, upload: shared::UploadId) -> PathBuf {
    town.folder.join("objects/incoming").join(upload.to_string())
}

#[tokio::test]
async fn a_chunk_that_was_lost_after_all_is_asked_for_again() {
    let town = Town::new().await;
    let phone = town.phone("W1").await;
    let bytes = jpeg(11);
    let upload = town.core.media_create(&phone.token, request(RowId(fresh()), &bytes)).await.unwrap().upload;
    for (from, to) in [(0, 8000), (8000, 16_000), (16_000, bytes.len())] {
        let chunk = MediaChunk { upload, offset: from as u64, bytes: bytes[from..to].to_vec() };
        town.core.media_chunk(&phone.token, chunk).await.unwrap();
    }
    // A disk that lied, or a sweep in the very moment in which the device came back.
    std::fs::remove_file(incoming(&town, upload).join(format!("{:020}", 8000))).unwrap();
    let gap = town.core.media_finish(&phone.token, upload).await.unwrap();
    assert_eq!((gap.state, gap.offset), (MediaState::Uploading, 8000));
    let rest = MediaChunk { upload, offset: 8000, bytes: bytes[8000..].to_vec() };
    assert_eq!(town.core.media_chunk(&phone.token, rest).await.unwrap().state, MediaState::Complete);
    assert_eq!(town.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
}

#[tokio::test]
async fn an_upload_without_a_byte_for_thirty_days_is_forgotten_and_begins_anew() {
    let town = Town::new().await;
    let phone = town.phone("W1").await;
    let (left, going, done) = (jpeg(13), jpeg(15), jpeg(17));
    let mut uploads = Vec::new();
    for bytes in [&left, &going, &done] {
        let upload = town.core.media_create(&phone.token, request(RowId(fresh()), bytes)).await.unwrap().upload;
        let chunk = MediaChunk { upload, offset: 0, bytes: bytes[..5000].to_vec() };
        town.core.media_chunk(&phone.token, chunk).await.unwrap();
        uploads.push(upload);
    }
    let rest = MediaChunk { upload: uploads[2], offset: 5000, bytes: done[5000..].to_vec() };
    town.core.media_chunk(&phone.token, rest).await.unwrap();
    town.core.media_finish(&phone.token, uploads[2]).await.unwrap();

    assert_eq!(town.core.forget_abandoned().await.unwrap(), 0);
    town.env.advance(29 * DAY_MS);
    let more = MediaChunk { upload: uploads[1], offset: 5000, bytes: going[5000..6000].to_vec() };
    town.core.media_chunk(&phone.token, more).await.unwrap();
    assert_eq!(town.core.forget_abandoned().await.unwrap(), 0, "29 days are not 30");
    town.env.advance(DAY_MS);
    assert_eq!(town.core.forget_abandoned().await.unwrap(), 2);
    assert_eq!(town.core.forget_abandoned().await.unwrap(), 0);

    assert!(!incoming(&town, uploads[0]).exists() && incoming(&town, uploads[1]).exists());
    for gone in [uploads[0], uploads[2]] {
        let error = town.core.media_status(&phone.token, gone).await.unwrap_err();
        assert_eq!(error.code(), Some(&ErrorCode::NotFound));
    }
    assert_eq!(town.core.media_status(&phone.token, uploads[1]).await.unwrap().offset, 6000);
    let anew = town.core.media_create(&phone.token, request(RowId(fresh()), &left)).await.unwrap();
    assert_eq!((anew.state, anew.offset), (MediaState::Uploading, 0));
    let known = town.core.media_create(&phone.token, request(RowId(fresh()), &done)).await.unwrap();
    assert_eq!(known.state, MediaState::Verified, "a photo is never swept");

    // A clock that was far ahead for a day hides nothing from the sweep for as long.
    town.env.advance(400 * DAY_MS);
    town.core.forget_abandoned().await.unwrap();
    town.env.advance(-400 * DAY_MS);
    town.core.media_create(&phone.token, request(RowId(fresh()), &left)).await.unwrap();
    town.env.advance(30 * DAY_MS);
    assert_eq!(town.core.forget_abandoned().await.unwrap(), 1);
}

#[tokio::test]
async fn a_storage_that_fails_is_for_the_device_to_wait_for_and_costs_no_photo_a_try() {
    let town = Town::new().await;
    let phone = town.phone("W1").await;
    let bytes = jpeg(19);
    let upload = town.core.media_create(&phone.token, request(RowId(fresh()), &bytes)).await.unwrap().upload;
    // The folder cannot be used: a file stands where the chunks should go.
    std::fs::write(town.folder.join("objects/incoming"), b"in the way").unwrap();
    let chunk = MediaChunk { upload, offset: 0, bytes: bytes.clone() };
    let refused = town.core.media_chunk(&phone.token, chunk.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Some(&ErrorCode::Busy));
    let shared::wire::SyncError::Refused(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.retry_after, Some(30));
    std::fs::remove_file(town.folder.join("objects/incoming")).unwrap();
    town.core.media_chunk(&phone.token, chunk).await.unwrap();
    assert_eq!(town.core.media_finish(&phone.token, upload).await.unwrap().state, MediaState::Verified);
}

/// Where a finished photo lies.
fn stored(town: &Town, bytes: &[u8]) -> PathBuf {
    let name = sha256_hex(bytes);
    town.folder.join("objects").join(&name[..2]).join(name)
}

/// Brings a photo as a phone does, up to the finish.
async fn bring(town: &Town, phone: &Phone, row: RowId, bytes: &[u8]) -> MediaState {
    let upload = town.core.media_create(&phone.token, request(row, bytes)).await.unwrap().upload;
    for _ in 0..2 {
        let chunk = MediaChunk { upload, offset: 0, bytes: bytes.to_vec() };
        town.core.media_chunk(&phone.token, chunk).await.unwrap();
        let finished = town.core.media_finish(&phone.token, upload).await.unwrap();
        if finished.state == MediaState::Verified {
            return finished.state;
        }
    }
    MediaState::Uploading
}

#[tokio::test]
async fn a_photo_whose_bytes_the_storage_lost_is_not_vouched_for_and_comes_again() {
    let town = Town::new().await;
    let mut phone = town.phone("W1").await;
    let bytes = jpeg(21);
    let row = photo(&mut phone, &bytes);
    phone.push().await;
    assert_eq!(bring(&town, &phone, row, &bytes).await, MediaState::Verified);
    assert_eq!(missing(&town).await, (0, 0));
    // The database was put back with its rows, the photos from an older copy; or half of the file was saved.
    for lost in [Vec::new(), bytes[..9000].to_vec()] {
        match lost.is_empty() {
            true => std::fs::remove_file(stored(&town, &bytes)).unwrap(),
            false => std::fs::write(stored(&town, &bytes), lost).unwrap(),
        }
        let viewer = town.viewer("S1").await;
        let offered = town.core.media_create(&phone.token, request(row, &bytes)).await.unwrap();
        assert_ne!(offered.state, MediaState::Verified);
        assert_eq!(missing(&town).await, (1, 1), "the office sees that it is missing");
        assert!(town.core.photo_for(&viewer, PhotoId::from(row)).await.is_err());
        assert_eq!(bring(&town, &phone, row, &bytes).await, MediaState::Verified);
        assert_eq!(std::fs::read(stored(&town, &bytes)).unwrap(), bytes);
        assert_eq!(missing(&town).await, (0, 0));
    }
}

#[tokio::test]
async fn neither_asking_nor_finishing_says_verified_of_bytes_that_are_gone() {
    let town = Town::new().await;
    let (one, two) = (town.phone("W1").await, town.phone("W2").await);
    let bytes = jpeg(23);
    let upload = town.core.media_create(&two.token, request(RowId(fresh()), &bytes)).await.unwrap().upload;
    assert_eq!(bring(&town, &one, RowId(fresh()), &bytes).await, MediaState::Verified);
    std::fs::remove_file(stored(&town, &bytes)).unwrap();
    // The other phone, in the middle of its own upload of them, goes on with that.
    let asked = town.core.media_status(&two.token, upload).await.unwrap();
    assert_eq!((asked.state, asked.offset), (MediaState::Uploading, 0));
    assert_eq!(town.core.media_finish(&two.token, upload).await.unwrap().state, MediaState::Uploading);
    assert_eq!(bring(&town, &two, RowId(fresh()), &bytes).await, MediaState::Verified);
    assert!(stored(&town, &bytes).exists());
}

#[tokio::test]
async fn a_photo_that_is_lost_is_missing_and_no_failure_for_who_looks_at_it() {
    let town = Town::new().await;
    let mut phone = town.phone("W1").await;
    let bytes = jpeg(25);
    let row = photo(&mut phone, &bytes);
    phone.push().await;
    bring(&town, &phone, row, &bytes).await;
    std::fs::remove_file(stored(&town, &bytes)).unwrap();
    let looked = town.core.photo_for(&town.viewer("S1").await, PhotoId::from(row)).await;
    assert!(matches!(looked, Err(sync_server::core::CoreError::NotFound)), "{looked:?}");
}
