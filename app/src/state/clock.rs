//! The time, for words like "today" on a screen. Records get theirs from the core.

use chrono::{DateTime, Utc};
use shared::{Day, Moment};

/// Now, in UTC.
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The day in China.
pub fn today() -> Day {
    Moment::shanghai(now().timestamp_millis()).day()
}
