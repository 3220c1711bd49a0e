//! The record menu: what to record, and for whom. Recipients who are due come first, so that two presses open the form.

use device_core::{command::RecipientQuery, views::RecipientItem};
use dioxus::prelude::*;
use uuid::Uuid;

use super::parts::{People, PersonRow, use_people};
use crate::{
    components::{Button, ButtonKind, Choice, Glyph, Page, Segmented, TopBar},
    i18n::tr,
    nav::{self, Destination},
    state::use_query,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Visit,
    Contact,
    Assistance,
    Need,
}

impl What {
    const ALL: [What; 4] = [What::Visit, What::Contact, What::Assistance, What::Need];

    fn label(self) -> String {
        match self {
            What::Visit => tr("record-visit"),
            What::Contact => tr("record-contact"),
            What::Assistance => tr("record-assistance"),
            What::Need => tr("record-need"),
        }
    }

    const fn glyph(self) -> Glyph {
        match self {
            What::Visit => Glyph::House,
            What::Contact => Glyph::Phone,
            What::Assistance => Glyph::Heart,
            What::Need => Glyph::Message,
        }
    }

    const fn testid(self) -> &'static str {
        match self {
            What::Visit => "record-visit",
            What::Contact => "record-contact",
            What::Assistance => "record-assistance",
            What::Need => "record-need",
        }
    }

    /// The form for this recipient.
    fn route(self, recipient: Uuid) -> Destination {
        match self {
            What::Visit => Destination::Visit { recipient },
            What::Contact => Destination::Contact { recipient },
            What::Assistance => Destination::Assist { recipient: Some(recipient) },
            What::Need => Destination::NewNeed { recipient },
        }
    }
}

#[component]
pub fn RecordScreen() -> Element {
    let mut what = use_signal(|| What::Visit);
    let mut query = use_signal(RecipientQuery::default);
    let found = use_people(query.into());
    let today = use_query(|device| async move { device.today().await });
    let due = today.ready().map(|view| view.due).unwrap_or_default();
    let searching = !query.read().search.trim().is_empty();
    let row = use_callback(move |item: RecipientItem| {
        rsx! {
            PersonRow {
                testid: "record-person-{item.id}",
                item,
                on_press: move |item: RecipientItem| {
                    // Replaces the menu, so that "back" from the form returns to the screen before the menu.
                    nav::replace_with(what.peek().route(item.id.0));
                },
            }
        }
    });
    let options = What::ALL.map(|w| Choice::new(w, w.label()).icon(w.glyph()).testid(w.testid())).to_vec();
    rsx! {
        Page {
            testid: "screen-record",
            top: rsx! {
                TopBar { title: tr("nav-record"), subtitle: tr("record-who"), on_back: move |()| nav::leave() }
            },
            Segmented {
                label: tr("nav-record"),
                options,
                selected: what(),
                on_select: move |chosen| what.set(chosen),
            }
            Button {
                label: tr("record-handout"),
                kind: ButtonKind::Line,
                icon: Glyph::Gift,
                testid: "record-handout",
                on_press: move |()| nav::replace_with(Destination::Assist { recipient: None }),
            }
            People {
                found,
                row,
                first: if searching { vec![] } else { due },
                testid: "record",
                on_search: move |text| query.write().search = text,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_opens_its_own_form() {
        let id = Uuid::from_u128(3);
        let routes = What::ALL.map(|what| what.route(id));
        for (at, route) in routes.iter().enumerate() {
            assert!(routes[..at].iter().all(|other| other != route));
        }
    }
}
