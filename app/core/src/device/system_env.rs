//! The [`Env`] of a real machine: its clocks, its source of randomness, and the free space on its disk.

use crate::env::Env;
use shared::Moment;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The machine that the process runs on.
#[derive(Clone, Copy, Debug)]
pub struct SystemEnv {
    started: Instant,
}

impl Default for SystemEnv {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Env for SystemEnv {
    fn now(&self) -> Moment {
        Moment::new(wall_clock_ms(), offset_min())
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes once it has started");
    }

    #[cfg(unix)]
    fn free_bytes(&self, dir: &std::path::Path) -> Option<u64> {
        let disk = rustix::fs::statvfs(dir).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// The machine's clock, UTC milliseconds since 1970; negative for a clock set before 1970.
pub fn wall_clock_ms() -> i64 {
    let machine = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    };
    machine.saturating_add(clock_offset_ms())
}

/// Milliseconds to add to the machine's clock, from `LIANXIN_CLOCK_OFFSET_MS`: lets a test run on another day. A build
/// without the feature `test-clock` does not read the variable.
#[cfg(feature = "test-clock")]
fn clock_offset_ms() -> i64 {
    static OFFSET: std::sync::OnceLock<i64> = std::sync::OnceLock::new();
    *OFFSET.get_or_init(|| std::env::var("LIANXIN_CLOCK_OFFSET_MS").ok().and_then(|ms| ms.parse().ok()).unwrap_or(0))
}

#[cfg(not(feature = "test-clock"))]
fn clock_offset_ms() -> i64 {
    0
}

/// Minutes east of UTC that this machine is set to.
fn offset_min() -> i16 {
    let seconds = chrono::Local::now().offset().local_minus_utc();
    i16::try_from(seconds / 60).unwrap_or(0)
}
