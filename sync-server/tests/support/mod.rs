//! A plain HTTP client for the tests: the protocol's types over reqwest, without a device core.
#![allow(dead_code, reason = "each test file uses a part of it")]

use reqwest::{Client, RequestBuilder, StatusCode, header::HeaderMap};
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    AreaCode, Period,
    ids::{OpNo, UploadId},
    wire::{
        ApiError, EnrolReply, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply, PushVerdict, Report, Token,
    },
};
use std::collections::BTreeMap;
use sync_server::testing::Phone;

/// A response.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{e} in {} {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }
    /// The body of a 200.
    pub fn ok<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()
    }
    /// The code of a refusal, as its word; the message must not be empty.
    pub fn code(&self) -> String {
        let error: ApiError = self.json();
        assert!(!error.message.is_empty());
        error.code.word().to_owned()
    }
}

pub async fn send(request: RequestBuilder) -> reqwest::Result<Reply> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Reply { status, headers, bytes: response.bytes().await?.to_vec() })
}

/// A client that opens a connection for each request, so that a fault hits exactly one request.
pub fn http_client() -> Client {
    Client::builder().pool_max_idle_per_host(0).no_proxy().build().unwrap()
}

/// A phone and the address of its server.
pub struct PhoneClient {
    pub http: Client,
    pub url: String,
    pub token: Token,
    pub phone: Phone,
}

impl PhoneClient {
    /// Enrols a new phone.
    pub async fn enrol(url: &str, code: &str, n: u128) -> Self {
        let phone = Phone::new(uuid::Uuid::from_u128(n).into(), chrono::Utc::now().timestamp_millis());
        let http = http_client();
        let reply = send(http.post(format!("{url}/v1/enrol")).body(json(&phone.enrol(code)))).await.unwrap();
        let enrolled: EnrolReply = reply.ok();
        Self { http, url: url.to_owned(), token: enrolled.token, phone }
    }

    pub fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token.0).body(body)
    }

    /// Pushes the outbox once. `Err` if the connection broke: the outcome is unknown then.
    pub async fn try_push(&mut self) -> reqwest::Result<PushVerdict> {
        let reply: PushReply = send(self.post("/v1/push", json(&self.phone.push()))).await?.ok();
        if let PushVerdict::Accepted { acked_through, .. } = &reply.verdict {
            self.phone.acknowledged(*acked_through);
        }
        Ok(reply.verdict)
    }

    /// Pushes the outbox; all of it must be acknowledged and applied.
    pub async fn push(&mut self) -> OpNo {
        let last = self.phone.last();
        match self.try_push().await.unwrap() {
            PushVerdict::Accepted { acked_through, outcomes } => {
                assert_eq!((acked_through, outcomes), (last, vec![]));
                acked_through
            }
            other => panic!("{other:?}"),
        }
    }

    /// Every row of every scope, as JSON, from the beginning.
    pub async fn pull_all(&self) -> Vec<serde_json::Value> {
        let mut cursors = BTreeMap::new();
        let (mut rows, mut epoch) = (Vec::new(), None);
        loop {
            let client_now = shared::Moment::shanghai(chrono::Utc::now().timestamp_millis());
            let ask = PullRequest {
                proto: 1,
                device: self.phone.device,
                epoch,
                cursors: cursors.clone(),
                client_now,
                ask: vec![],
                keys: None,
            };
            let page: PullReply = send(self.post("/v1/pull", json(&ask))).await.unwrap().ok();
            epoch = Some(page.epoch);
            for scope in page.scopes {
                rows.extend(scope.rows.iter().map(|raw| serde_json::from_str(raw.get()).unwrap()));
                cursors.insert(scope.scope, scope.cursor);
            }
            if !page.more {
                return rows;
            }
        }
    }

    pub async fn report(&self, area: &str, period: &str) -> Report {
        let (area, period): (AreaCode, Period) = (area.parse().unwrap(), period.parse().unwrap());
        let url = format!("{}/v1/report?area={area}&period={period}", self.url);
        send(self.http.get(url).bearer_auth(&self.token.0)).await.unwrap().ok()
    }

    pub async fn media_create(&self, create: &MediaCreate) -> Reply {
        send(self.post("/v1/media", json(create))).await.unwrap()
    }

    pub async fn media_chunk(&self, upload: UploadId, offset: u64, bytes: &[u8]) -> reqwest::Result<Reply> {
        let request = self.http.patch(format!("{}/v1/media/{upload}", self.url)).bearer_auth(&self.token.0);
        send(request.header("upload-offset", offset).body(bytes.to_vec())).await
    }

    /// Offset and state, from the headers.
    pub async fn media_head(&self, upload: UploadId) -> (u64, String) {
        let request = self.http.head(format!("{}/v1/media/{upload}", self.url)).bearer_auth(&self.token.0);
        let reply = send(request).await.unwrap();
        assert_eq!(reply.status, 200);
        let header = |name: &str| reply.headers[name].to_str().unwrap().to_owned();
        (header("upload-offset").parse().unwrap(), header("upload-state"))
    }

    pub async fn media_finish(&self, upload: UploadId) -> MediaStatus {
        send(self.post(&format!("/v1/media/{upload}/finish"), "")).await.unwrap().ok()
    }
}

pub fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

/// A moment of today, in Shanghai.
pub fn today() -> String {
    shared::Moment::shanghai(chrono::Utc::now().timestamp_millis()).to_string()
}
