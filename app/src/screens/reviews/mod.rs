//! 待审事项: reviews. A supervisor sees those to decide; every worker sees the outcome of the own ones.
//!
//! - `case`: one of them, both values side by side, and the decision; `sides`: the two values; `review_texts`: their
//!   texts

mod case;
mod review_texts;
mod sides;

pub use case::ReviewScreen;
pub(in crate::screens) use review_texts::decision;

use device_core::views::{ReviewItem, ReviewsView};
use dioxus::prelude::*;

use super::parts::answered;
use crate::{
    components::{EmptyState, Glyph, ListRow, Note, Page, RowTag, Section, Status, StatusPill, Tone, TopBar},
    i18n::{tr, tr_args},
    labels,
    nav::{self, Destination},
    state::{use_query, use_supervisor},
};
use review_texts::{headline, one_line, outcome_word};

#[component]
pub fn ReviewsScreen() -> Element {
    let view = use_query(|device| async move { device.reviews().await });
    let supervisor = use_supervisor();
    rsx! {
        Page {
            testid: "screen-reviews",
            top: rsx! {
                TopBar { title: tr("reviews-title"), on_back: move |()| nav::leave() }
            },
            {answered(view, move |view| rsx! { ReviewsBody { view, supervisor } })}
        }
    }
}

#[component]
pub(super) fn ReviewsBody(view: ReviewsView, supervisor: bool) -> Element {
    // An own review that the reader may decide is already in `open`.
    let open: Vec<_> = view.open.iter().map(|item| item.id).collect();
    let done: Vec<_> = view.done.iter().map(|item| item.id).collect();
    let own: Vec<ReviewItem> =
        view.own.into_iter().filter(|item| !open.contains(&item.id) && !done.contains(&item.id)).collect();
    let nothing = open.is_empty() && done.is_empty() && own.is_empty();
    rsx! {
        if supervisor && !view.holds_area {
            EmptyState {
                icon: Glyph::Question,
                title: tr("reviews-at-the-desk"),
                text: tr("reviews-at-the-desk-text"),
                testid: "reviews-at-the-desk",
            }
        } else if supervisor {
            Section { title: tr_args("reviews-open", &[("n", open.len().into())]), testid: "reviews-open",
                if open.is_empty() {
                    Note { tone: Tone::Good, icon: Glyph::Check, text: tr("reviews-none"), testid: "reviews-none" }
                }
                for item in view.open {
                    CaseRow { key: "{item.id}", item }
                }
            }
        } else if nothing {
            EmptyState { icon: Glyph::Check, title: tr("reviews-own-none"), text: tr("reviews-own-none-text") }
        }
        if !own.is_empty() {
            Section { title: tr("reviews-own"), testid: "reviews-own",
                for item in own {
                    CaseRow { key: "{item.id}", item }
                }
            }
        }
        if !view.done.is_empty() {
            Section { title: tr("reviews-done"), testid: "reviews-done",
                for item in view.done {
                    CaseRow { key: "{item.id}", item }
                }
            }
        }
    }
}

/// A review in a list: recipient, question, values, author and time.
#[component]
fn CaseRow(item: ReviewItem) -> Element {
    let id = item.id;
    let who = item.proposed.by.clone().unwrap_or_else(|| tr("recipient-colleague"));
    let state = match (&item.decision, item.waiting) {
        (_, true) => RowTag::toned(tr("status-waiting"), Tone::Wait, Glyph::Clock),
        (Some(_), _) => RowTag::toned(outcome_word(&item), Tone::Good, Glyph::Check),
        (None, _) => RowTag::toned(tr("status-review"), Tone::Info, Glyph::Question),
    };
    rsx! {
        ListRow {
            title: headline(&item),
            icon: labels::glyph(&item.title),
            avatar_tone: if item.decision.is_some() { Tone::Neutral } else { Tone::Info },
            tags: vec![state],
            sub: one_line(&item).unwrap_or_else(|| labels::word("review", item.reason.word())),
            detail: labels::line([who, labels::moment(item.proposed.at), item.area_name.clone().unwrap_or_default()]),
            testid: "review-{id}",
            on_press: move |()| nav::open(Destination::ReviewCase { review: id.0 }),
        }
    }
}

/// Opens the reviews and shows how many are open; for the report and the own page.
#[component]
pub fn ReviewsLink(testid: String) -> Element {
    let view = use_query(|device| async move { device.reviews().await });
    let view = view.ready();
    let n = view.as_ref().map_or(0, |view| view.open.len());
    let sub = match n {
        0 if view.is_some_and(|view| !view.holds_area) => tr("reviews-at-the-desk"),
        0 => tr("reviews-link-none"),
        _ => tr("reviews-link-some"),
    };
    rsx! {
        ListRow {
            title: tr("reviews-title"),
            sub,
            icon: Glyph::Question,
            avatar_tone: if n > 0 { Tone::Info } else { Tone::Neutral },
            trailing: (n > 0).then(|| rsx! {
                StatusPill { status: Status::InReview, label: tr_args("reviews-link-n", &[("n", n.into())]), testid: "{testid}-n" }
            }),
            testid: testid.clone(),
            on_press: move |()| nav::open(Destination::Reviews),
        }
    }
}

#[cfg(test)]
mod tests;
