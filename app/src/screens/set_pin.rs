//! First run: sets the PIN that unlocks this phone's store. It is typed twice; then the encrypted store is created.

use device_core::Refusal;
use dioxus::prelude::*;

use super::pin::{Chosen, PinTwice};
use crate::{
    components::{Glyph, Note, Page, Tone, TopBar},
    i18n::tr,
    nav,
    state::use_device,
};

#[component]
pub fn SetPinScreen() -> Element {
    let device = use_device();
    let mut busy = use_signal(|| false);
    let mut refused = use_signal(|| None::<Refusal>);
    rsx! {
        Page {
            testid: "screen-set-pin",
            top: rsx! {
                TopBar { title: tr("nav-set-pin"), subtitle: tr("pin-step"), on_back: move |()| nav::leave() }
            },
            div { class: "unlock",
                PinTwice {
                    busy: busy(),
                    refused: refused(),
                    on_pin: move |chosen: Chosen| {
                        let device = device.clone();
                        busy.set(true);
                        refused.set(None);
                        spawn(async move {
                            // Once the store exists, the route guard leads on.
                            if let Err(why) = device.create_vault(&chosen.new).await {
                                refused.set(Some(why));
                            }
                            busy.set(false);
                        });
                    },
                }
                Note { tone: Tone::Neutral, icon: Glyph::Lock, text: tr("pin-why") }
            }
        }
    }
}
