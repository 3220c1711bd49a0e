//! Pushes of one device that are under way together. A device may send one before the reply to the one before it, and over
//! two connections the later one may be read first: it then waits a moment for its turn instead of being sent again.

use super::{auth::bearer, state::Api};
use axum::{extract::FromRequestParts, http::request::Parts};
use std::{
    collections::HashMap,
    convert::Infallible,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// 2 s: the pushes before it are judged within tenths of a second. Whoever waits in vain, since one was lost on the way, is told what to
/// send.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a device has under way: how many pushes, and how many were answered meanwhile.
struct UnderWay {
    pushes: usize,
    answered: watch::Sender<u64>,
}

/// By token, kept as hashes only.
#[derive(Default)]
pub struct PushOrder {
    hasher: RandomState,
    devices: Mutex<HashMap<u64, UnderWay>>,
}

impl PushOrder {
    fn devices(&self) -> MutexGuard<'_, HashMap<u64, UnderWay>> {
        // The map is valid after any panic: each change is one assignment.
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A push under way, from its head to its answer. Taken before the body is read, so that the order is that of the heads.
pub struct PushTurn {
    push_order: Arc<PushOrder>,
    key: u64,
    answered: watch::Receiver<u64>,
    until: Option<Instant>,
}

impl PushTurn {
    fn take(push_order: &Arc<PushOrder>, token: &str) -> Self {
        let key = push_order.hasher.hash_one(token);
        let mut devices = push_order.devices();
        let device = devices.entry(key).or_insert_with(|| UnderWay { pushes: 0, answered: watch::Sender::new(0) });
        device.pushes += 1;
        Self { push_order: push_order.clone(), key, answered: device.answered.subscribe(), until: None }
    }

    /// From here on an answer to another push of the device counts as news.
    pub fn look(&mut self) {
        self.answered.mark_unchanged();
    }

    /// Waits until another push of the device was answered since the last [`PushTurn::look`]. False where none is under way, or none
    /// was in time.
    pub async fn another_was_answered(&mut self) -> bool {
        if self.answered.has_changed().unwrap_or(false) {
            return true;
        }
        if self.push_order.devices().get(&self.key).is_none_or(|device| device.pushes < 2) {
            return false;
        }
        let until = *self.until.get_or_insert_with(|| Instant::now() + PATIENCE);
        matches!(tokio::time::timeout_at(until, self.answered.changed()).await, Ok(Ok(())))
    }
}

impl Drop for PushTurn {
    fn drop(&mut self) {
        let mut devices = self.push_order.devices();
        let Some(device) = devices.get_mut(&self.key) else { return };
        device.pushes -= 1;
        device.answered.send_modify(|n| *n = n.wrapping_add(1));
        if device.pushes == 0 {
            devices.remove(&self.key);
        }
    }
}

impl<P: Send + Sync + 'static> FromRequestParts<Arc<Api<P>>> for PushTurn {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api<P>>) -> Result<Self, Infallible> {
        // Without a token nobody comes this far.
        Ok(Self::take(&api.push_order, bearer(&parts.headers).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_is_alone_waits_for_nobody_and_whoever_waits_in_vain_not_for_long() {
        let push_order = Arc::new(PushOrder::default());
        let mut alone = PushTurn::take(&push_order, "a");
        let other = PushTurn::take(&push_order, "b");
        assert!(!alone.another_was_answered().await, "another device's is none of its own");
        let earlier = PushTurn::take(&push_order, "a");
        let began = Instant::now();
        assert!(!alone.another_was_answered().await);
        assert_eq!(began.elapsed(), PATIENCE);
        assert!(!alone.another_was_answered().await, "once, not again and again");
        assert_eq!(began.elapsed(), PATIENCE);
        drop((earlier, other));
        assert!(alone.another_was_answered().await, "answered since it looked");
        drop(alone);
        assert!(push_order.devices().is_empty());
    }
}
