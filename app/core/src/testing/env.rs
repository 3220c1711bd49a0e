//! A folder that is removed when dropped, and an environment whose clocks a test moves.

use crate::env::Env;
use shared::Moment;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

/// A folder under the system's temporary one, removed when dropped.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("device-core-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Clocks that a test moves, and randomness that repeats. Clones share them.
#[derive(Clone)]
pub struct TestEnv {
    pub wall_ms: Arc<AtomicI64>,
    pub mono_ms: Arc<AtomicU64>,
    /// Free bytes on the disk; `u64::MAX` stands for unknown.
    pub free: Arc<AtomicU64>,
    seed: Arc<AtomicU64>,
}

impl TestEnv {
    /// `2026-03-10T10:00:00+08:00`, a Tuesday.
    pub fn new() -> Self {
        let start: Moment = "2026-03-10T10:00:00+08:00".parse().unwrap();
        Self {
            wall_ms: Arc::new(AtomicI64::new(start.utc_ms)),
            mono_ms: Arc::new(AtomicU64::new(1_000)),
            free: Arc::new(AtomicU64::new(u64::MAX)),
            seed: Arc::new(AtomicU64::new(1)),
        }
    }
    /// Advances both clocks.
    pub fn pass_ms(&self, ms: u64) {
        self.wall_ms.fetch_add(ms as i64, Ordering::SeqCst);
        self.mono_ms.fetch_add(ms, Ordering::SeqCst);
    }
    /// Sets the wall clock only.
    pub fn set_clock_by(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Env for TestEnv {
    fn now(&self) -> Moment {
        Moment::shanghai(self.wall_ms.load(Ordering::SeqCst))
    }
    fn monotonic_ms(&self) -> u64 {
        self.mono_ms.load(Ordering::SeqCst)
    }
    fn free_bytes(&self, _: &Path) -> Option<u64> {
        Some(self.free.load(Ordering::SeqCst)).filter(|free| *free != u64::MAX)
    }
    fn random(&mut self, bytes: &mut [u8]) {
        for b in bytes {
            // SplitMix64: repeats from run to run, which is what a test wants.
            let mut z = self.seed.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *b = (z ^ (z >> 31)) as u8;
        }
    }
}
