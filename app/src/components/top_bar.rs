//! The malachite bar above every screen: where one is, how things stand, the way back.

use dioxus::prelude::*;

use super::{button::IconButton, icon::Glyph};
use crate::i18n::tr;

/// The flying ribbon of the cave paintings, faint behind the title.
const RIBBON: &str = include_str!("../../../assets/icons/ribbon.svg");

#[component]
pub fn TopBar(
    title: String,
    subtitle: Option<String>,
    /// Shows the arrow; what it does. It must never discard what was typed without asking.
    on_back: Option<EventHandler<()>>,
    /// A status pill or icon buttons, on the right.
    trailing: Option<Element>,
    testid: Option<String>,
) -> Element {
    rsx! {
        header { class: "bar", "data-testid": testid,
            span { class: "bar-ribbon", aria_hidden: "true", dangerous_inner_html: RIBBON }
            if let Some(on_back) = on_back {
                span { class: "bar-back",
                    IconButton { glyph: Glyph::Back, label: tr("common-back"), testid: "back", on_press: move |()| on_back.call(()) }
                }
            }
            div { class: "bar-text",
                h1 { class: "bar-title", {title} }
                if let Some(subtitle) = subtitle {
                    p { class: "bar-sub", {subtitle} }
                }
            }
            if let Some(trailing) = trailing {
                div { class: "bar-end", {trailing} }
            }
        }
    }
}
