//! [`HttpClient`]: `SyncProtocol` over HTTP, one method per route.
//!
//! | call | route |
//! | --- | --- |
//! | enrol | `POST v1/enrol` |
//! | push, pull, repair | `POST v1/push`, `POST v1/pull`, `POST v1/repair` |
//! | media_create | `POST v1/media` |
//! | media_status | `HEAD v1/media/{upload}`, answered in headers `upload-offset`, `upload-state` |
//! | media_chunk | `PATCH v1/media/{upload}` with header `upload-offset`; the body is the bytes |
//! | media_finish | `POST v1/media/{upload}/finish` |
//! | bundle | `POST v1/bundle`; the body is the sealed file |
//! | report | `GET v1/report?area&period&category` |

use super::{ServerAddress, Traffic, body};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
    },
    redirect::Policy,
};
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    ids::UploadId,
    protocol::{Answer, SyncProtocol},
    wire::{
        ApiError, BundleReply, EnrolReply, EnrolRequest, ErrorCode, MediaChunk, MediaCreate, MediaState, MediaStatus,
        PullReply, PullRequest, PushReply, PushRequest, RepairReply, RepairRequest, Report, ReportRequest, SyncError,
        Token,
    },
};
use std::time::Duration;

/// 10 s: waking the radio on 2G, the name look-up and TCP take about 4 s.
const CONNECT: Duration = Duration::from_secs(10);
/// 2 min without a byte of reply. It also runs during an upload: 128 KiB at 1.1 kB/s fit; a slower link counts as
/// broken.
const STALL: Duration = Duration::from_secs(120);
/// 15 min for one call: a full page of a first pull over a bad 2G link takes about that.
const WHOLE: Duration = Duration::from_secs(900);

static UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
static UPLOAD_STATE: HeaderName = HeaderName::from_static("upload-state");

/// A client of one server. Clones share connections and traffic counters.
#[derive(Clone, Debug)]
pub struct HttpClient {
    address: ServerAddress,
    client: reqwest::Client,
    traffic: Traffic,
}

impl HttpClient {
    /// # Errors
    /// [`SyncError::Offline`] when TLS cannot be set up.
    pub fn new(address: ServerAddress) -> Result<Self, SyncError> {
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(STALL)
            .timeout(WHOLE)
            // A redirect could carry the token to another host.
            .redirect(Policy::none())
            .build()
            .map_err(offline)?;
        Ok(Self { address, client, traffic: Traffic::default() })
    }

    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    pub fn address(&self) -> &ServerAddress {
        &self.address
    }

    fn request(&self, method: Method, path: &str, token: Option<&Token>) -> RequestBuilder {
        let mut request = self
            .client
            .request(method, self.address.route(path))
            .header(ACCEPT_ENCODING, HeaderValue::from_static("zstd"));
        if let Some(token) = token
            && let Ok(mut value) = HeaderValue::try_from(format!("Bearer {}", token.0))
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request
    }

