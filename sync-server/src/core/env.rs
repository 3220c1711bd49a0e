//! Time and random bytes. The core takes both from outside, so that a test controls them.

use std::sync::{
    Mutex,
    atomic::{AtomicI64, Ordering},
};

/// Time and randomness.
pub trait Env: Send + Sync + 'static {
    /// UTC milliseconds since 1970.
    fn now_ms(&self) -> i64;
    /// Fills `bytes` with unpredictable values.
    fn random(&self, bytes: &mut [u8]);
}

/// The machine's clock and random source.
pub struct SystemEnv;

impl Env for SystemEnv {
    fn now_ms(&self) -> i64 {
        chrono::Utc::now().timestamp_millis()
    }
    fn random(&self, bytes: &mut [u8]) {
        // Without randomness no token may be issued; every supported system has it.
        getrandom::fill(bytes).expect("the system's random source answers");
    }
}

/// A clock that moves only when it is set, and bytes derived from a seed. For tests.
pub struct TestEnv {
    now: AtomicI64,
    state: Mutex<u64>,
}

impl TestEnv {
    /// A clock that shows `now_ms`.
    pub fn new(now_ms: i64) -> Self {
        Self { now: AtomicI64::new(now_ms), state: Mutex::new(0x9e37_79b9_7f4a_7c15) }
    }
    /// Sets the clock, UTC milliseconds.
    pub fn set(&self, now_ms: i64) {
        self.now.store(now_ms, Ordering::SeqCst);
    }
    /// Moves the clock forward, or back for a negative `ms`.
    pub fn advance(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Env for TestEnv {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }
    fn random(&self, bytes: &mut [u8]) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for byte in bytes {
            // splitmix64, one byte a step.
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z >> 56) as u8;
        }
    }
}
