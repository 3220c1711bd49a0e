//! Photos from the picker to the server: checked, made smaller, sent in pieces, and never in anybody's way.

#![allow(clippy::unwrap_used, reason = "helpers between tests fail the test")]

mod common;

use common::*;
use device_core::{Command, Refusal, Reply};
use shared::wire::{CHUNK_BYTES, ReportRequest};
use sync_server::testing::{Options, SampleRoster, TempDir, TestServer};

#[tokio::test]
async fn a_broken_upload_goes_on_at_its_offset_and_no_byte_travels_twice() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let photo = phone.add_photo("visit", noisy_jpeg(1600, 1200, 1, 90)).unwrap();
    assert!(photo.size > 4 * CHUNK_BYTES as u64, "{} bytes are too few to break", photo.size);
    phone.visit(recipient("R1"), "with a photo", Some("visit"));
    phone.line.take_calls();
    // push, pull, create, then two chunks arrive and the third is lost before it arrives.
    phone.line.cut(5, Cut::Request);
    let view = phone.sync().await;
    let chunk = CHUNK_BYTES as u64;
    assert_eq!((view.photos_waiting, view.photos_bytes), (1, photo.size - 2 * chunk));
    let first: Vec<_> = phone.line.take_calls().split_off(3);
    assert_eq!(first[..2], [format!("chunk 0+{chunk}"), format!("chunk {chunk}+{chunk}")]);

    phone.sync_all().await;
    let second = phone.line.take_calls();
    assert_eq!(second[..3], ["pull".to_owned(), "status".into(), format!("chunk {}+{chunk}", 2 * chunk)]);
    assert_eq!(second.last().map(String::as_str), Some("finish"));
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0);
}

#[tokio::test]
async fn the_same_picture_taken_along_twice_travels_once() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let bytes = noisy_jpeg(300, 200, 1, 90);
    for draft in ["a", "b"] {
        phone.add_photo(draft, bytes.clone()).unwrap();
        phone.visit(recipient("R1"), draft, Some(draft));
    }
    phone.line.take_calls();
    phone.sync_all().await;
    let chunks = phone.line.take_calls().iter().filter(|c| c.starts_with("chunk")).count();
    assert_eq!(chunks, 1);
}

#[tokio::test]
async fn one_photo_spoilt_on_its_way_blocks_neither_the_others_nor_any_record() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let bad = phone.add_photo("visit", noisy_jpeg(300, 200, 1, 90)).unwrap();
    phone.add_photo("visit", noisy_jpeg(300, 200, 2, 90)).unwrap();
    phone.visit(recipient("R1"), "two photos", Some("visit"));
    let Reply::Photo { base64, .. } = phone.core.handle(Command::Photo { photo: bad.id, thumb: false }) else {
        panic!("the photo is there")
    };
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap();
    phone.line.spoil(&shared::chain::sha256_hex(&bytes));
    let view = phone.sync().await;
    assert_eq!((view.waiting_total, view.photos_waiting, view.photos_failed), (0, 1, 1));
    assert_eq!(view.last_problem, None);
    // The bytes are still here, and on a sound connection they go.
    phone.line = Line::to(&server.url());
    phone.sync_all().await;
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0);
}

#[tokio::test]
async fn a_hundred_photos_over_a_line_that_keeps_breaking_never_start_over() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let mut size = 0;
    for visit in 0..10 {
        let draft = format!("visit-{visit}");
        for n in 0..10 {
            size += phone.add_photo(&draft, noisy_jpeg(160, 120, visit * 10 + n + 1, 90)).unwrap().size;
        }
        phone.visit(recipient("R1"), &draft, Some(&draft));
    }
    phone.line.take_calls();
    phone.line.traffic();
    let (mut left, mut runs, mut calls) = (100, 0, Vec::new());
    while left > 0 {
        // Breaks after a dozen calls, now before the server got the last one and now after.
        phone.line.cut(12, if runs % 2 == 0 { Cut::Request } else { Cut::Reply });
        let view = phone.sync().await;
        assert!(view.photos_waiting <= left, "{left} photos became {}", view.photos_waiting);
        assert_eq!((view.photos_failed, view.waiting_total), (0, 0));
        (left, runs) = (view.photos_waiting, runs + 1);
        calls.extend(phone.line.take_calls());
        assert!(runs < 150, "{left} photos left after {runs} runs");
    }
    assert!(runs > 20, "the line broke {runs} times");
    let chunks = calls.iter().filter(|c| c.starts_with("chunk")).count();
    let creates = calls.iter().filter(|c| *c == "create").count();
    assert!(chunks <= 100 + runs && creates <= 100 + runs, "{chunks} chunks, {creates} uploads in {runs} runs");
    assert!(phone.line.traffic().0 <= size * 3 / 2 + 100_000);
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0);
}

