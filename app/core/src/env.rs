//! What the core may not do itself: tell the time and draw random bytes.

use shared::Moment;
use std::path::Path;

/// The outside world, passed in: the real one on a device, a made-up one in tests and in the simulator.
pub trait Env: Send {
    /// The device's clock and the offset it is set to.
    fn now(&self) -> Moment;
    /// Milliseconds that never jump: since the process began, say. For back-off and PIN delays.
    fn monotonic_ms(&self) -> u64;
    /// Fills `bytes` from a cryptographically secure source.
    fn random(&mut self, bytes: &mut [u8]);
    /// Bytes that are free where `dir` is; `None` where nobody can say.
    fn free_bytes(&self, _dir: &Path) -> Option<u64> {
        None
    }
}
