//! Time and randomness of a run: one true time that the world moves, clocks that are wrong by so much, and dice.

use crate::city::dice::Dice;
use shared::Moment;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

/// `2026-03-10T08:00:00+08:00`, a Tuesday.
pub const START_MS: i64 = 1_773_100_800_000;
pub const DAY_MS: i64 = 86_400_000;

/// The true time, shared by everyone. Only the world moves it.
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START_MS)))
    }
    pub fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

/// A device's clock: the true time and an error that faults change while the device runs.
pub struct DeviceEnv {
    pub clock: Clock,
    pub skew: Arc<AtomicI64>,
    pub dice: Dice,
}

impl device_core::Env for DeviceEnv {
    fn now(&self) -> Moment {
        Moment::shanghai(self.clock.now_ms() + self.skew.load(Ordering::SeqCst))
    }
    fn monotonic_ms(&self) -> u64 {
        (self.clock.now_ms() - START_MS) as u64 + 1000
    }
    fn random(&mut self, bytes: &mut [u8]) {
        self.dice.fill(bytes);
    }
}

/// The server's clock is right.
pub struct ServerEnv {
    pub clock: Clock,
    pub dice: Mutex<Dice>,
}

impl sync_server::core::Env for ServerEnv {
    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
    fn random(&self, bytes: &mut [u8]) {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}
