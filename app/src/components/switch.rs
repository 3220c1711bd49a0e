//! On or off, with its name on the left.

use dioxus::prelude::*;

use crate::i18n::tr;

#[component]
pub fn Switch(
    label: String,
    on: bool,
    on_change: EventHandler<bool>,
    sub: Option<String>,
    testid: Option<String>,
) -> Element {
    // The state is also said in words, for who sees no difference between the two tracks.
    let state = if on { tr("common-on") } else { tr("common-off") };
    rsx! {
        button {
            r#type: "button",
            class: "switch",
            role: "switch",
            aria_checked: if on { "true" } else { "false" },
            "data-testid": testid,
            onclick: move |_| on_change.call(!on),
            span { class: "row-text",
                span { {label} }
                span { class: "row-sub", {sub.unwrap_or(state)} }
            }
            span { class: "switch-track", aria_hidden: "true" }
        }
    }
}
