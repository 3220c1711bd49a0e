//! Errors on the wire and in the client: what failed, and whether a retry can help. Expected results (conflict,
//! duplicate, tombstone) are not errors; they are outcomes and verdicts.

use super::version::Accepts;
use crate::open_enum;
use serde::{Deserialize, Serialize};

open_enum! {
    /// Locale key `error-<word>`.
    ErrorCode {
        // Enrolment and access.
        CodeUnknown = "code-unknown",
        CodeExpired = "code-expired",
        CodeUsed = "code-used",
        TokenUnknown = "token-unknown",
        TokenRevoked = "token-revoked",
        NotAllowed = "not-allowed",
        LoginFailed = "login-failed",
        // The request itself.
        Malformed = "malformed",
        TooLarge = "too-large",
        NotFound = "not-found",
        ProtocolTooOld = "protocol-too-old",
        ProtocolTooNew = "protocol-too-new",
        BadEncoding = "bad-encoding",
        // Media.
        OffsetMismatch = "offset-mismatch",
        NotAPhoto = "not-a-photo",
        // The server's own state.
        Busy = "busy",
        TooManyRequests = "too-many-requests",
        StorageFull = "storage-full",
        Internal = "internal",
    }
}

/// The body of every reply with a status other than 2xx.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    pub code: ErrorCode,
    /// A sentence in the language of `Accept-Language`; clients translate `code` themselves.
    pub message: String,
    /// Seconds to wait; also sent as `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// With `protocol-too-old` and `protocol-too-new`, since version 2: the versions that the server accepts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepts: Option<Accepts>,
}

/// Why a call of the protocol failed, on either side.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// No connection, or a broken one. The server may or may not have carried out the call.
    #[error("no connection to the server: {0}")]
    Offline(String),
    /// The server refused, permanently or for now.
    #[error("{}: {}", .0.code, .0.message)]
    Refused(ApiError),
    /// The reply does not follow the protocol.
    #[error("the server's reply could not be read: {0}")]
    BadReply(String),
}

impl SyncError {
    /// A refusal with this code, whose word is the message.
    pub fn refused(code: ErrorCode) -> Self {
        Self::Refused(ApiError { message: code.word().to_owned(), code, retry_after: None, accepts: None })
    }

    /// This error, if it is a refusal, with seconds to wait.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        if let Self::Refused(error) = &mut self {
            error.retry_after = Some(seconds);
        }
        self
    }

    /// The code of a refusal.
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Refused(error) => Some(&error.code),
            _ => None,
        }
    }

    /// True when repeating the call cannot help.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Offline(_) | Self::BadReply(_) => false,
            Self::Refused(error) => !matches!(
                error.code,
                ErrorCode::Busy
                    | ErrorCode::TooManyRequests
                    | ErrorCode::StorageFull
                    | ErrorCode::Internal
                    | ErrorCode::OffsetMismatch
                    | ErrorCode::Other(_)
            ),
        }
    }

    /// True when this device's access has ended.
    pub fn is_revoked(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::TokenRevoked))
    }
}
