//! How far this device's clock is from the server's.

use super::failure::SyncFailure;
use crate::{
    Env,
    store::{Tx, meta},
};
use shared::Moment;

/// 1 s: a smaller change of the offset is not worth a write.
const OFFSET_STEP_MS: i64 = 1000;
/// 1 min: the same for the time at which the server last answered.
const CONTACT_STEP_MS: u64 = 60_000;

/// When a call was sent, by the wall clock and by the monotonic clock (ms).
#[derive(Clone, Copy, Debug)]
pub(super) struct SentAt {
    now: Moment,
    monotonic: u64,
}

impl SentAt {
    pub fn now(env: &dyn Env) -> Self {
        Self { now: env.now(), monotonic: env.monotonic_ms() }
    }

    /// Milliseconds since then.
    pub fn elapsed_ms(self, env: &dyn Env) -> u64 {
        env.monotonic_ms().saturating_sub(self.monotonic)
    }
}

/// Stores the server's clock minus this device's, and when the server answered. The server read its clock some time
/// between `sent` and now, which on a slow link is a minute, so only a difference outside of that time counts.
///
/// # Errors
/// When the store cannot be read or written.
pub(super) fn record_offset(tx: &mut Tx<'_>, sent: SentAt, server: Moment) -> Result<(), SyncFailure> {
    let known: Option<i64> = meta::get(tx, meta::key::CLOCK_OFFSET_MS)?;
    let offset = offset_ms(known, sent.now.utc_ms, tx.now().utc_ms, server.utc_ms);
    if known.is_none_or(|k| (k - offset).abs() >= OFFSET_STEP_MS) {
        meta::set(tx, meta::key::CLOCK_OFFSET_MS, &offset)?;
    }
    let last: Option<i64> = meta::get(tx, meta::key::SERVER_SPOKE_MS)?;
    if last.is_none_or(|ms| server.utc_ms.abs_diff(ms) >= CONTACT_STEP_MS) {
        meta::set(tx, meta::key::SERVER_SPOKE_MS, &server.utc_ms)?;
    }
    Ok(())
}

fn offset_ms(known: Option<i64>, sent: i64, arrived: i64, server: i64) -> i64 {
    // A known offset that fits is kept: this measurement may be worse, as a sleeping phone may apply a reply hours
    // later.
    if let Some(known) = known.filter(|k| (server - arrived..=server - sent).contains(k)) {
        known
    } else if server < sent {
        server - sent
    } else if server > arrived {
        server - arrived
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_link_does_not_count_as_a_wrong_clock() {
        assert_eq!(offset_ms(None, 0, 90_000, 40_000), 0);
        assert_eq!(offset_ms(None, 0, 90_000, 86_490_000), 86_400_000);
        assert_eq!(offset_ms(None, 86_400_000, 86_401_000, 500), -86_399_500);
    }

    #[test]
    fn a_reply_applied_hours_later_by_a_sleeping_phone_spoils_no_better_measurement() {
        const DAY: i64 = 86_400_000;
        const HOURS: i64 = 5 * 3_600_000;
        // The clock is known to be a day behind.
        assert_eq!(offset_ms(Some(DAY), 0, HOURS, DAY + 1000), DAY);
        assert_eq!(offset_ms(Some(DAY), 0, 60_000, DAY + 1000), DAY);
        // It was corrected since, or nothing was known: the smallest offset that explains the reply.
        assert_eq!(offset_ms(Some(DAY), DAY, DAY + 60_000, DAY + 1000), 0);
        assert_eq!(offset_ms(None, 0, HOURS, DAY + 1000), DAY + 1000 - HOURS);
        // A better measurement replaces a worse one.
        assert_eq!(offset_ms(Some(DAY - HOURS), 0, 2000, DAY + 1000), DAY - 1000);
    }
}
