//! A query to the device and its answer, as a hook.

use std::future::Future;

use device_core::{Command, Device, Refusal, device::calls::CallResult};
use dioxus::prelude::*;
use futures_util::FutureExt;

use super::device::{Changes, use_device};

/// The latest answer to a query. While the query runs again the previous answer stays, so that the screen does not
/// flicker.
pub struct Query<T: 'static>(Resource<CallResult<T>>);

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Query<T> {}
impl<T> PartialEq for Query<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Clone> Query<T> {
    /// The answer or the refusal; `None` until the first of them.
    pub fn get(self) -> Option<CallResult<T>> {
        self.0.read().clone()
    }

    /// The answer; `None` before it and after a refusal.
    pub fn ready(self) -> Option<T> {
        self.get().and_then(Result::ok)
    }

    /// The refusal, if the query was refused.
    pub fn refusal(self) -> Option<Refusal> {
        self.get().and_then(Result::err)
    }

    /// True while the query runs.
    pub fn is_loading(self) -> bool {
        *self.0.state().read() == UseResourceState::Pending
    }

    /// Runs the query again, for example after a refusal.
    pub fn reload(mut self) {
        self.0.restart();
    }
}

/// Runs `query` at once, and again whenever the store changes or a signal that `query` reads does.
pub fn use_query<T, F>(query: impl Fn(Device) -> F + 'static) -> Query<T>
where
    T: 'static,
    F: Future<Output = CallResult<T>> + 'static,
{
    let device = use_device();
    let changes = use_context::<Changes>();
    Query(use_resource(move || {
        let _ = (changes.0)();
        query(device.clone())
    }))
}

/// As [`use_query`], for an answer that the server gives. It runs again only when a signal that `query` reads
/// changes, or by [`Query::reload`]: records saved on this phone do not change the answer.
pub fn use_remote_query<T, F>(query: impl Fn(Device) -> F + 'static) -> Query<T>
where
    T: 'static,
    F: Future<Output = CallResult<T>> + 'static,
{
    let device = use_device();
    Query(use_resource(move || query(device.clone())))
}

/// Starts a call at once and returns a future that waits for its end. For a button whose screen may close before the
/// next frame: a spawned task that was never polled would be dropped together with its call.
pub fn start<T: 'static>(call: impl Future<Output = T> + 'static) -> impl Future<Output = T> + 'static {
    let mut call = Box::pin(call);
    let first_poll = (&mut call).now_or_never();
    async move {
        match first_poll {
            Some(answer) => answer,
            None => call.await,
        }
    }
}

/// Sends a command and ignores its answer. The command is on its way when this returns, even if the screen closes.
pub fn send(device: &Device, command: Command) {
    // The first poll sends the command; the answer is dropped.
    let _ = device.call(command).now_or_never();
}
