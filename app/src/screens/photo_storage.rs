//! Photos on this phone, in the settings: whether they use mobile data, how much space they take, and releasing space.

use device_core::{Refusal, views::PhotoSpace};
use dioxus::prelude::*;

use super::parts::{Refused, use_prefs_editor};
use crate::{
    components::{Button, ButtonKind, Card, Glyph, Switch, use_toasts},
    i18n::{format, tr, tr_args},
    prefs::Prefs,
    state::{use_device, use_query},
};

#[component]
pub fn PhotoStorage() -> Element {
    let prefs = use_prefs_editor();
    let on = prefs.current().photos_on_metered;
    let view = use_query(|device| async move { device.sync_state().await });
    rsx! {
        Card { title: tr("settings-photos"), icon: Glyph::Photo, testid: "settings-photos",
            Switch {
                label: tr("settings-photos-metered"),
                sub: if on { tr("settings-photos-metered-on") } else { tr("settings-photos-metered-off") },
                on,
                testid: "settings-photos-metered",
                on_change: move |on| prefs.set(Prefs { photos_on_metered: on, ..prefs.current() }),
            }
            if let Some(view) = view.ready() {
                PhotosOnPhone { space: view.photo_space }
            }
        }
    }
}

#[component]
pub fn PhotosOnPhone(space: PhotoSpace) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let mut busy = use_signal(|| false);
    let mut refused = use_signal(|| None::<Refusal>);
    let PhotoSpace { photos, bytes, releasable, releasable_bytes } = space;
    rsx! {
        div { class: "fact",
            span { class: "small", {tr("settings-photos-here")} }
            span { class: "strong", "data-testid": "settings-photos-here",
                {tr_args("settings-photos-count", &[("n", photos.into()), ("size", format::bytes(bytes).into())])}
            }
        }
        p { class: "small", {tr("settings-photos-rule")} }
        if releasable > 0 {
            Button {
                label: tr_args("settings-release", &[("size", format::bytes(releasable_bytes).into())]),
                kind: ButtonKind::Line,
                busy: busy(),
                testid: "settings-release",
                on_press: move |()| {
                    let device = device.clone();
                    busy.set(true);
                    spawn(async move {
                        let answer = device.release_photos().await;
                        busy.set(false);
                        if answer.is_ok() {
                            toasts.good(tr_args("settings-released", &[("n", releasable.into())]));
                        }
                        refused.set(answer.err());
                    });
                },
            }
        }
        if let Some(refusal) = refused() {
            Refused { refusal }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::tests::drawn;

    #[test]
    fn releasing_space_is_offered_only_if_there_is_some() {
        let page = drawn(|| {
            let space = PhotoSpace { photos: 12, bytes: 5 << 20, releasable: 4, releasable_bytes: 2 << 20 };
            rsx! { PhotosOnPhone { space } }
        });
        for text in ["12 张", "5.0 MB", "腾出 2.0 MB", "settings-release", "缩略图"] {
            assert!(page.contains(text), "no {text} in {page}");
        }
        let page = drawn(
            || rsx! { PhotosOnPhone { space: PhotoSpace { photos: 3, bytes: 900_000, ..PhotoSpace::default() } } },
        );
        assert!(!page.contains("settings-release") && page.contains("3 张"), "{page}");
    }

    #[test]
    fn the_switch_explains_its_present_state() {
        let page = drawn(|| rsx! { PhotoStorage {} });
        assert!(page.contains("settings-photos-metered") && page.contains("等无线网"), "{page}");
    }
}
