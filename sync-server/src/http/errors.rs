//! The one place where an error code gets its HTTP status, a waiting time, and a sentence in the caller's language.

use super::limits::jitter;
use crate::text::{Lang, error_sentences};
use axum::http::StatusCode;
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

/// Seconds to wait when the core named none. Every temporary refusal has a random wait, so that clients spread out.
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

/// The body of a refusal. The core's own message is for logs and never sent.
pub fn api_error(error: &SyncError, lang: Lang) -> ApiError {
    let (code, retry_after, accepts) = match error {
        SyncError::Refused(refused) => (refused.code.clone(), refused.retry_after, refused.accepts),
        // Only clients produce these two; the core calls no other server.
        SyncError::Offline(_) | SyncError::BadReply(_) => (ErrorCode::Internal, None, None),
    };
    let retry_after = retry_after.or_else(|| default_wait(&code));
    ApiError { message: error_sentences(lang, &code), code, retry_after, accepts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internal_message_is_never_sent() {
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
