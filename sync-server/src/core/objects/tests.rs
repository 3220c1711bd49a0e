//! The suite on each implementation, and what each does when its storage fails.

use super::{conformance, *};
use crate::testing::{Fault, FaultyProxy, TempDir};
use object_store::{ObjectStore, aws::AmazonS3Builder};
use s3::{BUCKET, KEY, S3Server, SECRET};
use shared::chain::sha256_hex;
use std::sync::Arc;

#[path = "../../../tests/support/s3.rs"]
mod s3;

fn at(url: &str, key: &str) -> StoredObjects {
    let settings = AmazonS3Builder::new().with_endpoint(url).with_access_key_id(key).with_secret_access_key(SECRET);
    format!("s3://{BUCKET}/county/6208").parse::<ObjectsLocation>().unwrap().open_with(settings, None).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_every_promise() {
    let temp = TempDir::new();
    conformance::run(|| StoredObjects::folder(temp.path()).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_every_promise() {
    let shared: Arc<dyn ObjectStore> = Arc::new(object_store::memory::InMemory::new());
    conformance::run(|| StoredObjects::over(shared.clone())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_keeps_every_promise() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    conformance::run(|| at(&server.url(), KEY)).await;
    assert!(server.objects().iter().all(|name| name.starts_with("county/6208/")), "{:?}", server.objects());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_in_a_folder_leaves_nothing_behind_when_it_is_forgotten() {
    let temp = TempDir::new();
    let objects = StoredObjects::folder(temp.path()).unwrap();
    objects.write_at("u".into(), 0, vec![1; 10]).await.unwrap();
    assert!(temp.path().join("incoming/u/00000000000000000000").is_file());
    objects.forget("u".into()).await.unwrap();
    assert!(!temp.path().join("incoming/u").exists(), "an empty folder for each upload would add up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_is_busy_for_a_moment_is_asked_again_and_nobody_notices() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let objects = at(&server.url(), KEY);
    server.refuse(2, 503, "SlowDown");
    objects.write_at("u".into(), 0, vec![1; 10]).await.unwrap();
    assert_eq!(server.take_asked(), ["PUT", "PUT", "PUT"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn full_busy_and_refusing_are_told_apart_and_no_key_is_repeated() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let objects = at(&server.url(), KEY);
    let put = async |times, status, code| {
        server.refuse(times, status, code);
        let failed = objects.keep(sha256_hex(b"x"), b"x".to_vec()).await.unwrap_err();
        server.mend();
        failed
    };
    assert_eq!(put(1, 507, "XMinioStorageFull").await, ObjectsError::Full);
    let busy = put(9, 503, "SlowDown").await;
    assert_eq!(busy, ObjectsError::Unavailable("it answered 503 SlowDown".into()));
    let refused = put(1, 403, "InvalidAccessKeyId").await;
    assert_eq!(refused, ObjectsError::Unavailable("it answered 403 InvalidAccessKeyId".into()));
    // A wrong key for real, answered by the server itself.
    let stranger = at(&server.url(), "WRONG").probe().await.unwrap_err();
    assert!(
        matches!(&stranger, ObjectsError::Unavailable(why) if why.contains("403") && !why.contains("WRONG")),
        "{stranger}"
    );
    objects.keep(sha256_hex(b"x"), b"x".to_vec()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_named_at_once() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let objects = at(&server.url(), KEY);
    std::fs::remove_dir_all(temp.path().join(BUCKET)).unwrap();
    let failed = objects.probe().await;
    assert!(matches!(failed, Err(ObjectsError::Unavailable(_))), "{failed:?}");
    let asked = objects.holds(sha256_hex(b"x"), 1).await;
    assert!(matches!(asked, Err(ObjectsError::Unavailable(_))), "no photo is lost with it: {asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_question_tells_that_a_photo_is_held() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let objects = at(&server.url(), KEY);
    objects.keep(sha256_hex(b"x"), b"x".to_vec()).await.unwrap();
    server.take_asked();
    assert_eq!(objects.holds(sha256_hex(b"x"), 1).await, Ok(true));
    assert_eq!(server.take_asked(), ["HEAD"]);
    server.refuse(9, 503, "SlowDown");
    let asked = objects.holds(sha256_hex(b"x"), 1).await;
    assert!(matches!(asked, Err(ObjectsError::Unavailable(_))), "a storage that is busy has lost nothing: {asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_cut_in_the_middle_of_a_transfer_are_made_again() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let bytes: Vec<u8> = (0..300_000u32).map(|i| (i % 251) as u8).collect();
    let hash = sha256_hex(&bytes);
    for fault in [Fault::CutRequest(100_000), Fault::CutRequest(200), Fault::Refuse, Fault::LoseReply] {
        let line = FaultyProxy::before(server.address());
        let objects = at(&line.url(), KEY);
        line.plan([fault]);
        objects.keep(hash.clone(), bytes.clone()).await.unwrap_or_else(|e| panic!("{fault:?}: {e}"));
        assert_eq!(line.left(), 0);
        let objects = at(&line.url(), KEY);
        line.plan([Fault::CutReply(100_000)]);
        assert_eq!(objects.read(hash.clone()).await.unwrap(), bytes, "after {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_out_of_reach_says_so_within_a_phones_patience() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let objects = at(&format!("http://{nobody}"), KEY);
    let failed = objects.write_at("u".into(), 0, vec![1; 10]).await.unwrap_err();
    assert_eq!(failed, ObjectsError::Unavailable("it could not be reached".into()));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_full_and_not_merely_broken() {
    // A device on which every write fails for want of room stands in for a full disk.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(mut full) = full else { return };
    let error = std::io::Write::write_all(&mut full, b"x").unwrap_err();
    let error = object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(error) };
    assert_eq!(stored::objects_error(error), ObjectsError::Full);
}
