//! One record: fields, status, outcome and former values, with corrections and withdrawal.

mod amend;
mod field_rows;
mod former_values;

use device_core::views::{RecordState, RecordView};
use dioxus::prelude::*;
use shared::{
    Outcome, RowId,
    records::{Kind, RuleSet},
};
use uuid::Uuid;

use super::parts::{ReasonSheet, Saving, StoredPhotos, answered, headline};
use crate::{
    components::{Button, ButtonKind, Card, Glyph, Note, Page, Section, StatusPill, Tone, TopBar, use_toasts},
    i18n::{tr, tr_args},
    labels, nav,
    state::{use_device, use_query, use_supervisor},
};
use amend::{AmendSheet, can_amend};
use field_rows::facts;
pub(super) use former_values::FormerValues;

#[component]
pub fn RecordDetailScreen(row: Uuid) -> Element {
    let record = use_query(move |device| async move { device.record(RowId(row)).await });
    let rules = use_query(|device| async move { device.rules().await });
    rsx! {
        Page {
            testid: "screen-record-detail",
            top: rsx! {
                TopBar {
                    title: record.ready().map_or_else(|| tr("record-title"), |record| labels::word("kind", record.item.kind.word())),
                    subtitle: record.ready().and_then(|record| record.recipient_name),
                    on_back: move |()| nav::leave(),
                }
            },
            {answered(record, |record| rsx! { RecordBody { record, rules: rules.ready() } })}
        }
    }
}

/// Status and outcome as a sentence, and what to do about it, if anything.
fn sentence(record: &RecordView) -> (Tone, String, Option<String>) {
    if record.item.void {
        let reason = record.void_reason.clone().unwrap_or_default();
        return (Tone::Neutral, tr_args("record-is-void", &[("reason", reason.into())]), None);
    }
    match (&record.outcome, &record.item.state) {
        (Some(Outcome::Rejected(why)), _) => {
            let (what, next) = labels::rejection(why);
            (Tone::Danger, what, Some(next))
        }
        (Some(Outcome::InReview { reason, .. }), _) if record.decided.is_some() => {
            let decision = record.decided.as_ref().map(super::reviews::decision);
            (Tone::Good, labels::word("review", reason.word()), decision)
        }
        (Some(Outcome::InReview { reason, applied, .. }), _) => {
            let counts = if *applied { tr("record-counts-meanwhile") } else { tr("record-counts-not-yet") };
            (Tone::Info, labels::word("review", reason.word()), Some(counts))
        }
        (Some(Outcome::Merged { lost }), _) if !lost.is_empty() => {
            let fields = labels::list(lost.iter().map(|field| labels::word("field", field)));
            (Tone::Info, tr_args("record-merged", &[("fields", fields.into())]), None)
        }
        (_, RecordState::Rejected) => (Tone::Danger, tr("status-rejected"), None),
        (_, RecordState::InReview { .. }) => (Tone::Info, tr("status-review"), None),
        (_, RecordState::Waiting) => (Tone::Wait, tr("record-waiting"), None),
        _ => (Tone::Good, tr("record-confirmed"), None),
    }
}

const fn sign(tone: Tone) -> Glyph {
    match tone {
        Tone::Good => Glyph::Check,
        Tone::Wait => Glyph::Clock,
        Tone::Danger => Glyph::Warning,
        Tone::Info => Glyph::Question,
        Tone::Neutral => Glyph::Note,
    }
}

#[component]
pub(super) fn RecordBody(record: RecordView, rules: Option<RuleSet>) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let saving = Saving::new();
    let mut amending = use_signal(|| false);
    let mut voiding = use_signal(|| false);
    let (tone, what, next) = sentence(&record);
    let row = record.item.row;
    // The rules let the author and a supervisor of the area correct and withdraw a record.
    let supervisor = use_supervisor();
    let may_change = (record.item.mine || supervisor) && !record.item.void;
    let take_back = use_callback(move |reason: String| {
        let command = device_core::Command::Void { row, reason };
        saving.run(device.clone(), command, move |_| {
            toasts.good(tr("record-undone"));
            nav::leave();
        });
    });
    rsx! {
        Note { tone, icon: sign(tone), what, text: next.unwrap_or_default(), testid: "record-outcome" }
        FactsCard { record: record.clone(), rules: rules.clone() }
        if !record.item.photos.is_empty() {
            Section { title: tr("record-photos"),
                StoredPhotos { photos: record.item.photos.clone() }
            }
        }
        FormerValues { title: tr("record-earlier-values"), record: record.clone(), rules, testid: "record-former" }
        if may_change && record.undoable {
            Button {
                label: tr("record-take-back"),
                kind: ButtonKind::Line,
                testid: "record-undo",
                on_press: move |()| take_back.call(tr("common-undo")),
            }
        }
        if may_change {
            ChangeButtons {
                kind: record.item.kind.clone(),
                on_amend: move |()| amending.set(true),
                on_void: move |()| voiding.set(true),
            }
        }
        ReasonSheet {
            open: voiding(),
            title: tr("record-void"),
            text: tr("record-void-text"),
            action: tr("record-void"),
            danger: true,
            busy: (saving.busy)(),
            refused: (saving.refused)(),
            testid: "void",
            on_close: move |()| voiding.set(false),
            on_reason: take_back,
        }
        if amending() {
            AmendSheet { record, on_close: move |()| amending.set(false) }
        }
    }
}

