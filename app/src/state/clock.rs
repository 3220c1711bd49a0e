//! The time, for words like "today" on a screen. Records get theirs from the core.

use chrono::{DateTime, Utc};
use device_core::device::wall_clock_ms;
use shared::{Day, Moment};

/// Now, in UTC.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(wall_clock_ms()).unwrap_or_default()
}

/// The day in China.
pub fn today() -> Day {
    Moment::shanghai(wall_clock_ms()).day()
}
