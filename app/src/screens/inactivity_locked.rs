//! The inactivity lock: why the device is locked, that unsent work is kept, and how to unlock it.

use device_core::views::SyncView;
use dioxus::prelude::*;

use super::parts::{EmergencyButton, Refused, SaveFile};
use crate::{
    components::{Button, Card, Glyph, Note, Page, Tone, TopBar},
    i18n::{tr, tr_args},
    labels,
    state::{use_device, use_query},
};
use device_core::Refusal;

#[component]
pub fn InactivityLockedScreen() -> Element {
    let device = use_device();
    let sync = use_query(|device| async move { device.sync_state().await });
    let mut busy = use_signal(|| false);
    let mut refused = use_signal(|| None::<Refusal>);
    rsx! {
        Page {
            testid: "screen-inactivity-locked",
            top: rsx! {
                TopBar { title: tr("common-app-name"), subtitle: tr("welcome-inactivity") }
            },
            foot: rsx! {
                if let Some(refusal) = refused() {
                    Refused { refusal }
                }
                Button {
                    label: tr("welcome-inactivity-try"),
                    icon: Glyph::Sync,
                    busy: busy(),
                    testid: "inactivity-try",
                    on_press: move |()| {
                        let device = device.clone();
                        busy.set(true);
                        spawn(async move {
                            // After contact with the server the route guard leads on; otherwise the refusal is shown.
                            refused.set(match device.sync_now().await {
                                Ok(view) if view.last_problem.is_some() => Some(Refusal::Offline),
                                Ok(_) => None,
                                Err(refusal) => Some(refusal),
                            });
                            busy.set(false);
                        });
                    },
                }
            },
            if let Some(view) = sync.ready() {
                InactivityLockedBody { view }
            }
            EmergencyButton {}
        }
    }
}

/// `4 条记录、2 张照片`; `None` if everything was sent.
fn unsent(view: &SyncView) -> Option<String> {
    let part = |n: u32, key: &str| (n > 0).then(|| tr_args(key, &[("n", n.into())]));
    let parts = [part(view.waiting_total, "sync-safe-records"), part(view.photos_waiting, "sync-safe-photos")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| labels::list(parts))
}

#[component]
fn InactivityLockedBody(view: SyncView) -> Element {
    let what = unsent(&view);
    let last = view.last_success.map(|at| tr_args("welcome-inactivity-last", &[("when", labels::moment(at).into())]));
    rsx! {
        Note { tone: Tone::Wait, icon: Glyph::Lock, what: tr("welcome-inactivity"), text: tr("welcome-inactivity-text") }
        Card { title: tr("welcome-inactivity-do"), icon: Glyph::Sync,
            p { {tr("welcome-inactivity-do-text")} }
            if let Some(last) = last {
                p { class: "small", {last} }
            }
        }
        Card { title: tr("welcome-inactivity-work"), icon: Glyph::Check, testid: "inactivity-work",
            if let Some(what) = what {
                p { {tr_args("welcome-inactivity-waiting", &[("what", what.into())])} }
                SaveFile { label: tr("sync-file-save") }
            } else {
                p { {tr("welcome-revoked-sent")} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::{sync::quiet, tests::drawn};

    #[test]
    fn it_says_why_what_to_do_and_that_unsent_work_is_safe() {
        let page = drawn(
            || rsx! { InactivityLockedBody { view: SyncView { waiting_total: 4, photos_waiting: 2, ..quiet() } } },
        );
        for text in ["太久没有连上服务器", "有信号的地方", "4 条记录、2 张照片", "save-file"] {
            assert!(page.contains(text), "no {text} in {page}");
        }
        let page = drawn(|| rsx! { InactivityLockedBody { view: quiet() } });
        assert!(!page.contains("save-file") && !page.contains("0 条"), "{page}");
    }
}
