//! The one place where an error becomes a status, a `Retry-After` and a sentence in the reader's language.

use super::{body, limits::jitter, peer::Peer};
use crate::text::{Lang, error_sentences};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use shared::wire::{ApiError, ErrorCode, SyncError};

/// The status of each code. Clients decide by the code; the status is for proxies and people.
pub fn status(code: &ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Malformed | ErrorCode::BadEncoding | ErrorCode::NotAPhoto => StatusCode::BAD_REQUEST,
        ErrorCode::TokenUnknown | ErrorCode::LoginFailed => StatusCode::UNAUTHORIZED,
        ErrorCode::TokenRevoked | ErrorCode::NotAllowed => StatusCode::FORBIDDEN,
        ErrorCode::CodeUnknown | ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::OffsetMismatch | ErrorCode::CodeUsed => StatusCode::CONFLICT,
        ErrorCode::CodeExpired => StatusCode::GONE,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::ProtocolTooOld | ErrorCode::ProtocolTooNew => StatusCode::UPGRADE_REQUIRED,
        ErrorCode::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Internal | ErrorCode::Other(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Seconds to wait where the core named none; every refusal for now carries some, so that clients spread out.
fn default_wait(code: &ErrorCode) -> Option<u32> {
    match code {
        ErrorCode::Busy => Some(jitter(2, 10)),
        ErrorCode::TooManyRequests => Some(jitter(5, 15)),
        ErrorCode::Internal | ErrorCode::Other(_) => Some(jitter(20, 60)),
        // Someone has to free space first.
        ErrorCode::StorageFull => Some(jitter(300, 600)),
        _ => None,
    }
}

/// The body that goes out: never the core's own wording, which is for logs.
pub fn api_error(error: &SyncError, lang: Lang) -> ApiError {
    let (code, retry_after, accepts) = match error {
        SyncError::Refused(refused) => (refused.code.clone(), refused.retry_after, refused.accepts),
        // The core has no connection of its own to lose.
        SyncError::Offline(_) | SyncError::BadReply(_) => (ErrorCode::Internal, None, None),
    };
    let retry_after = retry_after.or_else(|| default_wait(&code));
    ApiError { message: error_sentences(lang, &code), code, retry_after, accepts }
}

pub fn response(error: &SyncError, peer: Peer) -> Response {
    let error = api_error(error, peer.lang);
    let mut response = body::reply(&error, peer);
    *response.status_mut() = status(&error.code);
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if response.status() == StatusCode::UPGRADE_REQUIRED {
        response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("lianxin"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(lang: Lang) -> Peer {
        Peer { lang, zstd: false }
    }

    #[test]
    fn every_refusal_that_may_pass_says_how_long_to_wait() {
        for code in ErrorCode::ALL {
            let error = SyncError::refused(code.clone());
            let response = response(&error, plain(Lang::En));
            let waits = response.headers().contains_key(header::RETRY_AFTER);
            let passes = !error.is_permanent() && *code != ErrorCode::OffsetMismatch;
            assert_eq!(waits, passes, "{code}");
            assert!(response.status().is_client_error() || response.status().is_server_error(), "{code}");
        }
    }

    #[test]
    fn what_the_core_says_to_wait_goes_out_as_header_and_in_the_body() {
        let error = SyncError::refused(ErrorCode::Busy).retry_after(7);
        let response = response(&error, plain(Lang::ZhCn));
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
        assert_eq!(api_error(&error, Lang::ZhCn).retry_after, Some(7));
    }

    #[test]
    fn an_inner_wording_never_goes_out() {
        let error = SyncError::Refused(ApiError {
            code: ErrorCode::Internal,
            message: "disk image is malformed: 张三".into(),
            retry_after: None,
            accepts: None,
        });
        assert!(!api_error(&error, Lang::ZhCn).message.contains("张三"));
        assert_eq!(api_error(&SyncError::BadReply("张三".into()), Lang::En).code, ErrorCode::Internal);
    }
}
