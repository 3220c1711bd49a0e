//! Text fields. They are uncontrolled: the page owns the text and reports it, because a field that is written back on
//! every letter loses letters of fast typing. To reset one, give it another `key`.

use dioxus::prelude::*;

use super::{
    button::IconButton,
    dom_id::use_dom_id,
    icon::{Glyph, Icon},
};
use crate::i18n::tr;

/// The kind of text, which decides the keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextKind {
    #[default]
    Plain,
    Phone,
    /// Letters and digits of an enrolment code or an ID number.
    Code,
    /// Hidden until the eye is pressed.
    Secret,
    Link,
}

impl TextKind {
    const fn input_type(self, shown: bool) -> &'static str {
        match self {
            TextKind::Plain | TextKind::Code => "text",
            TextKind::Phone => "tel",
            TextKind::Link => "url",
            TextKind::Secret => {
                if shown {
                    "text"
                } else {
                    "password"
                }
            }
        }
    }

    const fn input_mode(self) -> &'static str {
        match self {
            TextKind::Phone => "tel",
            TextKind::Link => "url",
            TextKind::Plain | TextKind::Code | TextKind::Secret => "text",
        }
    }
}

/// The label above a field, the hint or the error below it.
#[component]
pub(super) fn FieldFrame(
    id: String,
    label: String,
    #[props(default)] optional: bool,
    hint: Option<String>,
    error: Option<String>,
    #[props(default)] class: &'static str,
    children: Element,
) -> Element {
    let wrong = if error.is_some() { "wrong" } else { "" };
    rsx! {
        div { class: "field {wrong} {class}",
            label { class: "field-label", r#for: id.clone(),
                {label}
                if optional {
                    span { class: "optional", {tr("common-optional")} }
                }
            }
            {children}
            if let Some(error) = error {
                span { class: "field-error", id: "{id}-about", role: "alert",
                    Icon { glyph: Glyph::Warning, small: true }
                    {error}
                }
            } else if let Some(hint) = hint {
                span { class: "field-hint", id: "{id}-about", {hint} }
            }
        }
    }
}

/// One line of text.
#[component]
pub fn TextField(
    label: String,
    on_input: EventHandler<String>,
    #[props(default)] initial: String,
    #[props(default)] kind: TextKind,
    placeholder: Option<String>,
    hint: Option<String>,
    error: Option<String>,
    /// Shown beside the label.
    #[props(default)]
    optional: bool,
    /// In characters. Kept short: Android passes an event's data in a request header of 16 kB.
    #[props(default = 200)]
    max_len: i64,
    #[props(default)] disabled: bool,
    testid: Option<String>,
) -> Element {
    let id = use_dom_id("field");
    let mut shown = use_signal(|| false);
    let about = (hint.is_some() || error.is_some()).then(|| format!("{id}-about"));
    rsx! {
        FieldFrame { id: id.clone(), label, optional, hint, error: error.clone(),
            div { class: "field-box",
                input {
                    id,
                    r#type: kind.input_type(shown()),
                    inputmode: kind.input_mode(),
                    initial_value: initial,
                    placeholder,
                    maxlength: max_len,
                    disabled,
                    autocomplete: "off",
                    autocapitalize: if kind == TextKind::Plain { "sentences" } else { "none" },
                    aria_invalid: if error.is_some() { "true" },
                    aria_describedby: about,
                    "data-testid": testid,
                    oninput: move |event| on_input.call(event.value()),
                }
                if kind == TextKind::Secret {
                    IconButton {
                        glyph: if shown() { Glyph::EyeOff } else { Glyph::Eye },
                        label: if shown() { tr("common-hide") } else { tr("common-show") },
                        pressed: shown(),
                        on_press: move |()| shown.toggle(),
                    }
                }
            }
        }
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    label: String,
    on_input: EventHandler<String>,
    #[props(default)] initial: String,
    placeholder: Option<String>,
    hint: Option<String>,
    error: Option<String>,
    #[props(default)] optional: bool,
    #[props(default = 3)] rows: i64,
    /// In characters, three bytes each: see [`TextField`].
    #[props(default = 1000)]
    max_len: i64,
    testid: Option<String>,
) -> Element {
    let id = use_dom_id("area");
    let about = (hint.is_some() || error.is_some()).then(|| format!("{id}-about"));
    rsx! {
        FieldFrame { id: id.clone(), label, optional, hint, error: error.clone(),
            div { class: "field-box",
                textarea {
                    id,
                    initial_value: initial,
                    placeholder,
                    rows,
                    maxlength: max_len,
                    aria_invalid: if error.is_some() { "true" },
                    aria_describedby: about,
                    "data-testid": testid,
                    oninput: move |event| on_input.call(event.value()),
                }
            }
        }
    }
}
