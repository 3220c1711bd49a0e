//! Choosing the PIN that locks the store.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn SetPinScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-set_pin",
            top: rsx! {
                TopBar { title: tr("nav-set-pin") }
            },
        }
    }
}
