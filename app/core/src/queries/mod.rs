//! How a query is answered: one file per screen, [`ctx`] for what all of them read from, and [`items`] for parts that
//! several screens show. Answers are joined and masked here; screens only lay them out.

mod card;
mod ctx;
mod items;
mod mask;
mod month;
mod recipients;
mod record;
mod reference;
mod review_item;
mod reviews;
mod tasks;
#[cfg(test)]
mod tests;
mod today;

pub(crate) use items::{photo_view, state_of_entry, title};
pub(crate) use review_item::decision_view;
