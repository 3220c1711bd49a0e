//! Numbers, days and periods in the language of a page.

use super::guard::Reader;
use presentation::dates;
pub use presentation::{dates::timestamp as moment, numbers::count};
use shared::{Fen, Month, Period};

/// Ten thousands of yuan with two decimals, as reports print it.
pub fn wan(fen: Fen) -> String {
    presentation::numbers::wan(fen.0)
}

pub fn month(month: Month, reader: &Reader) -> String {
    dates::month(month, reader.locale())
}

/// `1月`, for an axis.
pub fn month_short(month: Month, reader: &Reader) -> String {
    dates::month_short(month, reader.locale())
}

pub fn period(period: Period, reader: &Reader) -> String {
    dates::period(period, reader.locale())
}