/// What the record says, field by field.
#[component]
fn FactsCard(record: RecordView, rules: Option<RuleSet>) -> Element {
    let (status, label) = labels::state_pill(&record.item.state);
    let by = if record.item.mine {
        tr("record-by-me")
    } else {
        record.item.by.clone().unwrap_or_else(|| tr("recipient-colleague"))
    };
    rsx! {
        Card { title: headline(&record.item), icon: labels::glyph(&record.item.title), testid: "record-facts",
            div { class: "cluster",
                StatusPill { status, label }
                span { class: "small", {labels::line([labels::moment(record.item.happened), by])} }
            }
            for (name, value) in facts(&record.item.kind, &record.fields, rules.as_ref()) {
                div { key: "{name}", class: "fact",
                    span { class: "small", {name} }
                    span { class: "prose", {value} }
                }
            }
        }
    }
}

/// Correct and withdraw, for the kinds of record that allow it.
#[component]
fn ChangeButtons(kind: Kind, on_amend: EventHandler<()>, on_void: EventHandler<()>) -> Element {
    rsx! {
        div { class: "halves",
            if can_amend(&kind) {
                Button {
                    label: tr("record-amend"),
                    kind: ButtonKind::Line,
                    icon: Glyph::Pen,
                    testid: "record-amend",
                    on_press: on_amend,
                }
            }
            if kind != Kind::Recipient {
                Button {
                    label: tr("record-void"),
                    kind: ButtonKind::Quiet,
                    icon: Glyph::Trash,
                    testid: "record-void",
                    on_press: on_void,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::{Fields, ReviewId, op::Rejection, records::ReviewReason};

    use super::*;
    use crate::screens::{sample, tests::drawn};

    fn record() -> RecordView {
        RecordView {
            item: sample::visit(1, "presence-found"),
            recipient_name: Some("谷军".into()),
            fields: Fields::new()
                .with("note", "老人精神好")
                .with("findings", json!([{"item": "fire", "good": false, "note": "漏烟"}])),
            former: vec![],
            former_by: Default::default(),
            void_reason: None,
            outcome: None,
            decided: None,
            undoable: true,
        }
    }

    #[test]
    fn every_outcome_is_a_sentence() {
        let with = |outcome| sentence(&RecordView { outcome: Some(outcome), ..record() });
        let review =
            |applied| Outcome::InReview { review: ReviewId::NIL, reason: ReviewReason::LikelyDuplicate, applied };
        assert!(with(review(true)).1.contains("记了两次"));
        assert_ne!(with(review(true)).2, with(review(false)).2);
        assert!(with(Outcome::Rejected(Rejection::NotYours)).2.is_some());
        assert!(with(Outcome::Merged { lost: vec!["phone".into()] }).1.contains("电话"));
        assert_eq!(with(Outcome::Applied).0, Tone::Wait, "applied is told by the state that follows it");
    }

    #[test]
    fn a_voided_record_says_why_and_offers_nothing_more() {
        let page = drawn(|| {
            let mut record = record();
            record.item.void = true;
            record.void_reason = Some("记错人".into());
            rsx! { RecordBody { record, rules: None } }
        });
        assert!(page.contains("记错人") && !page.contains("record-amend") && !page.contains("record-undo"), "{page}");
    }

    #[test]
    fn the_page_reads_the_findings_in_words() {
        let page = drawn(|| {
            let rules = RuleSet::default_for(sample::village());
            rsx! { RecordBody { record: record(), rules } }
        });
        for text in ["老人精神好", "用火用电用气", "漏烟", "record-amend", "record-void", "record-undo"] {
            assert!(page.contains(text), "no {text} in {page}");
        }
    }
}
