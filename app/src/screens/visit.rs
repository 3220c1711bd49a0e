//! Recording a visit or a contact.

use dioxus::prelude::*;
use uuid::Uuid;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn VisitScreen(recipient: Uuid) -> Element {
    rsx! {
        Page {
            testid: "screen-visit",
            top: rsx! {
                TopBar { title: tr("nav-visit"), on_back: move |()| navigator().go_back() }
            },
        }
    }
}
