//! Records assistance: a policy, a solved need, a deed, money, or a truck of goods for a village.
//!
//! - `form`: the form, and the records that it becomes
//! - `details`: what was done; `goods`: the goods; `people`: who receives them; `receipts`, `proof`: how each confirmed

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

use super::parts::{Draft, DraftEnd, DraftPhotos, FormPage, HappenedField, HappenedOn, answered, use_record_form};
use crate::{
    components::{Button, ButtonKind, Card, Chips, Choice, ErrorNote, Glyph, ListRow, Section, Segmented, TextArea},
    i18n::{tr, tr_args},
    labels,
    state::{today, use_query},
};
use details::Details;
use form::AssistForm;
use goods::Goods;
use people::PeoplePage;
use receipts::Receipts;

#[component]
pub fn AssistScreen(recipient: Option<Uuid>) -> Element {
    let key = recipient.map_or_else(|| "assist".to_owned(), |id| format!("assist:{id}"));
    // Without a recipient the form hands out goods to several households.
    let form = use_record_form(key, || {
        AssistForm::new(if recipient.is_some() { AssistanceKind::Deed } else { AssistanceKind::Goods })
    });
    let draft = form.draft;
    let rules = use_query(|device| async move { device.rules().await });
    let mut picking = use_signal(|| false);
    let mut pressed = use_signal(|| false);
    use_first_recipient(draft, recipient);
    if picking() {
        return rsx! {
            PeoplePage { form: draft.form, on_close: move |()| picking.set(false) }
        };
    }
    let now = (draft.form)();
    let households = now.people.len();
    let missing = now.missing().filter(|_| pressed());
    rsx! {
        FormPage {
            form,
            title: if recipient.is_some() { tr("nav-assist") } else { tr("record-handout") },
            subtitle: subtitle(&now),
            problem: missing.map(|field| rsx! { MissingField { field } }),
            save_label: (households > 1).then(|| tr_args("assist-save-n", &[("n", households.into())])),
            testid: "screen-assist",
            save_testid: "assist-save",
            refused_testid: "assist-refused",
            on_save: move |()| {
                pressed.set(true);
                if draft.form.peek().missing().is_none() {
                    let record = draft.form.peek().record(&draft.key(), today());
                    let text = tr_args("assist-saved", &[("n", households.into())]);
                    form.save(Command::SaveAssistance(record), text);
                }
            },
            {answered(rules, |rules| rsx! { AssistBody { rules, draft, handout: recipient.is_none(), on_pick: move |()| picking.set(true) } })}
        }
    }
}

/// Picks the recipient from whose card the screen was opened.
fn use_first_recipient(draft: Draft<AssistForm>, recipient: Option<Uuid>) {
    let card = use_query(move |device| async move {
        match recipient {
            Some(id) => device.card(RecipientId(id)).await.map(Some),
            None => Ok(None),
        }
    });
    use_effect(move || {
        if (draft.ready)()
            && let Some(Some(card)) = card.ready()
        {
            let mut form = draft.form;
            if !form.peek().is_picked(card.item.id) {
                form.write().pick(card.item.id, &card.item.name);
            }
        }
    });
}

/// Names the field that must be filled before the record can be saved.
#[component]
fn MissingField(field: &'static str) -> Element {
    rsx! {
        ErrorNote {
            what: tr("refusal-invalid"),
            next: tr_args("problem-missing", &[("field", labels::word("field", field).into())]),
            testid: "assist-missing",
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
    let form = draft.form;
    let now = form();
    let who = match now.people.len() {
        0 => tr("assist-nobody"),
        1 => now.people[0].name.clone(),
        n => tr_args("common-count-households", &[("n", n.into())]),
    };
    rsx! {
        KindField { form, handout }
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
        NoteField { form }
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
        DayField { form }
        DraftEnd { draft }
    }
}

/// The kind of assistance: few for a hand-out, all of them for one person.
#[component]
fn KindField(form: Signal<AssistForm>, handout: bool) -> Element {
    let mut form = form;
    let selected = form.read().kind.clone();
    let kinds: Vec<_> = AssistForm::kinds(handout)
        .iter()
        .map(|kind| {
            let word = kind.word();
            Choice::new(kind.clone(), labels::word("assistance", word)).testid(format!("assist-kind-{word}"))
        })
        .collect();
    if handout {
        return rsx! {
            Segmented {
                label: tr("assist-kind"),
                options: kinds,
                selected,
                on_select: move |kind| form.write().kind = kind,
            }
        };
    }
    rsx! {
        Chips {
            label: tr("assist-kind"),
            options: kinds,
            selected,
            required: true,
            on_select: move |kind: Option<AssistanceKind>| {
                if let Some(kind) = kind {
                    form.write().kind = kind;
                }
            },
        }
    }
}

/// What was done, in words; required where nothing else says it.
#[component]
fn NoteField(form: Signal<AssistForm>) -> Element {
    let mut form = form;
    let kind = form.read().kind.clone();
    rsx! {
        TextArea {
            label: match kind {
                AssistanceKind::Deed => tr("assist-deed"),
                AssistanceKind::Solve => tr("assist-solved"),
                _ => tr("visit-note"),
            },
            initial: form.peek().note.clone(),
            placeholder: tr("visit-note-hint"),
            optional: !matches!(kind, AssistanceKind::Deed | AssistanceKind::Solve),
            rows: 2,
            testid: "assist-note",
            on_input: move |text| form.write().note = text,
        }
    }
}

/// The day of the assistance, behind a button: most records are made on the day.
#[component]
fn DayField(form: Signal<AssistForm>) -> Element {
    let mut form = form;
    let when = form.read().when;
    let mut open = use_signal(|| when != HappenedOn::Now);
    if !open() {
        return rsx! {
            Button {
                label: tr("assist-other-day"),
                kind: ButtonKind::Quiet,
                icon: Glyph::Clock,
                testid: "assist-other-day",
                on_press: move |()| open.set(true),
            }
        };
    }
    rsx! {
        Card { title: tr("field-happened"), icon: Glyph::Clock,
            HappenedField { when, testid: "assist-when", on_change: move |when| form.write().when = when }
        }
    }
}
