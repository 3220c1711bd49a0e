//! Complaints and suggestions.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn FeedbackScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-feedback",
            top: rsx! {
                TopBar { title: tr("nav-feedback"), on_back: move |()| navigator().go_back() }
            },
        }
    }
}
