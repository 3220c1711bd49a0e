//! The states of a query: loading, refused, ready.

use device_core::Refusal;
use dioxus::prelude::*;

use crate::{components::ErrorNote, i18n::tr, labels, state::Query};

/// Renders `body` with the answer; before it a spinner, after a refusal the reason with a retry.
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

/// A spinner. The style sheet shows it with a delay: most answers come sooner, and a flash would distract.
#[component]
pub fn Loading() -> Element {
    rsx! {
        div { class: "loading", role: "status", "data-testid": "loading",
            span { class: "spinner", aria_hidden: "true" }
            span { {tr("common-loading")} }
        }
    }
}

/// Why the core refused, and what to do next.
#[component]
pub fn Refused(refusal: Refusal, on_retry: Option<EventHandler<()>>, testid: Option<String>) -> Element {
    let (what, next) = labels::refusal(&refusal);
    rsx! {
        ErrorNote { what, next, on_retry, testid: testid.unwrap_or_else(|| "refused".to_owned()) }
    }
}
