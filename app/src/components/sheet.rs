//! A sheet that rises from the foot of the screen, for a choice or a question.

use dioxus::prelude::*;

use super::{button::IconButton, icon::Glyph};
use crate::i18n::tr;

/// Shown while `open`. Pressing beside it, the cross or Escape asks to close; the owner decides.
#[component]
pub fn Sheet(
    open: bool,
    title: String,
    on_close: EventHandler<()>,
    /// Buttons that stay in sight below what scrolls.
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
                    // Without focus the sheet would only be silent to a screen reader, so a refusal is no error.
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
