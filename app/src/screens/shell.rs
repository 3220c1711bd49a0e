//! The frame of the five places: the screen above, the bar below.

use dioxus::prelude::*;
use shared::records::Role;

use crate::{
    components::{BottomBar, Tab},
    routes::Route,
    state::{use_link, use_status},
};

/// The tab that a place belongs to.
fn tab_of(route: &Route) -> Option<Tab> {
    match route {
        Route::Today {} => Some(Tab::Today),
        Route::Recipients {} => Some(Tab::Recipients),
        Route::Sync {} => Some(Tab::Sync),
        Route::Mine {} => Some(Tab::Mine),
        Route::Report {} => Some(Tab::Report),
        _ => None,
    }
}

fn place_of(tab: Tab) -> Route {
    match tab {
        Tab::Today => Route::Today {},
        Tab::Recipients => Route::Recipients {},
        Tab::Record => Route::RecordMenu {},
        Tab::Sync => Route::Sync {},
        Tab::Mine => Route::Mine {},
        Tab::Report => Route::Report {},
    }
}

/// Who answers for others' work, and so has reports at hand.
pub fn supervises(role: &Role) -> bool {
    matches!(role, Role::Supervisor | Role::Administrator)
}

#[component]
pub fn Shell() -> Element {
    let route = use_route::<Route>();
    let link = use_link();
    let supervisor = use_status().and_then(|status| status.me).is_some_and(|me| supervises(&me.role));
    // A supervisor's sync has no tab: it opens from the pill above and from the own page, which then is lit.
    let active = match tab_of(&route) {
        Some(Tab::Sync) if supervisor => Some(Tab::Mine),
        tab => tab,
    };
    rsx! {
        Outlet::<Route> {}
        BottomBar {
            active,
            supervisor,
            waiting: u64::from(link.waiting),
            on_select: move |tab| {
                let there = place_of(tab);
                // Paths are beside each other: going back from one leaves the app and does not retrace the tabs. The menu
                // behind the plus opens on top, with a way back.
                if tab == Tab::Record {
                    navigator().push(there);
                } else {
                    navigator().replace(there);
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tab_but_the_plus_is_lit_in_its_own_place() {
        for tab in [Tab::Today, Tab::Recipients, Tab::Sync, Tab::Mine, Tab::Report] {
            assert_eq!(tab_of(&place_of(tab)), Some(tab));
        }
        assert_eq!(tab_of(&place_of(Tab::Record)), None);
    }

    #[test]
    fn supervisors_and_administrators_have_reports_and_workers_have_not() {
        assert!(supervises(&Role::Supervisor) && supervises(&Role::Administrator) && !supervises(&Role::Worker));
    }
}