    async fn post<Q: Serialize, R: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&Token>,
        message: &Q,
    ) -> Answer<R> {
        let body = body::compress_json(message)?;
        let request = self
            .request(Method::POST, path, token)
            .header(CONTENT_TYPE, "application/json")
            .header(CONTENT_ENCODING, "zstd")
            .body(body);
        body::parse_json(&self.send(request).await?.1)
    }

    /// Sends the request, counts its traffic and reads the whole reply. Every status but 2xx becomes an error.
    async fn send(&self, request: RequestBuilder) -> Answer<(HeaderMap, Vec<u8>)> {
        let request = request.build().map_err(offline)?;
        let retry = request.try_clone();
        let response = match (self.execute(request).await, retry) {
            // A pooled connection may have died unnoticed (a restarted server, a NAT that dropped it). Every call may
            // be repeated, so a second try on a new connection is safe.
            (Err(error), Some(retry)) if error.is_request() && !error.is_connect() && !error.is_timeout() => {
                self.execute(retry).await
            }
            (answer, _) => answer,
        };
        let response = response.map_err(offline)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = self.read_all(response).await?;
        let bytes = match headers.get(CONTENT_ENCODING) {
            Some(encoding) if encoding.as_bytes() == b"zstd" => body::decompress(&bytes)?,
            _ => bytes,
        };
        if status.is_success() { Ok((headers, bytes)) } else { Err(refused(status, &headers, &bytes)) }
    }

    async fn execute(&self, request: reqwest::Request) -> reqwest::Result<Response> {
        let body = request.body().and_then(|b| b.as_bytes()).map_or(0, <[u8]>::len);
        self.traffic.add_up(request.url().path().len() + header_bytes(request.headers()) + body);
        self.client.execute(request).await
    }

    async fn read_all(&self, mut response: Response) -> Answer<Vec<u8>> {
        self.traffic.add_down(header_bytes(response.headers()));
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(offline)? {
            self.traffic.add_down(chunk.len());
            if bytes.len() + chunk.len() > body::REPLY_BYTES_MAX {
                return Err(SyncError::BadReply("the reply is longer than 8 MiB".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

impl SyncProtocol for HttpClient {
    async fn enrol(&self, request: EnrolRequest) -> Answer<EnrolReply> {
        self.post("v1/enrol", None, &request).await
    }

    async fn push(&self, token: &Token, request: PushRequest) -> Answer<PushReply> {
        self.post("v1/push", Some(token), &request).await
    }

    async fn pull(&self, token: &Token, request: PullRequest) -> Answer<PullReply> {
        let reply: PullReply = self.post("v1/pull", Some(token), &request).await?;
        // Parses the rows here, on the network thread, while the core applies the previous page.
        reply.read_ahead();
        Ok(reply)
    }

    async fn repair(&self, token: &Token, request: RepairRequest) -> Answer<RepairReply> {
        self.post("v1/repair", Some(token), &request).await
    }

    async fn media_create(&self, token: &Token, request: MediaCreate) -> Answer<MediaStatus> {
        self.post("v1/media", Some(token), &request).await
    }

    async fn media_status(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        let request = self.request(Method::HEAD, &format!("v1/media/{upload}"), Some(token));
        let (headers, _) = self.send(request).await?;
        status_in(upload, &headers).ok_or_else(|| SyncError::BadReply("no upload-offset or upload-state".to_owned()))
    }

    async fn media_chunk(&self, token: &Token, chunk: MediaChunk) -> Answer<MediaStatus> {
        let request = self
            .request(Method::PATCH, &format!("v1/media/{}", chunk.upload), Some(token))
            .header(UPLOAD_OFFSET.clone(), chunk.offset)
            // Not compressed: JPEG does not get smaller.
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .body(chunk.bytes);
        body::parse_json(&self.send(request).await?.1)
    }

    async fn media_finish(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        let request = self.request(Method::POST, &format!("v1/media/{upload}/finish"), Some(token));
        body::parse_json(&self.send(request).await?.1)
    }

    async fn bundle(&self, token: &Token, bytes: Vec<u8>) -> Answer<BundleReply> {
        let request = self
            .request(Method::POST, "v1/bundle", Some(token))
            .header(CONTENT_TYPE, "application/octet-stream")
            .body(bytes);
        body::parse_json(&self.send(request).await?.1)
    }

    async fn report(&self, token: &Token, request: ReportRequest) -> Answer<Report> {
        let mut url = self.address.route("v1/report");
        url.query_pairs_mut()
            .append_pair("area", &request.area.to_string())
            .append_pair("period", &request.period.to_string())
            .extend_pairs(request.category.iter().map(|c| ("category", c.word())));
        let mut call = self.request(Method::GET, "v1/report", Some(token)).build().map_err(offline)?;
        *call.url_mut() = url;
        body::parse_json(&self.send(RequestBuilder::from_parts(self.client.clone(), call)).await?.1)
    }
}

/// The state of an upload, from the headers of a reply.
fn status_in(upload: UploadId, headers: &HeaderMap) -> Option<MediaStatus> {
    let offset = headers.get(&UPLOAD_OFFSET)?.to_str().ok()?.parse().ok()?;
    let state = headers.get(&UPLOAD_STATE)?.to_str().ok()?;
    let state: MediaState = serde_json::from_value(serde_json::Value::from(state)).ok()?;
    Some(MediaStatus { upload, state, offset })
}

/// Names the kind of failure only: a URL or host name in a message may be personal data.
fn offline(error: reqwest::Error) -> SyncError {
    let what = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "could not connect"
    } else if error.is_body() || error.is_decode() {
        "broke off in the reply"
    } else {
        "broke off"
    };
    SyncError::Offline(what.to_owned())
}

fn refused(status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> SyncError {
    let wait = headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse::<u32>().ok());
    if let Ok(mut error) = serde_json::from_slice::<ApiError>(bytes) {
        error.retry_after = error.retry_after.or(wait);
        return SyncError::Refused(error);
    }
    // The reply comes from something before the server (a proxy, a log-in page of a public network), or from a HEAD
    // request, which has no body. It never counts as a verdict on this device's access.
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        StatusCode::TOO_MANY_REQUESTS => ErrorCode::TooManyRequests,
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        s if s.is_server_error() => ErrorCode::Busy,
        s => return SyncError::BadReply(format!("status {}", s.as_u16())),
    };
    let error = SyncError::refused(code);
    if let Some(seconds) = wait { error.retry_after(seconds) } else { error }
}

/// Length in HTTP/1.1: `name: value` and the end of the line.
fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

#[cfg(test)]
mod tests;
