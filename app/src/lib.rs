//! Lianxin, the field app: screens over the device core, which knows nothing of them.
//!
//! - `routes`: the map of the app, one enum
//! - `screens`: one file per screen; they send commands to the device core and draw its receipts
//! - `components`: the design system, shown whole by the gallery screen of a debug build
//! - `i18n`: what people read; `prefs`: how they like to read it; `theme`: the style sheet
//! - `state`: the device core as screens hold it; `words`: what records and refusals say
//! - `home`: where the store lives; `downloads`: where files go that are handed on; `launch`: the window, or the phone's whole screen

#[cfg(feature = "automation")]
mod automation;
pub mod components;
pub mod downloads;
pub mod home;
pub mod i18n;
pub mod labels;
mod launch;
pub mod nav;
pub mod prefs;
pub mod routes;
pub mod screens;
pub mod state;
pub mod theme;
pub mod wait;

mod app;

pub use app::App;
pub use launch::run;
#[cfg(feature = "desktop")]
pub use launch::run_on;
