//! How far this device's clock is from the server's.

use super::session::SyncFailure;
use crate::{
    Env,
    store::{Tx, meta},
};
use shared::Moment;

/// When a step went out, by this device's clock, and by the one that nobody sets (ms).
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    now: Moment,
    monotonic: u64,
}

impl Sent {
    pub fn by(env: &dyn Env) -> Self {
        Self { now: env.now(), monotonic: env.monotonic_ms() }
    }

    /// How long it has been out, ms.
    pub fn out_for(self, env: &dyn Env) -> u64 {
        env.monotonic_ms().saturating_sub(self.monotonic)
    }
}

/// Keeps server's clock − this device's, and when it spoke. The server spoke some time between `sent` and now; on a slow link that is a
/// minute, so only what lies outside of that time counts as wrong.
pub(super) fn note(tx: &mut Tx<'_>, sent: Sent, server: Moment) -> Result<(), SyncFailure> {
    let known: Option<i64> = meta::get(tx, meta::key::CLOCK_OFFSET_MS)?;
    let off = offset_ms(known, sent.now.utc_ms, tx.now().utc_ms, server.utc_ms);
    // A second more or less is not worth writing.
    if known.is_none_or(|k| (k - off).abs() >= 1000) {
        meta::set(tx, meta::key::CLOCK_OFFSET_MS, &off)?;
    }
    let spoke: Option<i64> = meta::get(tx, meta::key::SERVER_SPOKE_MS)?;
    if spoke.is_none_or(|ms| (server.utc_ms - ms).abs() >= 60_000) {
        meta::set(tx, meta::key::SERVER_SPOKE_MS, &server.utc_ms)?;
    }
    Ok(())
}

fn offset_ms(known: Option<i64>, sent: i64, arrived: i64, server: i64) -> i64 {
    // What is known and fits is not worked out again from a worse measure: a phone that sleeps may take a reply hours later.
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
    fn a_slow_link_is_not_taken_for_a_wrong_clock() {
        assert_eq!(offset_ms(None, 0, 90_000, 40_000), 0);
        assert_eq!(offset_ms(None, 0, 90_000, 86_490_000), 86_400_000);
        assert_eq!(offset_ms(None, 86_400_000, 86_401_000, 500), -86_399_500);
    }

    #[test]
    fn a_reply_that_a_sleeping_phone_takes_hours_later_spoils_no_better_measure() {
        const DAY: i64 = 86_400_000;
        const HOURS: i64 = 5 * 3_600_000;
        // The clock is a day behind, and that is known.
        assert_eq!(offset_ms(Some(DAY), 0, HOURS, DAY + 1000), DAY);
        assert_eq!(offset_ms(Some(DAY), 0, 60_000, DAY + 1000), DAY);
        // It was put right since, or nothing was known: the least that explains the reply.
        assert_eq!(offset_ms(Some(DAY), DAY, DAY + 60_000, DAY + 1000), 0);
        assert_eq!(offset_ms(None, 0, HOURS, DAY + 1000), DAY + 1000 - HOURS);
        // A worse measure gives way to a better one.
        assert_eq!(offset_ms(Some(DAY - HOURS), 0, 2000, DAY + 1000), DAY - 1000);
    }
}
