//! Scrapes of a real server: both ports, a device that pushes, and the text as Prometheus parses it.

use super::endpoint;
use crate::{
    app,
    console::ConsoleOptions,
    core::{Settings, TestEnv},
    data::{DataDir, LocalCore},
    http::{self, Api, ServeOptions, limits::Limits},
    import::recipient_id,
    testing::{Phone, SampleRoster, TempDir},
};
use shared::{
    Change, Fields, Kind,
    ids::Rev,
    wire::{EnrolReply, PushRequest},
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::net::TcpListener;

/// 2026-11-23 10:00 in Shanghai.
const NOW: i64 = 1_795_399_200_000;

struct TestSite {
    core: LocalCore,
    http: reqwest::Client,
    /// URL of the server, and of its metrics.
    url: String,
    metrics_url: String,
    _temp: TempDir,
}

/// A device with its token.
struct Device {
    phone: Phone,
    token: String,
}

impl TestSite {
    async fn new(limits: Limits) -> Self {
        let temp = TempDir::new();
        let env = Arc::new(TestEnv::new(NOW));
        let core = DataDir::new(temp.path()).unwrap().open(env, Settings::default()).await.unwrap();
        core.apply_office(SampleRoster::small().changes()).await.unwrap();
        let api = Arc::new(Api::new(Arc::new(core.clone()), limits));
        let metrics_url = serve(endpoint::router(core.clone(), api.metrics.clone())).await;
        let url = serve(app::router(api, ConsoleOptions::default())).await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { core, http, url, metrics_url, _temp: temp }
    }

    async fn enrol(&self, worker: &str, n: u128) -> Device {
        let phone = Phone::new(uuid::Uuid::from_u128(n).into(), NOW);
        let request = phone.enrol(&self.core.issue_code(worker).await.unwrap().code);
        let body = serde_json::to_vec(&request).unwrap();
        let reply = self.http.post(format!("{}/v1/enrol", self.url)).body(body).send().await.unwrap();
        let reply: EnrolReply = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        Device { phone, token: reply.token.0 }
    }

    /// Pushes; returns the status, the size of the request body and the size of the reply body.
    async fn push(&self, device: &Device, request: &PushRequest) -> (u16, usize, usize) {
        let body = serde_json::to_vec(request).unwrap();
        let sent = body.len();
        let request = self.http.post(format!("{}/v1/push", self.url)).bearer_auth(&device.token).body(body);
        let reply = request.send().await.unwrap();
        (reply.status().as_u16(), sent, reply.bytes().await.unwrap().len())
    }

    /// The text and its samples: name with labels → value.
    async fn scrape(&self) -> (String, BTreeMap<String, f64>) {
        let reply = self.http.get(format!("{}/metrics", self.metrics_url)).send().await.unwrap();
        assert!(reply.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
        let text = reply.text().await.unwrap();
        let samples = parse(&text);
        (text, samples)
    }
}

/// Serves on a free port until the test ends; returns the URL.
async fn serve(router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(http::serve(router, listener, ServeOptions::default(), std::future::pending()));
    url
}

/// Reads OpenMetrics text. Panics when a sample is of no declared metric, or twice there, or when the end is missing.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let (mut families, mut samples) = (Vec::new(), BTreeMap::new());
    let body = text.strip_suffix("# EOF\n").expect("the text is whole");
    for line in body.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            families.push(declared.split(' ').next().unwrap().to_owned());
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(families.last().is_some_and(|family| name.starts_with(family.as_str())), "undeclared: {line}");
            let before = samples.insert(name.to_owned(), value.parse().unwrap());
            assert_eq!(before, None, "twice: {line}");
        }
    }
    samples
}

