//! How figures are counted: one definition for phone, server and tests. A record yields [`Fact`]s; a report is the sum
//! of facts by area, category, unit and month. The definitions follow the six published headline figures.

mod facts;
pub mod figures;
mod indicator;

pub use facts::{DailyKey, Fact, facts};
pub use figures::{Figures, Tally};
pub use indicator::Indicator;

#[cfg(test)]
mod tests;
