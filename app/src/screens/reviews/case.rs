//! One review: both values with authors and times, the decision with a reason, and its outcome.

use device_core::{
    Command,
    views::{RecordState, ReviewItem},
};
use dioxus::prelude::*;
use shared::{
    ReviewId, RowId,
    records::{Kind, RuleSet},
};
use uuid::Uuid;

use super::{
    review_texts::{choices, decision, headline, outcome_word, quick_reasons},
    sides::Sides,
};
use crate::{
    components::{
        Button, ButtonKind, Card, Chips, Choice, ErrorNote, Glyph, Note, Page, Section, Segmented, StatusPill,
        TextArea, Tone, TopBar, use_toasts,
    },
    i18n::{tr, tr_args},
    labels,
    nav::{self, Destination},
    screens::parts::{RecordRow, Refused, Saving, answered, undo_last},
    state::{use_device, use_query},
};

#[component]
pub fn ReviewScreen(review: Uuid) -> Element {
    let item = use_query(move |device| async move { device.review(ReviewId(review)).await });
    let rules = use_query(|device| async move { device.rules().await });
    rsx! {
        Page {
            testid: "screen-review",
            top: rsx! {
                TopBar {
                    title: tr("reviews-case"),
                    subtitle: item.ready().map(|item| headline(&item)),
                    on_back: move |()| nav::leave(),
                }
            },
            {answered(item, |item| rsx! { CaseBody { item, rules: rules.ready() } })}
        }
    }
}

#[component]
pub(super) fn CaseBody(item: ReviewItem, rules: Option<RuleSet>) -> Element {
    // A change that cannot be accepted can only be declined.
    let mut accept = use_signal(|| (!item.acceptable).then_some(false));
    let open = item.decision.is_none() && item.may_decide;
    let counts = match (item.decision.is_some(), item.applied) {
        (true, _) => String::new(),
        (false, true) => tr("record-counts-meanwhile"),
        (false, false) => tr("reviews-waits"),
    };
    let record = record_destination(&item);
    rsx! {
        Note { tone: Tone::Info, icon: Glyph::Question, what: labels::word("review", item.reason.word()), text: counts, testid: "review-reason" }
        if let Some(why) = item.refused.clone() {
            RefusedDecision { why }
        }
        if item.decision.is_some() {
            Decided { item: item.clone() }
        }
        Sides {
            item: item.clone(),
            rules: rules.clone(),
            accept: accept(),
            on_choose: open.then(|| EventHandler::new(move |accepted| accept.set(Some(accepted)))),
        }
        if let Some(why) = item.given_reason.clone() {
            p { class: "small", {tr_args("reviews-given-reason", &[("why", why.into())])} }
        }
        if let Some(twin) = item.twin.clone() {
            Section { title: tr("reviews-twin"), testid: "review-twin",
                RecordRow {
                    testid: "review-twin-row",
                    item: twin,
                    on_press: move |twin: device_core::views::HistoryItem| nav::open(Destination::RecordDetail { row: twin.row.0 }),
                }
            }
        }
        if open {
            DecisionForm { item, accept }
        } else if item.decision.is_none() {
            p { class: "small", {tr("reviews-for-the-supervisor")} }
        }
        if let Some(record) = record {
            Button {
                label: tr("sync-see"),
                kind: ButtonKind::Quiet,
                testid: "review-see",
                on_press: move |()| nav::open(record),
            }
        }
    }
}

/// The choice with its reason, and the button that saves the decision. `accept` is the chosen side.
#[component]
fn DecisionForm(item: ReviewItem, accept: Signal<Option<bool>>) -> Element {
    let mut accept = accept;
    let device = use_device();
    let toasts = use_toasts();
    let saving = Saving::new();
    let quick = use_signal(|| None::<String>);
    let written = use_signal(String::new);
    let mut missing = use_signal(|| None::<String>);
    let (accepted, kept) = choices(&item.reason);
    let id = item.id;
    let save = move |()| {
        let reason = reason(&quick.peek(), &written.peek());
        let chosen = *accept.peek();
        missing.set(lacking(chosen, &reason));
        if let (Some(accept), false) = (chosen, reason.is_empty()) {
            let for_undo = device.clone();
            saving.run(device.clone(), Command::Resolve { review: id, accept, reason }, move |_| {
                undo_last(&for_undo, toasts, tr("record-saved"), RowId(id.0));
            });
        }
    };
    let options = [
        item.acceptable.then(|| Choice::new(Some(true), accepted).testid("review-accept")),
        Some(Choice::new(Some(false), kept).testid("review-keep")),
    ];
    rsx! {
        Section { title: tr("reviews-decide"),
            Segmented {
                label: tr("reviews-decide"),
                options: options.into_iter().flatten().collect::<Vec<_>>(),
                selected: accept(),
                on_select: move |chosen| accept.set(chosen),
            }
            if !item.acceptable {
                p { class: "small", {tr("reviews-never-back")} }
            }
            ReasonFields { quick_reasons: quick_reasons(&item.reason), quick, written }
            if let Some(what) = missing() {
                Note { tone: Tone::Danger, icon: Glyph::Warning, text: what, testid: "review-missing" }
            }
            if let Some(refusal) = (saving.refused)() {
                Refused { refusal }
            }
            Button { label: tr("reviews-save"), busy: (saving.busy)(), testid: "review-save", on_press: save }
        }
    }
}

