//! Waits after wrong PINs. They grow and survive restarts. Only the monotonic clock of the running process shortens
//! them: setting the phone's clock has no effect, and a restart continues the wait where it was last stored. Nothing is
//! ever deleted.

use super::table;
use crate::{reply::Refusal, store::Result};
use rusqlite::Connection;

/// 5 tries without a wait: cold fingers slip.
const FREE_TRIES: u32 = 5;
/// After the fifth wrong PIN, the sixth, and so on; the last one repeats. At an hour a try, all PINs of four digits
/// take more than a year.
const WAITS_S: [u64; 5] = [30, 60, 300, 900, 3600];
/// 5 s: how much of a wait a restart may repeat; storing it more often would wear the flash.
const NOTE_EVERY_MS: u64 = 5_000;

/// The number of wrong PINs in a row, and the wait that follows from it.
pub struct PinGuard {
    wrong: u32,
    /// The rest of the wait at `as_of`.
    wait_ms: u64,
    /// On the monotonic clock of this process.
    as_of: u64,
}

impl PinGuard {
    pub fn read(conn: &Connection, now_ms: u64) -> Result<Self> {
        let (wrong, wait_ms) = table::tries(conn)?;
        Ok(Self { wrong, wait_ms, as_of: now_ms })
    }

    /// The rest of the wait; stored durably as it shrinks.
    pub fn remaining_ms(&mut self, conn: &Connection, now_ms: u64) -> Result<u64> {
        let left = self.wait_ms.saturating_sub(now_ms.saturating_sub(self.as_of));
        if self.wait_ms - left >= NOTE_EVERY_MS || (left == 0 && self.wait_ms > 0) {
            table::put_tries(conn, self.wrong, left)?;
            (self.wait_ms, self.as_of) = (left, now_ms);
        }
        Ok(left)
    }

    /// Counts the try as wrong, with the wait that follows, until [`succeeded`](Self::succeeded).
    ///
    /// # Errors
    /// [`Refusal::PinDelay`] while a wait runs; such a try is not counted.
    pub fn begin_try(&mut self, conn: &Connection, now_ms: u64) -> Result<(), Refusal> {
        let left = self.remaining_ms(conn, now_ms)?;
        if left > 0 {
            return Err(Refusal::PinDelay { seconds: left.div_ceil(1000) });
        }
        self.wrong = self.wrong.saturating_add(1);
        (self.wait_ms, self.as_of) = (wait_ms(self.wrong), now_ms);
        Ok(table::put_tries(conn, self.wrong, self.wait_ms)?)
    }

    /// The try that was counted was right.
    pub fn succeeded(&mut self, conn: &Connection) -> Result<()> {
        (self.wrong, self.wait_ms) = (0, 0);
        table::put_tries(conn, 0, 0)
    }

    /// The refusal for a try that was wrong.
    pub fn failed(&mut self, conn: &Connection, now_ms: u64) -> Result<Refusal> {
        // Checking the PIN took time itself; the wait begins now.
        self.as_of = now_ms;
        table::put_tries(conn, self.wrong, self.wait_ms)?;
        Ok(match self.wait_ms {
            0 => Refusal::WrongPin { left: FREE_TRIES.saturating_sub(self.wrong) },
            ms => Refusal::PinDelay { seconds: ms.div_ceil(1000) },
        })
    }
}

fn wait_ms(wrong: u32) -> u64 {
    match wrong.checked_sub(FREE_TRIES) {
        None => 0,
        Some(n) => WAITS_S[usize::try_from(n).unwrap_or(usize::MAX).min(WAITS_S.len() - 1)] * 1000,
    }
}
