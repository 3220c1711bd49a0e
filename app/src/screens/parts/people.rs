//! A searchable list of people of any length: only visible rows are rendered, and more are fetched near the end.

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

/// The first answer has 100 rows. The number doubles near the end, so that scrolling through all costs at most twice
/// as much as one query for all.
const FIRST: u32 = 100;

/// The people that match a query, from the first on.
#[derive(Clone, Copy, PartialEq)]
pub struct PeopleQuery {
    pub answer: Query<RecipientsView>,
    limit: Signal<u32>,
}

/// Runs `query` whenever it changes; its `offset` and `limit` are ignored.
pub fn use_people(query: ReadSignal<RecipientQuery>) -> PeopleQuery {
    let limit = use_signal(|| FIRST);
    let answer = use_query(move |device| {
        let query = RecipientQuery { offset: 0, limit: limit(), ..query() };
        async move { device.recipients(query).await }
    });
    PeopleQuery { answer, limit }
}

impl PeopleQuery {
    fn more(mut self) {
        let there = self.answer.ready().map_or(0, |view| view.total);
        let limit = *self.limit.peek();
        if limit < there {
            self.limit.set(limit.saturating_mul(2));
        }
    }
}

/// The due people in the order of urgency, then everyone else in the order of the query.
pub fn due_first(due: &[RecipientItem], all: &[RecipientItem]) -> Vec<RecipientItem> {
    let rest = all.iter().filter(|item| due.iter().all(|d| d.id != item.id));
    due.iter().chain(rest).cloned().collect()
}

/// Search field and list. `row` renders one person.
#[component]
pub fn People(
    found: PeopleQuery,
    on_search: EventHandler<String>,
    row: Callback<RecipientItem, Element>,
    /// Shown first while the search is empty.
    #[props(default)]
    first: Vec<RecipientItem>,
    /// Between the search field and the list: filters, counts.
    between: Option<Element>,
    #[props(default)] initial: String,
    /// The height of a row in px; large text uses 1.36 times as much.
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
    // Compared, so that an unchanged answer renders nothing.
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
    fn due_people_come_first_and_once() {
        let [a, b, c] = [1, 2, 3].map(|n| sample::person(n, "某"));
        let ids: Vec<_> =
            due_first(std::slice::from_ref(&c), &[a.clone(), b.clone(), c.clone()]).iter().map(|p| p.id).collect();
        assert_eq!(ids, [c.id, a.id, b.id]);
        assert!(due_first(&[], &[]).is_empty());
    }
}
