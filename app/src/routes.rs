//! The route table: every screen and its address. It refers to the screens; the screens navigate by `nav::Destination`.

use dioxus::prelude::*;
use uuid::Uuid;

use crate::{nav::Destination, screens::*};

/// Addresses serve tests and links between screens; people never see them.
#[derive(Clone, Debug, PartialEq, Routable)]
#[rustfmt::skip]
pub enum Route {
    // Every screen stands behind the guard, which redirects according to the phase of the device.
    #[layout(Guarded)]

    // First run and the lock.
    #[route("/", WelcomeScreen)]
    Welcome {},
    #[route("/set-pin", SetPinScreen)]
    SetPin {},
    #[route("/unlock", UnlockScreen)]
    Unlock {},
    #[route("/revoked", RevokedScreen)]
    Revoked {},
    #[route("/inactivity-locked", InactivityLockedScreen)]
    InactivityLocked {},

    // The tabs of the bottom bar.
    #[layout(Tabbed)]
        #[route("/today", TodayScreen)]
        Today {},
        #[route("/recipients", RecipientsScreen)]
        Recipients {},
        #[route("/sync", SyncScreen)]
        Sync {},
        #[route("/mine", MineScreen)]
        Mine {},
        #[route("/report", ReportScreen)]
        Report {},
    #[end_layout]

    // Screens that open from the tabs, with a way back.
    #[route("/recipients/:id", RecipientScreen)]
    RecipientCard { id: Uuid },
    #[route("/record", RecordScreen)]
    RecordMenu {},
    #[route("/visit/:recipient", VisitScreen)]
    Visit { recipient: Uuid },
    #[route("/contact/:recipient", ContactScreen)]
    Contact { recipient: Uuid },
    #[route("/assist?:recipient", AssistScreen)]
    Assist { recipient: Option<Uuid> },
    #[route("/needs/new/:recipient", NewNeedScreen)]
    NewNeed { recipient: Uuid },
    #[route("/needs/:need", NeedScreen)]
    NeedDetail { need: Uuid },
    #[route("/records/:row", RecordDetailScreen)]
    RecordDetail { row: Uuid },
    #[route("/reviews", ReviewsScreen)]
    Reviews {},
    #[route("/reviews/:review", ReviewScreen)]
    ReviewCase { review: Uuid },
    #[route("/settings", SettingsScreen)]
    Settings {},
    #[route("/feedback", FeedbackScreen)]
    Feedback {},
    #[route("/emergency", EmergencyScreen)]
    Emergency {},

    // Every component in every state; a release build shows the page that is not found.
    #[route("/gallery", GalleryScreen)]
    Gallery {},

    #[route("/:..path", NotFoundScreen)]
    NotFound { path: Vec<String> },
}

impl Route {
    fn destination(&self) -> Destination {
        match *self {
            Route::Welcome {} => Destination::Welcome,
            Route::SetPin {} => Destination::SetPin,
            Route::Unlock {} => Destination::Unlock,
            Route::Revoked {} => Destination::Revoked,
            Route::InactivityLocked {} => Destination::InactivityLocked,
            Route::Today {} => Destination::Today,
            Route::Recipients {} => Destination::Recipients,
            Route::Sync {} => Destination::Sync,
            Route::Mine {} => Destination::Mine,
            Route::Report {} => Destination::Report,
            Route::RecipientCard { id } => Destination::RecipientCard { id },
            Route::RecordMenu {} => Destination::RecordMenu,
            Route::Visit { recipient } => Destination::Visit { recipient },
            Route::Contact { recipient } => Destination::Contact { recipient },
            Route::Assist { recipient } => Destination::Assist { recipient },
            Route::NewNeed { recipient } => Destination::NewNeed { recipient },
            Route::NeedDetail { need } => Destination::NeedDetail { need },
            Route::RecordDetail { row } => Destination::RecordDetail { row },
            Route::Reviews {} => Destination::Reviews,
            Route::ReviewCase { review } => Destination::ReviewCase { review },
            Route::Settings {} => Destination::Settings,
            Route::Feedback {} => Destination::Feedback,
            Route::Emergency {} => Destination::Emergency,
            Route::Gallery {} => Destination::Gallery,
            Route::NotFound { .. } => Destination::NotFound,
        }
    }
}

/// The layout of every screen.
#[component]
fn Guarded() -> Element {
    let at = use_route::<Route>().destination();
    rsx! {
        RouteGuard { at, Outlet::<Route> {} }
    }
}

/// The layout of the tabs.
#[component]
fn Tabbed() -> Element {
    let at = use_route::<Route>().destination();
    rsx! {
        Shell { at, Outlet::<Route> {} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_destination_has_its_own_route() {
        let id = Uuid::from_u128(7);
        let destinations = [
            Destination::Welcome,
            Destination::SetPin,
            Destination::Unlock,
            Destination::Revoked,
            Destination::InactivityLocked,
            Destination::Today,
            Destination::Recipients,
            Destination::Sync,
            Destination::Mine,
            Destination::Report,
            Destination::RecipientCard { id },
            Destination::RecordMenu,
            Destination::Visit { recipient: id },
            Destination::Contact { recipient: id },
            Destination::NewNeed { recipient: id },
            Destination::NeedDetail { need: id },
            Destination::RecordDetail { row: id },
            Destination::Assist { recipient: Some(id) },
            Destination::Assist { recipient: None },
            Destination::Reviews,
            Destination::ReviewCase { review: id },
            Destination::Settings,
            Destination::Feedback,
            Destination::Emergency,
            Destination::Gallery,
            Destination::NotFound,
        ];
        for destination in destinations {
            let route: Route = destination.to_string().parse().unwrap();
            assert_eq!(route.destination(), destination, "{destination}");
            // The address that the router writes leads to the same screen.
            assert_eq!(route.to_string().parse::<Route>().unwrap(), route, "{route}");
        }
    }

    #[test]
    fn an_unknown_address_opens_the_page_that_says_so() {
        assert!(matches!("/no/such".parse::<Route>().unwrap(), Route::NotFound { .. }));
        assert!(matches!("/visit/not-an-id".parse::<Route>().unwrap(), Route::NotFound { .. }));
    }
}
