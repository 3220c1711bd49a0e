//! The handle that screens hold, and the channel to its driver.

use super::events::{Event, EventHub};
use crate::{
    command::Command,
    reply::{Refusal, Reply},
};
use futures_channel::{mpsc, oneshot};
use futures_util::Stream;
use std::sync::Arc;

/// A command on its way to the core, and the channel for its reply. A request that a driver drops is answered with a
/// refusal.
pub struct Request {
    pub command: Command,
    pub reply: oneshot::Sender<Reply>,
}

/// The handle that screens hold: cheap to clone; every clone leads to the same core.
#[derive(Clone)]
pub struct Device {
    link: Link,
    hub: EventHub,
}

#[derive(Clone)]
enum Link {
    Driver(mpsc::UnboundedSender<Request>),
    /// Replies come from a function, for tests of screens.
    Function(Arc<dyn Fn(Command) -> Reply + Send + Sync>),
}

impl Device {
    /// A handle, and the ends that its driver holds: the commands to carry out, and where to publish events.
    pub fn pair() -> (Self, mpsc::UnboundedReceiver<Request>, EventHub) {
        let (sender, receiver) = mpsc::unbounded();
        let hub = EventHub::default();
        (Self { link: Link::Driver(sender), hub: hub.clone() }, receiver, hub)
    }

    /// A device whose replies come from `answer`: no store, no thread. For component tests and galleries.
    pub fn answering(answer: impl Fn(Command) -> Reply + Send + Sync + 'static) -> Self {
        Self { link: Link::Function(Arc::new(answer)), hub: EventHub::default() }
    }

    /// Carries out `command` and waits for its reply. Dropping the future (the screen was closed) cancels nothing: the
    /// command is still carried out.
    pub async fn call(&self, command: Command) -> Reply {
        match &self.link {
            Link::Function(answer) => answer(command),
            Link::Driver(sender) => {
                let (reply, received) = oneshot::channel();
                if sender.unbounded_send(Request { command, reply }).is_err() {
                    return ended();
                }
                received.await.unwrap_or_else(|_| ended())
            }
        }
    }

    /// The events from now on. Every call gives a stream of its own.
    pub fn events(&self) -> impl Stream<Item = Event> + Unpin + use<> {
        self.hub.subscribe()
    }
}

/// Two handles are equal when they lead to the same core, as the properties of components need it.
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

/// The reply once the driver is gone.
fn ended() -> Reply {
    Reply::Refused(Refusal::Store { detail: "the store has stopped; open the app again".to_owned() })
}
