//! How the connection stands: offline or not, how much waits on this phone, and whether a sync is running.

use device_core::{
    Device,
    views::{Progress, SyncProblem, SyncView},
};
use dioxus::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Link {
    /// The last attempt found no connection.
    pub offline: bool,
    /// Operations and photos not on the server yet.
    pub waiting: u32,
    /// Outcomes that someone should look at.
    pub attention: u32,
    /// Of the sync that is running.
    pub running: Option<Progress>,
}

/// What a screen needs of the sync's whole state.
fn of(view: &SyncView) -> Link {
    Link {
        offline: matches!(view.last_problem, Some(SyncProblem::Offline)),
        waiting: view.waiting_total + view.photos_waiting,
        attention: u32::try_from(view.attention.len()).unwrap_or(u32::MAX),
        running: view.running,
    }
}

#[derive(Clone, Copy)]
struct Held(Signal<Link>);

pub(super) fn provide() -> Signal<Link> {
    use_context_provider(|| Held(Signal::new(Link::default()))).0
}

pub(super) async fn refresh(device: &Device, mut link: Signal<Link>) {
    // Locked or not enrolled: there is no link to speak of.
    let next = device.sync_state().await.map(|view| of(&view)).unwrap_or_default();
    if *link.peek() != next {
        link.set(next);
    }
}

pub(super) fn moving(mut link: Signal<Link>, progress: Progress) {
    link.write().running = Some(progress);
}

/// The link, for reading; who reads it is drawn again when it changes.
pub fn use_link() -> Link {
    use_context::<Held>().0()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_wait_as_records_do() {
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
        assert_eq!(of(&view), Link { offline: true, waiting: 3, attention: 0, running: None });
    }
}
