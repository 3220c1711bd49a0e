//! What the core may not do itself: read clocks, draw random bytes, look at the disk.

use shared::Moment;
use std::path::Path;

/// The environment of a core: the machine's on a device, a simulated one in tests and in the simulator.
pub trait Env: Send {
    /// The device's wall clock and the offset that it is set to.
    fn now(&self) -> Moment;
    /// Milliseconds of a clock that never jumps, since any fixed moment: for back-off and PIN delays.
    fn monotonic_ms(&self) -> u64;
    /// Fills `bytes` from a cryptographically secure source.
    fn random(&mut self, bytes: &mut [u8]);
    /// Bytes free on the disk that holds `dir`; `None` where that is unknown.
    fn free_bytes(&self, _dir: &Path) -> Option<u64> {
        None
    }
}
