//! Bad requests and bad connections over real HTTP: each gets a clear answer, and nothing is lost or doubled.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

mod support;

use serde_json::{Value, json};
use shared::{
    Change, Fields, Kind, RowId,
    chain::sha256_hex,
    ids::{PhotoId, Rev},
    wire::{BODY_BYTES_MAX, MediaCreate, MediaState, MediaStatus, PushVerdict},
};
use support::{PhoneClient, http_client, send, today};
use sync_server::{
    import::recipient_id,
    testing::{Fault, FaultyProxy, Options, SampleRoster, TempDir, TestServer},
};

fn server() -> TestServer {
    let server = TestServer::start();
    server.load(&SampleRoster::small());
    server
}

/// An enrolled client of a worker.
async fn client_of(server: &TestServer, worker: &str, n: u128) -> PhoneClient {
    PhoneClient::enrol(&server.url(), &server.code(worker), n).await
}

/// Home visits of this year in the whole city, from the administrator's report.
async fn visits(server: &TestServer) -> i64 {
    let report = client_of(server, "A1", 900).await.report("6299", "since-2023").await;
    report.total.visits()
}

#[tokio::test]
async fn a_malformed_request_is_named_and_the_next_one_works() {
    let server = server();
    let mut client = client_of(&server, "W1", 1).await;
    for body in ["", "{", "null", "[1,2]", "{\"proto\":1}", "\u{0}\u{1}\u{2}", "走访"] {
        let reply = send(client.post("/v1/push", body)).await.unwrap();
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "malformed"), "{body:?}");
    }
    let deep = "[".repeat(500_000);
    assert_eq!(send(client.post("/v1/push", deep)).await.unwrap().code(), "malformed");
    client.phone.visit(recipient_id("R1"), "home", &today());
    client.push().await;
}

#[tokio::test]
async fn an_oversized_body_is_refused_with_the_reason_even_while_it_is_still_being_sent() {
    let server = server();
    let client = client_of(&server, "W1", 1).await;
    for size in [BODY_BYTES_MAX + 1, 3 * BODY_BYTES_MAX] {
        let reply = send(client.post("/v1/push", vec![b' '; size])).await.unwrap();
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"), "{size}");
    }
    let exact = send(client.post("/v1/push", vec![b' '; BODY_BYTES_MAX])).await.unwrap();
    assert_eq!(exact.code(), "malformed", "a body of the cap itself is read");
}

#[tokio::test]
async fn a_zstd_bomb_is_refused() {
    let server = server();
    let client = client_of(&server, "W1", 1).await;
    let bomb = zstd::encode_all(std::io::Read::take(std::io::repeat(b' '), 256 << 20), 1).unwrap();
    assert!(bomb.len() < BODY_BYTES_MAX);
    let reply = send(client.post("/v1/push", bomb).header("content-encoding", "zstd")).await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
    let cut = zstd::encode_all(&b"{}"[..], 3).unwrap();
    let reply = send(client.post("/v1/push", cut[..5].to_vec()).header("content-encoding", "zstd")).await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "bad-encoding"));
}

#[tokio::test]
async fn fields_and_words_of_a_newer_app_reach_the_other_devices_unchanged() {
    let server = server();
    let mut client = client_of(&server, "W1", 1).await;
    let fields = json!({
        "recipient": recipient_id("R1"), "mode": "hologram", "happened": today(), "presence": "found",
        "of_tomorrow": {"deep": [1, "二", null]},
    });
    let Value::Object(fields) = fields else { unreachable!() };
    let fields = Fields(fields.into_iter().collect());
    let row = client.phone.record(Kind::Visit, None, Rev(0), Change::Create(fields));
    client.push().await;
    let supervisor = PhoneClient::enrol(&server.url(), &server.code("S1"), 2).await;
    for reader in [&client, &supervisor] {
        let rows = reader.pull_all().await;
        let seen = rows.iter().find(|r| r["id"] == json!(row)).expect("the visit arrives");
        assert_eq!(seen["fields"]["mode"], "hologram");
        assert_eq!(seen["fields"]["of_tomorrow"], json!({"deep": [1, "二", null]}));
    }
}

