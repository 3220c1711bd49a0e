//! What waits on this phone, with size and state, and what was sent last.

use device_core::{
    Refusal,
    views::{OutboxItem, RecordState, SyncView},
};
use dioxus::prelude::*;
use shared::{RecipientId, records::Kind};

use crate::{
    components::{Button, ButtonKind, Glyph, ListRow, Section, Status, StatusPill, Tone},
    i18n::{format, tr, tr_args},
    labels,
    nav::{self, Destination},
    screens::parts::Refused,
    state::{start, use_device, use_link},
};

/// 8 rows are shown before the button for all.
const SHOWN: usize = 8;
/// 3 rows of sent records, which need no action.
const RECENT_SHOWN: usize = 3;

/// `走访 · 谷军`, `改资料 · 谷军`: what was done, to whom.
pub fn title(item: &OutboxItem) -> String {
    let what = match item.change.as_str() {
        "create" => labels::of_key(&item.title),
        change => labels::word("change", change),
    };
    labels::line([what, item.recipient_name.clone().unwrap_or_default()])
}

/// Where the record can be seen; `None` for kinds without a page.
pub fn route(item: &OutboxItem) -> Option<Destination> {
    let card = |recipient: Option<RecipientId>| recipient.map(|r| Destination::RecipientCard { id: r.0 });
    match item.kind {
        Kind::Visit | Kind::Assistance => Some(Destination::RecordDetail { row: item.row.0 }),
        Kind::Need => Some(Destination::NeedDetail { need: item.row.0 }),
        Kind::Recipient => Some(Destination::RecipientCard { id: item.row.0 }),
        Kind::Receipt | Kind::Photo => card(item.recipient),
        _ => None,
    }
}

/// Unsent work, the oldest first.
#[component]
pub fn Waiting(view: SyncView) -> Element {
    let mut all = use_signal(|| false);
    let n = view.waiting.len();
    if view.waiting_total == 0 && view.photos_waiting == 0 && view.photos_failed == 0 {
        return VNode::empty();
    }
    let shown = if all() { n } else { n.min(SHOWN) };
    let beyond = usize::try_from(view.waiting_total).unwrap_or(usize::MAX).saturating_sub(n);
    rsx! {
        Section { title: tr_args("sync-waiting", &[("n", view.waiting_total.into())]), testid: "sync-waiting",
            Photos {
                waiting: view.photos_waiting,
                bytes: view.photos_bytes,
                failed: view.photos_failed,
                held: view.photos_held.is_some(),
            }
            for item in view.waiting.into_iter().take(shown) {
                ItemRow { key: "{item.op_no.0}", item }
            }
            if shown < n {
                Button {
                    label: tr_args("sync-show-all", &[("n", n.into())]),
                    kind: ButtonKind::Quiet,
                    testid: "sync-waiting-all",
                    on_press: move |()| all.set(true),
                }
            } else if beyond > 0 {
                p { class: "small", {tr_args("sync-and-more", &[("n", beyond.into())])} }
            }
        }
    }
}

/// Photos are sent apart, after the records; a failed photo blocks nothing.
#[component]
fn Photos(waiting: u32, bytes: u64, failed: u32, held: bool) -> Element {
    rsx! {
        if waiting > 0 && held {
            HeldPhotos { waiting, bytes }
        } else if waiting > 0 {
            ListRow {
                title: tr_args("sync-photos", &[("n", waiting.into())]),
                sub: labels::line([format::bytes(bytes), tr("sync-photos-apart")]),
                icon: Glyph::Photo,
                avatar_tone: Tone::Wait,
                trailing: rsx! {
                    StatusPill { status: Status::Waiting }
                },
                testid: "sync-photos",
            }
        }
        if failed > 0 {
            ListRow {
                title: tr_args("sync-photos-failed", &[("n", failed.into())]),
                sub: tr("sync-photos-failed-text"),
                icon: Glyph::Photo,
                avatar_tone: Tone::Danger,
                attention: true,
                trailing: rsx! {
                    StatusPill { status: Status::Failed }
                },
                testid: "sync-photos-failed",
            }
        }
    }
}

/// Photos that wait for Wi-Fi, with a button that sends them now, once.
#[component]
fn HeldPhotos(waiting: u32, bytes: u64) -> Element {
    let device = use_device();
    let running = use_link().running.is_some();
    let mut busy = use_signal(|| false);
    let mut refused = use_signal(|| None::<Refusal>);
    rsx! {
        ListRow {
            title: tr("sync-photos-held"),
            sub: labels::line([
                tr_args("sync-photos", &[("n", waiting.into())]),
                format::bytes(bytes),
                tr("sync-photos-held-text"),
            ]),
            icon: Glyph::Photo,
            avatar_tone: Tone::Wait,
            trailing: rsx! {
                StatusPill { status: Status::Waiting }
            },
            testid: "sync-photos-held",
        }
        Button {
            label: tr_args("sync-photos-now", &[("size", format::bytes(bytes).into())]),
            kind: ButtonKind::Line,
            icon: Glyph::Upload,
            busy: busy() || running,
            testid: "sync-photos-now",
            on_press: move |()| {
                let device = device.clone();
                busy.set(true);
                let call = start(async move { device.send_photos_now().await });
                spawn(async move {
                    // The outcome is in the sync state; only a refusal is shown here.
                    refused.set(call.await.err());
                    busy.set(false);
                });
            },
        }
        if let Some(refusal) = refused() {
            Refused { refusal }
        }
    }
}

#[component]
fn ItemRow(item: OutboxItem) -> Element {
    let (status, label) = labels::state_pill(&item.state);
    let size = if item.state == RecordState::Waiting { format::bytes(item.bytes) } else { String::new() };
    let testid = format!("sync-item-{}", item.op_no.0);
    let tone = status.tone();
    let row_title = title(&item);
    let sub = labels::line([labels::moment(item.saved), size]);
    let glyph = labels::glyph(&item.title);
    let trailing = rsx! {
        StatusPill { status, label }
    };
    match route(&item) {
        Some(there) => rsx! {
            ListRow {
                title: row_title,
                sub,
                icon: glyph,
                avatar_tone: tone,
                trailing,
                no_chevron: true,
                testid,
                on_press: move |()| nav::open(there),
            }
        },
        None => rsx! {
            ListRow { title: row_title, sub, icon: glyph, avatar_tone: tone, trailing, testid }
        },
    }
}

/// Whether the worker made the record. The access log is made by the phone; it is sent like records, but not listed.
pub fn is_work(item: &OutboxItem) -> bool {
    item.kind != Kind::AccessLog
}

/// What was sent last, the newest first.
#[component]
pub fn Recent(items: Vec<OutboxItem>) -> Element {
    let mut all = use_signal(|| false);
    let items: Vec<_> = items.into_iter().filter(is_work).collect();
    let n = items.len();
    if n == 0 {
        return VNode::empty();
    }
    let shown = if all() { n } else { n.min(RECENT_SHOWN) };
    rsx! {
        Section { title: tr("sync-recent"), testid: "sync-recent",
            for item in items.into_iter().take(shown) {
                ItemRow { key: "{item.op_no.0}", item }
            }
            if shown < n {
                Button {
                    label: tr_args("sync-show-all", &[("n", n.into())]),
                    kind: ButtonKind::Quiet,
                    testid: "sync-recent-all",
                    on_press: move |()| all.set(true),
                }
            }
        }
    }
}
