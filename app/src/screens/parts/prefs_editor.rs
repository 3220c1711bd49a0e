//! Changes the reader's preferences and stores them, readable at the next start before any PIN.

use device_core::{Device, command::Prefs as StoredPrefs};
use dioxus::prelude::*;

use crate::{
    components::{Toasts, use_toasts},
    labels,
    prefs::{Prefs, TextSize, Theme, use_prefs},
    state::use_device,
};

/// Changes the preferences: at once on the screen, then in the store.
#[derive(Clone, PartialEq)]
pub struct PrefsEditor {
    prefs: Signal<Prefs>,
    device: Device,
    toasts: Toasts,
}

/// The editor of the app's preferences.
pub fn use_prefs_editor() -> PrefsEditor {
    PrefsEditor { prefs: use_prefs(), device: use_device(), toasts: use_toasts() }
}

impl PrefsEditor {
    /// The preferences in force.
    pub fn current(&self) -> Prefs {
        (self.prefs)()
    }

    /// Puts `next` in force and stores it.
    pub fn set(&self, next: Prefs) {
        let mut prefs = self.prefs;
        prefs.set(next);
        let (device, toasts) = (self.device.clone(), self.toasts);
        // Not `spawn`: the task must finish even if the screen closes before its first poll.
        dioxus::core::spawn_forever(async move {
            // The preferences hold for this run even if the store refuses them; the next start lacks them.
            if let Err(why) = device.set_prefs(stored(next)).await {
                toasts.failed(labels::refusal(&why).0);
            }
        });
    }
}

fn stored(prefs: Prefs) -> StoredPrefs {
    StoredPrefs {
        lang: Some(prefs.lang.code().to_owned()),
        large_text: prefs.text == TextSize::Large,
        high_contrast: prefs.theme == Theme::Contrast,
        dark: prefs.theme == Theme::Dark,
        photos_on_metered: prefs.photos_on_metered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{i18n::Lang, state::prefs_of};

    #[test]
    fn stored_preferences_come_back_as_they_were_chosen() {
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
