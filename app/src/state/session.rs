//! Phase, person and preferences, as the core last told them.

use device_core::{Device, command::Prefs as Stored, views::StatusView};
use dioxus::prelude::*;

use crate::{
    i18n::Lang,
    prefs::{Prefs, TextSize, Theme},
};

#[derive(Clone, Copy)]
struct Held(Signal<Option<StatusView>>);

pub(super) fn provide() -> Signal<Option<StatusView>> {
    use_context_provider(|| Held(Signal::new(None))).0
}

pub(super) async fn refresh(device: &Device, mut status: Signal<Option<StatusView>>, mut prefs: Signal<Prefs>) {
    // A core that cannot even tell its status says so at the next command.
    let Ok(view) = device.status().await else { return };
    let stored = prefs_of(&view.prefs);
    if *prefs.peek() != stored {
        prefs.set(stored);
    }
    if status.peek().as_ref() != Some(&view) {
        status.set(Some(view));
    }
}

/// Phase and person; `None` for the moment until the core has told them.
pub fn use_status() -> Option<StatusView> {
    use_context::<Held>().0()
}

/// What the reader asked for, from what was kept.
pub(super) fn prefs_of(stored: &Stored) -> Prefs {
    Prefs {
        lang: stored.lang.as_deref().and_then(Lang::from_code).unwrap_or_default(),
        text: if stored.large_text { TextSize::Large } else { TextSize::Normal },
        // Who asked for contrast needs it at night too.
        theme: match (stored.high_contrast, stored.dark) {
            (true, _) => Theme::Contrast,
            (false, true) => Theme::Dark,
            (false, false) => Theme::Light,
        },
        photos_on_metered: stored.photos_on_metered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_kept_is_chinese_in_normal_size_and_light() {
        assert_eq!(prefs_of(&Stored::default()), Prefs::default());
    }

    #[test]
    fn contrast_wins_over_dark() {
        let stored =
            Stored { lang: Some("en".into()), large_text: true, high_contrast: true, dark: true, ..Stored::default() };
        assert_eq!(
            prefs_of(&stored),
            Prefs { lang: Lang::En, text: TextSize::Large, theme: Theme::Contrast, ..Prefs::default() }
        );
    }
}
