//! Limits that keep one caller from starving the others. Their state is in memory only: a restart resets it, and no
//! request costs a database write.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How many requests the server accepts.
#[derive(Clone, Debug)]
pub struct Limits {
    /// 256 pushes at once: each holds at most 1 MiB, and the store commits them in groups. More pushes would only wait
    /// for the store.
    pub pushes_at_once: usize,
    /// 2 bundles at once: each takes up to 4 MiB compressed and 32 MiB decompressed, and bundles are rare.
    pub bundles_at_once: usize,
    /// 2,000 requests at once per device: a week's backlog with its photos stays below it.
    pub burst: u32,
    /// 50 requests a second per device after that: a client in a loop is slowed down, a fast one never reaches it.
    pub per_second: u32,
    /// 5 wrong enrolment codes or passwords are free; after each further one the next attempt waits twice as long.
    pub free_attempts: u32,
    /// 180 s from the first byte to the reply: 128 KiB on a link of 1 kB/s. Clients give up after 120 s without a byte.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pushes_at_once: 256,
            bundles_at_once: 2,
            burst: 2000,
            per_second: 50,
            free_attempts: 5,
            request_timeout: Duration::from_secs(180),
        }
    }
}

/// 100,000 keys of about 40 bytes, four times the devices of a city. Beyond it, keys at their initial state are
/// dropped.
const KEYS_MAX: usize = 100_000;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic cannot leave a map half changed: each change is one assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A token bucket per key. It stores hashes of the keys, never the keys.
pub struct RateLimiter {
    burst: f64,
    per_second: f64,
    hasher: RandomState,
    buckets: Mutex<HashMap<u64, (f64, Instant)>>,
}

impl RateLimiter {
    /// Allows `burst` requests at once and refills `per_second` of them each second. 0 counts as 1.
    pub fn new(burst: u32, per_second: u32) -> Self {
        let (burst, per_second) = (f64::from(burst.max(1)), f64::from(per_second.max(1)));
        Self { burst, per_second, hasher: RandomState::new(), buckets: Mutex::default() }
    }

    /// Takes one request from the bucket of `key`.
    ///
    /// # Errors
    ///
    /// The bucket is empty: the seconds until the next request is allowed.
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

/// 5 minutes: long enough to make guessing hopeless, short enough that a stranger cannot lock an account for long.
const BACK_OFF_MAX: Duration = Duration::from_secs(300);
/// 1 hour after its last failure a key starts anew.
const FORGET_AFTER: Duration = Duration::from_secs(3600);

/// Growing delays after failed attempts, per key. It stores hashes of the keys, never the keys.
pub struct LoginThrottle {
    free: u32,
    hasher: RandomState,
    attempts: Mutex<HashMap<u64, (u32, Instant)>>,
}

impl LoginThrottle {
    /// Lets `free` attempts fail without a delay.
    pub fn new(free: u32) -> Self {
        Self { free, hasher: RandomState::new(), attempts: Mutex::default() }
    }

    /// Starts an attempt. It counts as failed until [`Self::succeeded`], so that parallel attempts gain nothing.
    ///
    /// # Errors
    ///
    /// Too many attempts failed: the seconds to wait. A refused attempt does not count as failed.
    pub fn attempt(&self, key: &str) -> Result<(), u32> {
        let now = Instant::now();
        let mut attempts = lock(&self.attempts);
        if attempts.len() >= KEYS_MAX {
            attempts.retain(|_, (_, last)| now - *last < FORGET_AFTER);
        }
        let (failed, last) = attempts.entry(self.hasher.hash_one(key)).or_insert((0, now));
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

    /// Forgets the failed attempts of `key`.
    pub fn succeeded(&self, key: &str) {
        lock(&self.attempts).remove(&self.hasher.hash_one(key));
    }

    fn wait_after(&self, failed: u32) -> Duration {
        match failed.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(beyond) => Duration::from_secs(1 << beyond.min(16)).min(BACK_OFF_MAX),
        }
    }
}

/// A random number of seconds in `from..=to`, so that clients refused together do not return together.
pub fn jitter(from: u32, to: u32) -> u32 {
    let random = RandomState::new().hash_one(from);
    from + (random % u64::from(to.saturating_sub(from) + 1)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_device_that_used_its_burst_waits_and_another_device_does_not() {
        let limiter = RateLimiter::new(3, 1);
        assert_eq!((0..3).map(|_| limiter.take("a")).collect::<Vec<_>>(), vec![Ok(()); 3]);
        assert_eq!(limiter.take("a"), Err(1));
        assert_eq!(limiter.take("b"), Ok(()));
        advance(Duration::from_secs(1)).await;
        assert_eq!(limiter.take("a"), Ok(()));
        assert_eq!(limiter.take("a"), Err(1));
    }

    #[tokio::test(start_paused = true)]
    async fn each_failed_attempt_beyond_the_free_ones_doubles_the_delay() {
        let throttle = LoginThrottle::new(2);
        assert_eq!(throttle.attempt("x"), Ok(()));
        assert_eq!(throttle.attempt("x"), Ok(()));
        let mut waits = Vec::new();
        for _ in 0..11 {
            let wait = throttle.attempt("x").unwrap_err();
            waits.push(wait);
            advance(Duration::from_secs(u64::from(wait))).await;
            assert_eq!(throttle.attempt("x"), Ok(()));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(throttle.attempt("y"), Ok(()), "another key is not held back");
        throttle.succeeded("x");
        assert_eq!(throttle.attempt("x"), Ok(()));
    }

    #[test]
    fn jitter_stays_in_its_bounds_and_varies() {
        let drawn: std::collections::HashSet<u32> = (0..500).map(|_| jitter(2, 10)).collect();
        assert!(drawn.iter().all(|s| (2..=10).contains(s)));
        assert!(drawn.len() > 1);
    }
}
