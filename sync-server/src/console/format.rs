//! Numbers, days and periods in the language of a page.

use super::page_locale::PageLocale;
use presentation::dates;
pub use presentation::{dates::timestamp as moment, numbers::count};
use shared::{Fen, Month, Period};

/// Ten thousands of yuan with two decimals, as reports print it.
pub fn wan(fen: Fen) -> String {
    presentation::numbers::wan(fen.0)
}

pub fn month(month: Month, locale: &PageLocale) -> String {
    dates::month(month, locale.locale())
}

/// `1月`, for an axis.
pub fn month_short(month: Month, locale: &PageLocale) -> String {
    dates::month_short(month, locale.locale())
}

pub fn period(period: Period, locale: &PageLocale) -> String {
    dates::period(period, locale.locale())
}
