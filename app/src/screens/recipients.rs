//! Everyone in one's care: search and filter.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn RecipientsScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-recipients",
            top: rsx! {
                TopBar { title: tr("nav-recipients") }
            },
        }
    }
}
