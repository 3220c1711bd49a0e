//! Facts of the field that phone and server must decide alike. Each is one pure function that both sides call:
//!
//! - [`rule_set_for`]: which rule set is in force at a place
//! - [`CarePeriod`], [`in_force`], [`care_since`]: from when to when a pairing counts, and since when someone is in
//!   care
//! - [`counted_under`], [`counted_on`]: the area, category and day under which a record counts
//! - [`is_open_need`]: whether a need is still open
//!
//! Who is due for a visit follows from the first two; see [`crate::due`].

mod care;
mod counting;
mod needs;
mod rule_sets;

pub use care::{CarePeriod, care_since, in_force};
pub use counting::{counted_on, counted_under, recipient_place};
pub use needs::is_open_need;
pub use rule_sets::{rule_set_for, usable_rule_set};
