//! How far this device's clock is from the server's.

use super::session::Trouble;
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
pub(super) fn note(tx: &mut Tx<'_>, sent: Sent, server: Moment) -> Result<(), Trouble> {
    let off = offset_ms(sent.now.utc_ms, tx.now().utc_ms, server.utc_ms);
    let known: Option<i64> = meta::get(tx, meta::key::CLOCK_OFFSET_MS)?;
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

fn offset_ms(sent: i64, arrived: i64, server: i64) -> i64 {
    if server < sent {
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
        assert_eq!(offset_ms(0, 90_000, 40_000), 0);
        assert_eq!(offset_ms(0, 90_000, 86_490_000), 86_400_000);
        assert_eq!(offset_ms(86_400_000, 86_401_000, 500), -86_399_500);
    }
}
