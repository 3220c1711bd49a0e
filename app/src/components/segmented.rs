//! Two to four exclusive choices side by side, one of which is always chosen.

use dioxus::prelude::*;

use super::{choice::Choice, icon::Icon};

/// A row of choices. Screen readers read `label` as their question.
#[component]
pub fn Segmented<T: Clone + PartialEq + 'static>(
    label: String,
    options: Vec<Choice<T>>,
    selected: T,
    on_select: EventHandler<T>,
    testid: Option<String>,
) -> Element {
    let many = if options.len() > 2 { "many" } else { "" };
    rsx! {
        div { class: "segmented {many}", role: "radiogroup", aria_label: label, "data-testid": testid,
            for (at, option) in options.into_iter().enumerate() {
                button {
                    key: "{at}",
                    r#type: "button",
                    class: "segment",
                    role: "radio",
                    aria_checked: if option.value == selected { "true" } else { "false" },
                    "data-testid": option.testid,
                    onclick: {
                        let value = option.value;
                        move |_| on_select.call(value.clone())
                    },
                    if let Some(glyph) = option.icon {
                        Icon { glyph, small: true }
                    }
                    span { {option.label} }
                }
            }
        }
    }
}
