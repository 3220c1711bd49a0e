//! The real program with its photos in storage that speaks S3: killed in the middle of an upload, refused by the storage,
//! and started with places that cannot be.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

#[path = "support/s3.rs"]
mod s3;
mod support;

use s3::{KEY, S3Server, SECRET};
use shared::{
    chain::sha256_hex,
    wire::{MediaCreate, MediaState, MediaStatus},
};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};
use support::Line;
use sync_server::testing::{Options, TempDir, TestServer, World};

fn program(data: &Path, objects: &str, endpoint: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--objects", objects])
        .env("LIANXIN_DATA", data)
        .env("LIANXIN_LANG", "en")
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env_remove("AWS_ALLOW_HTTP")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null());
    command
}

/// A running server; killed when it is dropped.
struct Running {
    child: Child,
    url: String,
}

impl Running {
    fn start(data: &Path, endpoint: &str, log: &Path) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(log).unwrap();
        let mut child =
            program(data, "s3://photos/county", endpoint).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|w| w.starts_with("http")).unwrap_or_else(|| panic!("{line}"));
        Self { url: url.to_owned(), child }
    }
}

impl Drop for Running {
    /// SIGKILL.
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn jpeg() -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.extend((0..300_000u32).map(|i| (i % 253) as u8));
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_to_s3_outlives_a_kill_and_a_storage_that_refuses() {
    let (temp, bucket) = (TempDir::new(), TempDir::new());
    let (data, log) = (temp.path().join("data"), temp.path().join("log"));
    let prepared = TestServer::start_in(&data, Options::default());
    prepared.load(&World::small());
    let code = prepared.code("W1");
    prepared.stop();
    std::fs::remove_dir_all(data.join("photos")).unwrap();
    let storage = S3Server::start(bucket.path());

    let server = Running::start(&data, &storage.url(), &log);
    let mut line = Line::enrol(&server.url, &code, 77).await;
    let bytes = jpeg();
    let hash = sha256_hex(&bytes);
    let create = MediaCreate {
        photo: shared::PhotoId(uuid::Uuid::from_u128(5)),
        sha256: hash.clone(),
        size: bytes.len() as u64,
        mime: "image/jpeg".into(),
    };
    let begun: MediaStatus = line.media_create(&create).await.ok();
    let half = 131_072;
    line.media_chunk(begun.upload, 0, &bytes[..half]).await.unwrap().ok::<MediaStatus>();
    drop(server);

    let server = Running::start(&data, &storage.url(), &log);
    line.url = server.url.clone();
    assert_eq!(line.media_head(begun.upload).await, (half as u64, "uploading".into()));
    for (times, status, word, ours) in [(1, 507, "XMinioStorageFull", "storage-full"), (9, 503, "SlowDown", "busy")] {
        storage.refuse(times, status, word);
        let refused = line.media_chunk(begun.upload, half as u64, &bytes[half..]).await.unwrap();
        storage.mend();
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (status, ours));
        assert!(refused.headers.contains_key("retry-after"));
        assert_eq!(line.media_head(begun.upload).await.0, half as u64, "nothing was promised");
    }
    line.media_chunk(begun.upload, half as u64, &bytes[half..]).await.unwrap().ok::<MediaStatus>();
    assert_eq!(line.media_finish(begun.upload).await.state, MediaState::Verified);
    assert_eq!(storage.objects(), [format!("county/{}/{hash}", &hash[..2])]);
    assert!(!data.join("photos").exists(), "nothing lies in the data folder");

    let log = std::fs::read_to_string(&log).unwrap();
    for text in ["keeping a chunk", "it answered 503 SlowDown", "the photo storage is full"] {
        assert!(log.contains(text), "no {text} in {log}");
    }
    for secret in [KEY, SECRET, "谷军"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn a_place_that_cannot_be_is_named_before_anything_starts() {
    let temp = TempDir::new();
    for (objects, endpoint, words) in [
        ("ftp://photos", "https://s3.example", "Name a folder"),
        ("s3://photos", "http://s3.example:9000", "AWS_ALLOW_HTTP"),
    ] {
        let output = program(temp.path(), objects, endpoint).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(words), "no {words} in {text}");
    }
}
