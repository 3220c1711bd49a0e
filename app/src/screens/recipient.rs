//! One person's card: who they are, what was done, what is open.

use dioxus::prelude::*;
use uuid::Uuid;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn RecipientScreen(id: Uuid) -> Element {
    rsx! {
        Page {
            testid: "screen-recipient",
            top: rsx! {
                TopBar { title: tr("nav-recipient"), on_back: move |()| navigator().go_back() }
            },
        }
    }
}
