//! Why a step failed, and what that means for the screen and for the next attempt.

use crate::{Refusal, store::StoreError, views::SyncProblem};
use shared::wire::{ErrorCode, SyncError};

/// Ends a run early.
#[derive(Debug)]
pub(super) enum SyncFailure {
    Store(StoreError),
    Server(SyncError),
}

impl From<StoreError> for SyncFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SyncError> for SyncFailure {
    fn from(error: SyncError) -> Self {
        Self::Server(error)
    }
}

impl From<Refusal> for SyncFailure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::StorageFull => Self::Store(StoreError::Full),
            _ => Self::Store(StoreError::Unreadable("what the sync needs")),
        }
    }
}

impl SyncFailure {
    /// What the sync screen says.
    pub fn problem(&self) -> SyncProblem {
        match self {
            Self::Store(StoreError::Full) => SyncProblem::StorageFull,
            Self::Store(_) => SyncProblem::Refused(ErrorCode::Internal),
            Self::Server(error) if error.is_revoked() => SyncProblem::Revoked,
            Self::Server(SyncError::Offline(_)) => SyncProblem::Offline,
            Self::Server(SyncError::BadReply(_)) => SyncProblem::BadReply,
            Self::Server(SyncError::Refused(error)) => SyncProblem::Refused(error.code.clone()),
        }
    }

    /// The answer to the command that began the job.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Store(StoreError::Full) => Refusal::StorageFull,
            Self::Store(error) => Refusal::Store { detail: error.to_string() },
            Self::Server(error) => refusal(error),
        }
    }

    /// How long the server asks this device to wait, in seconds.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Server(SyncError::Refused(error)) => error.retry_after,
            _ => None,
        }
    }
}

/// A failed call as the answer to a command.
pub(super) fn refusal(error: &SyncError) -> Refusal {
    match error {
        _ if error.is_revoked() => Refusal::Revoked,
        SyncError::Offline(_) => Refusal::Offline,
        SyncError::Refused(error) => Refusal::Server(error.code.clone()),
        SyncError::BadReply(_) => Refusal::Server(ErrorCode::Other("bad-reply".to_owned())),
    }
}

/// Whether an error concerns this device's access or build, and not one request. Such an error ends the run.
pub(super) fn ends_access(error: &SyncError) -> bool {
    use ErrorCode as E;
    matches!(error.code(), Some(E::TokenRevoked | E::TokenUnknown | E::ProtocolTooOld | E::ProtocolTooNew))
}
