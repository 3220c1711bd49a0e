//! Keeps the reader's preferences in the store, where the next start finds them before any PIN.

use device_core::{Device, command::Prefs as Stored};
use dioxus::prelude::*;

use super::use_device;
use crate::{
    components::{Toasts, use_toasts},
    labels,
    prefs::{Prefs, TextSize, Theme, use_prefs},
};

/// Changes the preferences: at once on the screen, then in the store.
#[derive(Clone, PartialEq)]
pub struct Keeper {
    prefs: Signal<Prefs>,
    device: Device,
    toasts: Toasts,
}

/// The preferences, to be changed and kept.
pub fn use_keeper() -> Keeper {
    Keeper { prefs: use_prefs(), device: use_device(), toasts: use_toasts() }
}

impl Keeper {
    pub fn now(&self) -> Prefs {
        (self.prefs)()
    }

    pub fn keep(&self, next: Prefs) {
        let mut prefs = self.prefs;
        prefs.set(next);
        let (device, toasts) = (self.device.clone(), self.toasts);
        // The screen may be left before this has begun: what was chosen is kept all the same.
        dioxus::core::spawn_forever(async move {
            // They hold for this run all the same; what is lost is that the next start finds them.
            if let Err(why) = device.set_prefs(stored(next)).await {
                toasts.failed(labels::refusal(&why).0);
            }
        });
    }
}

fn stored(prefs: Prefs) -> Stored {
    Stored {
        lang: Some(prefs.lang.code().to_owned()),
        large_text: prefs.text == TextSize::Large,
        high_contrast: prefs.theme == Theme::Contrast,
        dark: prefs.theme == Theme::Dark,
        photos_on_metered: prefs.photos_on_metered,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::session::prefs_of, *};
    use crate::i18n::Lang;

    #[test]
    fn what_is_kept_comes_back_as_it_was_chosen() {
        for lang in Lang::ALL {
            for text in [TextSize::Normal, TextSize::Large] {
                for theme in [Theme::Light, Theme::Dark, Theme::Contrast] {
                    for photos_on_metered in [false, true] {
                        let chosen = Prefs { lang, text, theme, photos_on_metered };
                        assert_eq!(prefs_of(&stored(chosen)), chosen);
                    }
                }
            }
        }
    }
}
