//! What keeps one caller from crowding out the rest. Everything is kept in memory: a restart forgives, and no limit
//! costs a write.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How much is let in.
#[derive(Clone, Debug)]
pub struct Limits {
    /// 256 pushes at once: each holds at most 1 MiB, and the store commits them in groups. More would only wait.
    pub pushes_at_once: usize,
    /// 2 bundles at once: each takes up to 4 MiB as it comes and 32 MiB unfolded, and they are rare.
    pub bundles_at_once: usize,
    /// 2,000 requests at once per device: a week's backlog with its photos passes unhindered.
    pub burst: u32,
    /// 50 requests a second per device after that: a client in a loop is slowed, a quick one never notices.
    pub per_second: u32,
    /// Five wrong tries of a code or a password are free; each further one waits twice as long as the last.
    pub free_tries: u32,
    /// 180 s from first byte to answer: 128 KiB on a link of 1 kB/s, where clients give up after 120 s of silence.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pushes_at_once: 256,
            bundles_at_once: 2,
            burst: 2000,
            per_second: 50,
            free_tries: 5,
            request_timeout: Duration::from_secs(180),
        }
    }
}

/// 100,000 keys of about 40 bytes: four demo cities' devices. Beyond it the ones that are whole again are forgotten.
const KEYS_MAX: usize = 100_000;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The maps are valid after any panic: each change is one assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bucket of requests per key; it fills at a steady rate. Keys are kept as hashes only.
pub struct RateLimiter {
    burst: f64,
    per_second: f64,
    hasher: RandomState,
    buckets: Mutex<HashMap<u64, (f64, Instant)>>,
}

impl RateLimiter {
    pub fn new(burst: u32, per_second: u32) -> Self {
        let (burst, per_second) = (f64::from(burst.max(1)), f64::from(per_second.max(1)));
        Self { burst, per_second, hasher: RandomState::new(), buckets: Mutex::default() }
    }

    /// Takes one; otherwise the seconds until there is one.
    pub fn take(&self, key: &str) -> Result<(), u32> {
        let now = Instant::now();
        let full = |left: f64, at: Instant| (left + (now - at).as_secs_f64() * self.per_second).min(self.burst);
        let mut buckets = lock(&self.buckets);
        if buckets.len() >= KEYS_MAX {
            buckets.retain(|_, (left, at)| full(*left, *at) < self.burst);
        }
        let bucket = buckets.entry(self.hasher.hash_one(key)).or_insert((self.burst, now));
        *bucket = (full(bucket.0, bucket.1), now);
        if bucket.0 >= 1.0 {
            bucket.0 -= 1.0;
            Ok(())
        } else {
            Err(((1.0 - bucket.0) / self.per_second).ceil().max(1.0) as u32)
        }
    }
}

/// 5 minutes at most: long enough that guessing is hopeless, short enough that nobody is locked out by a stranger.
const BACK_OFF_MAX: Duration = Duration::from_secs(300);
/// A key is forgotten an hour after its last failure.
const FORGET_AFTER: Duration = Duration::from_secs(3600);

/// Growing waits after wrong tries, per key.
pub struct LoginThrottle {
    free: u32,
    hasher: RandomState,
    tries: Mutex<HashMap<u64, (u32, Instant)>>,
}

impl LoginThrottle {
    pub fn new(free: u32) -> Self {
        Self { free, hasher: RandomState::new(), tries: Mutex::default() }
    }

    /// Begins a try. It counts as failed until [`Self::succeeded`], so that many at once gain nothing.
    /// `Err`: seconds to wait; the try does not count.
    pub fn attempt(&self, key: &str) -> Result<(), u32> {
        let now = Instant::now();
        let mut tries = lock(&self.tries);
        if tries.len() >= KEYS_MAX {
            tries.retain(|_, (_, last)| now - *last < FORGET_AFTER);
        }
        let (failed, last) = tries.entry(self.hasher.hash_one(key)).or_insert((0, now));
        if now - *last >= FORGET_AFTER {
            *failed = 0;
        }
        let wait = self.wait_after(*failed).saturating_sub(now - *last);
        if !wait.is_zero() {
            return Err(wait.as_secs_f64().ceil() as u32);
        }
        *failed += 1;
        *last = now;
        Ok(())
    }

    pub fn succeeded(&self, key: &str) {
        lock(&self.tries).remove(&self.hasher.hash_one(key));
    }

    fn wait_after(&self, failed: u32) -> Duration {
        match failed.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(beyond) => Duration::from_secs(1 << beyond.min(16)).min(BACK_OFF_MAX),
        }
    }
}

/// Seconds between `from` and `to`, so that those refused together do not come back together.
pub fn jitter(from: u32, to: u32) -> u32 {
    let random = RandomState::new().hash_one(from);
    from + (random % u64::from(to.saturating_sub(from) + 1)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_device_that_used_its_burst_waits_and_another_does_not() {
        let buckets = RateLimiter::new(3, 1);
        assert_eq!((0..3).map(|_| buckets.take("a")).collect::<Vec<_>>(), vec![Ok(()); 3]);
        assert_eq!(buckets.take("a"), Err(1));
        assert_eq!(buckets.take("b"), Ok(()));
        advance(Duration::from_secs(1)).await;
        assert_eq!(buckets.take("a"), Ok(()));
        assert_eq!(buckets.take("a"), Err(1));
    }

    #[tokio::test(start_paused = true)]
    async fn each_wrong_try_beyond_the_free_ones_waits_twice_as_long() {
        let tries = LoginThrottle::new(2);
        assert_eq!(tries.attempt("x"), Ok(()));
        assert_eq!(tries.attempt("x"), Ok(()));
        let mut waits = Vec::new();
        for _ in 0..11 {
            let wait = tries.attempt("x").unwrap_err();
            waits.push(wait);
            advance(Duration::from_secs(u64::from(wait))).await;
            assert_eq!(tries.attempt("x"), Ok(()));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(tries.attempt("y"), Ok(()), "another key is not held back");
        tries.succeeded("x");
        assert_eq!(tries.attempt("x"), Ok(()));
    }

    #[test]
    fn jitter_stays_in_its_bounds_and_is_not_always_the_same() {
        let drawn: std::collections::HashSet<u32> = (0..500).map(|_| jitter(2, 10)).collect();
        assert!(drawn.iter().all(|s| (2..=10).contains(s)));
        assert!(drawn.len() > 1);
    }
}
