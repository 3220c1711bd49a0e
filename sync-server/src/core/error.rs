//! Errors of the core's calls, beside the protocol's own outcomes.

use super::objects::ObjectsError;
use crate::store::StoreError;
use shared::{
    op::Rejection,
    wire::{ErrorCode, SyncError},
};

/// Errors of the office's and console's calls. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    #[error("no worker has the code '{0}'; check the roster")]
    UnknownWorker(String),
    #[error("the worker with the code '{0}' has left; take that back in the roster first")]
    WorkerLeft(String),
    #[error("no such device; reload the list")]
    UnknownDevice,
    #[error("a password needs at least {0} characters")]
    PasswordTooShort(usize),
    #[error("this is not yours to see or do")]
    NotAllowed,
    #[error("there is no such record or photo")]
    NotFound,
    /// A change by the office was refused; no change of the same call was applied.
    #[error("change number {} does not hold: {}", .index + 1, .rejection.word())]
    Refused { index: usize, rejection: Rejection },
    /// Logged where it happened, together with what the server was doing.
    #[error(transparent)]
    Objects(ObjectsError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An error of the protocol, passed through.
    #[error(transparent)]
    Sync(SyncError),
}

impl From<CoreError> for SyncError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::Sync(error) => error,
            CoreError::Store(StoreError::Full) => Self::refused(ErrorCode::StorageFull).retry_after(600),
            CoreError::Store(StoreError::Busy) => Self::refused(ErrorCode::Busy).retry_after(5),
            CoreError::Store(StoreError::Closed) => Self::refused(ErrorCode::Busy).retry_after(30),
            CoreError::NotAllowed => Self::refused(ErrorCode::NotAllowed),
            CoreError::NotFound | CoreError::UnknownDevice => Self::refused(ErrorCode::NotFound),
            CoreError::Objects(ObjectsError::Full) => Self::refused(ErrorCode::StorageFull).retry_after(600),
            // The storage as a whole failed, not this photo: the device tries again later.
            CoreError::Objects(_) => Self::refused(ErrorCode::Busy).retry_after(30),
            other => {
                tracing::error!(error = %other, "a step failed");
                Self::refused(ErrorCode::Internal)
            }
        }
    }
}

impl From<SyncError> for CoreError {
    fn from(error: SyncError) -> Self {
        Self::Sync(error)
    }
}

/// Refuses with a code of the protocol.
///
/// # Errors
///
/// Always.
pub(crate) fn refuse<T>(code: ErrorCode) -> Result<T, CoreError> {
    Err(CoreError::Sync(SyncError::refused(code)))
}
