//! A short word about something, on a wash of its pigment.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};

/// What a colour means, everywhere in the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    /// Done, confirmed, well.
    Good,
    /// Waiting, or due soon.
    Wait,
    /// Overdue, failed or dangerous, and nothing else.
    Danger,
    /// For information; in review.
    Info,
}

impl Tone {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Good => "good",
            Tone::Wait => "wait",
            Tone::Danger => "danger",
            Tone::Info => "info",
        }
    }
}

/// A tag. Any tone but the neutral one needs words that mean the same without the colour.
#[component]
pub fn Tag(label: String, #[props(default)] tone: Tone, icon: Option<Glyph>, testid: Option<String>) -> Element {
    let tone = tone.class();
    rsx! {
        span { class: "tag {tone}", "data-testid": testid,
            if let Some(glyph) = icon {
                Icon { glyph, small: true }
            }
            {label}
        }
    }
}
