//! The time, for texts like "today" on a screen. Records get their times from the core.

use chrono::{DateTime, Utc};
use device_core::device::wall_clock_ms;
use shared::{Day, Moment};

/// The present time in UTC.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(wall_clock_ms()).unwrap_or_default()
}

/// The present day in China (UTC+8).
pub fn today() -> Day {
    Moment::shanghai(wall_clock_ms()).day()
}
