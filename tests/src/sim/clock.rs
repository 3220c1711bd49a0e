//! Time and randomness of a run: one true time, device clocks that are wrong by a skew, and dice.

use super::files::copy_folder;
use crate::city::dice::Dice;
use shared::Moment;
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

/// `2026-03-10T08:00:00+08:00`, a Tuesday.
pub const START_MS: i64 = 1_773_100_800_000;
pub const DAY_MS: i64 = 86_400_000;

/// The true time, shared by all. Only the simulation advances it.
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

/// A planned kill between two transactions of a core. A core reads the clock when it begins a transaction; before the
/// nth one its files are copied, which is the state that the kill leaves.
#[derive(Default)]
pub struct Kill {
    pub at_transaction: u32,
    pub files: PathBuf,
    pub image: PathBuf,
}

/// A device's environment: its clock shows the true time plus a skew that faults change while the device runs.
pub struct DeviceEnv {
    pub clock: Clock,
    pub skew: Arc<AtomicI64>,
    pub dice: Dice,
    pub kill: Arc<Mutex<Option<Kill>>>,
}

impl DeviceEnv {
    /// Copies the files when the planned transaction begins.
    fn count_down(&self) {
        let mut kill = self.kill.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(planned) = kill.as_mut() else { return };
        if planned.at_transaction > 0 {
            planned.at_transaction -= 1;
        } else if !planned.image.exists() {
            copy_folder(&planned.files, &planned.image).expect("a run's folder has room for a copy");
        }
    }
}

impl device_core::Env for DeviceEnv {
    fn now(&self) -> Moment {
        self.count_down();
        Moment::shanghai(self.clock.now_ms() + self.skew.load(Ordering::SeqCst))
    }
    fn monotonic_ms(&self) -> u64 {
        (self.clock.now_ms() - START_MS) as u64 + 1000
    }
    fn random(&mut self, bytes: &mut [u8]) {
        self.dice.fill(bytes);
    }
}

/// The server's environment. Its clock shows the true time.
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
