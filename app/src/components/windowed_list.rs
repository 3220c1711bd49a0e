//! A list of thousands of rows that renders only the visible ones: ten thousand plain rows take a second to open and
//! longer to leave, forty take 50 to 70 ms.

use std::{cell::Cell, ops::Range, rc::Rc};

use dioxus::prelude::*;

use crate::{
    i18n::tr_args,
    prefs::{self, TextSize},
};

/// 12 rows are rendered above and below the visible ones, so that a fast scroll shows no gap.
const MARGIN: usize = 12;
/// The range moves in steps of 6 rows, so that scrolling does not render on each row.
const STEP: usize = 6;
/// The height of the list in px until its first scroll event: a tall phone.
const FIRST_VIEW: f64 = 960.0;

/// The rows to render when the list is scrolled to `top` and `view` px of it are visible.
pub fn visible_rows(top: f64, view: f64, row: f64, count: usize) -> Range<usize> {
    let first = (top.max(0.0) / row) as usize;
    let first = (first - first % STEP).saturating_sub(MARGIN);
    let shown = (view.max(0.0) / row).ceil() as usize;
    let start = first.min(count.saturating_sub(shown));
    start..(start + shown + 2 * MARGIN + STEP).min(count)
}

/// A scrolling list that fills its column. `row` renders one item and is called only for visible ones. Every row is
/// `row_height` px high (gap included), or `row_height_large` with large text.
#[component]
pub fn WindowedList<T: Clone + PartialEq + 'static>(
    items: ReadSignal<Vec<T>>,
    row: Callback<T, Element>,
    #[props(default = 92.0)] row_height: f64,
    #[props(default = 118.0)] row_height_large: f64,
    /// Called when the last rows become visible, to fetch the next page. It may be called more than once.
    on_near_end: Option<EventHandler<()>>,
    testid: Option<String>,
) -> Element {
    let count = items.read().len();
    let height = if prefs::current().text == TextSize::Large { row_height_large } else { row_height };
    let mut range = use_signal(|| visible_rows(0.0, FIRST_VIEW, height, count));
    // (px above, px visible) at the last scroll. Not a signal, so that a scroll within the range renders nothing.
    let place = use_hook(|| Rc::new(Cell::new((0.0_f64, FIRST_VIEW))));
    // The list may have become shorter, or the rows higher, since the last scroll.
    let (top, view) = place.get();
    let shown = visible_rows(top, view, height, count);
    let _ = range();
    rsx! {
        div {
            class: "windowed",
            role: "list",
            aria_label: tr_args("list-label", &[("n", count.into())]),
            "data-testid": testid,
            onscroll: move |event| {
                let (top, view) = (event.scroll_top(), f64::from(event.client_height()));
                place.set((top, view));
                let next = visible_rows(top, view, height, count);
                if next.end == count && range.peek().end != count && let Some(handler) = on_near_end {
                    handler.call(());
                }
                if *range.peek() != next {
                    range.set(next);
                }
            },
            div { class: "windowed-space", style: "height:{height * count as f64}px",
                for at in shown {
                    if let Some(item) = items.read().get(at).cloned() {
                        div {
                            key: "{at}",
                            class: "windowed-row",
                            role: "listitem",
                            style: "top:{height * at as f64}px;height:{height}px",
                            {row.call(item)}
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_in_sight_is_drawn_wherever_one_scrolls() {
        let (row, view, count) = (92.0, 700.0, 22_427);
        for step in 0..3_000 {
            let top = f64::from(step) * 688.7;
            let drawn = visible_rows(top, view, row, count);
            let first = (top / row) as usize;
            let last = (((top + view) / row).ceil() as usize).min(count);
            assert!(drawn.start <= first.min(count.saturating_sub(1)), "{top}: {drawn:?} begins below {first}");
            assert!(drawn.end >= last, "{top}: {drawn:?} ends above {last}");
        }
    }

    #[test]
    fn a_list_of_a_city_draws_no_more_than_some_forty_rows() {
        for top in [0.0, 1.0, 50_000.0, 22_427.0 * 92.0] {
            assert!(visible_rows(top, 700.0, 92.0, 22_427).len() <= 40);
        }
    }

    #[test]
    fn short_and_empty_lists_are_drawn_whole() {
        assert_eq!(visible_rows(0.0, 700.0, 92.0, 0), 0..0);
        assert_eq!(visible_rows(0.0, 700.0, 92.0, 1), 0..1);
        // Scrolled far down when a search leaves three rows.
        assert_eq!(visible_rows(90_000.0, 700.0, 92.0, 3), 0..3);
    }

    #[test]
    fn a_bounce_above_the_top_draws_the_beginning() {
        assert_eq!(visible_rows(-80.0, 700.0, 92.0, 500).start, 0);
    }
}
