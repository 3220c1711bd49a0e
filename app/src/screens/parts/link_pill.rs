//! The state of sync in the top bar.

use dioxus::prelude::*;

use crate::{
    components::{Status, StatusPill},
    i18n::{tr, tr_args},
    nav::{self, Destination},
    state::Link,
};

/// Offline, sending, waiting or all sent; pressed, it opens the sync screen.
#[component]
pub fn LinkPill(link: Link) -> Element {
    let (status, label) = status_and_text(&link);
    rsx! {
        button {
            r#type: "button",
            class: "pill-button",
            "data-testid": "link-pill",
            onclick: move |_| nav::replace_with(Destination::Sync),
            StatusPill { status, label }
        }
    }
}

/// The status and the text of the pill.
fn status_and_text(link: &Link) -> (Status, String) {
    let n = [("n", link.waiting.into())];
    match (link.running.is_some(), link.offline, link.waiting) {
        (true, ..) => (Status::Sending, tr("status-sending")),
        (_, true, 0) => (Status::Offline, tr("status-offline")),
        (_, true, _) => (Status::Offline, tr_args("today-offline-waiting", &n)),
        (_, false, 0) => (Status::Confirmed, tr("today-all-sent")),
        (_, false, _) => (Status::Waiting, tr_args("nav-waiting", &n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pill_shows_offline_and_the_number_of_waiting_records() {
        let link = Link { offline: true, waiting: 3, ..Link::default() };
        assert_eq!(status_and_text(&link), (Status::Offline, "离线 · 3 条待传".to_owned()));
        assert_eq!(status_and_text(&Link { offline: false, ..link }).0, Status::Waiting);
        assert_eq!(status_and_text(&Link::default()).0, Status::Confirmed);
    }
}
