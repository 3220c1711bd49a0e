//! Records a visit or a contact. An ordinary visit needs one press for the whole check-list and one to save, and no
//! typing.
//!
//! - `form`: the form, and the record that it becomes
//! - `checklist`: the check-list, item by item or all at once; `extras`: services, note, photos, a need, the day

mod checklist;
mod extras;
mod form;

use device_core::{Command, views::CardView};
use dioxus::prelude::*;
use shared::{
    RecipientId,
    records::{Presence, RuleSet, VisitMode},
};
use uuid::Uuid;

use super::parts::{Draft, DraftEnd, FormPage, about, answered, use_record_form};
use crate::{
    components::{Card, Chips, Choice, Glyph, IconButton, Note, Segmented, Tone},
    i18n::tr,
    labels,
    nav::{self, Destination},
    state::{today, use_query},
};
use checklist::Checklist;
use extras::{Extras, More, NeedPart};
use form::VisitForm;

#[component]
pub fn VisitScreen(recipient: Uuid) -> Element {
    rsx! {
        VisitPage { recipient, mode: VisitMode::Home }
    }
}

/// The same page for a contact by telephone.
#[component]
pub fn ContactScreen(recipient: Uuid) -> Element {
    rsx! {
        VisitPage { recipient, mode: VisitMode::Phone }
    }
}

#[component]
fn VisitPage(recipient: Uuid, mode: VisitMode) -> Element {
    let id = RecipientId(recipient);
    let card = use_query(move |device| async move { device.card(id).await });
    let rules = use_query(|device| async move { device.rules().await });
    let form = use_record_form(format!("visit:{recipient}"), || VisitForm::new(mode));
    let draft = form.draft;
    let title = if *draft.form.read().mode() == VisitMode::Home { tr("nav-visit") } else { tr("visit-contact-title") };
    rsx! {
        FormPage {
            form,
            title,
            subtitle: card.ready().map(|card| labels::line([card.item.name.clone(), about(&card.item)])),
            trailing: rsx! {
                IconButton {
                    glyph: Glyph::Warning,
                    label: tr("nav-emergency"),
                    testid: "visit-emergency",
                    on_press: move |()| nav::open(Destination::Emergency),
                }
            },
            testid: "screen-visit",
            save_testid: "visit-save",
            refused_testid: "visit-refused",
            on_save: move |()| {
                let visit = draft.form.peek().record(id, &draft.key(), today());
                form.save(Command::SaveVisit(visit), tr("record-saved"));
            },
            {answered(card, |card| answered(rules, |rules| rsx! { VisitBody { card, rules, draft } }))}
        }
    }
}

#[component]
fn VisitBody(card: CardView, rules: RuleSet, draft: Draft<VisitForm>) -> Element {
    let mut form = draft.form;
    let now = form();
    let modes = VisitMode::ALL
        .iter()
        .map(|mode| {
            let word = mode.word();
            Choice::new(mode.clone(), labels::word("mode", word))
                .icon(labels::glyph(&format!("mode-{word}")))
                .testid(format!("visit-mode-{word}"))
        })
        .collect::<Vec<_>>();
    let at_home = *now.mode() == VisitMode::Home;
    let (met, missed) = if at_home {
        (tr("presence-found"), tr("visit-not-found"))
    } else {
        (tr("visit-reached"), tr("visit-not-reached"))
    };
    rsx! {
        if let Some(note) = card.note.clone() {
            Note { tone: Tone::Wait, icon: Glyph::Note, text: note }
        }
        Segmented {
            label: tr("field-mode"),
            options: modes,
            selected: now.mode().clone(),
            on_select: move |mode| form.write().set_mode(mode),
        }
        Segmented {
            label: tr("field-presence"),
            options: vec![Choice::new(true, met).testid("visit-found"), Choice::new(false, missed).testid("visit-missed")],
            selected: now.found(),
            on_select: move |found| form.write().set_found(found),
        }
        if now.found() {
            Checklist { rules, form }
        } else {
            WhyNot { presence: now.presence().clone(), at_home, on_select: move |why| form.write().set_presence(why) }
        }
        NeedPart { form }
        Extras { form, draft_key: draft.key(), photos: draft.photos }
        More { form, household: card.household }
        DraftEnd { draft }
    }
}

#[component]
fn WhyNot(presence: Presence, at_home: bool, on_select: EventHandler<Presence>) -> Element {
    let options = Presence::ALL
        .iter()
        .filter(|presence| **presence != Presence::Found)
        .map(|presence| {
            let label = match presence {
                Presence::Away if !at_home => tr("visit-no-answer"),
                other => labels::word("presence", other.word()),
            };
            Choice::new(presence.clone(), label).testid(format!("visit-why-{presence}"))
        })
        .collect::<Vec<_>>();
    let office = matches!(presence, Presence::Died | Presence::Moved);
    rsx! {
        Card { title: tr("visit-why"), icon: Glyph::Question,
            Chips {
                label: tr("visit-why"),
                options,
                selected: presence,
                required: true,
                on_select: move |why: Option<Presence>| {
                    if let Some(why) = why {
                        on_select.call(why);
                    }
                },
            }
            if office {
                Note { icon: Glyph::Message, text: tr("visit-tell-office") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use device_core::{Device, Refusal, Reply, command::NewVisit};
    use std::sync::Mutex;

    use super::*;
    use crate::{
        i18n::Lang,
        screens::{sample, tests::drawn_on},
    };

    static SAVED: Mutex<Vec<NewVisit>> = Mutex::new(Vec::new());

    fn device() -> Device {
        Device::answering(|command| match command {
            Command::Card { .. } => Reply::Card(Box::new(sample::card())),
            Command::Rules => Reply::Rules(Box::new(RuleSet::default_for(sample::village()))),
            Command::LoadDraft { .. } => Reply::Draft { json: None, photos: vec![] },
            Command::SaveVisit(visit) => {
                SAVED.lock().unwrap().push(visit);
                Reply::Saved { rows: vec![] }
            }
            _ => Reply::Refused(Refusal::NotNow),
        })
    }

    #[test]
    fn the_page_asks_the_rule_sets_questions_and_offers_one_press_for_all() {
        let page = drawn_on(
            Lang::ZhCn,
            device,
            || rsx! { VisitPage { recipient: Uuid::from_u128(1), mode: VisitMode::Home } },
        );
        for text in ["谷军", "饮食起居", "用火用电用气", "visit-all-good", "visit-save", "耳背", "待民政局确认"]
        {
            assert!(page.contains(text), "no {text} in {page}");
        }
        assert!(SAVED.lock().unwrap().is_empty());
    }

    #[test]
    fn a_contact_starts_with_the_phone_and_asks_whether_it_was_answered() {
        let page =
            drawn_on(Lang::En, device, || rsx! { VisitPage { recipient: Uuid::from_u128(1), mode: VisitMode::Phone } });
        let phone = page.split("<button").find(|part| part.contains("visit-mode-phone")).unwrap();
        assert!(phone.contains("aria-checked=\"true\""), "{phone}");
        assert!(page.contains("Reached"), "{page}");
    }
}
