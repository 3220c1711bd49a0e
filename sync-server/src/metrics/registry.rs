//! [`Metrics`]: all metrics of one server, and what the HTTP layer counts.

use super::{
    gauges::OpenCounts,
    labels::{RequestLabels, ResponseLabels, ResultLabel, result},
};
use axum::{body::HttpBody, http::header::RETRY_AFTER, response::Response};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use shared::{
    protocol::Answer,
    wire::{BundleReply, BundleVerdict, PushReply, PushVerdict},
};
use std::time::Duration;

/// Seconds. A push that is fsynced takes about 10 ms; the server answers each request within 180 s.
const SECONDS_BUCKETS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0];

type ByResult = Family<ResultLabel, Counter>;

/// The metrics of one server. Clones of its metrics share their values, so every method takes `&self`.
pub struct Metrics {
    registry: Registry,
    requests: Family<ResponseLabels, Counter>,
    requests_deferred: Family<ResponseLabels, Counter>,
    request_duration: Family<RequestLabels, Histogram, fn() -> Histogram>,
    received: Family<RequestLabels, Counter>,
    sent: Family<RequestLabels, Counter>,
    pushes: ByResult,
    bundles: ByResult,
    pub(super) operations: ByResult,
    pub(super) operations_quarantined: Counter,
    pub(super) reviews_raised: Counter,
    pub(super) reviews_decided: ByResult,
    pub(super) repairs: Counter,
    pub(super) photos_announced: Counter,
    pub(super) photos_verified: Counter,
    pub(super) steps_deferred: Counter,
    reviews_open: Gauge,
    needs_open: Gauge,
    photos_waiting: Gauge,
    store_up: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS_BUCKETS);
        let mut metrics = Self {
            registry: Registry::with_prefix("lianxin"),
            requests: Family::default(),
            requests_deferred: Family::default(),
            request_duration: Family::new_with_constructor(histogram),
            received: Family::default(),
            sent: Family::default(),
            pushes: from_zero(&["accepted", "resume", "new_incarnation", "other", "refused"]),
            bundles: from_zero(&["delivered", "not_delivered", "refused"]),
            operations: from_zero(&["applied", "merged", "in_review", "rejected"]),
            operations_quarantined: Counter::default(),
            reviews_raised: Counter::default(),
            reviews_decided: from_zero(&["accepted", "declined"]),
            repairs: Counter::default(),
            photos_announced: Counter::default(),
            photos_verified: Counter::default(),
            steps_deferred: Counter::default(),
            reviews_open: Gauge::default(),
            needs_open: Gauge::default(),
            photos_waiting: Gauge::default(),
            store_up: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

/// A counter that shows 0 for each result from the start: `rate()` needs a first value to see the first increase.
fn from_zero(results: &[&'static str]) -> ByResult {
    let family = ByResult::default();
    for name in results {
        drop(family.get_or_create(&result(name)));
    }
    family
}

impl Metrics {
    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("requests", "Requests answered", self.requests.clone());
        let help = "Replies with Retry-After, by which clients are asked to wait";
        r.register("requests_deferred", help, self.requests_deferred.clone());
        let help = "Time from the head of a request to its reply";
        r.register_with_unit("request_duration", help, Unit::Seconds, self.request_duration.clone());
        r.register_with_unit("received", "Bytes of request bodies, as sent", Unit::Bytes, self.received.clone());
        r.register_with_unit("sent", "Bytes of reply bodies, as sent", Unit::Bytes, self.sent.clone());
        r.register("pushes", "Pushes answered, by result", self.pushes.clone());
        r.register("bundles", "Bundles handed in by devices, by result", self.bundles.clone());
        r.register("operations", "Operations evaluated for the first time, by outcome", self.operations.clone());
        let help = "Operations that this version cannot read, kept for a newer one";
        r.register("operations_quarantined", help, self.operations_quarantined.clone());
        r.register("reviews_raised", "Operations left to a supervisor", self.reviews_raised.clone());
        r.register("reviews_decided", "Reviews decided in the console", self.reviews_decided.clone());
        r.register("repairs", "Repairs of a scope whose digest differed", self.repairs.clone());
        r.register("photos_announced", "Photos announced before their bytes", self.photos_announced.clone());
        r.register("photos_verified", "Photos whose bytes were checked and stored", self.photos_verified.clone());
        let help = "Steps refused by the core with a time to wait";
        r.register("steps_deferred", help, self.steps_deferred.clone());
        r.register("reviews_open", "Reviews that wait for a decision", self.reviews_open.clone());
        r.register("needs_open", "Needs that are not solved yet", self.needs_open.clone());
        r.register("photos_waiting", "Recorded photos whose bytes have not arrived", self.photos_waiting.clone());
        r.register("store_up", "1 when the store answered this scrape, else 0", self.store_up.clone());
    }

    /// Where the bytes of a request's body are counted.
    pub fn received_bytes(&self, labels: &RequestLabels) -> Counter {
        self.received.get_or_create_owned(labels)
    }

    /// Counts a request that is answered `elapsed` after its head arrived.
    pub fn observe_response(&self, labels: &RequestLabels, response: &Response, elapsed: Duration) {
        let answered = ResponseLabels::new(labels, response.status());
        if response.headers().contains_key(RETRY_AFTER) {
            self.requests_deferred.get_or_create(&answered).inc();
        }
        self.requests.get_or_create(&answered).inc();
        self.request_duration.get_or_create(labels).observe(elapsed.as_secs_f64());
        // Every reply of this server has its body in memory, so its size is known.
        let sent = response.body().size_hint().lower();
        self.sent.get_or_create(labels).inc_by(sent);
    }

    /// Counts a push by the reply to it.
    pub fn observe_push(&self, answer: &Answer<PushReply>) {
        let label = match answer.as_ref().map(|reply| &reply.verdict) {
            Ok(PushVerdict::Accepted { .. }) => "accepted",
            Ok(PushVerdict::Resume { .. }) => "resume",
            Ok(PushVerdict::NewIncarnation { .. }) => "new_incarnation",
            Ok(PushVerdict::Other(_)) => "other",
            Err(_) => "refused",
        };
        self.pushes.get_or_create(&result(label)).inc();
    }

    /// Counts a bundle by the reply to it.
    pub fn observe_bundle(&self, answer: &Answer<BundleReply>) {
        let label = match answer.as_ref().map(|reply| &reply.verdict).map(BundleVerdict::is_delivered) {
            Ok(true) => "delivered",
            Ok(false) => "not_delivered",
            Err(_) => "refused",
        };
        self.bundles.get_or_create(&result(label)).inc();
    }

    /// Sets the gauges; `None` when the store did not answer. They then keep the values of the scrape before.
    pub(super) fn set_open(&self, open: Option<OpenCounts>) {
        self.store_up.set(i64::from(open.is_some()));
        if let Some(open) = open {
            self.reviews_open.set(open.reviews);
            self.needs_open.set(open.needs);
            self.photos_waiting.set(open.photos);
        }
    }

    /// All metrics in OpenMetrics text, which Prometheus reads.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into a String does not fail");
        text
    }
}
