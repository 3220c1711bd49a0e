//! Buttons: one with a label, and a round one with an icon.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};
use crate::i18n::tr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The main action of a screen; one per screen.
    #[default]
    Primary,
    /// A secondary action.
    Line,
    /// Removes something.
    Danger,
    /// A minor action, or a way out.
    Quiet,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            ButtonKind::Primary => "primary",
            ButtonKind::Line => "line",
            ButtonKind::Danger => "danger",
            ButtonKind::Quiet => "quiet",
        }
    }
}

/// A button as wide as its column, or as its label with `fit`. While `busy` it shows a spinner and ignores presses.
#[component]
pub fn Button(
    label: String,
    on_press: EventHandler<()>,
    #[props(default)] kind: ButtonKind,
    icon: Option<Glyph>,
    #[props(default)] busy: bool,
    #[props(default)] disabled: bool,
    #[props(default)] fit: bool,
    testid: Option<String>,
) -> Element {
    let kind = kind.class();
    let fit = if fit { "fit" } else { "" };
    let state = if busy { "busy" } else { "" };
    rsx! {
        button {
            r#type: "button",
            class: "btn {kind} {fit} {state}",
            disabled: disabled || busy,
            aria_busy: if busy { "true" },
            "data-testid": testid,
            onclick: move |_| on_press.call(()),
            if busy {
                span { class: "spinner", aria_hidden: "true" }
                span { class: "only-read", role: "status", {tr("common-working")} }
            } else if let Some(glyph) = icon {
                Icon { glyph }
            }
            span { {label} }
        }
    }
}

/// A round button with an icon; screen readers read `label`.
#[component]
pub fn IconButton(
    glyph: Glyph,
    label: String,
    on_press: EventHandler<()>,
    /// For buttons that toggle: whether they are on.
    pressed: Option<bool>,
    #[props(default)] disabled: bool,
    testid: Option<String>,
) -> Element {
    let state = if pressed == Some(true) { "on" } else { "" };
    rsx! {
        button {
            r#type: "button",
            class: "icon-btn {state}",
            aria_label: label,
            aria_pressed: pressed.map(|on| on.to_string()),
            disabled,
            "data-testid": testid,
            onclick: move |_| on_press.call(()),
            Icon { glyph }
        }
    }
}
