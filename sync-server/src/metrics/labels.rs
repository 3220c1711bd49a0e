//! Labels. Each has a small, fixed set of values: a label with an id would name a person and grow without bound.

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;

/// Which endpoint a request is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The template of the route, such as `/v1/media/{upload}`.
    endpoint: String,
    /// `other` for methods that no route has; a client may send any word.
    method: &'static str,
}

impl RequestLabels {
    /// `route` is the template that matched, never the requested path.
    pub fn new(method: &Method, route: &str) -> Self {
        let method = match *method {
            Method::GET => "get",
            Method::HEAD => "head",
            Method::POST => "post",
            Method::PATCH => "patch",
            _ => "other",
        };
        Self { endpoint: route.to_owned(), method }
    }
}

/// How a request was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ResponseLabels {
    endpoint: String,
    method: &'static str,
    status: u32,
}

impl ResponseLabels {
    pub(super) fn new(request: &RequestLabels, status: StatusCode) -> Self {
        Self { endpoint: request.endpoint.clone(), method: request.method, status: u32::from(status.as_u16()) }
    }
}

/// The label of a counter that is divided by how something ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ResultLabel {
    result: &'static str,
}

/// The label `result` with this value.
pub(super) const fn result(result: &'static str) -> ResultLabel {
    ResultLabel { result }
}
