//! The menu behind the plus: what happened?

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn RecordScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-record",
            top: rsx! {
                TopBar { title: tr("nav-record"), on_back: move |()| navigator().go_back() }
            },
        }
    }
}
