//! Is my work safe, is it counted, what must I do?

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn SyncScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-sync",
            top: rsx! {
                TopBar { title: tr("nav-sync") }
            },
        }
    }
}
