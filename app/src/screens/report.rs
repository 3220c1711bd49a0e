//! The figures of an area, for supervisors.

use dioxus::prelude::*;

use crate::{
    components::{Page, TopBar},
    i18n::tr,
};

#[component]
pub fn ReportScreen() -> Element {
    rsx! {
        Page {
            testid: "screen-report",
            top: rsx! {
                TopBar { title: tr("nav-report") }
            },
        }
    }
}
