//! Whom to phone when someone is in danger; works without a network.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn EmergencyScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-emergency",
            top: rsx! {
                TopBar { title: tr("nav-emergency"), on_back: move |()| navigator().go_back() }
            },
        }
    }
}
