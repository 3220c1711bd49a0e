//! The visible label of a file input. `assets/scripts/picker.js` adds the hidden input to the page.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};

#[component]
pub(super) fn PickLabel(
    id: String,
    /// The id of the hidden input.
    input: String,
    class: &'static str,
    /// The picked file is being read.
    busy: bool,
    glyph: Glyph,
    text: String,
    testid: Option<String>,
    on_press: Option<EventHandler<()>>,
) -> Element {
    rsx! {
        label {
            id,
            class: if busy { "{class} busy" } else { "{class}" },
            r#for: input,
            role: "button",
            tabindex: "0",
            aria_busy: if busy { "true" },
            "data-testid": testid,
            onclick: move |_| {
                if let Some(handler) = on_press {
                    handler.call(());
                }
            },
            if busy {
                span { class: "spinner", aria_hidden: "true" }
            } else {
                Icon { glyph }
            }
            {text}
        }
    }
}
