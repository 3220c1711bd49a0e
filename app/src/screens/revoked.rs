//! Access was withdrawn: what happens to the work on this phone, and whom to ask.

use device_core::views::SyncView;
use dioxus::prelude::*;

use super::parts::{EmergencyButton, SaveFile};
use crate::{
    components::{Button, Card, Glyph, Note, Page, Tone, TopBar},
    i18n::{tr, tr_args},
    nav::{self, Destination},
    state::{use_query, use_status},
};

#[component]
pub fn RevokedScreen() -> Element {
    let sync = use_query(|device| async move { device.sync_state().await });
    let status = use_status();
    let server = status.clone().and_then(|status| status.me).map(|me| me.server).unwrap_or_default();
    rsx! {
        Page {
            testid: "screen-revoked",
            top: rsx! {
                TopBar { title: tr("common-app-name"), subtitle: tr("welcome-revoked") }
            },
            foot: rsx! {
                Button {
                    label: tr("welcome-revoked-code"),
                    testid: "revoked-code",
                    on_press: move |()| nav::open(Destination::Welcome),
                }
            },
            RevokedBody {
                waiting: sync.ready().map_or(0, |view| waiting(&view)),
                sealed: status.is_some_and(|status| status.sealed.is_some()),
                server,
            }
            EmergencyButton {}
        }
    }
}

fn waiting(view: &SyncView) -> u32 {
    view.waiting_total + view.photos_waiting
}

#[component]
fn RevokedBody(waiting: u32, sealed: bool, server: String) -> Element {
    rsx! {
        Note { tone: Tone::Wait, icon: Glyph::Lock, what: tr("welcome-revoked"), text: tr("welcome-revoked-text") }
        Card { title: tr("welcome-revoked-work"), icon: Glyph::Check, testid: "revoked-work",
            p {
                if waiting > 0 {
                    {tr_args("welcome-revoked-waiting", &[("n", waiting.into())])}
                } else {
                    {tr("welcome-revoked-sent")}
                }
            }
            if sealed {
                p { {tr("welcome-revoked-sealed")} }
                SaveFile { sealed: true, label: tr("welcome-revoked-save") }
            }
        }
        Card { title: tr("welcome-revoked-whom"), icon: Glyph::Phone,
            p { {tr("welcome-revoked-whom-text")} }
            if !server.is_empty() {
                p { class: "small", {tr_args("welcome-revoked-server", &[("server", server.into())])} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::tests::drawn;

    #[test]
    fn the_page_says_that_unsent_work_is_kept() {
        let page = drawn(|| rsx! { RevokedBody { waiting: 4, sealed: true, server: "https://care.example" } });
        for text in ["4 条", "care.example", "save-file", "封存文件"] {
            assert!(page.contains(text), "no {text} in {page}");
        }
        let page = drawn(|| rsx! { RevokedBody { waiting: 0, sealed: false, server: "" } });
        assert!(!page.contains("0 条") && !page.contains("save-file"), "{page}");
    }
}
