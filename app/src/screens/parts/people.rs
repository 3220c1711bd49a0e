//! A searchable list of people, as long as it may be: only the rows in sight are drawn, and further ones are fetched when the
//! end comes near.

use device_core::{
    command::RecipientQuery,
    views::{RecipientItem, RecipientsView},
};
use dioxus::prelude::*;

use crate::{
    components::{EmptyState, Glyph, SearchField, WindowedList},
    i18n::tr,
    screens::parts::{Loading, Refused},
    state::{Query, use_query},
};

/// Rows of the first answer; it doubles whenever the end comes into sight, so that all of them cost twice one of them.
const FIRST: u32 = 100;

/// The people that match `query`, from the first on.
#[derive(Clone, Copy, PartialEq)]
pub struct Found {
    pub answer: Query<RecipientsView>,
    limit: Signal<u32>,
}

/// Follows `query`; its `offset` and `limit` are ours.
pub fn use_people(query: ReadSignal<RecipientQuery>) -> Found {
    let limit = use_signal(|| FIRST);
    let answer = use_query(move |device| {
        let query = RecipientQuery { offset: 0, limit: limit(), ..query() };
        async move { device.recipients(query).await }
    });
    Found { answer, limit }
}

impl Found {
    fn more(mut self) {
        let there = self.answer.ready().map_or(0, |view| view.total);
        let limit = *self.limit.peek();
        if limit < there {
            self.limit.set(limit.saturating_mul(2));
        }
    }
}

/// Who is due first and as pressing as they are, then everyone else in the order they came.
pub fn due_first(due: &[RecipientItem], all: &[RecipientItem]) -> Vec<RecipientItem> {
    let rest = all.iter().filter(|item| due.iter().all(|d| d.id != item.id));
    due.iter().chain(rest).cloned().collect()
}

/// Search field and list. `row` draws one person.
#[component]
pub fn People(
    found: Found,
    on_search: EventHandler<String>,
    row: Callback<RecipientItem, Element>,
    /// Shown first while nothing is searched for.
    #[props(default)]
    first: Vec<RecipientItem>,
    /// Between the search field and the list: filters, counts.
    between: Option<Element>,
    #[props(default)] initial: String,
    /// Of a row, in px; large text has half as much again.
    #[props(default = 112.0)]
    row_height: f64,
    testid: String,
) -> Element {
    let mut items = use_signal(Vec::new);
    let answer = found.answer.get();
    let next = match &answer {
        Some(Ok(view)) => due_first(&first, &view.items),
        _ => Vec::new(),
    };
    // Compared, so that an answer that changed nothing draws nothing.
    use_effect(use_reactive!(|next| {
        if *items.peek() != next {
            items.set(next);
        }
    }));
    rsx! {
        SearchField { placeholder: tr("recipients-search"), initial, testid: "{testid}-search", on_search }
        {between}
        match answer {
            None => rsx! {
                Loading {}
            },
            Some(Err(refusal)) => rsx! {
                Refused { refusal, on_retry: move |()| found.answer.reload() }
            },
            Some(Ok(view)) if view.items.is_empty() && first.is_empty() => rsx! {
                EmptyState {
                    icon: Glyph::People,
                    title: tr("recipients-none"),
                    text: tr("recipients-none-text"),
                    testid: "{testid}-empty",
                }
            },
            Some(Ok(_)) => rsx! {
                WindowedList {
                    items,
                    row,
                    row_height,
                    row_height_large: row_height * 1.36,
                    on_near_end: move |()| found.more(),
                    testid: "{testid}-list",
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::sample;

    #[test]
    fn who_is_due_comes_first_and_nobody_comes_twice() {
        let [a, b, c] = [1, 2, 3].map(|n| sample::person(n, "某"));
        let ids: Vec<_> =
            due_first(std::slice::from_ref(&c), &[a.clone(), b.clone(), c.clone()]).iter().map(|p| p.id).collect();
        assert_eq!(ids, [c.id, a.id, b.id]);
        assert!(due_first(&[], &[]).is_empty());
    }
}
