//! Compaction: operations that are settled and in force are removed from the outbox after a while. The chain value up
//! to which the outbox was compacted stays, since later pushes build on it. Operations whose outcome needs attention,
//! that wait for a supervisor or were refused stay as well.
//!
//! ```text
//!   1  2  3  4  5 │ 6  7  8  9          compacted through 5: the chain after 5 is stored
//!         R       │                     3 was refused: it stays, though the chain no longer needs it
//! ```

use super::{
    chain::{self, ChainBase},
    error::Result,
    meta,
    tx::Tx,
};
use serde::{Deserialize, Serialize};
use shared::{Moment, ids::OpNo};

/// 60 days: twice as long as work is offered again after a server was restored (30 days), so that this work is here
/// even if a clock was wrong by a month.
const KEEP_DAYS: i32 = 60;
const DAY_MS: i64 = 86_400_000;

/// Key of the list of [`SettledByDay`].
const SETTLED_BY_DAY: &str = "settled_by_day";

/// Up to which local number operations were settled when the first pull of a day (by the server's clock) ended. The day
/// of the last entry is also the day of the last contact with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SettledByDay {
    day: i32,
    /// Local number.
    no: u64,
}

/// At the end of a pull: once a day by the server's clock, removes operations that are old by the server's clock and by
/// this device's. Returns how many were removed.
///
/// # Errors
/// When the store cannot be read or written.
pub fn compact(tx: &mut Tx<'_>, server_now: Moment, settled: u64) -> Result<usize> {
    let today = server_now.day().number();
    let mut days: Vec<SettledByDay> = meta::get(tx, SETTLED_BY_DAY)?.unwrap_or_default();
    if settled == 0 || days.last().is_some_and(|d| d.day >= today) {
        return Ok(0);
    }
    // Operations that wait again after the server was restored are no longer settled.
    let first_waiting: Option<u64> =
        tx.prepare_cached("SELECT min(no) FROM op WHERE acked = 0")?.query_row([], |r| r.get(0))?;
    let settled = first_waiting.map_or(settled, |no| settled.min(no.saturating_sub(1)));
    days.push(SettledByDay { day: today, no: settled });
    let old = days.iter().filter(|d| d.day <= today - KEEP_DAYS).max_by_key(|d| d.day).copied();
    days.retain(|d| old.is_none_or(|old| d.day >= old.day));
    meta::set(tx, SETTLED_BY_DAY, &days)?;
    match old {
        Some(old) => compact_through(tx, old.no),
        None => Ok(0),
    }
}

/// A restored server was noticed on `today`. Returns the local number up to which operations had been settled `days`
/// before the last contact with it, and forgets what is known of later days, so that nothing is compacted on that
/// ground.
///
/// # Errors
/// When the store cannot be read or written.
pub fn forget_since(tx: &mut Tx<'_>, today: i32, days: i32) -> Result<u64> {
    let mut known: Vec<SettledByDay> = meta::get(tx, SETTLED_BY_DAY)?.unwrap_or_default();
    // A day in the future was noted when the server's clock was wrong.
    let last_contact = known.iter().map(|d| d.day).filter(|day| *day <= today).max();
    known.retain(|d| last_contact.is_some_and(|last| d.day <= last - days));
    meta::set(tx, SETTLED_BY_DAY, &known)?;
    Ok(known.iter().map(|d| d.no).max().unwrap_or(0))
}

fn compact_through(tx: &mut Tx<'_>, through: u64) -> Result<usize> {
    let incarnation = tx.incarnation()?;
    let latest = tx.now().utc_ms.saturating_sub(i64::from(KEEP_DAYS) * DAY_MS);
    let is_old = |saved: &str| saved.parse::<Moment>().is_ok_and(|m| m.utc_ms <= latest);
    let mut base = chain::base(tx, incarnation)?;
    {
        let mut statement = tx.prepare_cached(
            "SELECT wire_no, json, saved_at, acked AND settled AND no <= ?3 FROM op
             WHERE incarnation = ?1 AND wire_no > ?2 ORDER BY wire_no",
        )?;
        let mut rows = statement.query((incarnation.0, base.no.0, through))?;
        while let Some(r) = rows.next()? {
            let (no, json, saved, done): (u64, String, String, bool) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            // The chain covers every operation: it ends before the first one that must stay.
            if !done || no != base.no.0 + 1 || !is_old(&saved) {
                break;
            }
            base = ChainBase { no: OpNo(no), chain: base.chain.then(&json), ..base };
        }
    }
    chain::set_base(tx, &base)?;
    let done: Vec<u64> = {
        let mut statement = tx.prepare_cached(
            "SELECT no, saved_at FROM op
             WHERE no <= ?1 AND acked = 1 AND settled = 1 AND (incarnation <> ?2 OR wire_no <= ?3)
               AND (outcome IS NULL OR seen = 1 AND outcome LIKE '{\"merged\":%')",
        )?;
        let mut rows = statement.query((through, incarnation.0, base.no.0))?;
        let mut done = Vec::new();
        while let Some(r) = rows.next()? {
            if is_old(&r.get::<_, String>(1)?) {
                done.push(r.get(0)?);
            }
        }
        done
    };
    for no in &done {
        tx.prepare_cached("DELETE FROM op WHERE no = ?1")?.execute([no])?;
    }
    Ok(done.len())
}
