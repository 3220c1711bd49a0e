//! Lianxin, the field app: screens over the device core. The core does not depend on them.
//!
//! - `routes`: the route table; `nav`: destinations, by which screens navigate without depending on the table
//! - `screens`: one file per screen; they send commands to the device core and show its replies
//! - `components`: the design system, shown whole by the gallery screen of a debug build
//! - `i18n`: what people read; `prefs`: how they like to read it; `theme`: the style sheet
//! - `state`: the device core as screens hold it; `labels`: what records and refusals say
//! - `home`: the folder of the store; `downloads`: the folder of exported files; `launch`: the window

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