#[tokio::test]
async fn a_wrong_token_and_a_revoked_one_have_different_codes() {
    let server = server();
    let mut client = client_of(&server, "W1", 1).await;
    client.phone.visit(recipient_id("R1"), "home", &today());
    let good = std::mem::replace(&mut client.token, shared::wire::Token("0".repeat(43)));
    let body = support::json(&client.phone.push());
    let wrong = send(client.post("/v1/push", body.clone())).await.unwrap();
    assert_eq!((wrong.status.as_u16(), wrong.code().as_str()), (401, "token-unknown"));
    client.token = good;
    server.wait(server.core().revoke_device(client.phone.device)).unwrap();
    let revoked = send(client.post("/v1/push", body)).await.unwrap();
    assert_eq!((revoked.status.as_u16(), revoked.code().as_str()), (403, "token-revoked"));
    assert_eq!(visits(&server).await, 0);
}

#[tokio::test]
async fn errors_are_in_the_readers_language() {
    let server = server();
    let ask = http_client().post(format!("{}/v1/push", server.url()));
    let chinese: Value = send(ask.try_clone().unwrap()).await.unwrap().json();
    let english: Value = send(ask.header("accept-language", "en-US,en;q=0.9")).await.unwrap().json();
    assert!(chinese["message"].as_str().unwrap().contains("服务器不认识"));
    assert!(english["message"].as_str().unwrap().contains("does not know"));
    let nowhere = send(http_client().get(format!("{}/v1/nowhere", server.url()))).await.unwrap();
    assert_eq!((nowhere.status.as_u16(), nowhere.code().as_str()), (404, "not-found"));
}

#[tokio::test]
async fn a_reply_lost_after_the_commit_doubles_nothing() {
    let server = server();
    let mut client = client_of(&server, "W1", 1).await;
    let faulty_proxy = FaultyProxy::before(server.address());
    client.url = faulty_proxy.url();
    for n in 1..=5 {
        client.phone.visit(recipient_id(&format!("R{n}")), "home", &today());
    }
    faulty_proxy.plan([Fault::LoseReply, Fault::CutReply(20), Fault::None]);
    assert!(client.try_push().await.is_err());
    assert_eq!(visits(&server).await, 5, "the server has committed");
    assert!(client.try_push().await.is_err());
    client.push().await;
    assert_eq!(visits(&server).await, 5);
    assert_eq!(faulty_proxy.left(), 0);
}

#[tokio::test]
async fn a_request_cut_at_any_byte_changes_nothing_and_the_next_one_works() {
    let server = server();
    let mut client = client_of(&server, "W1", 1).await;
    let faulty_proxy = FaultyProxy::before(server.address());
    client.url = faulty_proxy.url();
    client.phone.visit(recipient_id("R1"), "home", &today());
    for bytes in [0, 1, 40, 200, 400, 600] {
        faulty_proxy.plan([Fault::CutRequest(bytes)]);
        assert!(client.try_push().await.is_err(), "{bytes}");
        assert_eq!(visits(&server).await, 0, "{bytes}");
    }
    client.push().await;
    assert_eq!(visits(&server).await, 1);
}

#[tokio::test]
async fn an_enrolment_whose_reply_was_lost_can_be_repeated() {
    let server = server();
    let faulty_proxy = FaultyProxy::before(server.address());
    let phone =
        sync_server::testing::Phone::new(uuid::Uuid::from_u128(3).into(), chrono::Utc::now().timestamp_millis());
    let body = support::json(&phone.enrol(&server.code("W1")));
    faulty_proxy.plan([Fault::LoseReply]);
    let enrol = || send(http_client().post(format!("{}/v1/enrol", faulty_proxy.url())).body(body.clone()));
    assert!(enrol().await.is_err());
    assert_eq!(enrol().await.unwrap().status, 200);
    let other = sync_server::testing::Phone::new(uuid::Uuid::from_u128(4).into(), phone.now_ms);
    let used: Value = serde_json::from_slice(&body).unwrap();
    let stolen = support::json(&other.enrol(used["code"].as_str().unwrap()));
    let reply = send(http_client().post(format!("{}/v1/enrol", server.url())).body(stolen)).await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (409, "code-used"));
}

