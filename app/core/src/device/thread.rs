//! Starts the driver for everything that has threads. Two of them:
//!
//! - **store** owns the [`Core`]: it serves commands first, then applies replies from the network, and begins a sync
//!   when one is due. It never waits for a connection, so saving does not either.
//! - **network** makes the calls, a few at a time, and returns the replies in the order of the calls.
//!
//! ```text
//! Device ──Request──► store ──Call──► network
//!        ◄──Reply───       ◄─Returned─
//! ```
//!
//! Both end when the last [`Device`] is dropped.

use super::{
    driver::Driver,
    handle::{Device, Request},
    network::{self, Network},
    system_env::SystemEnv,
};
use crate::{
    core::{Core, Paths},
    reply::{Refusal, Reply},
};
use futures_channel::mpsc;
use futures_util::StreamExt;

/// How the driver behaves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Sync without being asked: at the start, after saving, and every so often.
    pub automatic: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { automatic: true }
    }
}

/// Starts the driver over the store at `paths`. The store is opened on its thread: the first command waits for that,
/// the caller does not.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(paths: Paths, options: Options) -> std::io::Result<Device> {
    let (device, requests, hub) = Device::pair();
    let network = Network::start()?;
    let runtime = network::runtime()?;
    std::thread::Builder::new().name("store".to_owned()).spawn(move || {
        let core = match Core::open(paths, Box::new(SystemEnv::default())) {
            Ok(core) => core,
            Err(refusal) => return runtime.block_on(refuse_all(requests, refusal)),
        };
        let driver = Driver::new(core, options.automatic, hub, network.calls);
        runtime.block_on(driver.run(requests, network.returned));
    })?;
    Ok(device)
}

/// The store's folder cannot be used: every command is refused.
async fn refuse_all(mut requests: mpsc::UnboundedReceiver<Request>, refusal: Refusal) {
    while let Some(request) = requests.next().await {
        let _ = request.reply.send(Reply::Refused(refusal.clone()));
    }
}
