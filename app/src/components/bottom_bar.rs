//! The five tabs of the app, within a thumb's reach.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};
use crate::i18n::{tr, tr_args};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Today,
    Recipients,
    Record,
    Sync,
    /// A worker's own month.
    Mine,
    /// A supervisor's tab in the place of [`Tab::Sync`]; sync then opens from the own page.
    Report,
}

impl Tab {
    const fn glyph(self) -> Glyph {
        match self {
            Tab::Today => Glyph::Home,
            Tab::Recipients => Glyph::People,
            Tab::Record => Glyph::Plus,
            Tab::Sync => Glyph::Sync,
            Tab::Mine => Glyph::Me,
            Tab::Report => Glyph::Chart,
        }
    }

    fn word(self) -> String {
        match self {
            Tab::Today => tr("nav-today"),
            Tab::Recipients => tr("nav-recipients"),
            Tab::Record => tr("nav-record"),
            Tab::Sync => tr("nav-sync"),
            Tab::Mine => tr("nav-mine"),
            Tab::Report => tr("nav-report"),
        }
    }

    const fn testid(self) -> &'static str {
        match self {
            Tab::Today => "tab-today",
            Tab::Recipients => "tab-recipients",
            Tab::Record => "tab-record",
            Tab::Sync => "tab-sync",
            Tab::Mine => "tab-mine",
            Tab::Report => "tab-report",
        }
    }
}

/// The bar. The number of `waiting` records is shown on the sync tab, or on a supervisor's own page.
#[component]
pub fn BottomBar(
    active: Option<Tab>,
    on_select: EventHandler<Tab>,
    #[props(default)] supervisor: bool,
    #[props(default)] waiting: u64,
) -> Element {
    let fourth = if supervisor { Tab::Report } else { Tab::Sync };
    let counted = if supervisor { Tab::Mine } else { Tab::Sync };
    rsx! {
        nav { class: "tabs", aria_label: tr("nav-label"),
            for tab in [Tab::Today, Tab::Recipients, Tab::Record, fourth, Tab::Mine] {
                button {
                    key: "{tab.testid()}",
                    r#type: "button",
                    class: if tab == Tab::Record { "tab record" } else { "tab" },
                    aria_current: if active == Some(tab) { "page" },
                    "data-testid": tab.testid(),
                    onclick: move |_| on_select.call(tab),
                    span { class: "tab-pad",
                        Icon { glyph: tab.glyph() }
                        if tab == counted && waiting > 0 {
                            span { class: "tab-count", aria_label: tr_args("nav-waiting", &[("n", waiting.into())]),
                                if waiting > 99 { "99+" } else { "{waiting}" }
                            }
                        }
                    }
                    {tab.word()}
                }
            }
        }
    }
}
