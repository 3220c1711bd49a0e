//! The way to the emergency numbers, for screens without the bottom bar.

use dioxus::prelude::*;

use crate::{
    components::{Button, ButtonKind, Glyph},
    i18n::tr,
    nav::{self, Destination},
};

/// Opens the emergency numbers. They need no PIN, so every screen before the PIN has this button.
#[component]
pub fn EmergencyButton() -> Element {
    rsx! {
        Button {
            label: tr("nav-emergency"),
            kind: ButtonKind::Quiet,
            icon: Glyph::Phone,
            testid: "open-emergency",
            on_press: move |()| nav::open(Destination::Emergency),
        }
    }
}
