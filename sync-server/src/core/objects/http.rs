//! The HTTP client for S3: `object_store` over the client that the project uses elsewhere, so that there is one TLS
//! library and one list of trusted authorities.

use futures_util::future::BoxFuture;
use object_store::{
    ClientConfigKey, ClientOptions, Error,
    client::{HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService},
};
use reqwest::{Certificate, Client, StatusCode, header::HeaderMap, redirect::Policy};
use std::{pin::Pin, time::Duration};

/// 5 s to connect: a storage further away than that is as good as down.
const CONNECT: Duration = Duration::from_secs(5);
/// 60 s for one call: 8 MiB at 140 kB/s. Our clients give up after 120 s without a reply.
const CALL: Duration = Duration::from_secs(60);

/// A storage's refusal: the status and the S3 error code, never the body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it answered {status} {code}")]
pub struct Refused {
    status: u16,
    code: String,
}

impl Refused {
    /// True if the storage has no room. 507 is MinIO's status, the codes are those of Ceph and others.
    pub fn is_full(&self) -> bool {
        self.status == StatusCode::INSUFFICIENT_STORAGE.as_u16()
            || matches!(self.code.as_str(), "XMinioStorageFull" | "QuotaExceeded" | "InsufficientStorage")
    }

    fn new(status: StatusCode, body: &str) -> Self {
        let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
        // A single word, not a sentence of a proxy.
        let word = |code: &&str| code.len() <= 60 && code.bytes().all(|b| b.is_ascii_alphanumeric());
        Self { status: status.as_u16(), code: code.filter(word).unwrap_or("without a word").to_owned() }
    }

    /// The kind that decides whether the crate retries, with growing pauses.
    fn kind(&self) -> HttpErrorKind {
        let passing = !self.is_full() && (self.status >= 500 || self.status == 429 || self.status == 408);
        if passing { HttpErrorKind::Request } else { HttpErrorKind::Unknown }
    }
}

/// Makes HTTP clients that trust the same authorities.
#[derive(Debug)]
pub struct Connector {
    /// Trusted beside the public authorities, for a storage with a certificate of its own.
    pub authorities: Vec<Certificate>,
    /// The endpoint is this machine: no proxy is used.
    pub loopback: bool,
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let in_the_clear = options.get_config_value(&ClientConfigKey::AllowHttp).is_some_and(|v| v == "true");
        let mut builder = Client::builder()
            .https_only(!in_the_clear)
            .connect_timeout(CONNECT)
            .timeout(CALL)
            // A redirect would need a new signature; a storage that sends one is configured wrongly.
            .redirect(Policy::none());
        if self.loopback {
            builder = builder.no_proxy();
        }
        for authority in &self.authorities {
            builder = builder.add_root_certificate(authority.clone());
        }
        let client = builder.build().map_err(|e| Error::Generic { store: "S3", source: Box::new(e.without_url()) })?;
        Ok(HttpClient::new(Http(client)))
    }
}

#[derive(Debug)]
struct Http(Client);

impl HttpService for Http {
    fn call<'a, 'b>(
        &'a self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let answer: BoxFuture<'b, _> = Box::pin(self.send(request));
        answer
    }
}

impl Http {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let request = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers);
        let request = if body.content_length() == 0 { request } else { request.body(reqwest::Body::wrap(body)) };
        let response = request.send().await.map_err(broken)?;
        let (status, headers): (StatusCode, HeaderMap) = (response.status(), response.headers().clone());
        // The whole body: no object is larger than a photo, and a cut connection is noticed here, where the call can be
        // retried.
        let body = response.bytes().await.map_err(broken)?;
        // The crate itself handles these: done, missing, exists.
        if !status.is_success() && !matches!(status.as_u16(), 304 | 404 | 409 | 412) {
            let refused = Refused::new(status, &String::from_utf8_lossy(&body));
            return Err(HttpError::new(refused.kind(), refused));
        }
        let mut answer = HttpResponse::new(body.into());
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

/// Every call may be repeated, so every broken one is worth a retry.
fn broken(error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() { HttpErrorKind::Timeout } else { HttpErrorKind::Request };
    HttpError::new(kind, error.without_url())
}

/// What happened to a call, without addresses.
pub fn in_words(error: &reqwest::Error) -> &'static str {
    match error {
        e if e.is_timeout() => "it did not answer in time",
        e if e.is_connect() => "it could not be reached",
        _ => "the connection broke",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_holds_status_and_code_and_nothing_else_of_the_response() {
        let body = "<Error><Code>InvalidAccessKeyId</Code><AWSAccessKeyId>AKIASECRET</AWSAccessKeyId></Error>";
        let refused = Refused::new(StatusCode::FORBIDDEN, body);
        assert_eq!(refused.to_string(), "it answered 403 InvalidAccessKeyId");
        for body in ["", "<html>Bad gateway</html>", "<Code>two words</Code>", "<Code>open"] {
            assert_eq!(Refused::new(StatusCode::BAD_GATEWAY, body).to_string(), "it answered 502 without a word");
        }
    }

    #[test]
    fn full_differs_from_busy_and_only_busy_is_retried() {
        for (status, code, full, again) in [
            (507, "XMinioStorageFull", true, false),
            (403, "QuotaExceeded", true, false),
            (503, "SlowDown", false, true),
            (500, "InternalError", false, true),
            (429, "", false, true),
            (403, "AccessDenied", false, false),
        ] {
            let refused = Refused::new(StatusCode::from_u16(status).unwrap(), &format!("<Code>{code}</Code>"));
            assert_eq!((refused.is_full(), refused.kind() == HttpErrorKind::Request), (full, again), "{code}");
        }
    }
}
