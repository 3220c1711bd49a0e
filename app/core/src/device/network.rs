//! The network's thread: makes the calls of the sync over HTTP.

use crate::{
    client::{HttpClient, ServerAddress},
    sync::{STEPS_AT_ONCE, Step, StepReply},
};
use futures_channel::{mpsc, oneshot};
use futures_util::{
    StreamExt,
    future::{Either, select},
};
use shared::wire::SyncError;
use std::{cell::RefCell, pin::pin};

/// A call to make. It is cancelled when the other end of `cancelled` is dropped: a call that hangs after the store was
/// locked must not keep the next one waiting.
pub(super) struct Call {
    pub step: Step,
    pub server: String,
    pub cancelled: oneshot::Receiver<()>,
}

/// The reply to a call, with the bytes that it cost.
pub(super) struct Returned {
    pub reply: StepReply,
    pub up: u64,
    pub down: u64,
}

/// The store's ends of the network's thread.
pub(super) struct Network {
    pub calls: mpsc::UnboundedSender<Call>,
    pub returned: mpsc::UnboundedReceiver<Returned>,
}

impl Network {
    pub fn start() -> std::io::Result<Self> {
        let (calls, inbox) = mpsc::unbounded::<Call>();
        let (outbox, returned) = mpsc::unbounded();
        let runtime = runtime()?;
        std::thread::Builder::new().name("network".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let client = RefCell::new(None);
                let replies = inbox.map(|call| run_unless_cancelled(&client, call)).buffered(STEPS_AT_ONCE);
                let mut replies = pin!(replies);
                while let Some(returned) = replies.next().await {
                    if outbox.unbounded_send(returned).is_err() {
                        return;
                    }
                }
            });
        })?;
        Ok(Self { calls, returned })
    }
}

pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

async fn run_unless_cancelled(client: &RefCell<Option<HttpClient>>, call: Call) -> Returned {
    let Call { step, server, cancelled } = call;
    let lost = Step::no_reply();
    let running = pin!(run(client, step, &server));
    match select(running, cancelled).await {
        Either::Left((returned, _)) => returned,
        Either::Right(_) => Returned { reply: lost, up: 0, down: 0 },
    }
}

/// Makes one call, over the connections of earlier calls where the server is the same.
async fn run(client: &RefCell<Option<HttpClient>>, step: Step, server: &str) -> Returned {
    let failed = |why: &str| Returned { reply: Err(SyncError::Offline(why.to_owned())), up: 0, down: 0 };
    let Ok(address) = ServerAddress::parse(server) else {
        return failed("the server's address cannot be parsed");
    };
    let known = client.borrow().clone().filter(|c| *c.address() == address);
    let client = match known.map_or_else(|| HttpClient::new(address), Ok) {
        Ok(known) => client.borrow_mut().insert(known).clone(),
        Err(_) => return failed("TLS could not be set up"),
    };
    let reply = step.run(&client).await;
    let (up, down) = client.traffic().take();
    Returned { reply, up, down }
}
