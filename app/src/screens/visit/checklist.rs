//! The check-list of the rule set: all good in one press, or item by item.

use dioxus::prelude::*;
use shared::records::RuleSet;

use super::form::VisitForm;
use crate::{
    components::{Button, ButtonKind, Glyph, TextField, Verdict},
    i18n::tr,
    labels,
    nav::{self, Destination},
};

#[component]
pub(super) fn Checklist(rules: RuleSet, form: Signal<VisitForm>) -> Element {
    let mut form = form;
    let now = form();
    let all = now.is_all_good(&rules);
    let to_be_confirmed = rules.to_be_confirmed;
    let items = rules.checklist.clone();
    rsx! {
        section { class: "card", "data-testid": "visit-checklist",
            Button {
                label: if all { tr("visit-all-is-good") } else { tr("visit-all-good") },
                kind: if all { ButtonKind::Quiet } else { ButtonKind::Line },
                icon: Glyph::Check,
                testid: "visit-all-good",
                on_press: move |()| form.write().judge_all_good(&rules),
            }
            for item in items {
                div { key: "{item.word}", class: "check",
                    Verdict {
                        name: labels::labelled(&item.zh, &item.en).to_owned(),
                        good: now.verdict(&item.word),
                        testid: "visit-check-{item.word}",
                        on_select: {
                            let word = item.word.clone();
                            move |good| form.write().judge(&word, good)
                        },
                    }
                    if now.verdict(&item.word) == Some(false) {
                        TextField {
                            label: tr("visit-what-is-wrong"),
                            initial: form.peek().finding_note(&item.word),
                            optional: true,
                            testid: "visit-check-{item.word}-note",
                            on_input: {
                                let word = item.word.clone();
                                move |text: String| form.write().describe(&word, &text)
                            },
                        }
                    }
                }
            }
            if to_be_confirmed {
                p { class: "small", {tr("visit-list-open")} }
            }
        }
        if now.has_problem() {
            button {
                r#type: "button",
                class: "danger-row",
                "data-testid": "visit-danger",
                onclick: move |_| nav::open(Destination::Emergency),
                crate::components::Icon { glyph: Glyph::Warning }
                span { class: "row-text",
                    span { class: "strong", {tr("visit-danger")} }
                    span { {tr("visit-danger-text")} }
                }
                crate::components::Icon { glyph: Glyph::Phone }
            }
        }
    }
}
