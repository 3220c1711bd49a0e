//! A backend with canned replies, to test the layer between the socket and the protocol.

use crate::http::{
    limits::Limits,
    router,
    state::{Api, Backend},
};
use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode},
    response::Response,
};
use serde_json::Value;
use shared::{
    AreaCode, Moment,
    ids::{Epoch, OpNo, UploadId, WorkerId},
    protocol::{Answer, SyncProtocol},
    records::Role,
    wire::*,
};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

/// Succeeds with every call, or fails with `error` once that is set. Records the calls.
#[derive(Default)]
pub struct FakeBackend {
    pub error: Mutex<Option<SyncError>>,
    pub calls: Mutex<Vec<String>>,
    /// When set, pushes wait for a permit.
    pub gate: Option<Arc<tokio::sync::Semaphore>>,
    /// When set, the last acknowledged operation: a push must start with the next one, and only a push that starts with
    /// operation 1 waits at the gate.
    pub acked_through: Option<Mutex<u64>>,
    pub unhealthy: bool,
    /// When true, a push panics.
    pub panics: std::sync::atomic::AtomicBool,
}

impl FakeBackend {
    /// A backend that fails every call with `code`.
    pub fn failing(code: ErrorCode) -> Self {
        Self { error: Mutex::new(Some(SyncError::refused(code))), ..Self::default() }
    }

    fn answer<T>(&self, call: String, value: T) -> Answer<T> {
        self.calls.lock().unwrap().push(call);
        match self.error.lock().unwrap().clone() {
            Some(error) => Err(error),
            None => Ok(value),
        }
    }
}

pub fn moment() -> Moment {
    Moment::shanghai(1_790_000_000_000)
}

pub fn area() -> AreaCode {
    "629901001".parse().unwrap()
}

fn status(upload: UploadId, offset: u64) -> MediaStatus {
    MediaStatus { upload, state: MediaState::Uploading, offset }
}

impl SyncProtocol for FakeBackend {
    async fn enrol(&self, request: EnrolRequest) -> Answer<EnrolReply> {
        let reply = EnrolReply {
            token: Token("t-new".into()),
            epoch: Epoch::NIL,
            worker: WorkerId::NIL,
            name: "谷军".into(),
            role: Role::Worker,
            area: area(),
            areas: vec![],
            unit: None,
            server_now: moment(),
            seal_key: None,
        };
        self.answer(format!("enrol {}", request.code), reply)
    }
    async fn push(&self, token: &Token, request: PushRequest) -> Answer<PushReply> {
        if let Some(gate) = self.gate.as_ref().filter(|_| self.acked_through.is_none() || request.first_op == OpNo(1)) {
            gate.acquire().await.unwrap().forget();
        }
        assert!(!self.panics.load(std::sync::atomic::Ordering::SeqCst), "planted");
        let mut verdict = PushVerdict::Accepted { acked_through: OpNo(request.ops.len() as u64), outcomes: vec![] };
        if let Some(last) = &self.acked_through {
            let mut last = last.lock().unwrap();
            if request.first_op.0 > *last + 1 {
                verdict = PushVerdict::Resume { have: OpNo(*last) };
            } else {
                *last = request.first_op.0 + request.ops.len() as u64 - 1;
            }
        }
        let ops: Vec<&str> = request.ops.iter().map(|op| op.get()).collect();
        let reply = PushReply { epoch: Epoch::NIL, server_now: moment(), verdict };
        self.answer(format!("push {} {}", token.0, ops.join("")), reply)
    }
    async fn pull(&self, token: &Token, _: PullRequest) -> Answer<PullReply> {
        let reply = PullReply {
            epoch: Epoch::NIL,
            server_now: moment(),
            scopes: vec![],
            dropped: vec![],
            more: false,
            told: vec![],
            seal_key: None,
        };
        self.answer(format!("pull {}", token.0), reply)
    }
    async fn repair(&self, token: &Token, request: RepairRequest) -> Answer<RepairReply> {
        let reply = RepairReply {
            epoch: Epoch::NIL,
            server_now: moment(),
            seq: Default::default(),
            reset: false,
            differ: vec![],
            rows: vec![],
            more: false,
        };
        self.answer(format!("repair {} {}", token.0, request.scope), reply)
    }
    async fn media_create(&self, token: &Token, request: MediaCreate) -> Answer<MediaStatus> {
        self.answer(format!("create {} {}", token.0, request.size), status(UploadId::NIL, 0))
    }
    async fn media_status(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        self.answer(format!("status {}", token.0), status(upload, 42))
    }
    async fn media_chunk(&self, token: &Token, chunk: MediaChunk) -> Answer<MediaStatus> {
        let end = chunk.offset + chunk.bytes.len() as u64;
        self.answer(format!("chunk {} {}+{}", token.0, chunk.offset, chunk.bytes.len()), status(chunk.upload, end))
    }
    async fn media_finish(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        let verified = MediaStatus { state: MediaState::Verified, ..status(upload, 42) };
        self.answer(format!("finish {}", token.0), verified)
    }
    async fn bundle(&self, token: &Token, bytes: Vec<u8>) -> Answer<BundleReply> {
        let reply = BundleReply { server_now: moment(), verdict: BundleVerdict::Accepted };
        self.answer(format!("bundle {} {}", token.0, bytes.len()), reply)
    }
    async fn report(&self, token: &Token, request: ReportRequest) -> Answer<Report> {
        let report = Report {
            area: request.area,
            area_name: "平川乡".into(),
            period: request.period,
            category: request.category.clone(),
            total: Default::default(),
            by_area: vec![],
            by_category: vec![],
            by_month: vec![],
            attention: Default::default(),
            as_of: moment(),
        };
        let category = request.category.map(|c| c.word().to_owned()).unwrap_or_default();
        self.answer(format!("report {} {} {} {category}", token.0, request.area.as_str(), request.period), report)
    }
}

impl Backend for FakeBackend {
    async fn healthy(&self) -> bool {
        !self.unhealthy
    }
}

/// The router of the device API over a [`FakeBackend`].
pub struct TestApi {
    pub backend: Arc<FakeBackend>,
    router: axum::Router,
}

/// A response, read to its end.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }
    /// The error code of a refusal.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

impl TestApi {
    pub fn new(backend: FakeBackend) -> Self {
        Self::with(backend, Limits::default())
    }

    pub fn with(backend: FakeBackend, limits: Limits) -> Self {
        let backend = Arc::new(backend);
        Self { router: router(Arc::new(Api::new(backend.clone(), limits))), backend }
    }

    /// Sends any request.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response: Response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, bytes }
    }

    /// Sends a request with the token `t`.
    pub async fn call(&self, method: &str, path: &str, body: impl Into<Body>) -> Reply {
        self.send(request(method, path).body(body.into()).unwrap()).await
    }

    /// The calls so far, each as one line.
    pub fn calls(&self) -> Vec<String> {
        self.backend.calls.lock().unwrap().clone()
    }
}

/// A request with the token `t`, to be completed.
pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("authorization", "Bearer t")
}

/// The JSON of a push with these operations, starting with number 1.
pub fn push_json(ops: &str) -> String {
    let (device, chain) = (uuid::Uuid::from_u128(7), "0".repeat(64));
    format!(
        r#"{{"proto":1,"device":"{device}","incarnation":0,"first_op":1,"chain":"{chain}","client_now":"{}","ops":[{ops}]}}"#,
        moment()
    )
}
