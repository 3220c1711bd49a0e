//! The root: style, preferences, toasts, the device, and the screen that the route names.

use device_core::{
    Device, Paths, Refusal, Reply,
    device::{self, Options},
};
use dioxus::prelude::*;

use crate::{
    components::{ToastHost, provide_toasts},
    home::home,
    prefs::{Prefs, provide_prefs},
    routes::Route,
    state::{provide_device, use_connection},
    theme::CSS,
};

#[component]
pub fn App() -> Element {
    let prefs = provide_prefs(Prefs::default());
    provide_toasts();
    // Examples and tools provide a device of their own.
    let device = provide_device(|| try_consume_context::<Device>().unwrap_or_else(open));
    use_connection(device);
    use_hook(open_at_env_route);
    let Prefs { lang, text, theme, .. } = prefs();
    rsx! {
        style { {CSS} }
        div { class: "app", lang: lang.code(), "data-text": text.code(), "data-theme": theme.code(),
            Router::<Route> {}
            ToastHost {}
        }
    }
}

/// The device over this machine's store. If its thread cannot start, every command is refused with the reason.
fn open() -> Device {
    device::start(Paths { dir: Some(home()) }, Options::default()).unwrap_or_else(|error| {
        let detail = error.kind().to_string();
        Device::answering(move |_| Reply::Refused(Refusal::Store { detail: detail.clone() }))
    })
}

/// A debug build opens at the address in `LIANXIN_ROUTE`, to look at one screen.
fn open_at_env_route() {
    #[cfg(all(debug_assertions, not(target_arch = "wasm32")))]
    if let Ok(address) = std::env::var("LIANXIN_ROUTE") {
        dioxus::history::provide_history_context(std::rc::Rc::new(dioxus::history::MemoryHistory::with_initial_path(
            address,
        )));
    }
}
