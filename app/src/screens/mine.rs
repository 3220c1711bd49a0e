//! One's own month: confirmed and waiting.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn MineScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-mine",
            top: rsx! {
                TopBar { title: tr("nav-my-month") }
            },
        }
    }
}
