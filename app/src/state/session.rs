//! Phase, worker and preferences, as the core reported them last.

use device_core::{Device, command::Prefs as Stored, views::StatusView};
use dioxus::prelude::*;
use shared::records::Role;

use crate::{
    i18n::Lang,
    prefs::{Prefs, TextSize, Theme},
};

#[derive(Clone, Copy)]
struct StatusContext(Signal<Option<StatusView>>);

pub(super) fn provide() -> Signal<Option<StatusView>> {
    use_context_provider(|| StatusContext(Signal::new(None))).0
}

pub(super) async fn refresh(device: &Device, mut status: Signal<Option<StatusView>>, mut prefs: Signal<Prefs>) {
    // A refusal is left out: the next command of a screen meets the same refusal and shows it.
    let Ok(view) = device.status().await else { return };
    let stored = prefs_of(&view.prefs);
    if *prefs.peek() != stored {
        prefs.set(stored);
    }
    if status.peek().as_ref() != Some(&view) {
        status.set(Some(view));
    }
}

/// Phase and worker; `None` until the core's first answer.
pub fn use_status() -> Option<StatusView> {
    use_context::<StatusContext>().0()
}

/// Whether the worker answers for the work of others, and so sees reports and decides reviews.
pub fn use_supervisor() -> bool {
    use_status().and_then(|status| status.me).is_some_and(|me| supervises(&me.role))
}

fn supervises(role: &Role) -> bool {
    matches!(role, Role::Supervisor | Role::Administrator)
}

/// The preferences as the screens use them, from the ones in the store.
pub(crate) fn prefs_of(stored: &Stored) -> Prefs {
    Prefs {
        lang: stored.lang.as_deref().and_then(Lang::from_code).unwrap_or_default(),
        text: if stored.large_text { TextSize::Large } else { TextSize::Normal },
        // A reader who needs high contrast needs it at night too.
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
    fn without_stored_preferences_the_app_is_chinese_normal_size_and_light() {
        assert_eq!(prefs_of(&Stored::default()), Prefs::default());
    }

    #[test]
    fn high_contrast_wins_over_dark() {
        let stored =
            Stored { lang: Some("en".into()), large_text: true, high_contrast: true, dark: true, ..Stored::default() };
        assert_eq!(
            prefs_of(&stored),
            Prefs { lang: Lang::En, text: TextSize::Large, theme: Theme::Contrast, ..Prefs::default() }
        );
    }

    #[test]
    fn supervisors_and_administrators_have_reports_and_workers_have_not() {
        assert!(supervises(&Role::Supervisor) && supervises(&Role::Administrator) && !supervises(&Role::Worker));
    }
}
