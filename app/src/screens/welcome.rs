//! First run: enrol by link or code.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn WelcomeScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-welcome",
            top: rsx! {
                TopBar { title: tr("nav-welcome") }
            },
        }
    }
}
