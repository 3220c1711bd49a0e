//! What one presses to pick a file or take a photo: the label of the hidden input that `assets/scripts/picker.js` puts into the
//! page.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};

#[component]
pub(super) fn PickLabel(
    id: String,
    /// Of the hidden input.
    input: String,
    class: &'static str,
    /// What was picked is being read.
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
