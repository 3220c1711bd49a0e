//! The states of an answer: not there yet, refused, there.

use device_core::Refusal;
use dioxus::prelude::*;

use crate::{components::ErrorNote, i18n::tr, labels, state::Query};

/// Draws `body` once the answer is there; until then that it is being fetched, and why it is not when it was refused.
pub fn answered<T: Clone + 'static>(ask: Query<T>, body: impl FnOnce(T) -> Element) -> Element {
    match ask.get() {
        None => rsx! {
            Loading {}
        },
        Some(Err(refusal)) => rsx! {
            Refused { refusal, on_retry: move |()| ask.reload() }
        },
        Some(Ok(answer)) => body(answer),
    }
}

/// Shown a moment after it was drawn, because most answers come sooner and a flash would only unsettle.
#[component]
pub fn Loading() -> Element {
    rsx! {
        div { class: "loading", role: "status", "data-testid": "loading",
            span { class: "spinner", aria_hidden: "true" }
            span { {tr("common-loading")} }
        }
    }
}

/// Why the core did not do what was asked, and what to do next.
#[component]
pub fn Refused(refusal: Refusal, on_retry: Option<EventHandler<()>>, testid: Option<String>) -> Element {
    let (what, next) = labels::refusal(&refusal);
    rsx! {
        ErrorNote { what, next, on_retry, testid: testid.unwrap_or_else(|| "refused".to_owned()) }
    }
}
