//! A framed group of related content.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};

#[component]
pub fn Card(
    title: Option<String>,
    icon: Option<Glyph>,
    /// A red edge, for something overdue, failed or dangerous.
    #[props(default)]
    attention: bool,
    testid: Option<String>,
    children: Element,
) -> Element {
    let edge = if attention { "attention" } else { "" };
    rsx! {
        section { class: "card {edge}", "data-testid": testid,
            if let Some(title) = title {
                h2 { class: "card-title",
                    if let Some(glyph) = icon {
                        Icon { glyph }
                    }
                    {title}
                }
            }
            {children}
        }
    }
}
