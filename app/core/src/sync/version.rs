//! Which version of the protocol this device speaks: its own, or an older one that the server named in a refusal. The
//! older version is used for a day, since the server may be upgraded meanwhile. Nothing is stored.

use shared::wire::{Accepts, ErrorCode, PROTO, SyncError};

/// 24 h: an upgraded server is spoken to in the newest version by the next day. Until it is upgraded, that costs one
/// refused call a day.
const TRY_NEWER_AFTER_MS: u64 = 24 * 3_600_000;

#[derive(Debug)]
pub(super) struct Version {
    spoken: u16,
    /// Versions that the server refused.
    refused: Vec<u16>,
    /// When the last refusal came, on the monotonic clock (ms).
    refused_at: u64,
}

impl Default for Version {
    fn default() -> Self {
        Self { spoken: PROTO, refused: Vec::new(), refused_at: 0 }
    }
}

impl Version {
    pub fn spoken(&self) -> u16 {
        self.spoken
    }

    /// At the start of a run: returns to this build's version when the last refusal is old enough.
    pub fn begin(&mut self, now: u64) {
        if now.saturating_sub(self.refused_at) >= TRY_NEWER_AFTER_MS {
            *self = Self::default();
        }
    }

    /// True when the server refused the version and another one is left.
    pub fn fall_back(&mut self, error: &SyncError, now: u64) -> bool {
        let SyncError::Refused(refused) = error else { return false };
        if !matches!(refused.code, ErrorCode::ProtocolTooNew | ErrorCode::ProtocolTooOld) {
            return false;
        }
        self.refused.push(self.spoken);
        self.refused_at = now;
        match Accepts::fall_back(refused.accepts, self.spoken).filter(|proto| !self.refused.contains(proto)) {
            Some(proto) => {
                self.spoken = proto;
                true
            }
            None => false,
        }
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
    fn a_device_speaks_an_older_servers_version_for_a_day() {
        let mut version = Version::default();
        assert!(version.fall_back(&refusal(ErrorCode::ProtocolTooNew, None), 1000));
        assert_eq!(version.spoken(), 1);
        version.begin(1000 + TRY_NEWER_AFTER_MS - 1);
        assert_eq!(version.spoken(), 1);
        version.begin(1000 + TRY_NEWER_AFTER_MS);
        assert_eq!(version.spoken(), PROTO);
    }

    #[test]
    fn a_server_that_refuses_every_version_ends_the_attempts() {
        let mut version = Version::default();
        let accepts = |oldest, newest| Some(Accepts { oldest, newest });
        assert!(version.fall_back(&refusal(ErrorCode::ProtocolTooNew, accepts(1, 1)), 0));
        assert!(
            !version.fall_back(&refusal(ErrorCode::ProtocolTooOld, accepts(2, PROTO)), 0),
            "a refused version is not tried again"
        );
        assert!(!Version::default().fall_back(&refusal(ErrorCode::ProtocolTooOld, accepts(90, 99)), 0));
        assert!(!Version::default().fall_back(&refusal(ErrorCode::Busy, accepts(1, 1)), 0));
    }
}
