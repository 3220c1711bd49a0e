//! The handle of the device core as screens hold it, and the events that keep what they show up to date.

use device_core::{Device, Event, views::Progress};
use dioxus::prelude::*;
use futures_util::{FutureExt, StreamExt};

use super::{link, session};
use crate::prefs::use_prefs;

/// Counts the changes of the store. A query that reads it runs again after each change.
#[derive(Clone, Copy)]
pub(super) struct Changes(pub(super) Signal<u64>);

/// Makes the device available below and follows its events. Call once, in the root, below `provide_prefs`.
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
                // Subscribe before the first queries, so that no event between them is missed.
                let mut events = device.events();
                session::refresh(&device, status, prefs).await;
                link::refresh(&device, link).await;
                while let Some(event) = events.next().await {
                    let mut batch = EventBatch::default();
                    batch.add(event);
                    // A sync reports every page; one refresh for all of them is enough.
                    while let Some(Some(event)) = events.next().now_or_never() {
                        batch.add(event);
                    }
                    // The name of the worker's area comes with the records, so a changed store may change the status.
                    if batch.status || batch.changed {
                        session::refresh(&device, status, prefs).await;
                    }
                    if let Some(progress) = batch.progress {
                        link::set_progress(link, progress);
                    }
                    if batch.changed || batch.status {
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

/// The sum of several events that arrived together.
#[derive(Debug, Default, PartialEq)]
struct EventBatch {
    changed: bool,
    status: bool,
    progress: Option<Progress>,
}

impl EventBatch {
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
    fn a_burst_of_events_becomes_one_batch_with_the_latest_progress() {
        let mut batch = EventBatch::default();
        let at = |ops_done| Progress { ops_done, ..Progress::default() };
        for event in [Event::Changed, Event::Sync(at(1)), Event::Changed, Event::Sync(at(2))] {
            batch.add(event);
        }
        assert_eq!(batch, EventBatch { changed: true, status: false, progress: Some(at(2)) });
    }
}
