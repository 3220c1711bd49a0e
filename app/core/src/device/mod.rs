//! The handle that screens hold. A [`Device`] is cheap to clone, asks nothing of its caller but to wait, and does not
//! know what answers: a thread with its own store ([`thread`]) on phones and desktops, a Worker in a browser.
//!
//! - [`calls`]: one typed method per question, so that a screen never matches on a receipt
//! - [`thread`]: the driver for everything that has threads; `world`: clock and randomness of a real machine

pub mod calls;
mod events;
pub mod thread;
mod world;

pub use events::{Event, Hub};
pub use thread::{Options, start};
pub use world::{World, wall_clock_ms};

use crate::{Command, Refusal, Reply};
use futures_channel::{mpsc, oneshot};
use futures_util::Stream;
use std::sync::Arc;

/// A command on its way to the core, and where its answer goes. A driver takes these off its end of the channel; one
/// that is dropped unanswered is answered with a refusal.
pub struct Request {
    pub command: Command,
    pub answer: oneshot::Sender<Reply>,
}

/// The device, as a screen sees it.
#[derive(Clone)]
pub struct Device {
    link: Link,
    hub: Hub,
}

#[derive(Clone)]
enum Link {
    Driver(mpsc::UnboundedSender<Request>),
    /// For a screen's own tests: answers come from a function.
    Function(Arc<dyn Fn(Command) -> Reply + Send + Sync>),
}

impl Device {
    /// A handle and the ends that its driver holds: commands to carry out, and where to tell of events.
    pub fn pair() -> (Self, mpsc::UnboundedReceiver<Request>, Hub) {
        let (sender, receiver) = mpsc::unbounded();
        let hub = Hub::default();
        (Self { link: Link::Driver(sender), hub: hub.clone() }, receiver, hub)
    }

    /// A device whose answers come from `answer`: no store, no thread. For component tests and galleries.
    pub fn answering(answer: impl Fn(Command) -> Reply + Send + Sync + 'static) -> Self {
        Self { link: Link::Function(Arc::new(answer)), hub: Hub::default() }
    }

    /// Carries out `command` and waits for its receipt. Leaving before it has come (the screen was closed) cancels
    /// nothing: what was asked is still done.
    pub async fn call(&self, command: Command) -> Reply {
        match &self.link {
            Link::Function(answer) => answer(command),
            Link::Driver(sender) => {
                let (answer, receipt) = oneshot::channel();
                if sender.unbounded_send(Request { command, answer }).is_err() {
                    return ended();
                }
                receipt.await.unwrap_or_else(|_| ended())
            }
        }
    }

    /// What happens from now on. Every call gives a stream of its own; a stream that is dropped is forgotten.
    pub fn events(&self) -> impl Stream<Item = Event> + Unpin + use<> {
        self.hub.subscribe()
    }
}

/// Two handles are equal when they lead to the same device, which is what a component's properties need.
impl PartialEq for Device {
    fn eq(&self, other: &Self) -> bool {
        self.hub == other.hub
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Device")
    }
}

fn ended() -> Reply {
    Reply::Refused(Refusal::Store { detail: "the store has stopped; open the app again".to_owned() })
}
