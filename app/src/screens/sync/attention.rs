//! An outcome that its author should look at: what happened, in one sentence; both values, where two differ; what can be
//! done.

use device_core::{
    Refusal,
    views::{OutboxItem, RecordState},
};
use dioxus::prelude::*;
use shared::op::{Outcome, Rejection};

use super::items::{route, title};
use crate::{
    components::{Button, ButtonKind, Card, Status, StatusPill, use_toasts},
    i18n::{tr, tr_args},
    labels,
    nav::{self, Destination},
    screens::{parts::Refused, reviews},
    state::use_device,
};

/// What happened, and what to do next.
pub fn explained(item: &OutboxItem) -> (String, String) {
    match &item.outcome {
        Some(Outcome::Merged { lost }) => {
            let fields = labels::list(lost.iter().map(|field| labels::word("field", field)));
            (tr_args("sync-merged", &[("fields", fields.into())]), tr("sync-merged-next"))
        }
        Some(Outcome::InReview { reason, .. }) if item.decided.is_some() => {
            let told = item.decided.as_ref().map(reviews::decision).unwrap_or_default();
            (labels::word("review", reason.word()), told)
        }
        Some(Outcome::InReview { reason, applied, .. }) => {
            let next = if *applied { tr("sync-review-counts") } else { tr("sync-review-waits") };
            (labels::word("review", reason.word()), next)
        }
        Some(Outcome::Rejected(why)) => labels::rejection(why),
        // Of a newer server: it has the record, its word for what became of it is not known here.
        Some(Outcome::Applied | Outcome::Other(_)) | None => (tr("sync-newer"), tr("sync-newer-next")),
    }
}

/// Whether sending it again may help once the cause is mended. What only an upgrade or another person can mend is not sent
/// over and over.
pub fn may_resend(outcome: Option<&Outcome>) -> bool {
    match outcome {
        Some(Outcome::Rejected(why)) => match why {
            Rejection::NotYours | Rejection::UnknownRow | Rejection::IdTaken | Rejection::Invalid(_) => true,
            Rejection::Other(_) => true,
            Rejection::NeedsAmendment { .. }
            | Rejection::NeedsNewerServer
            | Rejection::Malformed { .. }
            | Rejection::NotAllowed => false,
        },
        _ => false,
    }
}

/// Where it is; of a decided review, what was decided.
fn pill(item: &OutboxItem) -> (Status, Option<String>) {
    match &item.decided {
        Some(decided) if decided.accepted => (Status::Confirmed, Some(tr("status-accepted"))),
        Some(_) => (Status::InReview, Some(tr("status-declined"))),
        None => labels::state_pill(&item.state),
    }
}

/// A value as the record's page would show it. Codes of open enums have their words; everything else is what was typed.
fn value(field: &str, text: &str) -> String {
    if text.is_empty() {
        return tr("common-none");
    }
    match field {
        "category" => labels::word("category", text),
        "status" => labels::word("status", text),
        "risk" => labels::word("risk", text),
        "sex" => labels::word("sex", text),
        // As in every list; the whole number is on the card, where looking is logged.
        "phone" => shared::id_number::masked_phone(text),
        "id_number" => shared::id_number::masked(text),
        _ => text.to_owned(),
    }
}

#[component]
pub fn Attention(item: OutboxItem) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let mut busy = use_signal(|| false);
    let mut refused = use_signal(|| None::<Refusal>);
    let (what, next) = explained(&item);
    let (status, label) = pill(&item);
    let op_no = item.op_no;
    let id = op_no.0;
    let rejected = item.state == RecordState::Rejected && item.decided.is_none();
    let case = match &item.outcome {
        Some(Outcome::InReview { review, .. }) => Some(Destination::ReviewCase { review: review.0 }),
        _ => None,
    };
    let there = route(&item);
    let again = device.clone();
    rsx! {
        Card { attention: rejected, testid: "sync-attention-{id}",
            div { class: "fact-row",
                span { class: "row-title", {title(&item)} }
                StatusPill { status, label }
            }
            p { {what} }
            if !item.values.is_empty() {
                div { class: "two-values",
                    for (field, own, stands) in item.values.clone() {
                        div { key: "{field}", class: "two-value",
                            span { class: "small strong", {labels::word("field", &field)} }
                            span { {tr_args("sync-own-value", &[("value", value(&field, &own).into())])} }
                            span { {tr_args("sync-standing-value", &[("value", value(&field, &stands).into())])} }
                        }
                    }
                }
            }
            p { class: "small", {next} }
            if let Some(refusal) = refused() {
                Refused { refusal }
            }
            div { class: "cluster",
                if let Some(case) = case {
                    Button {
                        label: tr("sync-both-values"),
                        kind: ButtonKind::Line,
                        fit: true,
                        testid: "sync-review-{id}",
                        on_press: move |()| nav::open(case),
                    }
                } else if let Some(there) = there {
                    Button {
                        label: tr("sync-see"),
                        kind: ButtonKind::Line,
                        fit: true,
                        testid: "sync-see-{id}",
                        on_press: move |()| nav::open(there),
                    }
                }
                if may_resend(item.outcome.as_ref()) {
                    Button {
                        label: tr("sync-resend"),
                        kind: ButtonKind::Line,
                        fit: true,
                        busy: busy(),
                        testid: "sync-resend-{id}",
                        on_press: move |()| {
                            let device = again.clone();
                            busy.set(true);
                            spawn(async move {
                                match device.resend(op_no).await {
                                    Ok(_) => toasts.good(tr("sync-resent")),
                                    Err(why) => refused.set(Some(why)),
                                }
                                busy.set(false);
                            });
                        },
                    }
                }
                Button {
                    label: if rejected { tr("sync-put-aside") } else { tr("sync-seen") },
                    kind: ButtonKind::Quiet,
                    fit: true,
                    testid: "sync-aside-{id}",
                    on_press: move |()| {
                        let device = device.clone();
                        spawn(async move {
                            if let Err(why) = device.acknowledge(op_no).await {
                                refused.set(Some(why));
                            }
                        });
                    },
                }
            }
        }
    }
}
