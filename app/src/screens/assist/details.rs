//! What was done: which policy, how much money, from whom, which difficulty.

use dioxus::prelude::*;
use shared::records::{AssistanceKind, NeedStatus, RuleSet};

use super::form::AssistForm;
use crate::{
    components::{Chips, Choice, NumberField, NumberKind, Section, TextField},
    i18n::tr,
    labels,
    state::use_query,
};

#[component]
pub(super) fn Details(rules: RuleSet, form: Signal<AssistForm>) -> Element {
    let mut form = form;
    let now = form();
    let policies: Vec<_> = rules
        .policies
        .iter()
        .map(|policy| {
            Choice::new(policy.word.clone(), labels::labelled(&policy.zh, &policy.en))
                .testid(format!("assist-policy-{}", policy.word))
        })
        .collect();
    rsx! {
        if now.has_policy() {
            Section { title: tr("field-policy"),
                Chips {
                    label: tr("field-policy"),
                    options: policies,
                    selected: now.policy.clone(),
                    on_select: move |policy| form.write().policy = policy,
                }
            }
        }
        if now.kind == AssistanceKind::Donation {
            TextField {
                label: tr("field-donor"),
                initial: form.peek().donor.clone(),
                optional: true,
                testid: "assist-donor",
                on_input: move |text| form.write().donor = text,
            }
        }
        if now.has_amount() {
            NumberField {
                key: "{now.kind}",
                label: if now.kind == AssistanceKind::Implement { tr("assist-benefit") } else { tr("assist-amount") },
                kind: NumberKind::Money,
                initial: form.peek().amount,
                optional: now.kind != AssistanceKind::Money,
                hint: if now.people.len() > 1 { tr("assist-each") },
                testid: "assist-amount",
                on_change: move |read: Result<Option<i64>, _>| {
                    if let Ok(amount) = read {
                        form.write().amount = amount;
                    }
                },
            }
        }
        if now.kind == AssistanceKind::Solve {
            Needs { form }
        }
    }
}

/// The open needs of the one person, to close one of them.
#[component]
fn Needs(form: Signal<AssistForm>) -> Element {
    let mut form = form;
    let card = use_query(move |device| {
        let one = match form.read().people.as_slice() {
            [one] => Some(one.id),
            _ => None,
        };
        async move {
            match one {
                Some(id) => device.card(id).await.map(Some),
                None => Ok(None),
            }
        }
    });
    let open: Vec<_> = card
        .ready()
        .flatten()
        .map(|card| card.needs)
        .unwrap_or_default()
        .into_iter()
        .filter(|need| !matches!(need.status, NeedStatus::Solved | NeedStatus::Cannot))
        .map(|need| Choice::new(need.id, need.text.clone()).testid(format!("assist-need-{}", need.id)))
        .collect();
    if open.is_empty() {
        return rsx! {
            p { class: "small", {tr("assist-no-need")} }
        };
    }
    rsx! {
        Section { title: tr("assist-which-need"),
            Chips {
                label: tr("assist-which-need"),
                options: open,
                selected: form.read().need,
                on_select: move |need| form.write().need = need,
            }
        }
    }
}
