//! Which version of the protocol is spoken with the server. This build's own to begin with; with an older server the one
//! that server names, for a day, since it may be upgraded. Nothing of it is kept in the store.

use super::session::Session;
use shared::wire::{Accepts, ErrorCode, PROTO, SyncError};

/// 24 h: a server that was upgraded is spoken to in full by the next day, at the price of one refused call a day while it
/// was not.
const TRY_NEWER_AFTER_MS: u64 = 24 * 3_600_000;

#[derive(Debug)]
pub(super) struct Version {
    spoken: u16,
    /// Versions the server refused.
    refused: Vec<u16>,
    /// Monotonic ms of the last refusal.
    since: u64,
}

impl Default for Version {
    fn default() -> Self {
        Self { spoken: PROTO, refused: Vec::new(), since: 0 }
    }
}

impl Version {
    pub fn spoken(&self) -> u16 {
        self.spoken
    }

    /// A new run begins.
    pub fn begin(&mut self, now: u64) {
        if now.saturating_sub(self.since) >= TRY_NEWER_AFTER_MS {
            *self = Self::default();
        }
    }

    /// True when the server refused the version, and there is another one to go on with: the same call is made again.
    fn fall_back(&mut self, error: &SyncError, now: u64) -> bool {
        let SyncError::Refused(refused) = error else { return false };
        if !matches!(refused.code, ErrorCode::ProtocolTooNew | ErrorCode::ProtocolTooOld) {
            return false;
        }
        self.refused.push(self.spoken);
        self.since = now;
        match Accepts::fall_back(refused.accepts, self.spoken).filter(|proto| !self.refused.contains(proto)) {
            Some(proto) => {
                self.spoken = proto;
                true
            }
            None => false,
        }
    }
}

impl Session {
    /// As [`Version::fall_back`]; an enrolment under way is made again in the other version, too.
    pub(super) fn falls_back(&mut self, error: &SyncError, now: u64) -> bool {
        let falls = self.version.fall_back(error, now);
        if let Some(enrolling) = self.enrol.as_mut().filter(|_| falls) {
            enrolling.request.proto = self.version.spoken;
        }
        falls
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::wire::ApiError;

    fn refusal(code: ErrorCode, accepts: Option<Accepts>) -> SyncError {
        SyncError::Refused(ApiError { code, message: String::new(), retry_after: None, accepts })
    }

    #[test]
    fn an_older_server_is_spoken_to_in_its_version_for_a_day() {
        let mut version = Version::default();
        assert!(version.fall_back(&refusal(ErrorCode::ProtocolTooNew, None), 1000));
        assert_eq!(version.spoken(), 1);
        version.begin(1000 + TRY_NEWER_AFTER_MS - 1);
        assert_eq!(version.spoken(), 1);
        version.begin(1000 + TRY_NEWER_AFTER_MS);
        assert_eq!(version.spoken(), PROTO);
    }

    #[test]
    fn a_server_that_refuses_every_version_ends_it() {
        let mut version = Version::default();
        let accepts = |oldest, newest| Some(Accepts { oldest, newest });
        assert!(version.fall_back(&refusal(ErrorCode::ProtocolTooNew, accepts(1, 1)), 0));
        assert!(!version.fall_back(&refusal(ErrorCode::ProtocolTooOld, accepts(2, PROTO)), 0), "not round in circles");
        assert!(!Version::default().fall_back(&refusal(ErrorCode::ProtocolTooOld, accepts(90, 99)), 0));
        assert!(!Version::default().fall_back(&refusal(ErrorCode::Busy, accepts(1, 1)), 0));
    }
}
