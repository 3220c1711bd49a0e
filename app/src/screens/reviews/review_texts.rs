//! A case in words: what it is about, what either choice means, what was decided.

use device_core::views::{Attribution, DecisionView, ReviewItem, ReviewValue};
use presentation::record::{self, Numbers, RecordFormat};
use serde_json::Value;
use shared::records::{Kind, ReviewReason, RuleSet};

use crate::{
    i18n::{tr, tr_args},
    labels,
};

/// `谷军 · 对象资料`.
pub fn headline(item: &ReviewItem) -> String {
    let what = match item.change.as_str() {
        "create" => labels::of_key(&item.title),
        _ => labels::word("kind", item.kind.word()),
    };
    labels::line([item.recipient_name.clone().unwrap_or_default(), what])
}

/// The fields that mean something to a reader.
pub fn shown(item: &ReviewItem) -> impl Iterator<Item = &ReviewValue> {
    let many = item.values.len() > 1;
    // A whole record has its kind and mode in the headline; a single field is shown whatever it is.
    item.values.iter().filter(move |pair| !many || !is_left_out(&pair.field) || pair.standing.is_some())
}

fn is_left_out(field: &str) -> bool {
    record::is_hidden(field) || record::is_in_headline(field)
}

/// A value in words. Numbers of people are shown as the core gave them: masked where this reader may not see them.
pub fn value(kind: &Kind, field: &str, value: Option<&Value>, rules: Option<&RuleSet>) -> String {
    let format = RecordFormat { numbers: Numbers::AsGiven, ..labels::record_format(rules) };
    format.value_or_none(kind, field, value)
}

/// `姓名：谷军 → 谷均`, for a list; nothing where no two values stand beside each other.
pub fn one_line(item: &ReviewItem) -> Option<String> {
    let pair = shown(item).find(|pair| pair.proposed != pair.standing).filter(|_| item.standing.is_some())?;
    let of = |v: Option<&Value>| value(&item.kind, &pair.field, v, None);
    let args = [
        ("field", labels::word("field", &pair.field).into()),
        ("standing", of(pair.standing.as_ref()).into()),
        ("proposed", of(pair.proposed.as_ref()).into()),
    ];
    Some(tr_args("reviews-from-to", &args))
}

/// `谷军 · 昨天 10:02`.
pub fn said(said: &Attribution) -> String {
    let who = match (&said.by, said.mine) {
        (_, true) => tr("reviews-me"),
        (Some(name), _) => name.clone(),
        (None, _) => tr("recipient-colleague"),
    };
    labels::line([who, labels::moment(said.at)])
}

/// What accepting and keeping mean for this kind of question.
pub fn choices(reason: &ReviewReason) -> (String, String) {
    match reason {
        ReviewReason::LikelyDuplicate => (tr("reviews-both-count"), tr("reviews-withdraw-later")),
        ReviewReason::GrantEnded => (tr("reviews-counts"), tr("reviews-counts-not")),
        ReviewReason::Proposal => (tr("reviews-agree"), tr("reviews-agree-not")),
        _ => (tr("reviews-take-new"), tr("reviews-keep")),
    }
}

/// Reasons that need no typing.
pub fn quick_reasons(reason: &ReviewReason) -> Vec<String> {
    match reason {
        ReviewReason::LikelyDuplicate => {
            vec![
                tr("reviews-quick-twice"),
                tr("reviews-quick-double"),
                tr("reviews-quick-phoned"),
                tr("reviews-quick-asked"),
            ]
        }
        ReviewReason::GrantEnded => {
            vec![tr("reviews-quick-was-there"), tr("reviews-quick-phoned"), tr("reviews-quick-handed-over")]
        }
        ReviewReason::EditAfterVoid => vec![tr("reviews-quick-stays-void"), tr("reviews-quick-asked")],
        _ => vec![
            tr("reviews-quick-papers"),
            tr("reviews-quick-phoned"),
            tr("reviews-quick-visited"),
            tr("reviews-quick-asked"),
        ],
    }
}

/// What became of it, in a word or two.
pub fn outcome_word(item: &ReviewItem) -> String {
    let Some(decision) = &item.decision else { return tr("status-review") };
    let (accepted, kept) = choices(&item.reason);
    if decision.accepted { accepted } else { kept }
}

/// `杨秀兰 今天 10:02 定了：采纳。原因：看过证件`.
pub fn decision(decision: &DecisionView) -> String {
    let args = [
        ("who", decision.by.clone().unwrap_or_else(|| tr("role-supervisor")).into()),
        ("when", labels::moment(decision.at).into()),
        ("what", if decision.accepted { tr("status-accepted") } else { tr("status-declined") }.into()),
        ("why", decision.reason.clone().into()),
    ];
    tr_args("reviews-decided", &args)
}
