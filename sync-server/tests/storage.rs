//! The real program with `--objects`: with S3 storage that fails, and a kill in the middle of an upload; with a folder,
//! beside the `bundle` command; and with locations that are invalid.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

#[path = "support/s3.rs"]
mod s3;
mod support;

use s3::{KEY, S3Server, SECRET};
use shared::{
    Change, Fields, Kind, Moment, PhotoId, RowId,
    chain::sha256_hex,
    ids::Rev,
    seal::SignSecret,
    wire::{
        Keys, MediaCreate, MediaState, MediaStatus, PullReply, PullRequest,
        bundle::{BundledPhoto, Content, Header, seal},
    },
};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};
use support::{PhoneClient, json, send, today};
use sync_server::{
    import::recipient_id,
    testing::{Options, SampleRoster, TempDir, TestServer},
};

fn program(data: &Path, objects: &str, endpoint: &str) -> Command {
    let mut command = command(data, &["serve", "--listen", "127.0.0.1:0", "--objects", objects]);
    command.env("AWS_ENDPOINT_URL", endpoint);
    command
}

/// The program with a data folder and arguments.
fn command(data: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command
        .args(line)
        .env("LIANXIN_DATA", data)
        .env("LIANXIN_LANG", "en")
        .env_remove("LIANXIN_OBJECTS")
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
        Self::of(program(data, "s3://photos/county", endpoint).stderr(log))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
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
    prepared.load(&SampleRoster::small());
    let code = prepared.code("W1");
    prepared.stop();
    std::fs::remove_dir_all(data.join("photos")).unwrap();
    let storage = S3Server::start(bucket.path());

    let server = Running::start(&data, &storage.url(), &log);
    let mut client = PhoneClient::enrol(&server.url, &code, 77).await;
    let bytes = jpeg();
    let hash = sha256_hex(&bytes);
    let create = MediaCreate {
        photo: shared::PhotoId(uuid::Uuid::from_u128(5)),
        sha256: hash.clone(),
        size: bytes.len() as u64,
        mime: "image/jpeg".into(),
    };
    let begun: MediaStatus = client.media_create(&create).await.ok();
    let half = 131_072;
    client.media_chunk(begun.upload, 0, &bytes[..half]).await.unwrap().ok::<MediaStatus>();
    drop(server);

    let server = Running::start(&data, &storage.url(), &log);
    client.url = server.url.clone();
    assert_eq!(client.media_head(begun.upload).await, (half as u64, "uploading".into()));
    for (times, status, word, ours) in [(1, 507, "XMinioStorageFull", "storage-full"), (9, 503, "SlowDown", "busy")] {
        storage.refuse(times, status, word);
        let refused = client.media_chunk(begun.upload, half as u64, &bytes[half..]).await.unwrap();
        storage.accept();
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (status, ours));
        assert!(refused.headers.contains_key("retry-after"));
        assert_eq!(client.media_head(begun.upload).await.0, half as u64, "no bytes are confirmed");
    }
    client.media_chunk(begun.upload, half as u64, &bytes[half..]).await.unwrap().ok::<MediaStatus>();
    assert_eq!(client.media_finish(begun.upload).await.state, MediaState::Verified);
    assert_eq!(storage.objects(), [format!("county/{}/{hash}", &hash[..2])]);
    assert!(!data.join("photos").exists(), "nothing is in the data folder");

    let log = std::fs::read_to_string(&log).unwrap();
    for text in ["keeping a chunk", "it answered 503 SlowDown", "the photo storage is full"] {
        assert!(log.contains(text), "no {text} in {log}");
    }
    for secret in [KEY, SECRET, "谷军"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

/// A new photo of R1, whose record waits in the outbox. Returns the request that begins its upload.
fn photo(client: &mut PhoneClient, bytes: &[u8]) -> MediaCreate {
    let sha256 = sha256_hex(bytes);
    let fields = Fields::new()
        .with("recipient", recipient_id("R1").to_string())
        .with("of", "visit")
        .with("sha256", sha256.as_str())
        .with("size", bytes.len() as u64)
        .with("mime", "image/jpeg")
        .with("width", 4)
        .with("height", 3)
        .with("happened", today());
    let row: RowId = client.phone.record(Kind::Photo, None, Rev(0), Change::Create(fields));
    MediaCreate { photo: PhotoId::from(row), sha256, size: bytes.len() as u64, mime: "image/jpeg".into() }
}

/// The outbox with photos, as a bundle.
async fn bundle(client: &PhoneClient, photos: Vec<BundledPhoto>) -> Vec<u8> {
    let sign = SignSecret::new([9; 32]);
    let now_ms = chrono::Utc::now().timestamp_millis();
    let ask = PullRequest {
        proto: 1,
        device: client.phone.device,
        epoch: None,
        cursors: Default::default(),
        client_now: Moment::shanghai(now_ms),
        ask: vec![],
        keys: Some(Keys { seal: None, sign: Some(sign.public()) }),
    };
    let reply: PullReply = send(client.post("/v1/pull", json(&ask))).await.unwrap().ok();
    let key = reply.seal_key.expect("the server sends its key");
    let push = client.phone.push();
    let header = Header { device: client.phone.device, key: key.id(), created_ms: now_ms, ops: push.ops.len() as u32 };
    let content = Content { pushes: vec![push], photos };
    let packed = zstd::encode_all(&content.to_bytes()[..], 3).unwrap();
    seal(header, &packed, &key, &sign, [1; 32]).unwrap()
}

/// Every finished photo in a folder.
fn photos_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for area_feed in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        for file in std::fs::read_dir(area_feed.path()).into_iter().flatten().map(Result::unwrap) {
            let (area_feed, file) = (area_feed.file_name(), file.file_name());
            found.push(format!("{}/{}", area_feed.to_string_lossy(), file.to_string_lossy()));
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn uploaded_and_bundled_photos_are_stored_in_the_named_folder() {
    let temp = TempDir::new();
    let (data, place, file) = (temp.path().join("data"), temp.path().join("photos here"), temp.path().join("a.lxb"));
    let prepared = TestServer::start_in(&data, Options::default());
    prepared.load(&SampleRoster::small());
    let codes = [prepared.code("W1"), prepared.code("W1")];
    prepared.stop();
    std::fs::remove_dir_all(data.join("photos")).unwrap();
    let (place, file) = (place.to_str().unwrap(), file.to_str().unwrap());
    let serve =
        || Running::of(command(&data, &["serve", "--listen", "127.0.0.1:0", "--objects", place]).stderr(Stdio::null()));
    let at = |bytes: &[u8]| format!("{}/{}", &sha256_hex(bytes)[..2], sha256_hex(bytes));
    let jpegs = [1_u8, 2, 3].map(|n| [&[0xff, 0xd8, 0xff, 0xe0][..], &[n; 9000]].concat());
    let in_file = |n: usize| BundledPhoto { mime: "image/jpeg".into(), bytes: jpegs[n].clone() };

    let server = serve();
    let mut client = PhoneClient::enrol(&server.url, &codes[0], 71).await;
    let create = photo(&mut client, &jpegs[0]);
    client.push().await;
    let upload = client.media_create(&create).await.ok::<MediaStatus>().upload;
    client.media_chunk(upload, 0, &jpegs[0]).await.unwrap().ok::<MediaStatus>();
    assert_eq!(client.media_finish(upload).await.state, MediaState::Verified);
    assert_eq!(photos_in(Path::new(place)), [at(&jpegs[0])]);

    // While the server runs, it knows its photo storage.
    let mut author = PhoneClient::enrol(&server.url, &codes[1], 72).await;
    let beside = photo(&mut author, &jpegs[1]);
    std::fs::write(file, bundle(&author, vec![in_file(1)]).await).unwrap();
    let output = command(&data, &["bundle", file]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("Files taken in: 1, not taken: 0."), "{output:?}");
    // While no server runs, the command needs the option.
    let alone = photo(&mut author, &jpegs[2]);
    std::fs::write(file, bundle(&author, vec![in_file(1), in_file(2)]).await).unwrap();
    drop(server);
    let output = command(&data, &["bundle", "--objects", place, file, "nowhere.lxb"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "one of the two cannot be read: {output:?}");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    for words in ["a.lxb: Taken in.", "Files taken in: 1, not taken: 1.", "nowhere.lxb"] {
        assert!(said.contains(words), "no {words} in {said}");
    }
    let mut all = jpegs.each_ref().map(|bytes| at(bytes));
    all.sort();
    assert_eq!(photos_in(Path::new(place)), all);
    assert!(!data.join("photos").exists(), "nothing is in the data folder");

    let server = serve();
    author.url = server.url.clone();
    for create in [beside, alone] {
        let status: MediaStatus = author.media_create(&create).await.ok();
        assert_eq!(status.state, MediaState::Verified, "the photo of the bundle is known");
    }
    author.push().await;
    let photos = author.pull_all().await.into_iter().filter(|row| row["kind"] == "photo").count();
    assert_eq!(photos, 3, "each record once");
}

#[test]
fn an_invalid_photo_location_is_reported_before_anything_starts() {
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
