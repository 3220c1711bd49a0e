//! Notes on a coloured background. An error says what failed and what to do next.

use dioxus::prelude::*;

use super::{
    button::{Button, ButtonKind},
    icon::{Glyph, Icon},
    tag::Tone,
};
use crate::i18n::tr;

/// What failed, what to do next, and optionally the button for it. Screen readers read it when it appears.
#[component]
pub fn ErrorNote(
    what: String,
    next: String,
    on_retry: Option<EventHandler<()>>,
    /// In place of "try again".
    retry_label: Option<String>,
    testid: Option<String>,
) -> Element {
    let retry_id = testid.as_ref().map(|id| format!("{id}-retry"));
    rsx! {
        div { class: "note danger", role: "alert", "data-testid": testid,
            Icon { glyph: Glyph::Warning }
            div { class: "note-text",
                span { class: "note-what", {what} }
                span { {next} }
                if let Some(on_retry) = on_retry {
                    Button {
                        label: retry_label.unwrap_or_else(|| tr("common-retry")),
                        kind: ButtonKind::Line,
                        fit: true,
                        testid: retry_id,
                        on_press: move |()| on_retry.call(()),
                    }
                }
            }
        }
    }
}

/// A note that is not an error.
#[component]
pub fn Note(
    #[props(default = Tone::Info)] tone: Tone,
    icon: Glyph,
    what: Option<String>,
    text: String,
    testid: Option<String>,
) -> Element {
    let tone = tone.class();
    rsx! {
        div { class: "note {tone}", role: "note", "data-testid": testid,
            Icon { glyph: icon }
            div { class: "note-text",
                if let Some(what) = what {
                    span { class: "note-what", {what} }
                }
                span { {text} }
            }
        }
    }
}
