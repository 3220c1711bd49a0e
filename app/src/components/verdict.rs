//! One item of a check-list: good, or a problem.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};
use crate::i18n::tr;

/// An item and its verdict; `None` until one is chosen. The chosen answer has an icon.
#[component]
pub fn Verdict(
    name: String,
    good: Option<bool>,
    on_select: EventHandler<bool>,
    /// In place of "good".
    good_label: Option<String>,
    /// In place of "problem".
    bad_label: Option<String>,
    /// The buttons are `<testid>-good` and `<testid>-bad`.
    testid: Option<String>,
) -> Element {
    let answers = [
        (true, "good", Glyph::Check, good_label.unwrap_or_else(|| tr("common-good"))),
        (false, "bad", Glyph::Warning, bad_label.unwrap_or_else(|| tr("common-bad"))),
    ];
    let (said, line_id) = (name.clone(), testid.clone());
    rsx! {
        div { class: "verdict", role: "radiogroup", aria_label: said, "data-testid": line_id,
            span { class: "verdict-name", {name} }
            div { class: "verdict-pair",
                for (value, class, glyph, label) in answers {
                    button {
                        key: "{class}",
                        r#type: "button",
                        class: "verdict-pick {class}",
                        role: "radio",
                        aria_checked: if good == Some(value) { "true" } else { "false" },
                        "data-testid": testid.as_ref().map(|id| format!("{id}-{class}")),
                        onclick: move |_| on_select.call(value),
                        if good == Some(value) {
                            Icon { glyph, small: true }
                        }
                        {label}
                    }
                }
            }
        }
    }
}
