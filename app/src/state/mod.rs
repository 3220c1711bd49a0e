//! The device core as screens hold it: one handle, answers that are asked again when something changed, and the two
//! things every screen may want to know: who is enrolled, and how the connection stands.
//!
//! - `ask`: a question and its answer, as a hook
//! - `session`: phase, person and preferences; `link`: offline or not, how much waits
//! - `entry`: what is typed at first run; `keep`: preferences that are kept; `connection`: what it costs
//! - `clock`: the one place where a screen gets the time from

mod ask;
mod clock;
mod connection;
pub mod entry;
mod keep;
mod link;
mod session;

pub use ask::{Ask, begun, tell, use_ask, use_ask_afar};
pub use clock::{now, today};
pub use connection::use_connection;
pub use keep::use_keeper;
pub use link::{Link, use_link};
pub use session::use_status;

use device_core::{Device, Event, views::Progress};
use dioxus::prelude::*;
use futures_util::{FutureExt, StreamExt};

use crate::prefs::use_prefs;

/// Counts what has changed in the store, so that who reads it asks again.
#[derive(Clone, Copy)]
struct Changes(Signal<u64>);

/// Makes the device available below and follows what it tells. Call once, in the root, below `provide_prefs`.
pub fn provide_device(start: impl FnOnce() -> Device) -> Device {
    let device = use_context_provider(start);
    let mut changes = use_context_provider(|| Changes(Signal::new(0)));
    let status = session::provide();
    let link = link::provide();
    let prefs = use_prefs();
    use_future({
        let device = device.clone();
        move || {
            let device = device.clone();
            async move {
                // Listen first: what happens while the first answers come must not be missed.
                let mut events = device.events();
                session::refresh(&device, status, prefs).await;
                link::refresh(&device, link).await;
                while let Some(event) = events.next().await {
                    let mut heard = Heard::default();
                    heard.add(event);
                    // A sync tells of every page; asking again once for all of them is enough.
                    while let Some(Some(event)) = events.next().now_or_never() {
                        heard.add(event);
                    }
                    // What is known of the person (the name of the area) comes with the records.
                    if heard.status || heard.changed {
                        session::refresh(&device, status, prefs).await;
                    }
                    if let Some(progress) = heard.progress {
                        link::moving(link, progress);
                    }
                    if heard.changed || heard.status {
                        *changes.0.write() += 1;
                        link::refresh(&device, link).await;
                    }
                }
            }
        }
    });
    device
}

/// The handle, for commands. Must be called below [`provide_device`].
pub fn use_device() -> Device {
    use_context()
}

/// What a burst of events amounts to.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    changed: bool,
    status: bool,
    progress: Option<Progress>,
}

impl Heard {
    fn add(&mut self, event: Event) {
        match event {
            Event::Changed => self.changed = true,
            Event::Status => self.status = true,
            Event::Sync(progress) => self.progress = Some(progress),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_events_asks_once_and_keeps_the_latest_progress() {
        let mut heard = Heard::default();
        let at = |ops_done| Progress { ops_done, ..Progress::default() };
        for event in [Event::Changed, Event::Sync(at(1)), Event::Changed, Event::Sync(at(2))] {
            heard.add(event);
        }
        assert_eq!(heard, Heard { changed: true, status: false, progress: Some(at(2)) });
    }
}
