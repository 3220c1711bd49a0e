//! `docs/protocol/session.md` shows a real session: each request of the page is sent as it is, each reply compared.
//! `UPDATE_SESSION=1 cargo test -p sync-server --test session_page` updates the replies.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::records::{PairingRole, Role};
use std::{path::PathBuf, sync::Arc};
use sync_server::{
    core::TestEnv,
    testing::{Options, SampleRoster, TestServer},
};

/// 2026-11-23T10:00:00+08:00.
const NOW_MS: i64 = 1_795_399_200_000;
const PHOTO: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1];
const LARGER: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01the same again";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol/session.md")
}

/// The page, read from its beginning.
struct Page {
    rest: String,
    done: String,
    update: bool,
}

impl Page {
    fn read() -> Self {
        let rest = std::fs::read_to_string(path()).unwrap();
        Self { rest, done: String::new(), update: std::env::var_os("UPDATE_SESSION").is_some() }
    }

    /// Reads up to and including `mark`.
    fn skip(&mut self, mark: &str) {
        let end = self.rest.find(mark).unwrap_or_else(|| panic!("the page has no {mark:?} here")) + mark.len();
        self.done.extend(self.rest.drain(..end));
    }

    /// The next block of JSON, verbatim.
    fn block(&mut self) -> String {
        self.skip("```json\n");
        let end = self.rest.find("\n```").unwrap();
        let text: String = self.rest.drain(..end).collect();
        self.done.push_str(&text);
        text
    }

    /// The request under a heading that names `call`.
    fn request(&mut self, call: &str) -> String {
        self.skip(&format!("`{call}`"));
        self.block()
    }

    /// Compares the next reply, or updates it.
    async fn answer(&mut self, request: RequestBuilder) -> Value {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let came: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(status, 200, "{came}");
        self.skip("`200`");
        self.skip("```json\n");
        let end = self.rest.find("\n```").unwrap();
        let page_text: String = self.rest.drain(..end).collect();
        if self.update {
            self.done.push_str(&serde_json::to_string_pretty(&came).unwrap());
            // At once: later requests may need it.
            std::fs::write(path(), format!("{}{}", self.done, self.rest)).unwrap();
        } else {
            assert_eq!(serde_json::from_str::<Value>(&page_text).unwrap(), came);
            self.done.push_str(&page_text);
        }
        came
    }

