//! A client of protocol version 1 as raw JSON over HTTP, without any type of the current code. Every server must serve
//! it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sync_server::{
    import::recipient_id,
    testing::{SampleRoster, TestServer},
};

const DEVICE: &str = "01900000-0000-7000-8000-0000000000d1";

async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&bytes))))
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

/// 16 hex digits: milliseconds since 1970 and a counter.
fn stamp(ms: i64, counter: u16) -> String {
    format!("{:016x}", (ms as u64) << 16 | u64::from(counter))
}

/// Fields of an object that a client of version 1 does not know.
fn unknown<'a>(object: &'a Value, known: &[&str]) -> Vec<&'a str> {
    object.as_object().unwrap().keys().map(String::as_str).filter(|k| !known.contains(k)).collect()
}

#[tokio::test]
async fn a_client_of_version_one_enrols_pushes_pulls_and_sends_a_photo() {
    let server = TestServer::start();
    server.load(&SampleRoster::small());
    let (http, url) = (Client::new(), server.url());
    let now = || shared::Moment::shanghai(chrono::Utc::now().timestamp_millis()).to_string();
    let ms = chrono::Utc::now().timestamp_millis();

    // Enrol.
    let code = server.code("W1");
    let body = json!({"proto": 1, "code": code, "device": DEVICE, "proof": "ab".repeat(32), "label": "v1", "client_now": now()});
    let (status, enrolled) = send(http.post(format!("{url}/v1/enrol")).body(body.to_string())).await;
    assert_eq!(status, 200);
    let known = ["token", "epoch", "worker", "name", "role", "area", "areas", "unit", "server_now"];
    // Added later; a client that does not know it ignores it.
    assert_eq!(unknown(&enrolled, &known), ["seal_key"]);
    let token = enrolled["token"].as_str().unwrap().to_owned();
    let post = |path: &str, body: String| http.post(format!("{url}{path}")).bearer_auth(&token).body(body);

    // Push: a visit with its photo, and an operation that cannot be read.
    let picture = [vec![0xff, 0xd8, 0xff], vec![7; 997]].concat();
    let sha256 = hex(Sha256::digest(&picture));
    let ops = [
        json!({"op_id": "01900000-0000-7000-8000-000000000101", "op_no": 1, "hlc": stamp(ms, 1), "kind": "visit",
            "row": "01900000-0000-7000-8000-000000000201", "change": {"create": {"recipient": recipient_id("R1"),
            "mode": "home", "presence": "found", "happened": now(), "note": "v1"}}})
        .to_string(),
        json!({"op_id": "01900000-0000-7000-8000-000000000102", "op_no": 2, "hlc": stamp(ms, 2), "kind": "photo",
            "row": "01900000-0000-7000-8000-000000000202", "change": {"create": {"sha256": sha256, "size": 1000,
            "mime": "image/jpeg", "width": 4, "height": 3, "happened": now(), "of": "visit"}}})
        .to_string(),
        "{\"op_id\":\"01900000-0000-7000-8000-000000000103\",\"op_no\":3}".to_owned(),
    ];
    let mut chain = [0_u8; 32];
    let push = |first: u64, chain: String, ops: &str| {
        format!(
            r#"{{"proto":1,"device":"{DEVICE}","incarnation":1,"first_op":{first},"chain":"{chain}","client_now":"{}","ops":[{ops}]}}"#,
            now()
        )
    };
    let (status, pushed) = send(post("/v1/push", push(1, hex(chain), &ops.join(",")))).await;
    assert_eq!(status, 200);
    assert_eq!(unknown(&pushed, &["epoch", "server_now", "verdict"]), Vec::<&str>::new());
    assert_eq!(pushed["verdict"]["accepted"]["acked_through"], 3);
    let outcomes = pushed["verdict"]["accepted"]["outcomes"].as_array().unwrap();
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0]["outcome"]["rejected"]["malformed"].is_object());

    // The client's chain equals the server's: the next push continues it.
    for op in &ops {
        chain = Sha256::digest([&chain[..], op.as_bytes()].concat()).into();
    }
    let next = json!({"op_id": "01900000-0000-7000-8000-000000000104", "op_no": 4, "base_rev": 1, "hlc": stamp(ms, 4),
        "kind": "visit", "row": "01900000-0000-7000-8000-000000000201",
        "change": {"amend": {"reason": "笔误", "fields": {"note": "v1, 更正"}}}});
    let (_, pushed) = send(post("/v1/push", push(4, hex(chain), &next.to_string()))).await;
    assert_eq!(pushed["verdict"], json!({"accepted": {"acked_through": 4, "outcomes": []}}));

    // Pull, to the end, and check the digest of each scope.
    let (mut cursors, mut epoch, mut rows) = (json!({}), Value::Null, Vec::new());
    loop {
        let mut ask = json!({"proto": 1, "device": DEVICE, "cursors": cursors, "client_now": now()});
        if !epoch.is_null() {
            ask["epoch"] = epoch.clone();
        }
        let (status, page) = send(post("/v1/pull", ask.to_string())).await;
        assert_eq!(status, 200);
        let known = ["epoch", "server_now", "scopes", "dropped", "more"];
        assert_eq!(unknown(&page, &known), Vec::<&str>::new(), "nothing it did not ask for");
        epoch = page["epoch"].clone();
        for scope in page["scopes"].as_array().unwrap() {
            let known = ["scope", "reset", "rows", "gone", "cursor", "digest"];
            assert_eq!(unknown(scope, &known), Vec::<&str>::new());
            let mut sum = 0_u64;
            let came = scope["rows"].as_array().cloned().unwrap_or_default();
            for row in &came {
                let id: uuid::Uuid = row["id"].as_str().unwrap().parse().unwrap();
                let bytes = [&id.as_bytes()[..], &row["rev"].as_u64().unwrap().to_be_bytes()].concat();
                sum = sum.wrapping_add(u64::from_be_bytes(Sha256::digest(bytes)[..8].try_into().unwrap()));
            }
            if cursors[scope["scope"].as_str().unwrap()].is_null() && scope["digest"].is_object() {
                assert_eq!(scope["digest"], json!({"count": came.len(), "sum": sum.to_string()}));
            }
            cursors[scope["scope"].as_str().unwrap()] = scope["cursor"].clone();
            rows.extend(came);
        }
        if page["more"] != true {
            break;
        }
    }
    let visit = rows.iter().find(|row| row["id"] == "01900000-0000-7000-8000-000000000201").unwrap();
    assert_eq!((&visit["fields"]["note"], &visit["rev"]), (&json!("v1, 更正"), &json!(2)));

    // Media: begin, two chunks, finish.
    let create =
        json!({"photo": "01900000-0000-7000-8000-000000000202", "sha256": sha256, "size": 1000, "mime": "image/jpeg"});
    let (status, upload) = send(post("/v1/media", create.to_string())).await;
    assert_eq!((status, &upload["state"], &upload["offset"]), (200, &json!("uploading"), &json!(0)));
    let id = upload["upload"].as_str().unwrap();
    for offset in [0, 600] {
        let chunk = picture[offset..(offset + 600).min(1000)].to_vec();
        let patch = http.patch(format!("{url}/v1/media/{id}")).bearer_auth(&token).header("upload-offset", offset);
        assert_eq!(send(patch.body(chunk)).await.0, 200);
    }
    let head = http.head(format!("{url}/v1/media/{id}")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(head.headers()["upload-offset"], "1000");
    assert_eq!(head.headers()["upload-state"], "complete");
    let (_, finished) = send(post(&format!("/v1/media/{id}/finish"), String::new())).await;
    assert_eq!(finished["state"], "verified");
}

#[tokio::test]
async fn a_client_of_an_unknown_version_gets_the_accepted_versions() {
    let server = TestServer::start();
    server.load(&SampleRoster::small());
    let (http, url) = (Client::new(), server.url());
    let now = shared::Moment::shanghai(chrono::Utc::now().timestamp_millis());
    for (proto, code) in [(0, "protocol-too-old"), (99, "protocol-too-new")] {
        let body = json!({"proto": proto, "code": "X", "device": DEVICE, "proof": "ab".repeat(32), "client_now": now});
        let (status, error) = send(http.post(format!("{url}/v1/enrol")).body(body.to_string())).await;
        assert_eq!((status, error["code"].as_str()), (426, Some(code)));
        let newest = shared::wire::PROTO;
        assert_eq!(error["accepts"], json!({"oldest": 1, "newest": newest}));
    }
}