/// A photo's record and its bytes, which begin like a JPEG.
fn photo(client: &mut PhoneClient, bytes: &[u8]) -> MediaCreate {
    let visit = client.phone.visit(recipient_id("R1"), "home", &today());
    let sha256 = sha256_hex(bytes);
    let fields = Fields::new()
        .with("recipient", recipient_id("R1").to_string())
        .with("of", "visit")
        .with("row", visit.to_string())
        .with("sha256", sha256.as_str())
        .with("size", bytes.len() as u64)
        .with("mime", "image/jpeg")
        .with("width", 1600)
        .with("height", 1200)
        .with("happened", today());
    let row: RowId = client.phone.record(Kind::Photo, None, Rev(0), Change::Create(fields));
    MediaCreate { photo: PhotoId::from(row), sha256, size: bytes.len() as u64, mime: "image/jpeg".into() }
}

fn jpeg(len: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..len).map(|i| (i * 31 % 251) as u8).collect();
    bytes[..4].copy_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
    bytes
}

#[tokio::test]
async fn an_upload_resumes_after_lost_replies() {
    let server = server();
    let mut client = client_of(&server, "W1", 1).await;
    let bytes = jpeg(300_000);
    let create = photo(&mut client, &bytes);
    client.push().await;
    let begun: MediaStatus = client.media_create(&create).await.ok();
    let faulty_proxy = FaultyProxy::before(server.address());
    let direct = std::mem::replace(&mut client.url, faulty_proxy.url());
    faulty_proxy.plan([Fault::LoseReply, Fault::CutRequest(50_000)]);
    assert!(client.media_chunk(begun.upload, 0, &bytes[..100_000]).await.is_err());
    assert!(client.media_chunk(begun.upload, 100_000, &bytes[100_000..200_000]).await.is_err());
    client.url = direct;
    let (offset, state) = client.media_head(begun.upload).await;
    assert_eq!((offset, state.as_str()), (100_000, "uploading"), "an incomplete chunk is not stored");
    // The first chunk again adds nothing.
    let again: MediaStatus = client.media_chunk(begun.upload, 0, &bytes[..100_000]).await.unwrap().json();
    assert_eq!(again.offset, 100_000);
    client.media_chunk(begun.upload, 100_000, &bytes[100_000..]).await.unwrap();
    assert_eq!(client.media_finish(begun.upload).await.state, MediaState::Verified);
    let known: MediaStatus = client.media_create(&create).await.ok();
    assert_eq!(known.state, MediaState::Verified, "known bytes are not uploaded again");
}

#[tokio::test]
async fn a_photo_of_30_mb_is_refused_before_its_bytes_travel() {
    let server = server();
    let client = client_of(&server, "W1", 1).await;
    let create = MediaCreate {
        photo: PhotoId(uuid::Uuid::from_u128(77)),
        sha256: "ab".repeat(32),
        size: 30 << 20,
        mime: "image/jpeg".into(),
    };
    let reply = client.media_create(&create).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
}

#[tokio::test]
async fn acknowledged_work_is_there_after_a_restart_on_the_same_folder() {
    let temp = TempDir::new();
    let first = TestServer::start_in(temp.path(), Options::default());
    first.load(&SampleRoster::small());
    let mut client = client_of(&first, "W1", 1).await;
    let row = client.phone.visit(recipient_id("R1"), "home", &today());
    client.push().await;
    first.stop();
    let second = TestServer::start_in(temp.path(), Options::default());
    client.url = second.url();
    assert!(client.pull_all().await.iter().any(|r| r["id"] == json!(row)));
    client.phone.visit(recipient_id("R2"), "home", &today());
    client.push().await;
    assert_eq!(visits(&second).await, 2);
}

#[tokio::test]
async fn a_copied_phone_is_given_a_new_incarnation_over_http() {
    let server = server();
    let mut original = client_of(&server, "W1", 1).await;
    let mut copy = PhoneClient {
        http: http_client(),
        url: server.url(),
        token: original.token.clone(),
        phone: sync_server::testing::Phone::new(original.phone.device, original.phone.now_ms + 1),
    };
    original.phone.visit(recipient_id("R1"), "home", &today());
    original.push().await;
    copy.phone.visit(recipient_id("R2"), "home", &today());
    assert!(matches!(copy.try_push().await.unwrap(), PushVerdict::NewIncarnation { .. }));
}
