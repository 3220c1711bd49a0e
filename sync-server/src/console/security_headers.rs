//! The headers of every page, which keep other sites from framing it, reading it or running scripts in it, and the
//! cookie that remembers a chosen language.

use super::{
    cookies::{LANG_COOKIE, set_cookie},
    page_locale::chosen_lang,
};
use axum::{
    extract::Request,
    http::{
        HeaderValue, StatusCode,
        header::{self, HeaderName},
    },
    middleware::Next,
    response::Response,
};
use std::time::Duration;

/// 365 days: the language stays until a person chooses another.
const LANG_VALID: Duration = Duration::from_secs(365 * 86_400);
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// Middleware: adds the headers and the language cookie. 405 becomes 404, as in the device API.
pub async fn add(request: Request, next: Next) -> Response {
    let chosen = chosen_lang(request.uri());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(lang) = chosen {
        headers.append(header::SET_COOKIE, set_cookie(LANG_COOKIE, lang.code(), LANG_VALID, false));
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
