//! Events: word from the core that something a screen may show has changed.

use crate::views::Progress;
use futures_channel::mpsc;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Records, outcomes or the state of the sync changed: ask again for what is on the screen.
    Changed,
    /// A sync is running and has come this far.
    Sync(Progress),
    /// The phase or the preferences changed: unlocked, enrolled, revoked, another language.
    Status,
}

/// Passes events to whoever listens. Clones share their listeners.
#[derive(Clone, Default)]
pub struct Hub(Arc<Mutex<Vec<mpsc::UnboundedSender<Event>>>>);

impl Hub {
    pub fn tell(&self, event: Event) {
        // A listener whose stream is gone is dropped at the next event.
        self.listeners().retain(|listener| listener.unbounded_send(event).is_ok());
    }

    pub fn subscribe(&self) -> impl Stream<Item = Event> + Unpin + use<> {
        let (sender, receiver) = mpsc::unbounded();
        self.listeners().push(sender);
        receiver
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<mpsc::UnboundedSender<Event>>> {
        // A list of senders is whole whatever panicked while it was held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for Hub {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
