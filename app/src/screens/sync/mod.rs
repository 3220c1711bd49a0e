//! The sync screen answers three questions: is my work safe, is it counted, what must I do.
//!
//! - `attention`: outcomes that need the author's attention
//! - `files`: bundles; `items`: what waits and what was sent last; `standing`: texts about connection, clock and
//!   problems

mod attention;
mod files;
mod items;
mod standing;

use device_core::{
    Refusal,
    views::{Progress, SyncView},
};
use dioxus::prelude::*;

use super::parts::{Refused, answered};
use crate::{
    components::{
        Button, Card, Glyph, ListRow, Meter, MeterPart, Note, Page, Section, Status, StatusPill, Tone, TopBar,
    },
    i18n::{format, tr, tr_args},
    labels,
    nav::{self, Destination},
    state::{start, use_device, use_link, use_query},
};
use attention::Attention;
use files::Files;
use items::{Recent, Waiting};
use standing::{ClockNote, Last, ProblemNote};

#[component]
pub fn SyncScreen() -> Element {
    let device = use_device();
    let view = use_query(|device| async move { device.sync_state().await });
    let link = use_link();
    let mut busy = use_signal(|| false);
    let mut refused = use_signal(|| None::<Refusal>);
    let running = link.running.is_some() || busy();
    let label = view.ready().map_or_else(|| tr("sync-now"), |view| now_label(&view, running));
    rsx! {
        Page {
            testid: "screen-sync",
            top: rsx! {
                TopBar {
                    title: tr("nav-sync"),
                    subtitle: view.ready().map(|view| last_success(&view)),
                    trailing: link.offline.then(|| rsx! {
                        StatusPill { status: Status::Offline, testid: "sync-offline" }
                    }),
                }
            },
            foot: rsx! {
                if let Some(refusal) = refused() {
                    Refused { refusal }
                }
                Button {
                    label,
                    icon: Glyph::Upload,
                    busy: running,
                    testid: "sync-now",
                    on_press: move |()| {
                        let device = device.clone();
                        busy.set(true);
                        let call = start(async move { device.sync_now().await });
                        spawn(async move {
                            // The outcome is in the sync state; only a refusal to sync is shown here.
                            refused.set(call.await.err());
                            busy.set(false);
                        });
                    },
                }
            },
            {answered(view, move |view| rsx! { SyncBody { view, running: link.running } })}
        }
    }
}

/// `现在上传 · 约 616 KB`; without bytes to send only `现在同步`.
fn now_label(view: &SyncView, running: bool) -> String {
    // Photos that wait for Wi-Fi have a button of their own.
    let photos = if view.photos_held.is_some() { 0 } else { view.photos_bytes };
    let bytes = view.waiting_bytes + photos;
    match (running, bytes) {
        (true, _) => tr("sync-running"),
        (false, 0) => tr("sync-now"),
        (false, n) => tr_args("sync-upload-now", &[("size", format::bytes(n).into())]),
    }
}

fn last_success(view: &SyncView) -> String {
    view.last_success
        .map_or_else(|| tr("sync-never"), |at| tr_args("sync-last-success", &[("when", labels::moment(at).into())]))
}

#[component]
pub(super) fn SyncBody(view: SyncView, running: Option<Progress>) -> Element {
    rsx! {
        if let Some(progress) = running {
            Running { progress }
        }
        Safe { view: view.clone() }
        if let Some(problem) = view.last_problem.clone() {
            ProblemNote { problem, next: view.next_attempt }
        }
        if let Some(off) = view.clock_off_s {
            ClockNote { off }
        }
        Counted { confirmed: view.month_confirmed, waiting: view.month_waiting }
        Section { title: tr("sync-to-do"), testid: "sync-to-do",
            if view.attention.is_empty() {
                Note { tone: Tone::Good, icon: Glyph::Check, text: tr("sync-nothing-to-do"), testid: "sync-nothing-to-do" }
            }
            for item in view.attention.clone() {
                Attention { key: "{item.op_no.0}", item }
            }
        }
        OwnCases {}
        Waiting { view: view.clone() }
        Files { view: view.clone() }
        Recent { items: view.recent.clone() }
        Last { view }
    }
}

/// Opens the reviews of the worker's own changes, if there are any.
#[component]
fn OwnCases() -> Element {
    let view = use_query(|device| async move { device.reviews().await });
    let n = view.ready().map_or(0, |view| view.own.len());
    if n == 0 {
        return VNode::empty();
    }
    rsx! {
        ListRow {
            title: tr("reviews-title"),
            sub: tr_args("reviews-link-own", &[("n", n.into())]),
            icon: Glyph::Question,
            avatar_tone: Tone::Info,
            testid: "sync-reviews",
            on_press: move |()| nav::open(Destination::Reviews),
        }
    }
}

