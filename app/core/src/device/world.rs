//! The real [`Env`]: the machine's clock, its offset, its source of randomness, and the room on its disk.

use crate::Env;
use shared::Moment;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, Debug)]
pub struct World {
    began: Instant,
}

impl Default for World {
    fn default() -> Self {
        Self { began: Instant::now() }
    }
}

impl Env for World {
    fn now(&self) -> Moment {
        let utc_ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            // A clock set before 1970: as wrong as it says, but with a sign.
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        Moment::new(utc_ms, offset_min())
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
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

/// Minutes east of UTC that this machine is set to.
fn offset_min() -> i16 {
    let seconds = chrono::Local::now().offset().local_minus_utc();
    i16::try_from(seconds / 60).unwrap_or(0)
}
