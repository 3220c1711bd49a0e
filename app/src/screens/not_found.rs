//! An address that leads nowhere, and the way out.

use dioxus::prelude::*;

use crate::{
    components::{Button, EmptyState, Glyph, Page, TopBar},
    i18n::tr,
    routes::Route,
};

#[component]
pub fn LostScreen(path: Vec<String>) -> Element {
    let _ = path;
    rsx! {
        Page {
            testid: "screen-lost",
            top: rsx! {
                TopBar { title: tr("nav-lost") }
            },
            EmptyState {
                icon: Glyph::Place,
                title: tr("nav-lost"),
                text: tr("nav-lost-text"),
                action: rsx! {
                    Button {
                        label: tr("nav-lost-go"),
                        fit: true,
                        testid: "lost-go",
                        on_press: move |()| {
                            navigator().replace(Route::Today {});
                        },
                    }
                },
            }
        }
    }
}
