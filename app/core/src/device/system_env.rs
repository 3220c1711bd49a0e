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
        let utc_ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            // A clock set before 1970 gives negative milliseconds.
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        Moment::new(utc_ms, offset_min())
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

/// The machine's offset in minutes east of UTC.
fn offset_min() -> i16 {
    let seconds = chrono::Local::now().offset().local_minus_utc();
    i16::try_from(seconds / 60).unwrap_or(0)
}
