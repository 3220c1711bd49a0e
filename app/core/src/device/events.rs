//! Events: something that a screen may show has changed.

use crate::views::Progress;
use futures_channel::mpsc;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Records, outcomes or the state of the sync: query again what is on the screen.
    Changed,
    /// The progress of a running sync.
    Sync(Progress),
    /// The phase or the preferences: unlocked, enrolled, revoked, another language.
    Status,
}

/// Passes events on to all subscribers. Clones share their subscribers.
#[derive(Clone, Default)]
pub struct EventHub(Arc<Mutex<Vec<mpsc::UnboundedSender<Event>>>>);

impl EventHub {
    /// Sends an event to all subscribers.
    pub fn publish(&self, event: Event) {
        // A subscriber whose stream was dropped is removed at the next event.
        self.subscribers().retain(|subscriber| subscriber.unbounded_send(event).is_ok());
    }

    /// The events from now on.
    pub fn subscribe(&self) -> impl Stream<Item = Event> + Unpin + use<> {
        let (sender, receiver) = mpsc::unbounded();
        self.subscribers().push(sender);
        receiver
    }

    fn subscribers(&self) -> std::sync::MutexGuard<'_, Vec<mpsc::UnboundedSender<Event>>> {
        // A list of senders stays consistent even if a holder of the lock panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for EventHub {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
