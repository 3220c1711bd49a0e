//! The frame of the five tabs: the screen above, the bar below.

use dioxus::prelude::*;

use crate::{
    components::{BottomBar, Tab},
    nav::{self, Destination},
    state::{use_link, use_supervisor},
};

/// The tab of a screen; `None` for screens outside the tabs.
const fn tab_of(at: Destination) -> Option<Tab> {
    match at {
        Destination::Today => Some(Tab::Today),
        Destination::Recipients => Some(Tab::Recipients),
        Destination::Sync => Some(Tab::Sync),
        Destination::Mine => Some(Tab::Mine),
        Destination::Report => Some(Tab::Report),
        _ => None,
    }
}

const fn destination_of(tab: Tab) -> Destination {
    match tab {
        Tab::Today => Destination::Today,
        Tab::Recipients => Destination::Recipients,
        Tab::Record => Destination::RecordMenu,
        Tab::Sync => Destination::Sync,
        Tab::Mine => Destination::Mine,
        Tab::Report => Destination::Report,
    }
}

/// Shows `children`, the screen at `at`, above the bottom bar.
#[component]
pub fn Shell(at: Destination, children: Element) -> Element {
    let link = use_link();
    let supervisor = use_supervisor();
    // A supervisor has no sync tab: sync opens from the pill in the top bar and from the own page, whose tab is then
    // active.
    let active = match tab_of(at) {
        Some(Tab::Sync) if supervisor => Some(Tab::Mine),
        tab => tab,
    };
    rsx! {
        {children}
        BottomBar {
            active,
            supervisor,
            waiting: u64::from(link.waiting),
            on_select: move |tab| {
                let to = destination_of(tab);
                // Tabs replace each other, so that "back" leaves the app instead of retracing the tabs. The record menu
                // opens on top, with a way back.
                if tab == Tab::Record {
                    nav::open(to);
                } else {
                    nav::replace_with(to);
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tab_but_the_record_menu_is_active_on_its_own_screen() {
        for tab in [Tab::Today, Tab::Recipients, Tab::Sync, Tab::Mine, Tab::Report] {
            assert_eq!(tab_of(destination_of(tab)), Some(tab));
        }
        assert_eq!(tab_of(destination_of(Tab::Record)), None);
    }
}