/// Is my work safe?
#[component]
fn Safe(view: SyncView) -> Element {
    let (tone, icon, what, text) = safe(&view);
    rsx! {
        Note { tone, icon, what, text, testid: "sync-safe" }
    }
}

fn safe(view: &SyncView) -> (Tone, Glyph, String, String) {
    let photos = view.photos_waiting + view.photos_failed;
    match (view.waiting_total, photos) {
        (0, 0) if view.last_success.is_none() => {
            (Tone::Neutral, Glyph::Sync, tr("sync-safe-new"), tr("sync-safe-new-text"))
        }
        (0, 0) => (Tone::Good, Glyph::Check, tr("sync-safe-all"), tr("sync-safe-all-text")),
        (records, photos) => {
            let mut parts = Vec::new();
            if records > 0 {
                parts.push(tr_args("sync-safe-records", &[("n", records.into())]));
            }
            if photos > 0 {
                parts.push(tr_args("sync-safe-photos", &[("n", photos.into())]));
            }
            let what = tr_args("sync-safe-here", &[("what", labels::list(parts).into())]);
            (Tone::Wait, Glyph::Lock, what, tr("sync-safe-here-text"))
        }
    }
}

/// Is it counted?
#[component]
fn Counted(confirmed: u32, waiting: u32) -> Element {
    let total = u64::from(confirmed) + u64::from(waiting);
    let parts = vec![MeterPart::new(confirmed.into(), Tone::Good), MeterPart::new(waiting.into(), Tone::Wait)];
    rsx! {
        Card { testid: "sync-month",
            div { class: "month-head",
                div {
                    span { class: "figure-label", {tr("sync-month")} }
                    p { class: "figure-value", "data-testid": "sync-month-total", "{total}" }
                }
                div { class: "month-pills",
                    StatusPill { status: Status::Confirmed, count: u64::from(confirmed), testid: "sync-month-confirmed" }
                    if waiting > 0 {
                        StatusPill { status: Status::Waiting, count: u64::from(waiting), testid: "sync-month-waiting" }
                    }
                }
            }
            if total > 0 {
                Meter { parts, total, label: counted(confirmed, waiting) }
            } else {
                p { class: "small", {tr("sync-month-none")} }
            }
        }
    }
}

fn counted(confirmed: u32, waiting: u32) -> String {
    let (n, m) = (("n", confirmed.into()), ("m", waiting.into()));
    match (confirmed, waiting) {
        (_, 0) => tr_args("sync-counted", &[n]),
        (0, _) => tr_args("sync-counted-none", &[m]),
        _ => tr_args("sync-counted-and", &[n, m]),
    }
}

/// The progress of a sync. Received rows have no known total, so they are only counted.
#[component]
fn Running(progress: Progress) -> Element {
    let done = u64::from(progress.ops_done) + u64::from(progress.photos_done);
    let total = u64::from(progress.ops_total) + u64::from(progress.photos_total);
    rsx! {
        Card { title: tr("sync-running"), icon: Glyph::Sync, testid: "sync-progress",
            if total > 0 {
                Meter { parts: vec![MeterPart::new(done, Tone::Good)], total, label: sent(&progress) }
            }
            p { class: "small", role: "status", {moved(&progress)} }
        }
    }
}

fn sent(progress: &Progress) -> String {
    let records = (progress.ops_total > 0)
        .then(|| tr_args("sync-sent-records", &[("n", progress.ops_done.into()), ("of", progress.ops_total.into())]));
    let photos = (progress.photos_total > 0).then(|| {
        tr_args("sync-sent-photos", &[("n", progress.photos_done.into()), ("of", progress.photos_total.into())])
    });
    labels::line(records.into_iter().chain(photos))
}

fn moved(progress: &Progress) -> String {
    let rows = match progress.rows_pulled {
        0 => String::new(),
        n => tr_args("sync-received", &[("n", n.into())]),
    };
    let bytes = progress.bytes_up + progress.bytes_down;
    labels::line([rows, if bytes > 0 { format::bytes(bytes) } else { tr("sync-connecting") }])
}

/// The progress of a phone's first sync, on an empty page.
#[component]
pub fn FirstSync(progress: Progress) -> Element {
    rsx! {
        div { class: "empty", "data-testid": "first-sync",
            div { class: "empty-mark", span { class: "spinner" } }
            h2 { class: "empty-title", {tr("sync-first")} }
            p { class: "empty-text", {tr("sync-first-text")} }
            p { class: "small figures", role: "status", {moved(&progress)} }
        }
    }
}

#[cfg(test)]
pub(super) use tests::quiet;
#[cfg(test)]
mod tests;