#[tokio::test]
async fn a_photo_that_fails_every_time_holds_up_no_later_record_and_no_later_photo() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let bad = phone.add_photo("visit", noisy_jpeg(300, 200, 1, 90)).unwrap();
    let Reply::Photo { base64, .. } = phone.core.handle(Command::Photo { photo: bad.id, thumb: false }) else {
        panic!("the photo is there")
    };
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap();
    phone.line.spoil(&shared::chain::sha256_hex(&bytes));
    phone.visit(recipient("R1"), "the bad one", Some("visit"));
    for day in 2..6 {
        let draft = format!("day-{day}");
        phone.add_photo(&draft, noisy_jpeg(300, 200, day, 90)).unwrap();
        phone.visit(recipient("R1"), &draft, Some(&draft));
        let view = phone.sync().await;
        assert_eq!((view.waiting_total, view.photos_waiting, view.photos_failed), (0, 1, 1), "day {day}");
        assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 1, "day {day}");
        assert_eq!(view.photo_space.photos, day, "its bytes are here, and so are all others'");
    }
}

#[tokio::test]
async fn the_phone_and_the_report_agree_on_the_photos_that_are_missing() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let mut office = Phone::of("S1", &server).await;
    for n in 1..=3 {
        let draft = format!("visit-{n}");
        phone.add_photo(&draft, noisy_jpeg(300, 200, n, 90)).unwrap();
        phone.visit(recipient("R1"), &draft, Some(&draft));
    }
    let mut missing = async || {
        let area = "629901001".parse().unwrap();
        let period = shared::Period::Month(this_month());
        match office.run(Command::Report(ReportRequest { area, period, category: None })).await {
            Reply::Report { report, fresh: true } => report.attention.photos_missing,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(missing().await, 0, "nobody has heard of them");
    // Records arrive, photos wait.
    phone.run(Command::SetConnection { metered: Some(true) }).await;
    assert_eq!(i64::from(phone.sync().await.photos_waiting), missing().await);
    assert_eq!(missing().await, 3);
    // One arrives whole, one in part.
    phone.line.take_calls();
    phone.line.cut(5, Cut::Request);
    let view = match phone.run(Command::SendPhotosNow).await {
        Reply::Sync(view) => *view,
        other => panic!("{other:?}"),
    };
    assert_eq!((i64::from(view.photos_waiting), missing().await), (2, 2));
    phone.run(Command::SetConnection { metered: Some(false) }).await;
    phone.sync_all().await;
    assert_eq!(missing().await, 0);
}

#[tokio::test]
async fn photos_the_storage_lost_come_again_from_the_phone_that_still_has_them_when_the_server_was_restored() {
    let folder = TempDir::new();
    let server = TestServer::start_in(folder.path(), Options::default());
    server.load(&SampleRoster::small());
    let mut phone = Phone::of("W1", &server).await;
    for n in 1..=2 {
        let draft = format!("visit-{n}");
        phone.add_photo(&draft, noisy_jpeg(300, 200, n, 90)).unwrap();
        phone.visit(recipient("R1"), &draft, Some(&draft));
    }
    phone.sync_all().await;
    // The database was put back with both of its rows, the photos from a copy that holds one of them.
    let photos = sync_server::data::DataDir::new(folder.path()).unwrap().photos();
    let lost = all_files(&photos).pop().unwrap();
    std::fs::remove_file(&lost).unwrap();
    server.wait(server.core().new_epoch()).unwrap();

    phone.line.take_calls();
    phone.sync_all().await;
    let calls = phone.line.take_calls();
    let count = |word: &str| calls.iter().filter(|c| c.starts_with(word)).count();
    assert_eq!((count("create"), count("chunk")), (2, 1), "both are asked after, one travels: {calls:?}");
    assert!(lost.exists());
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0);
    assert_eq!(phone.state().photos_waiting, 0);
}

fn all_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { all_files(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn a_photo_of_thirty_megabytes_is_taken_and_made_small() {
    let server = server();
    let mut phone = Phone::new(&server);
    let huge = noisy_jpeg(3264, 2448, 1, 100);
    assert!(huge.len() > 30_000_000, "{} bytes", huge.len());
    let size = huge.len();
    let photo = phone.add_photo("visit", huge).unwrap_or_else(|e| panic!("{size}: {e}"));
    assert_eq!((photo.width, photo.height), (1600, 1200));
    assert!(photo.size < 3_000_000, "{} bytes kept", photo.size);
}

#[tokio::test]
async fn what_is_no_whole_photo_is_refused_and_what_was_taken_before_stays() {
    let server = server();
    let mut phone = Phone::new(&server);
    let good = noisy_jpeg(300, 200, 1, 80);
    phone.add_photo("visit", good.clone()).unwrap();
    let mut too_large = good.clone();
    too_large.resize(41 << 20, 0);
    for (bytes, refusal) in [
        (good[..good.len() / 2].to_vec(), Refusal::NotAPhoto),
        (b"a note that somebody named photo.jpg".to_vec(), Refusal::NotAPhoto),
        (Vec::new(), Refusal::NotAPhoto),
        (too_large, Refusal::PhotoTooLarge),
    ] {
        assert_eq!(phone.add_photo("visit", bytes).unwrap_err(), refusal);
    }
    match phone.core.handle(Command::LoadDraft { key: "visit".into() }) {
        Reply::Draft { photos, .. } => assert_eq!(photos.len(), 1),
        other => panic!("{other:?}"),
    }
}