    fn has(&self, line: &str) {
        assert!(self.rest.contains(line), "the page does not say {line}");
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

/// The chain of a device over the page's pushes.
#[derive(Default)]
struct Chains {
    now: [u8; 32],
    /// The chain after each operation.
    after: Vec<String>,
}

impl Chains {
    /// Adds a push, which must name the chain before it.
    fn of(&mut self, body: String) -> String {
        let before = hex(self.now);
        assert!(body.contains(&format!("\"chain\":\"{before}\"")), "the chain is {before}");
        for op in body.lines().filter(|line| line.starts_with("{\"op_id\"")) {
            let op = op.strip_suffix("]}").or(op.strip_suffix(',')).unwrap();
            self.now = Sha256::digest([&self.now[..], op.as_bytes()].concat()).into();
            self.after.push(hex(self.now));
        }
        body
    }
}

#[tokio::test]
async fn every_request_of_the_session_page_gets_the_reply_on_the_page() {
    let env = Arc::new(TestEnv::new(NOW_MS));
    let server = TestServer::start_with(Options { env, ..Options::default() });
    let mut world = SampleRoster::default();
    for (code, name) in [("6208", "平凉市"), ("620802", "崆峒区"), ("620802101", "甲镇"), ("620802101201", "一村")]
    {
        world.area(code, name);
    }
    world.worker("W1", "李红", "620802101", Role::Worker, &[]);
    world.recipient("R1", "对象1", shared::records::Category::DestituteHome, "620802101201");
    world.pairing("W1", "R1");
    server.load(&world);
    let (http, url) = (Client::builder().no_proxy().build().unwrap(), server.url());
    let mut page = Page::read();

    let code = server.code("W1");
    let body = page.request("POST /v1/enrol");
    assert!(body.contains(&format!("\"code\":\"{code}\"")), "the code is {code}");
    let enrolled = page.answer(http.post(format!("{url}/v1/enrol")).body(body)).await;
    let token = enrolled["token"].as_str().unwrap().to_owned();
    let post = |path: &str, body: String| http.post(format!("{url}{path}")).bearer_auth(&token).body(body);

    let body = page.request("POST /v1/pull");
    page.answer(post("/v1/pull", body)).await;
    let mut chains = Chains::default();
    for _ in 0..2 {
        let body = chains.of(page.request("POST /v1/push"));
        page.answer(post("/v1/push", body)).await;
    }
    let body = page.request("POST /v1/pull");
    let pulled = page.answer(post("/v1/pull", body)).await;
    assert!(pulled["scopes"].as_array().unwrap().len() == 2);

    let body = page.request("POST /v1/media");
    let upload = page.answer(post("/v1/media", body)).await["upload"].as_str().unwrap().to_owned();
    let patch = |upload: &str, at: usize, bytes: &'static [u8]| {
        let request = http.patch(format!("{url}/v1/media/{upload}")).bearer_auth(&token);
        request.header("upload-offset", at).body(bytes)
    };
    page.has(&format!("`PATCH /v1/media/{upload}`"));
    page.answer(patch(&upload, 0, PHOTO)).await;
    page.has(&format!("`POST /v1/media/{upload}/finish`"));
    page.answer(post(&format!("/v1/media/{upload}/finish"), String::new())).await;

    let body = page.request("POST /v1/repair");
    let repaired = page.answer(post("/v1/repair", body)).await;
    assert_eq!(repaired["differ"].as_array().unwrap().len(), 1);

    // The office corrects the name, and a supervisor's phone enrols.
    let mut later = SampleRoster::default();
    later.recipient("R1", "对象一", shared::records::Category::DestituteHome, "620802101201");
    later.worker("S1", "王督导", "620802101", Role::Supervisor, &["620802101"]);
    server.load(&later);
    let body = chains.of(page.request("POST /v1/push"));
    let held = page.answer(post("/v1/push", body)).await;
    assert!(held["verdict"]["accepted"]["outcomes"][0]["outcome"]["in_review"].is_object());
    let code = server.code("S1");
    let body = page.request("POST /v1/enrol");
    assert!(body.contains(&format!("\"code\":\"{code}\"")), "the code is {code}");
    let enrolled = page.answer(http.post(format!("{url}/v1/enrol")).body(body)).await;
    let decider = enrolled["token"].as_str().unwrap().to_owned();
    let decide = |body: String| http.post(format!("{url}/v1/push")).bearer_auth(&decider).body(body);
    let mut decisions = Chains::default();
    let body = decisions.of(page.request("POST /v1/push"));
    page.answer(decide(body)).await;
    let body = page.request("POST /v1/pull");
    page.answer(post("/v1/pull", body)).await;

    // A need, with a step that arrives too late.
    let body = chains.of(page.request("POST /v1/push"));
    page.answer(post("/v1/push", body)).await;
    let body = decisions.of(page.request("POST /v1/push"));
    page.answer(decide(body)).await;

    // The same visit again, under another id.
    let body = chains.of(page.request("POST /v1/push"));
    page.answer(post("/v1/push", body)).await;

    // An interrupted upload.
    let body = page.request("POST /v1/media");
    let upload = page.answer(post("/v1/media", body)).await["upload"].as_str().unwrap().to_owned();
    page.has(&format!("`PATCH /v1/media/{upload}`"));
    patch(&upload, 0, &LARGER[..10]).send().await.unwrap();
    page.has(&format!("`GET /v1/media/{upload}`"));
    page.answer(http.get(format!("{url}/v1/media/{upload}")).bearer_auth(&token)).await;
    page.answer(patch(&upload, 0, &LARGER[..10])).await;
    page.answer(patch(&upload, 10, &LARGER[10..])).await;
    page.answer(post(&format!("/v1/media/{upload}/finish"), String::new())).await;

    // The pairing ends.
    let mut ended = SampleRoster::default();
    let day = |y, m, d| shared::Day::ymd(y, m, d).unwrap();
    ended.pairing_from("W1", "R1", PairingRole::Paired, day(2023, 1, 1), Some(day(2026, 11, 23)));
    server.load(&ended);
    let body = page.request("POST /v1/pull");
    page.answer(post("/v1/pull", body)).await;

    // A phone that is ahead of the server, then one that was restored.
    let body = page.request("POST /v1/push");
    page.answer(post("/v1/push", body)).await;
    let body = page.request("POST /v1/push");
    page.answer(post("/v1/push", body)).await;
    let body = Chains::default().of(page.request("POST /v1/push"));
    page.answer(post("/v1/push", body)).await;

    // The test vectors at the end.
    let visit = uuid::Uuid::parse_str("01900000-0000-7000-8000-000000000201").unwrap();
    let hash = Sha256::digest([&visit.as_bytes()[..], &1_u64.to_be_bytes()].concat());
    let sum = u64::from_be_bytes(hash[..8].try_into().unwrap());
    let bucket = format!("{:02x}", Sha256::digest(visit.as_bytes())[0]);
    let stamp = format!("{:016x}", (NOW_MS as u64) << 16 | 2);
    for value in [&stamp, &chains.after[0], &chains.after[1], &format!("{sum:016x}"), &bucket] {
        page.has(&format!("`{value}`"));
    }
    page.has(&format!("`{{\"count\":1,\"sum\":\"{sum}\"}}`"));
    assert_eq!(repaired["differ"][0]["bucket"], bucket.as_str());
}
