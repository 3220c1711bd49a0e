//! Opens the app: a window the size of a phone on a desktop, the whole screen on a phone.

#[cfg(feature = "desktop")]
use device_core::Device;

use crate::app::App;

/// The size of a common phone, in logical px.
#[cfg(feature = "desktop")]
const WINDOW: (f64, f64) = (412.0, 915.0);

/// Runs the app over this machine's own store until the window closes.
#[cfg(feature = "desktop")]
pub fn run() {
    open(None);
}

/// Runs the app over a device that the caller started, for examples and tools.
#[cfg(feature = "desktop")]
pub fn run_on(device: Device) {
    open(Some(device));
}

#[cfg(feature = "desktop")]
fn open(device: Option<Device>) {
    use dioxus::{
        desktop::{Config, LogicalSize, WindowBuilder},
        prelude::LaunchBuilder,
    };

    use crate::i18n::{Lang, tr_in};

    let window = WindowBuilder::new()
        .with_title(tr_in(Lang::ZhCn, "common-app-name", &[]))
        .with_inner_size(LogicalSize::new(WINDOW.0, WINDOW.1));
    let config = Config::new().with_window(window).with_menu(None);
    #[cfg(feature = "automation")]
    let config = config.with_on_window(|_, _| crate::automation::install());
    let builder = LaunchBuilder::desktop().with_cfg(config);
    match device {
        Some(device) => builder.with_context(device).launch(App),
        None => builder.launch(App),
    }
}

/// Runs the app until the system ends it.
#[cfg(not(feature = "desktop"))]
pub fn run() {
    dioxus::launch(App);
}
