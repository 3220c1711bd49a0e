//! A question to the device and its answer, as a hook.

use std::future::Future;

use device_core::{Command, Device, Refusal, device::calls::CallResult};
use dioxus::prelude::*;
use futures_util::FutureExt;

use super::{Changes, use_device};

/// The answer so far. While it is asked again the former one stands, so that nothing on the screen blinks.
pub struct Ask<T: 'static>(Resource<CallResult<T>>);

impl<T> Clone for Ask<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ask<T> {}
impl<T> PartialEq for Ask<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Clone> Ask<T> {
    /// `None` until the first answer.
    pub fn get(self) -> Option<CallResult<T>> {
        self.0.read().clone()
    }

    /// The answer, where there is one.
    pub fn ready(self) -> Option<T> {
        self.get().and_then(Result::ok)
    }

    pub fn refusal(self) -> Option<Refusal> {
        self.get().and_then(Result::err)
    }

    /// True while an answer is on its way.
    pub fn asking(self) -> bool {
        *self.0.state().read() == UseResourceState::Pending
    }

    /// Asks once more, after a refusal.
    pub fn again(mut self) {
        self.0.restart();
    }
}

/// Asks at once, and again whenever the store changed or a signal that `ask` reads did.
pub fn use_ask<T, F>(ask: impl Fn(Device) -> F + 'static) -> Ask<T>
where
    T: 'static,
    F: Future<Output = CallResult<T>> + 'static,
{
    let device = use_device();
    let changes = use_context::<Changes>();
    Ask(use_resource(move || {
        let _ = (changes.0)();
        ask(device.clone())
    }))
}

/// As [`use_ask`], for an answer that comes from afar: asked again only when a signal that `ask` reads changed, or by
/// [`Ask::again`]. What is saved on this phone does not change it.
pub fn use_ask_afar<T, F>(ask: impl Fn(Device) -> F + 'static) -> Ask<T>
where
    T: 'static,
    F: Future<Output = CallResult<T>> + 'static,
{
    let device = use_device();
    Ask(use_resource(move || ask(device.clone())))
}

/// Begins a call at once; what is returned waits for its end. For a press whose screen may be left before the next frame: a
/// task that was never polled would take the call along.
pub fn begun<T: 'static>(call: impl Future<Output = T> + 'static) -> impl Future<Output = T> + 'static {
    let mut call = Box::pin(call);
    let at_once = (&mut call).now_or_never();
    async move {
        match at_once {
            Some(answer) => answer,
            None => call.await,
        }
    }
}

/// Carries out a command whose answer nobody waits for: it is on its way when this returns, whatever becomes of the screen.
pub fn tell(device: &Device, command: Command) {
    // The first poll sends it; the answer that would come is dropped.
    let _ = device.call(command).now_or_never();
}
