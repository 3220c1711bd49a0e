//! The page for an unknown address, with a way back.

use dioxus::prelude::*;

use crate::{
    components::{Button, EmptyState, Glyph, Page, TopBar},
    i18n::tr,
    nav::{self, Destination},
};

#[component]
pub fn NotFoundScreen(path: Vec<String>) -> Element {
    let _ = path;
    rsx! {
        Page {
            testid: "screen-not-found",
            top: rsx! {
                TopBar { title: tr("nav-not-found") }
            },
            EmptyState {
                icon: Glyph::Place,
                title: tr("nav-not-found"),
                text: tr("nav-not-found-text"),
                action: rsx! {
                    Button {
                        label: tr("nav-not-found-go"),
                        fit: true,
                        testid: "not-found-go",
                        on_press: move |()| nav::replace_with(Destination::Today),
                    }
                },
            }
        }
    }
}
