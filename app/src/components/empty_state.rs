//! Shown in place of an empty list: why it is empty, and how to change that.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};

#[component]
pub fn EmptyState(
    icon: Glyph,
    title: String,
    text: String,
    action: Option<Element>,
    testid: Option<String>,
) -> Element {
    rsx! {
        div { class: "empty", "data-testid": testid,
            div { class: "empty-mark", Icon { glyph: icon } }
            h2 { class: "empty-title", {title} }
            p { class: "empty-text", {text} }
            {action}
        }
    }
}
