//! How one reads, the PIN, the lock, and what to tell an administrator who asks.

use device_core::{Refusal, views::Me};
use dioxus::prelude::*;

use super::{
    parts::leave,
    pin::{PinTwice, refused_words},
    reading::Reading,
};
use crate::{
    components::{Card, Glyph, ListRow, Page, PinPad, Section, Sheet, Tone, TopBar, use_toasts},
    i18n::tr,
    state::{use_device, use_status},
    words,
};

#[component]
pub fn SettingsScreen() -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let me = use_status().and_then(|status| status.me);
    let mut changing = use_signal(|| false);
    rsx! {
        Page {
            testid: "screen-settings",
            top: rsx! {
                TopBar { title: tr("nav-settings"), on_back: move |()| leave() }
            },
            Card { title: tr("settings-reading"), icon: Glyph::Eye,
                Reading { prefix: "settings", colours: true, labels: true }
            }
            Section { title: tr("settings-safety"),
                ListRow {
                    title: tr("settings-change-pin"),
                    sub: tr("settings-change-pin-sub"),
                    icon: Glyph::Pen,
                    avatar_tone: Tone::Neutral,
                    testid: "settings-change-pin",
                    on_press: move |()| changing.set(true),
                }
                ListRow {
                    title: tr("settings-lock"),
                    sub: tr("settings-lock-sub"),
                    icon: Glyph::Lock,
                    avatar_tone: Tone::Neutral,
                    testid: "settings-lock",
                    on_press: move |()| {
                        let device = device.clone();
                        spawn(async move {
                            // Locked, the gate leads to the PIN.
                            if let Err(why) = device.lock().await {
                                toasts.failed(words::refusal(&why).0);
                            }
                        });
                    },
                }
                p { class: "small", {tr("settings-auto-lock")} }
            }
            About { me }
            Sheet {
                open: changing(),
                title: tr("settings-change-pin"),
                on_close: move |()| changing.set(false),
                testid: "settings-pin-sheet",
                ChangePin {
                    on_done: move |()| {
                        changing.set(false);
                        toasts.good(tr("settings-pin-changed"));
                    },
                }
            }
        }
    }
}

/// The present PIN, then the new one twice. The core checks the present one when it gets both; a wrong one asks for it anew.
#[component]
fn ChangePin(on_done: EventHandler<()>) -> Element {
    let device = use_device();
    let mut old = use_signal(|| None::<String>);
    let mut busy = use_signal(|| false);
    let mut refused = use_signal(|| None::<Refusal>);
    let Some(present) = old() else {
        return rsx! {
            PinPad {
                title: tr("settings-old-pin"),
                error: refused().map(|why| refused_words(&why)),
                testid: "pin-old",
                on_complete: move |pin| {
                    refused.set(None);
                    old.set(Some(pin));
                },
            }
        };
    };
    rsx! {
        PinTwice {
            busy: busy(),
            refused: refused(),
            on_pin: move |pin: String| {
                let (device, present) = (device.clone(), present.clone());
                busy.set(true);
                spawn(async move {
                    let answer = device.change_pin(&present, &pin).await;
                    busy.set(false);
                    match answer {
                        Ok(()) => on_done.call(()),
                        Err(why) => {
                            if asks_for_the_old_one(&why) {
                                old.set(None);
                            }
                            refused.set(Some(why));
                        }
                    }
                });
            },
        }
    }
}

fn asks_for_the_old_one(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::WrongPin { .. } | Refusal::PinDelay { .. })
}

#[component]
fn About(me: Option<Me>) -> Element {
    rsx! {
        Card { title: tr("settings-about"), icon: Glyph::Knot, testid: "settings-about",
            Line { label: tr("settings-version"), value: env!("CARGO_PKG_VERSION").to_owned(), testid: "settings-version" }
            if let Some(me) = me {
                Line { label: tr("settings-server"), value: me.server.clone(), testid: "settings-server" }
                Line { label: tr("settings-device"), value: short(&me.device.to_string()), testid: "settings-device" }
                p { class: "small", {tr("settings-device-hint")} }
            }
        }
    }
}

/// The end of an id: its beginning is a time and much the same on phones that were set up together.
fn short(id: &str) -> String {
    let plain: Vec<char> = id.chars().filter(char::is_ascii_alphanumeric).collect();
    plain[plain.len().saturating_sub(8)..].iter().collect::<String>().to_uppercase()
}

#[component]
fn Line(label: String, value: String, testid: String) -> Element {
    rsx! {
        div { class: "fact",
            span { class: "small", {label} }
            span { class: "strong", "data-testid": testid, {value} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::tests::drawn;

    #[test]
    fn the_short_id_is_the_end_of_the_long_one() {
        assert_eq!(short("018f6b1e-7a5c-7000-8000-00a1b2c3d4e5"), "B2C3D4E5");
        assert_eq!(short(""), "");
    }

    #[test]
    fn a_wrong_present_pin_is_asked_for_again_and_a_full_disk_is_not_blamed_on_it() {
        assert!(asks_for_the_old_one(&Refusal::WrongPin { left: 1 }));
        assert!(asks_for_the_old_one(&Refusal::PinDelay { seconds: 30 }));
        assert!(!asks_for_the_old_one(&Refusal::StorageFull));
    }

    #[test]
    fn everything_one_may_change_is_there() {
        let page = drawn(|| rsx! { SettingsScreen {} });
        for id in [
            "settings-zh",
            "settings-en",
            "settings-normal-text",
            "settings-large-text",
            "settings-light",
            "settings-dark",
            "settings-contrast",
            "settings-change-pin",
            "settings-lock",
            "settings-version",
        ] {
            assert!(page.contains(&format!("data-testid=\"{id}\"")), "no {id} in {page}");
        }
    }
}
