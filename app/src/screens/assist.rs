//! Recording help, for one household or many.

use dioxus::prelude::*;
use uuid::Uuid;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn AssistScreen(recipient: Option<Uuid>) -> Element {
    rsx! {
        Page {
            testid: "screen-assist",
            top: rsx! {
                TopBar { title: tr("nav-assist"), on_back: move |()| navigator().go_back() }
            },
        }
    }
}
