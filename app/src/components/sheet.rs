//! A sheet that rises from the foot of the screen, for a choice or a question.

use dioxus::prelude::*;

use super::{button::IconButton, icon::Glyph};
use crate::i18n::tr;

/// Shown while `open`. A press beside the sheet, the cross and Escape call `on_close`; the owner decides.
#[component]
pub fn Sheet(
    open: bool,
    title: String,
    on_close: EventHandler<()>,
    /// Buttons that stay visible below the scrolling body.
    foot: Option<Element>,
    testid: Option<String>,
    children: Element,
) -> Element {
    if !open {
        return VNode::empty();
    }
    let said = title.clone();
    rsx! {
        div { class: "scrim", onclick: move |_| on_close.call(()),
            div {
                class: "sheet",
                role: "dialog",
                aria_modal: "true",
                aria_label: said,
                tabindex: "-1",
                "data-testid": testid,
                onmounted: move |event| async move {
                    // Only screen readers need the focus, so a failure is ignored.
                    let _ = event.set_focus(true).await;
                },
                onclick: move |event| event.stop_propagation(),
                onkeydown: move |event| {
                    if event.key() == Key::Escape {
                        on_close.call(());
                    }
                },
                div { class: "sheet-head",
                    h2 { class: "sheet-title", {title} }
                    IconButton { glyph: Glyph::Close, label: tr("common-close"), testid: "sheet-close", on_press: move |()| on_close.call(()) }
                }
                div { class: "sheet-body", {children} }
                if let Some(foot) = foot {
                    div { class: "sheet-foot", {foot} }
                }
            }
        }
    }
}
