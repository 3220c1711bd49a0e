//! Texts about sync: the last problem and what to do, the clock, the next attempt.

use device_core::views::{SyncProblem, SyncView};
use dioxus::prelude::*;
use shared::Moment;

use crate::{
    components::{Card, Glyph, Note, Tone},
    i18n::{format, tr, tr_args},
    labels,
    state::now,
};

/// The problem of the last attempt. Being offline is common in the field, so it is not red.
#[component]
pub fn ProblemNote(problem: SyncProblem, next: Option<Moment>) -> Element {
    let (what, text) = problem_words(&problem);
    let text = match next.filter(|_| problem != SyncProblem::Revoked) {
        Some(at) => format!("{text} {}", tr_args("sync-next", &[("when", when(at).into())])),
        None => text,
    };
    let (tone, icon) = match problem {
        SyncProblem::Offline => (Tone::Neutral, Glyph::Offline),
        _ => (Tone::Danger, Glyph::Warning),
    };
    rsx! {
        Note { tone, icon, what, text, testid: "sync-problem" }
    }
}

/// What failed, and what to do next.
pub fn problem_words(problem: &SyncProblem) -> (String, String) {
    match problem {
        SyncProblem::Offline => (tr("sync-problem-offline"), tr("sync-problem-offline-next")),
        SyncProblem::Refused(code) => labels::error(code),
        SyncProblem::BadReply => (tr("sync-problem-reply"), tr("sync-problem-reply-next")),
        SyncProblem::Revoked => labels::refusal(&device_core::Refusal::Revoked),
        SyncProblem::StorageFull => (tr("sync-problem-full"), tr("sync-problem-full-next")),
    }
}

/// A time, or "soon" if it has passed.
fn when(at: Moment) -> String {
    if at.utc_ms <= now().timestamp_millis() { tr("sync-soon") } else { labels::moment(at) }
}

#[component]
pub fn ClockNote(off: i64) -> Element {
    rsx! {
        Note { tone: Tone::Wait, icon: Glyph::Clock, what: clock_words(off), text: tr("sync-clock-next"), testid: "sync-clock" }
    }
}

/// `手机时间快了 7 分钟`: minutes up to two hours, then hours, then days; a clock that is off by years says days too.
pub fn clock_words(off: i64) -> String {
    let key = if off > 0 { "sync-clock-fast" } else { "sync-clock-slow" };
    let minutes = off.unsigned_abs() / 60;
    let by = match minutes {
        0..120 => tr_args("sync-minutes", &[("n", minutes.into())]),
        120..2880 => tr_args("sync-hours", &[("n", (minutes / 60).into())]),
        _ => tr_args("sync-days", &[("n", (minutes / 1440).into())]),
    };
    tr_args(key, &[("by", by.into())])
}

/// Last success, next attempt, what the last session cost.
#[component]
pub fn Last(view: SyncView) -> Element {
    let success = view.last_success.map_or_else(|| tr("sync-never"), labels::moment);
    let next = view.next_attempt.map_or_else(|| tr("sync-next-none"), when);
    rsx! {
        Card { title: tr("sync-times"), icon: Glyph::Clock, testid: "sync-times",
            div { class: "fact-row",
                span { {tr("sync-times-success")} }
                span { class: "strong", "data-testid": "sync-last-success", {success} }
            }
            div { class: "fact-row",
                span { {tr("sync-times-next")} }
                span { class: "strong", "data-testid": "sync-next-attempt", {next} }
            }
            if view.last_up + view.last_down > 0 {
                div { class: "fact-row",
                    span { {tr("sync-times-traffic")} }
                    span { class: "strong figures",
                        {tr_args("sync-traffic", &[("up", format::bytes(view.last_up).into()), ("down", format::bytes(view.last_down).into())])}
                    }
                }
            }
            p { class: "small", {tr("sync-by-itself")} }
        }
    }
}
