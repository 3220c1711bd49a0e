//! Language, size of text, colours, PIN.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn SettingsScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-settings",
            top: rsx! {
                TopBar { title: tr("nav-settings"), on_back: move |()| navigator().go_back() }
            },
        }
    }
}
