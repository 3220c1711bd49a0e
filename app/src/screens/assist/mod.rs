//! Recording help: a word about a policy, a difficulty solved, a deed, money, or a truck of goods for a whole village.
//!
//! - `form`: what the screen holds, and the records it becomes
//! - `details`: what was done; `goods`: what was on the truck; `people`: who gets it; `receipts`, `proof`: how each confirmed

mod details;
mod form;
mod goods;
mod people;
mod proof;
mod receipts;

use device_core::Command;
use dioxus::prelude::*;
use shared::{
    RecipientId,
    records::{AssistanceKind, PhotoOf, RuleSet},
};
use uuid::Uuid;

use super::parts::{
    Draft, DraftEnd, DraftNote, DraftPhotos, Loading, Refused, Saving, WhenField, answered, leave, undo, use_draft,
};
use crate::{
    components::{
        Button, ButtonKind, Card, Chips, Choice, ErrorNote, Glyph, ListRow, Page, Section, Segmented, TextArea, TopBar,
        use_toasts,
    },
    i18n::{tr, tr_args},
    labels,
    state::{today, use_ask, use_device},
};
use details::Details;
use form::AssistForm;
use goods::Goods;
use people::PeoplePage;
use receipts::Receipts;

#[component]
pub fn AssistScreen(recipient: Option<Uuid>) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let key = recipient.map_or_else(|| "assist".to_owned(), |id| format!("assist:{id}"));
    // Without a person it is a hand-out.
    let draft = use_draft(key, || {
        AssistForm::new(if recipient.is_some() { AssistanceKind::Deed } else { AssistanceKind::Goods })
    });
    let rules = use_ask(|device| async move { device.rules().await });
    let mut picking = use_signal(|| false);
    let mut pressed = use_signal(|| false);
    let saving = Saving::new();
    let first = use_ask(move |device| async move {
        match recipient {
            Some(id) => device.card(RecipientId(id)).await.map(Some),
            None => Ok(None),
        }
    });
    // The person one came from is in from the start.
    use_effect(move || {
        if (draft.ready)()
            && let Some(Some(card)) = first.ready()
        {
            let mut form = draft.form;
            if !form.peek().is_picked(card.item.id) {
                form.write().pick(card.item.id, &card.item.name);
            }
        }
    });
    if picking() {
        return rsx! {
            PeoplePage { form: draft.form, on_close: move |()| picking.set(false) }
        };
    }
    let now = (draft.form)();
    let households = now.people.len();
    let missing = now.missing();
    let save = move |()| {
        pressed.set(true);
        if draft.form.peek().missing().is_some() {
            return;
        }
        let record = draft.form.peek().record(&draft.key(), today());
        draft.finish();
        let for_undo = device.clone();
        saving.attempt(
            device.clone(),
            Command::SaveAssistance(record),
            move |rows| {
                let text = tr_args("assist-saved", &[("n", households.into())]);
                undo(&for_undo, toasts, text, rows);
                leave();
            },
            move || draft.reopen(),
        );
    };
    let label = if households > 1 { tr_args("assist-save-n", &[("n", households.into())]) } else { tr("common-save") };
    rsx! {
        Page {
            testid: "screen-assist",
            top: rsx! {
                TopBar {
                    title: if recipient.is_some() { tr("nav-assist") } else { tr("record-handout") },
                    subtitle: subtitle(&now),
                    on_back: move |()| leave(),
                }
            },
            foot: rsx! {
                if let Some(refusal) = (saving.refused)() {
                    Refused { refusal, testid: "assist-refused" }
                }
                if let Some(field) = missing.filter(|_| pressed()) {
                    ErrorNote {
                        what: tr("refusal-invalid"),
                        next: tr_args("problem-missing", &[("field", labels::word("field", field).into())]),
                        testid: "assist-missing",
                    }
                }
                Button { label, busy: (saving.busy)(), testid: "assist-save", on_press: save }
                DraftNote { kept: (draft.kept)(), refused: (draft.refused)() }
            },
            if (draft.ready)() {
                {answered(rules, |rules| rsx! { AssistBody { rules, draft, handout: recipient.is_none(), on_pick: move |()| picking.set(true) } })}
            } else {
                Loading {}
            }
        }
    }
}

/// `8 户 · 1,848.00 元`, or the name of the one person.
fn subtitle(form: &AssistForm) -> String {
    let who = match form.people.as_slice() {
        [] => String::new(),
        [one] => one.name.clone(),
        many => tr_args("common-count-households", &[("n", many.len().into())]),
    };
    let value = form.value();
    labels::line([who, if value.0 > 0 { labels::money(value) } else { String::new() }])
}

#[component]
fn AssistBody(rules: RuleSet, draft: Draft<AssistForm>, handout: bool, on_pick: EventHandler<()>) -> Element {
    let mut form = draft.form;
    let now = form();
    let mut later = use_signal(|| now.when != super::parts::When::Now);
    let kinds: Vec<_> = AssistForm::kinds(handout)
        .iter()
        .map(|kind| {
            let word = kind.word();
            Choice::new(kind.clone(), labels::word("assistance", word)).testid(format!("assist-kind-{word}"))
        })
        .collect();
    let who = match now.people.len() {
        0 => tr("assist-nobody"),
        1 => now.people[0].name.clone(),
        n => tr_args("common-count-households", &[("n", n.into())]),
    };
    rsx! {
        if handout {
            Segmented {
                label: tr("assist-kind"),
                options: kinds,
                selected: now.kind.clone(),
                on_select: move |kind| form.write().kind = kind,
            }
        } else {
            Chips {
                label: tr("assist-kind"),
                options: kinds,
                selected: now.kind.clone(),
                required: true,
                on_select: move |kind: Option<AssistanceKind>| {
                    if let Some(kind) = kind {
                        form.write().kind = kind;
                    }
                },
            }
        }
        ListRow {
            title: who,
            sub: tr("assist-who"),
            icon: Glyph::People,
            testid: "assist-pick",
            on_press: on_pick,
        }
        Details { rules: rules.clone(), form }
        if now.has_goods() {
            Goods { rules: rules.clone(), form }
        }
        if now.has_receipts() && !now.people.is_empty() {
            Receipts { rules, form, draft_key: draft.key() }
        }
        TextArea {
            label: match now.kind {
                AssistanceKind::Deed => tr("assist-deed"),
                AssistanceKind::Solve => tr("assist-solved"),
                _ => tr("visit-note"),
            },
            initial: form.peek().note.clone(),
            placeholder: tr("visit-note-hint"),
            optional: !matches!(now.kind, AssistanceKind::Deed | AssistanceKind::Solve),
            rows: 2,
            testid: "assist-note",
            on_input: move |text| form.write().note = text,
        }
        Section { title: tr("assist-photos"),
            DraftPhotos {
                draft: draft.key(),
                of: if now.people.len() > 1 { PhotoOf::Handout } else { PhotoOf::Assistance },
                photos: draft.photos,
                hidden: now.receipt_photos(),
                testid: "assist-photo",
            }
            p { class: "small", {tr("record-photos-hint")} }
        }
        if later() {
            Card { title: tr("field-happened"), icon: Glyph::Clock,
                WhenField { when: now.when, testid: "assist-when", on_change: move |when| form.write().when = when }
            }
        } else {
            Button {
                label: tr("assist-other-day"),
                kind: ButtonKind::Quiet,
                icon: Glyph::Clock,
                testid: "assist-other-day",
                on_press: move |()| later.set(true),
            }
        }
        DraftEnd { draft }
    }
}
