//! The map of the app: every screen and its address.

use dioxus::prelude::*;
use uuid::Uuid;

use crate::screens::*;

/// A place one can be. Addresses are for tests and for links between screens; people never see them.
#[derive(Clone, Debug, PartialEq, Routable)]
#[rustfmt::skip]
pub enum Route {
    // Every screen stands behind the gate, which leads to where the device stands.
    #[layout(Gate)]

    // First run and the lock.
    #[route("/", WelcomeScreen)]
    Welcome {},
    #[route("/set-pin", SetPinScreen)]
    SetPin {},
    #[route("/unlock", UnlockScreen)]
    Unlock {},
    #[route("/revoked", RevokedScreen)]
    Revoked {},
    #[route("/silent", SilentScreen)]
    Silent {},

    // The places of the bottom bar.
    #[layout(Shell)]
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

    // What opens from them, with a way back.
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

    #[route("/:..path", LostScreen)]
    Lost { path: Vec<String> },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_back_to_its_place() {
        let id = Uuid::from_u128(7);
        let places = [
            Route::Welcome {},
            Route::SetPin {},
            Route::Unlock {},
            Route::Revoked {},
            Route::Silent {},
            Route::Today {},
            Route::Recipients {},
            Route::Sync {},
            Route::Mine {},
            Route::Report {},
            Route::RecipientCard { id },
            Route::RecordMenu {},
            Route::Visit { recipient: id },
            Route::Contact { recipient: id },
            Route::NewNeed { recipient: id },
            Route::NeedDetail { need: id },
            Route::RecordDetail { row: id },
            Route::Assist { recipient: Some(id) },
            Route::Assist { recipient: None },
            Route::Reviews {},
            Route::ReviewCase { review: id },
            Route::Settings {},
            Route::Feedback {},
            Route::Emergency {},
            Route::Gallery {},
        ];
        for place in places {
            assert_eq!(place.to_string().parse::<Route>().unwrap(), place, "{place}");
        }
    }

    #[test]
    fn an_address_nobody_knows_is_lost_and_no_failure() {
        assert!(matches!("/no/such".parse::<Route>().unwrap(), Route::Lost { .. }));
        assert!(matches!("/visit/not-an-id".parse::<Route>().unwrap(), Route::Lost { .. }));
    }
}