#[tokio::test]
async fn a_push_moves_the_counters_of_its_endpoint_and_of_its_operations() {
    let site = TestSite::new(Limits::default()).await;
    let mut device = site.enrol("W1", 0x1234).await;
    let (_, before) = site.scrape().await;
    assert_eq!(before["lianxin_pushes_total{result=\"accepted\"}"], 0.0);
    assert_eq!(before["lianxin_operations_total{result=\"applied\"}"], 0.0);
    assert_eq!(before["lianxin_requests_total{endpoint=\"/v1/enrol\",method=\"post\",status=\"200\"}"], 1.0);

    device.phone.visit(recipient_id("R1"), "home", "2026-11-23T09:00:00.000+08:00");
    let (status, sent, replied) = site.push(&device, &device.phone.push()).await;
    assert_eq!(status, 200);
    // The same push again: one more request and no more operations.
    assert_eq!(site.push(&device, &device.phone.push()).await.0, 200);

    let (_, after) = site.scrape().await;
    let labels = "endpoint=\"/v1/push\",method=\"post\"";
    assert_eq!(after["lianxin_pushes_total{result=\"accepted\"}"], 2.0);
    assert_eq!(after["lianxin_operations_total{result=\"applied\"}"], 1.0);
    assert_eq!(after[&format!("lianxin_requests_total{{{labels},status=\"200\"}}")], 2.0);
    assert_eq!(after[&format!("lianxin_request_duration_seconds_count{{{labels}}}")], 2.0);
    assert_eq!(after[&format!("lianxin_request_duration_seconds_bucket{{le=\"+Inf\",{labels}}}")], 2.0);
    assert_eq!(after[&format!("lianxin_received_bytes_total{{{labels}}}")], 2.0 * sent as f64);
    assert_eq!(after[&format!("lianxin_sent_bytes_total{{{labels}}}")], 2.0 * replied as f64);
    assert_eq!(after["lianxin_store_up"], 1.0);
}

#[tokio::test]
async fn open_reviews_are_a_gauge_and_decisions_a_counter() {
    let site = TestSite::new(Limits::default()).await;
    for (worker, n, name) in [("W1", 70, "谷军"), ("W2", 71, "谷均")] {
        let mut device = site.enrol(worker, n).await;
        let change = Change::Set(Fields::new().with("name", name));
        device.phone.record(Kind::Recipient, Some(recipient_id("R1").into()), Rev(1), change);
        assert_eq!(site.push(&device, &device.phone.push()).await.0, 200);
    }
    let (_, raised) = site.scrape().await;
    assert_eq!(raised["lianxin_reviews_raised_total"], 1.0);
    assert_eq!(raised["lianxin_operations_total{result=\"in_review\"}"], 1.0);
    assert_eq!(raised["lianxin_reviews_open"], 1.0);

    site.core.set_password("S1", "a long password").await.unwrap();
    let viewer = site.core.login("S1", "a long password").await.unwrap();
    let open = site.core.reviews_for(&viewer, None, (0, 0)).await.unwrap().open;
    site.core.decide_review(&viewer, open[0].id, true, "seen").await.unwrap();
    let (_, decided) = site.scrape().await;
    assert_eq!(decided["lianxin_reviews_open"], 0.0);
    assert_eq!(decided["lianxin_reviews_decided_total{result=\"accepted\"}"], 1.0);
}

#[tokio::test]
async fn a_device_that_is_asked_to_wait_is_counted() {
    let site = TestSite::new(Limits { burst: 1, per_second: 1, ..Limits::default() }).await;
    let device = site.enrol("W1", 7).await;
    assert_eq!(site.push(&device, &device.phone.push()).await.0, 200);
    assert_eq!(site.push(&device, &device.phone.push()).await.0, 429);
    let (_, samples) = site.scrape().await;
    let sample = "lianxin_requests_deferred_total{endpoint=\"/v1/push\",method=\"post\",status=\"429\"}";
    assert_eq!(samples[sample], 1.0);
}

#[tokio::test]
async fn no_metric_holds_an_id_a_name_a_token_or_a_requested_path() {
    let site = TestSite::new(Limits::default()).await;
    let device = site.enrol("W1", 0x1234).await;
    site.push(&device, &device.phone.push()).await;
    let id = uuid::Uuid::from_u128(0x5678);
    for path in [format!("/v1/media/{id}"), format!("/console/devices/{id}/revoke"), "/谷军".into(), "/W1".into()] {
        let request = site.http.request(reqwest::Method::GET, format!("{}{path}", site.url));
        request.bearer_auth(&device.token).send().await.unwrap();
    }
    let (text, samples) = site.scrape().await;
    for secret in ["1234", "5678", "谷军", "W1", &device.token] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(samples.keys().any(|name| name.contains("endpoint=\"/v1/media/{upload}\"")), "{text}");
}

#[tokio::test]
async fn the_public_port_has_no_metrics_and_the_metrics_port_has_nothing_else() {
    let site = TestSite::new(Limits::default()).await;
    for url in [format!("{}/metrics", site.url), format!("{}/healthz", site.metrics_url)] {
        assert_eq!(site.http.get(&url).send().await.unwrap().status(), 404, "{url}");
    }
}

#[test]
fn the_manual_lists_every_metric() {
    let manual = include_str!("../../../docs/operations.md");
    let text = super::Metrics::default().to_text();
    let declared = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    for (name, kind) in declared.filter_map(|line| line.split_once(' ')) {
        let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
        assert!(manual.contains(&format!("`{name}`")), "docs/operations.md lacks {name}");
    }
}
