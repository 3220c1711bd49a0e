//! Unlocks the store with the PIN, and shows the delay after too many wrong ones.

use device_core::Refusal;
use dioxus::prelude::*;

use super::{
    parts::{EmergencyButton, SaveFile},
    pin::{duration, refused_words},
};
use crate::{
    components::{ButtonKind, Glyph, Icon, Page, PinPad, TopBar},
    i18n::tr,
    state::{use_device, use_status},
    wait::pause,
};

#[component]
pub fn UnlockScreen() -> Element {
    let device = use_device();
    let status = use_status();
    let known = status.as_ref().map_or(0, |status| status.pin_delay_s);
    // A bundle that was sealed when access ended may leave the phone without the PIN: only the server can open it.
    let sealed = status.is_some_and(|status| status.sealed.is_some());
    let mut wait = use_signal(|| known);
    let mut busy = use_signal(|| false);
    let mut error = use_signal(|| None::<String>);
    use_countdown(wait, error);
    rsx! {
        Page {
            testid: "screen-unlock",
            top: rsx! {
                TopBar { title: tr("common-app-name"), subtitle: tr("common-app-line") }
            },
            foot: rsx! {
                if sealed {
                    p { class: "small", {tr("pin-sealed-text")} }
                    SaveFile { sealed: true, kind: ButtonKind::Quiet, label: tr("pin-sealed-save") }
                }
                EmergencyButton {}
            },
            UnlockBody {
                wait: wait(),
                busy: busy(),
                error: error(),
                on_pin: move |pin: String| {
                    let device = device.clone();
                    busy.set(true);
                    spawn(async move {
                        // Once unlocked, the route guard leads on.
                        match device.unlock(&pin).await {
                            Ok(_) => error.set(None),
                            Err(Refusal::PinDelay { seconds }) => wait.set(seconds),
                            Err(why) => error.set(Some(refused_words(&why))),
                        }
                        busy.set(false);
                    });
                },
            }
        }
    }
}

/// Counts `wait` down to zero, then clears the error.
fn use_countdown(mut wait: Signal<u64>, mut error: Signal<Option<String>>) {
    let device = use_device();
    let counting = use_memo(move || wait() > 0);
    use_resource(move || {
        let device = device.clone();
        let counting = counting();
        async move {
            while counting && *wait.peek() > 0 && pause(1000).await {
                // The core's count decides. A page that slept has lost seconds, so this one only bridges a refused
                // status.
                let left = match device.status().await {
                    Ok(status) => status.pin_delay_s,
                    Err(_) => wait.peek().saturating_sub(1),
                };
                wait.set(left);
            }
            if counting {
                error.set(None);
            }
        }
    });
}

/// The digits; while a wait runs, how long it still takes in their place.
#[component]
fn UnlockBody(wait: u64, busy: bool, error: Option<String>, on_pin: EventHandler<String>) -> Element {
    if wait > 0 {
        return rsx! {
            div { class: "empty", role: "status", "data-testid": "pin-delay",
                div { class: "empty-mark wait", Icon { glyph: Glyph::Clock } }
                h2 { class: "empty-title", {tr("pin-wait-title")} }
                p { class: "countdown figures", {duration(wait)} }
                p { class: "empty-text", {tr("pin-wait-text")} }
            }
        };
    }
    rsx! {
        div { class: "unlock",
            PinPad {
                title: tr("pin-enter"),
                hint: tr("pin-enter-hint"),
                error,
                busy,
                testid: "pin-unlock",
                on_complete: move |pin| on_pin.call(pin),
            }
            details { class: "forgot",
                summary { "data-testid": "pin-forgot", {tr("pin-forgot")} }
                p { class: "small", {tr("pin-forgot-text")} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::tests::drawn;

    #[test]
    fn a_wait_shows_how_long_and_no_digits() {
        let page = drawn(|| rsx! { UnlockBody { wait: 29, busy: false, error: None, on_pin: |_| {} } });
        assert!(
            page.contains("pin-delay") && page.contains("29 秒") && !page.contains("data-testid=\"pin-1\""),
            "{page}"
        );
    }

    #[test]
    fn a_wrong_pin_says_how_many_tries_are_left() {
        let page = drawn(|| {
            let error = Some(refused_words(&Refusal::WrongPin { left: 3 }));
            rsx! { UnlockBody { wait: 0, busy: false, error, on_pin: |_| {} } }
        });
        assert!(page.contains("还可以试 3 次") && page.contains("data-testid=\"pin-1\""), "{page}");
    }
}
