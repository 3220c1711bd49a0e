//! An outcome that needs its author's attention: what happened, both values if they differ, and what can be done.

use device_core::{
    Refusal,
    views::{OutboxItem, RecordState},
};
use dioxus::prelude::*;
use shared::{
    ids::OpNo,
    op::{Outcome, Rejection},
    records::Kind,
};

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
            let decision = item.decided.as_ref().map(reviews::decision).unwrap_or_default();
            (labels::word("review", reason.word()), decision)
        }
        Some(Outcome::InReview { reason, applied, .. }) => {
            let next = if *applied { tr("sync-review-counts") } else { tr("sync-review-waits") };
            (labels::word("review", reason.word()), next)
        }
        Some(Outcome::Rejected(why)) => labels::rejection(why),
        // From a newer server: the record is there, and this build does not know the outcome.
        Some(Outcome::Applied | Outcome::Other(_)) | None => (tr("sync-newer"), tr("sync-newer-next")),
    }
}

/// Whether sending the change again may succeed once the cause is removed. Causes that only an upgrade or another
/// person can remove are excluded.
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

/// The status; for a decided review, the decision.
fn pill(item: &OutboxItem) -> (Status, Option<String>) {
    match &item.decided {
        Some(decided) if decided.accepted => (Status::Confirmed, Some(tr("status-accepted"))),
        Some(_) => (Status::InReview, Some(tr("status-declined"))),
        None => labels::state_pill(&item.state),
    }
}

/// A value as the record's page shows it: a code as its label, a number of a person masked.
fn value(kind: &Kind, field: &str, text: &str) -> String {
    labels::record_format(None).value_or_none(kind, field, Some(&text.into()))
}

#[component]
pub fn Attention(item: OutboxItem) -> Element {
    let (what, next) = explained(&item);
    let (status, label) = pill(&item);
    let rejected = item.state == RecordState::Rejected && item.decided.is_none();
    let refused = use_signal(|| None::<Refusal>);
    rsx! {
        Card { attention: rejected, testid: "sync-attention-{item.op_no.0}",
            div { class: "fact-row",
                span { class: "row-title", {title(&item)} }
                StatusPill { status, label }
            }
            p { {what} }
            BothValues { kind: item.kind.clone(), values: item.values.clone() }
            p { class: "small", {next} }
            if let Some(refusal) = refused() {
                Refused { refusal }
            }
            div { class: "cluster",
                SeeButton { item: item.clone() }
                if may_resend(item.outcome.as_ref()) {
                    ResendButton { op_no: item.op_no, refused }
                }
                AcknowledgeButton { op_no: item.op_no, rejected, refused }
            }
        }
    }
}

/// The author's own value of each field beside the one in force.
#[component]
fn BothValues(kind: Kind, values: Vec<(String, String, String)>) -> Element {
    rsx! {
        if !values.is_empty() {
            div { class: "two-values",
                for (field, own, in_force) in values {
                    div { key: "{field}", class: "two-value",
                        span { class: "small strong", {labels::word("field", &field)} }
                        span { {tr_args("sync-own-value", &[("value", value(&kind, &field, &own).into())])} }
                        span { {tr_args("sync-standing-value", &[("value", value(&kind, &field, &in_force).into())])} }
                    }
                }
            }
        }
    }
}

/// Opens the review of the change, or the record.
#[component]
fn SeeButton(item: OutboxItem) -> Element {
    let id = item.op_no.0;
    let (label, to, testid) = match (&item.outcome, route(&item)) {
        (Some(Outcome::InReview { review, .. }), _) => {
            (tr("sync-both-values"), Destination::ReviewCase { review: review.0 }, format!("sync-review-{id}"))
        }
        (_, Some(to)) => (tr("sync-see"), to, format!("sync-see-{id}")),
        (_, None) => return VNode::empty(),
    };
    rsx! {
        Button { label, kind: ButtonKind::Line, fit: true, testid, on_press: move |()| nav::open(to) }
    }
}

/// Sends a rejected change again.
#[component]
fn ResendButton(op_no: OpNo, refused: Signal<Option<Refusal>>) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let mut refused = refused;
    let mut busy = use_signal(|| false);
    rsx! {
        Button {
            label: tr("sync-resend"),
            kind: ButtonKind::Line,
            fit: true,
            busy: busy(),
            testid: "sync-resend-{op_no.0}",
            on_press: move |()| {
                let device = device.clone();
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
}

/// Takes the outcome off the list.
#[component]
fn AcknowledgeButton(op_no: OpNo, rejected: bool, refused: Signal<Option<Refusal>>) -> Element {
    let device = use_device();
    let mut refused = refused;
    rsx! {
        Button {
            label: if rejected { tr("sync-put-aside") } else { tr("sync-seen") },
            kind: ButtonKind::Quiet,
            fit: true,
            testid: "sync-aside-{op_no.0}",
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
