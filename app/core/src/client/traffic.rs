//! Bytes on the wire, as a data plan counts them: compressed bodies and headers, without TLS and TCP.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Counters that a client and its driver share. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    up: AtomicU64,
    down: AtomicU64,
}

impl Traffic {
    pub fn add_up(&self, bytes: usize) {
        self.0.up.fetch_add(bytes as u64, Ordering::Relaxed);
    }
    pub fn add_down(&self, bytes: usize) {
        self.0.down.fetch_add(bytes as u64, Ordering::Relaxed);
    }
    /// Bytes up and down since the last call of this method.
    pub fn take(&self) -> (u64, u64) {
        (self.0.up.swap(0, Ordering::Relaxed), self.0.down.swap(0, Ordering::Relaxed))
    }
}