/// A reason to tap, and room for another one.
#[component]
fn ReasonFields(quick_reasons: Vec<String>, quick: Signal<Option<String>>, written: Signal<String>) -> Element {
    let (mut quick, mut written) = (quick, written);
    let options = quick_reasons
        .into_iter()
        .enumerate()
        .map(|(at, text)| Choice::new(text.clone(), text).testid(format!("review-quick-{at}")))
        .collect::<Vec<_>>();
    rsx! {
        h3 { class: "label", {tr("field-reason")} }
        Chips {
            label: tr("field-reason"),
            options,
            selected: quick(),
            on_select: move |text| quick.set(text),
        }
        TextArea {
            label: tr("reviews-other-reason"),
            optional: true,
            rows: 2,
            max_len: 200,
            testid: "review-why",
            on_input: move |text| written.set(text),
        }
    }
}

/// The reason as it is saved: the tapped one, the written one, or both.
fn reason(quick: &Option<String>, written: &str) -> String {
    let written = written.trim();
    match quick {
        Some(quick) if written.is_empty() => quick.clone(),
        Some(quick) => format!("{quick} {written}"),
        None => written.to_owned(),
    }
}

fn lacking(accept: Option<bool>, reason: &str) -> Option<String> {
    match (accept, reason.is_empty()) {
        (None, _) => Some(tr("reviews-choose-missing")),
        (_, true) => Some(tr("reviews-reason-missing")),
        _ => None,
    }
}

/// Where the record can be seen; a record that is only proposed has no page, so the recipient's card is opened.
fn record_destination(item: &ReviewItem) -> Option<Destination> {
    let stands = item.standing.is_some() || item.applied || item.decision.as_ref().is_some_and(|d| d.accepted);
    match item.kind {
        _ if !stands => {
            item.recipient.filter(|_| item.kind != Kind::Recipient).map(|r| Destination::RecipientCard { id: r.0 })
        }
        Kind::Need => Some(Destination::NeedDetail { need: item.row.0 }),
        Kind::Recipient => Some(Destination::RecipientCard { id: item.row.0 }),
        Kind::Visit | Kind::Assistance => Some(Destination::RecordDetail { row: item.row.0 }),
        _ => item.recipient.map(|r| Destination::RecipientCard { id: r.0 }),
    }
}

/// The decision: what, by whom, why, and whether it is on the server.
#[component]
fn Decided(item: ReviewItem) -> Element {
    let device = use_device();
    let saving = Saving::new();
    let Some(decided) = item.decision.clone() else { return VNode::empty() };
    let state = if item.waiting { RecordState::Waiting } else { RecordState::Confirmed };
    let (status, label) = labels::state_pill(&state);
    let row = RowId(item.id.0);
    rsx! {
        Card { title: outcome_word(&item), icon: Glyph::Check, testid: "review-decided",
            p { {decision(&decided)} }
            div { class: "cluster",
                StatusPill { status, label, testid: "review-state" }
            }
            p { class: "small", {if item.waiting { tr("reviews-takes-effect") } else { tr("reviews-both-told") }} }
            if item.undoable {
                Button {
                    label: tr("common-undo"),
                    kind: ButtonKind::Line,
                    busy: (saving.busy)(),
                    testid: "review-undo",
                    on_press: move |()| saving.run(device.clone(), Command::Undo { row }, |_| {}),
                }
            }
            if let Some(refusal) = (saving.refused)() {
                Refused { refusal }
            }
        }
    }
}

#[component]
fn RefusedDecision(why: shared::op::Rejection) -> Element {
    let (what, next) = labels::rejection(&why);
    rsx! {
        ErrorNote { what: tr_args("reviews-refused", &[("why", what.into())]), next, testid: "review-refused" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_may_be_tapped_or_written_or_both() {
        let quick = Some("看过证件".to_owned());
        assert_eq!(reason(&quick, " "), "看过证件");
        assert_eq!(reason(&None, " 户口本 "), "户口本");
        assert_eq!(reason(&quick, "户口本"), "看过证件 户口本");
    }

    #[test]
    fn what_is_missing_is_said_one_thing_at_a_time() {
        assert_eq!(lacking(None, ""), Some(tr("reviews-choose-missing")));
        assert_eq!(lacking(Some(true), ""), Some(tr("reviews-reason-missing")));
        assert_eq!(lacking(Some(false), "x"), None);
    }
}
