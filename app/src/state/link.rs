//! The state of sync that every screen may show: offline or not, how much waits on this phone, progress.

use device_core::{
    Device,
    views::{Progress, SyncProblem, SyncView},
};
use dioxus::prelude::*;

/// The summary of a [`SyncView`] that the pill in the top bar and the bottom bar show.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Link {
    /// The last attempt found no connection.
    pub offline: bool,
    /// Operations and photos that are not on the server yet.
    pub waiting: u32,
    /// Outcomes that the author should look at.
    pub attention: u32,
    /// Progress of the sync that is running, if one is.
    pub running: Option<Progress>,
}

fn summary(view: &SyncView) -> Link {
    Link {
        offline: matches!(view.last_problem, Some(SyncProblem::Offline)),
        waiting: view.waiting_total + view.photos_waiting,
        attention: u32::try_from(view.attention.len()).unwrap_or(u32::MAX),
        running: view.running,
    }
}

#[derive(Clone, Copy)]
struct LinkContext(Signal<Link>);

pub(super) fn provide() -> Signal<Link> {
    use_context_provider(|| LinkContext(Signal::new(Link::default()))).0
}

pub(super) async fn refresh(device: &Device, mut link: Signal<Link>) {
    // A locked or unenrolled device refuses the query; then nothing waits and nothing runs.
    let next = device.sync_state().await.map(|view| summary(&view)).unwrap_or_default();
    if *link.peek() != next {
        link.set(next);
    }
}

pub(super) fn set_progress(mut link: Signal<Link>, progress: Progress) {
    link.write().running = Some(progress);
}

/// The present summary. A component that reads it is rendered again when it changes.
pub fn use_link() -> Link {
    use_context::<LinkContext>().0()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_photos_count_like_waiting_records() {
        let view = SyncView {
            month_confirmed: 3,
            month_waiting: 2,
            waiting: vec![],
            waiting_total: 2,
            attention: vec![],
            recent: vec![],
            waiting_bytes: 900,
            photos_waiting: 1,
            photos_bytes: 300_000,
            photos_failed: 0,
            last_up: 0,
            last_down: 0,
            last_success: None,
            next_attempt: None,
            last_problem: Some(SyncProblem::Offline),
            running: None,
            clock_off_s: None,
            photos_held: None,
            photo_space: Default::default(),
            relayed_bundles: vec![],
        };
        assert_eq!(summary(&view), Link { offline: true, waiting: 3, attention: 0, running: None });
    }
}
