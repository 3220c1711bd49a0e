//! Settings: appearance, photos, PIN, lock, and the facts that an administrator asks for.

use device_core::{Refusal, views::IdentityView};
use dioxus::prelude::*;

use super::{
    appearance::Appearance,
    photo_storage::PhotoStorage,
    pin::{Chosen, PinTwice},
};
use crate::{
    components::{Card, Glyph, ListRow, Page, Section, Sheet, Tone, TopBar, use_toasts},
    i18n::tr,
    labels, nav,
    state::{use_device, use_status},
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
                TopBar { title: tr("nav-settings"), on_back: move |()| nav::leave() }
            },
            Card { title: tr("settings-reading"), icon: Glyph::Eye,
                Appearance { prefix: "settings", colours: true, labels: true }
            }
            PhotoStorage {}
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
                            // Once locked, the route guard leads to the PIN.
                            if let Err(why) = device.lock().await {
                                toasts.failed(labels::refusal(&why).0);
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

/// Asks for the present PIN, then for the new one twice. The core checks both at once.
#[component]
fn ChangePin(on_done: EventHandler<()>) -> Element {
    let device = use_device();
    let mut busy = use_signal(|| false);
    let mut refused = use_signal(|| None::<Refusal>);
    rsx! {
        PinTwice {
            old: true,
            busy: busy(),
            refused: refused(),
            on_pin: move |chosen: Chosen| {
                let device = device.clone();
                busy.set(true);
                refused.set(None);
                spawn(async move {
                    let answer = device.change_pin(&chosen.old.unwrap_or_default(), &chosen.new).await;
                    busy.set(false);
                    match answer {
                        Ok(()) => on_done.call(()),
                        Err(why) => refused.set(Some(why)),
                    }
                });
            },
        }
    }
}

#[component]
fn About(me: Option<IdentityView>) -> Element {
    rsx! {
        Card { title: tr("settings-about"), icon: Glyph::Knot, testid: "settings-about",
            FactLine { label: tr("settings-version"), value: env!("CARGO_PKG_VERSION").to_owned(), testid: "settings-version" }
            if let Some(me) = me {
                FactLine { label: tr("settings-server"), value: me.server.clone(), testid: "settings-server" }
                FactLine { label: tr("settings-device"), value: short(&me.device.to_string()), testid: "settings-device" }
                p { class: "small", {tr("settings-device-hint")} }
            }
        }
    }
}

/// The last eight characters of an id. The first ones are a time, nearly the same on phones that were set up together.
fn short(id: &str) -> String {
    let plain: Vec<char> = id.chars().filter(char::is_ascii_alphanumeric).collect();
    plain[plain.len().saturating_sub(8)..].iter().collect::<String>().to_uppercase()
}

#[component]
fn FactLine(label: String, value: String, testid: String) -> Element {
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
    fn every_setting_is_on_the_page() {
        let page = drawn(|| rsx! { SettingsScreen {} });
        for id in [
            "settings-zh",
            "settings-en",
            "settings-normal-text",
            "settings-large-text",
            "settings-light",
            "settings-dark",
            "settings-contrast",
            "settings-photos-metered",
            "settings-change-pin",
            "settings-lock",
            "settings-version",
        ] {
            assert!(page.contains(&format!("data-testid=\"{id}\"")), "no {id} in {page}");
        }
    }
}
