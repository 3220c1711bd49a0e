//! The time by the server's clock, as far as this device knows it.

use super::{error::Result, meta};
use rusqlite::Connection;
use shared::{Moment, hlc::SKEW_TOLERATED_MS};

/// Milliseconds to add to this device's clock: by how much the server's was ahead at the last reply, where that exceeds
/// the tolerated skew (phones on network time need no correction). Local time is never earlier than the last server
/// time seen, so a clock that was set back since is corrected too.
///
/// # Errors
/// When the store cannot be read.
pub fn clock_offset(conn: &Connection, now: Moment) -> Result<i64> {
    let offset: i64 = meta::get(conn, meta::key::CLOCK_OFFSET_MS)?.unwrap_or(0);
    let offset = if offset.abs() > SKEW_TOLERATED_MS { offset } else { 0 };
    let server_ms: Option<i64> = meta::get(conn, meta::key::SERVER_SPOKE_MS)?;
    let behind = server_ms.map_or(0, |ms| ms.saturating_sub(now.utc_ms.saturating_add(offset)));
    Ok(if behind > SKEW_TOLERATED_MS { offset.saturating_add(behind) } else { offset })
}
