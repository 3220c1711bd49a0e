//! Keeps pipelined pushes of one device in order. A device may send a push before the reply to the previous one. Over
//! two connections the later push may be read first: it then waits briefly for its predecessor, which saves a resend.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// 2 s: a predecessor is evaluated within tenths of a second. If it was lost on the way, `Resume` tells the device what
/// to send.
const PATIENCE: Duration = Duration::from_secs(2);

/// The pushes of one device that are in progress.
struct DevicePushes {
    in_progress: usize,
    /// How many of them ended so far, wrapping. Only its changes matter.
    ended: watch::Sender<u64>,
}

/// Pushes in progress, by hash of the device's token.
#[derive(Default)]
pub struct PushOrder {
    hasher: RandomState,
    devices: Mutex<HashMap<u64, DevicePushes>>,
}

impl PushOrder {
    fn devices(&self) -> MutexGuard<'_, HashMap<u64, DevicePushes>> {
        // A panic cannot leave the map half changed: each change is one assignment.
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a push of the device with this token.
    pub fn take_turn(this: &Arc<Self>, token: &str) -> PushTurn {
        let key = this.hasher.hash_one(token);
        let mut devices = this.devices();
        let new = || DevicePushes { in_progress: 0, ended: watch::Sender::new(0) };
        let device = devices.entry(key).or_insert_with(new);
        device.in_progress += 1;
        PushTurn { push_order: this.clone(), key, ended: device.ended.subscribe(), deadline: None }
    }
}

/// A push in progress, until it is dropped. Taken when the request's head arrives, before the body is read.
pub struct PushTurn {
    push_order: Arc<PushOrder>,
    key: u64,
    ended: watch::Receiver<u64>,
    /// When this push stops waiting for others; set by the first wait.
    deadline: Option<Instant>,
}

impl PushTurn {
    /// Resets the watch, so that only later replies end [`PushTurn::another_ended`].
    pub fn reset_watch(&mut self) {
        self.ended.mark_unchanged();
    }

    /// Waits until another push of the device ends after the last [`PushTurn::reset_watch`]. False when no other push
    /// is in progress, or none ends within 2 s of the first wait.
    pub async fn another_ended(&mut self) -> bool {
        if self.ended.has_changed().unwrap_or(false) {
            return true;
        }
        if self.push_order.devices().get(&self.key).is_none_or(|device| device.in_progress < 2) {
            return false;
        }
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + PATIENCE);
        matches!(tokio::time::timeout_at(deadline, self.ended.changed()).await, Ok(Ok(())))
    }
}

impl Drop for PushTurn {
    fn drop(&mut self) {
        let mut devices = self.push_order.devices();
        let Some(device) = devices.get_mut(&self.key) else { return };
        device.in_progress -= 1;
        device.ended.send_modify(|n| *n = n.wrapping_add(1));
        if device.in_progress == 0 {
            devices.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_push_waits_only_for_pushes_of_its_device_and_only_two_seconds() {
        let push_order = Arc::new(PushOrder::default());
        let mut turn = PushOrder::take_turn(&push_order, "a");
        let of_another_device = PushOrder::take_turn(&push_order, "b");
        assert!(!turn.another_ended().await, "a push of another device does not count");
        let earlier = PushOrder::take_turn(&push_order, "a");
        let began = Instant::now();
        assert!(!turn.another_ended().await);
        assert_eq!(began.elapsed(), PATIENCE);
        assert!(!turn.another_ended().await, "the patience is used up");
        assert_eq!(began.elapsed(), PATIENCE);
        drop((earlier, of_another_device));
        assert!(turn.another_ended().await, "the earlier push ended since the watch was reset");
        drop(turn);
        assert!(push_order.devices().is_empty());
    }
}
