//! The time, for texts like "today" on a screen. Records get their times from the core.

use chrono::{DateTime, Utc};
use shared::{Day, Moment};

/// The present time in UTC.
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The present day in China (UTC+8).
pub fn today() -> Day {
    Moment::shanghai(now().timestamp_millis()).day()
}
