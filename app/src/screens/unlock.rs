//! The PIN that opens the store.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn UnlockScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-unlock",
            top: rsx! {
                TopBar { title: tr("nav-unlock") }
            },
        }
    }
}
