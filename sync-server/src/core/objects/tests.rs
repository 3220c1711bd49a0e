//! The conformance suite on each implementation, and their behaviour when the storage fails.

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
async fn a_removed_upload_leaves_no_folder() {
    let temp = TempDir::new();
    let objects = StoredObjects::folder(temp.path()).unwrap();
    objects.write_at("u".into(), 0, vec![1; 10]).await.unwrap();
    assert!(temp.path().join("incoming/u/00000000000000000000").is_file());
    objects.forget("u".into()).await.unwrap();
    assert!(!temp.path().join("incoming/u").exists(), "an empty folder for each upload would add up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_is_busy_for_a_moment_is_retried() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let objects = at(&server.url(), KEY);
    server.refuse(2, 503, "SlowDown");
    objects.write_at("u".into(), 0, vec![1; 10]).await.unwrap();
    assert_eq!(server.take_methods(), ["PUT", "PUT", "PUT"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn full_busy_and_refused_differ_and_no_key_is_repeated() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let objects = at(&server.url(), KEY);
    let put = async |times, status, code| {
        server.refuse(times, status, code);
        let failed = objects.keep(sha256_hex(b"x"), b"x".to_vec()).await.unwrap_err();
        server.accept();
        failed
    };
    assert_eq!(put(1, 507, "XMinioStorageFull").await, ObjectsError::Full);
    let busy = put(9, 503, "SlowDown").await;
    assert_eq!(busy, ObjectsError::Unavailable("it answered 503 SlowDown".into()));
    let refused = put(1, 403, "InvalidAccessKeyId").await;
    assert_eq!(refused, ObjectsError::Unavailable("it answered 403 InvalidAccessKeyId".into()));
    // A really wrong key, refused by the server itself.
    let refused_key = at(&server.url(), "WRONG").probe().await.unwrap_err();
    assert!(
        matches!(&refused_key, ObjectsError::Unavailable(why) if why.contains("403") && !why.contains("WRONG")),
        "{refused_key}"
    );
    objects.keep(sha256_hex(b"x"), b"x".to_vec()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_bucket_is_unavailable() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let objects = at(&server.url(), KEY);
    std::fs::remove_dir_all(temp.path().join(BUCKET)).unwrap();
    let failed = objects.probe().await;
    assert!(matches!(failed, Err(ObjectsError::Unavailable(_))), "{failed:?}");
    let held = objects.holds(sha256_hex(b"x"), 1).await;
    assert!(matches!(held, Err(ObjectsError::Unavailable(_))), "no photo is lost with it: {held:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_shows_that_a_photo_is_stored() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let objects = at(&server.url(), KEY);
    objects.keep(sha256_hex(b"x"), b"x".to_vec()).await.unwrap();
    server.take_methods();
    assert_eq!(objects.holds(sha256_hex(b"x"), 1).await, Ok(true));
    assert_eq!(server.take_methods(), ["HEAD"]);
    server.refuse(9, 503, "SlowDown");
    let held = objects.holds(sha256_hex(b"x"), 1).await;
    assert!(matches!(held, Err(ObjectsError::Unavailable(_))), "a storage that is busy has lost nothing: {held:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_during_a_transfer_is_retried() {
    let temp = TempDir::new();
    let server = S3Server::start(temp.path());
    let bytes: Vec<u8> = (0..300_000u32).map(|i| (i % 251) as u8).collect();
    let hash = sha256_hex(&bytes);
    for fault in [Fault::CutRequest(100_000), Fault::CutRequest(200), Fault::Refuse, Fault::LoseReply] {
        let proxy = FaultyProxy::before(server.address());
        let objects = at(&proxy.url(), KEY);
        proxy.plan([fault]);
        objects.keep(hash.clone(), bytes.clone()).await.unwrap_or_else(|e| panic!("{fault:?}: {e}"));
        assert_eq!(proxy.left(), 0);
        let objects = at(&proxy.url(), KEY);
        proxy.plan([Fault::CutReply(100_000)]);
        assert_eq!(objects.read(hash.clone()).await.unwrap(), bytes, "after {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_storage_fails_before_the_phone_gives_up() {
    let closed_port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let objects = at(&format!("http://{closed_port}"), KEY);
    let failed = objects.write_at("u".into(), 0, vec![1; 10]).await.unwrap_err();
    assert_eq!(failed, ObjectsError::Unavailable("it could not be reached".into()));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_full_and_not_unavailable() {
    // `/dev/full` fails every write for lack of room.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(mut full) = full else { return };
    let error = std::io::Write::write_all(&mut full, b"x").unwrap_err();
    let error = object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(error) };
    assert_eq!(stored::objects_error(error), ObjectsError::Full);
}
