//! The screens, one file each. A screen queries the device core, renders the answer and sends commands. Its
//! calculations are plain functions beside it, with plain tests.

mod appearance;
mod assist;
mod emergency;
mod feedback;
#[cfg(debug_assertions)]
mod gallery;
mod inactivity_locked;
mod mine;
mod need;
mod not_found;
mod parts;
mod photo_storage;
mod pin;
mod recipient;
mod recipients;
mod record;
mod record_detail;
mod report;
mod reviews;
mod revoked;
mod route_guard;
#[cfg(test)]
mod sample;
mod set_pin;
mod settings;
mod shell;
mod sync;
#[cfg(test)]
mod tests;
mod today;
mod unlock;
mod visit;
mod welcome;

pub use assist::AssistScreen;
pub use emergency::EmergencyScreen;
pub use feedback::FeedbackScreen;
#[cfg(debug_assertions)]
pub use gallery::GalleryScreen;
pub use inactivity_locked::InactivityLockedScreen;
pub use mine::MineScreen;
pub use need::{NeedScreen, NewNeedScreen};
pub use not_found::NotFoundScreen;
pub use recipient::RecipientScreen;
pub use recipients::RecipientsScreen;
pub use record::RecordScreen;
pub use record_detail::RecordDetailScreen;
pub use report::ReportScreen;
pub use reviews::{ReviewScreen, ReviewsScreen};
pub use revoked::RevokedScreen;
pub use route_guard::RouteGuard;
pub use set_pin::SetPinScreen;
pub use settings::SettingsScreen;
pub use shell::Shell;
pub use sync::SyncScreen;
pub use today::TodayScreen;
pub use unlock::UnlockScreen;
pub use visit::{ContactScreen, VisitScreen};
pub use welcome::WelcomeScreen;

/// In a release build the gallery is a page like any other that does not exist.
#[cfg(not(debug_assertions))]
#[dioxus::prelude::component]
pub fn GalleryScreen() -> dioxus::prelude::Element {
    use dioxus::prelude::*;
    rsx! {
        NotFoundScreen { path: vec![] }
    }
}
