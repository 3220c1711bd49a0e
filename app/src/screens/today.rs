//! Who is due, what waits, tasks.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn TodayScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-today",
            top: rsx! {
                TopBar { title: tr("nav-today") }
            },
        }
    }
}
