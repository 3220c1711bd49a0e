//! Folding the outbox: operations that are settled and in force are let go of after a while. What the chain needs of them
//! stays: its value where the outbox was folded. What wants a look, waits for a supervisor or was refused stays, and so do
//! drafts and photos, which are not here.
//!
//! ```text
//!   1  2  3  4  5 │ 6  7  8  9          folded through 5: the chain after 5 is kept
//!         R       │                     3 was refused: its operation is kept, though the chain no longer needs it
//! ```

use super::{Result, Tx, meta, outbox};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use shared::{
    Moment,
    chain::Chain,
    ids::{Incarnation, OpNo},
};

/// 60 days: twice as long as work is offered again after a server was restored (30 days), so that this work is here
/// whichever clock was wrong by a month.
const KEEP_DAYS: i32 = 60;
const DAY_MS: i64 = 86_400_000;

/// Where an incarnation's outbox was folded: everything up to `no` is in the chain, and may be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    pub incarnation: Incarnation,
    pub no: OpNo,
    pub chain: Chain,
}

/// Key of [`Base`].
const BASE: &str = "outbox_base";
/// Key of the days: by the server's clock, what had been settled when the day's first pull ended. The last one is
/// also the day on which the server was last heard of.
const MARKS: &str = "outbox_marks";

/// What had been settled by a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    day: i32,
    /// Local number.
    no: u64,
}

/// Where this incarnation was folded; its beginning, if nowhere.
pub fn base(conn: &Connection, incarnation: Incarnation) -> Result<Base> {
    let known: Option<Base> = meta::get(conn, BASE)?;
    Ok(known.filter(|b| b.incarnation == incarnation).unwrap_or(Base {
        incarnation,
        no: OpNo(0),
        chain: Chain::default(),
    }))
}

/// At the end of a pull: once a day by the server's clock, lets go of what is old by the server's clock and by this one's.
/// Returns how many operations went.
pub fn fold(tx: &mut Tx<'_>, server_now: Moment, settled: u64) -> Result<usize> {
    let today = server_now.day().number();
    let mut marks: Vec<Mark> = meta::get(tx, MARKS)?.unwrap_or_default();
    if settled == 0 || marks.last().is_some_and(|m| m.day >= today) {
        return Ok(0);
    }
    // What waits again, since the server was put back, is settled no more.
    let waits: Option<u64> =
        tx.prepare_cached("SELECT min(no) FROM op WHERE acked = 0")?.query_row([], |r| r.get(0))?;
    let settled = waits.map_or(settled, |no| settled.min(no.saturating_sub(1)));
    marks.push(Mark { day: today, no: settled });
    let old = marks.iter().filter(|m| m.day <= today - KEEP_DAYS).max_by_key(|m| m.day).copied();
    marks.retain(|m| old.is_none_or(|old| m.day >= old.day));
    meta::set(tx, MARKS, &marks)?;
    match old {
        Some(old) => fold_through(tx, old.no),
        None => Ok(0),
    }
}

/// A server was restored that had been heard of up to `today`: everything up to the local number this gives had been settled
/// `days` before it was last heard of. Of what came later nothing is known any more, so that it is not folded on that account.
pub fn forget_since(tx: &mut Tx<'_>, today: i32, days: i32) -> Result<u64> {
    let mut marks: Vec<Mark> = meta::get(tx, MARKS)?.unwrap_or_default();
    // A mark of the future was made when the server's clock was wrong.
    let heard = marks.iter().map(|m| m.day).filter(|day| *day <= today).max();
    let known = |m: &Mark| heard.is_some_and(|heard| m.day <= heard - days);
    marks.retain(known);
    meta::set(tx, MARKS, &marks)?;
    Ok(marks.iter().map(|m| m.no).max().unwrap_or(0))
}

fn fold_through(tx: &mut Tx<'_>, through: u64) -> Result<usize> {
    let incarnation = tx.incarnation()?;
    let latest = tx.now().utc_ms.saturating_sub(i64::from(KEEP_DAYS) * DAY_MS);
    let is_old = |saved: &str| saved.parse::<Moment>().is_ok_and(|m| m.utc_ms <= latest);
    let mut base = base(tx, incarnation)?;
    {
        let mut statement = tx.prepare_cached(
            "SELECT wire_no, json, saved_at, acked AND settled AND no <= ?3 FROM op
             WHERE incarnation = ?1 AND wire_no > ?2 ORDER BY wire_no",
        )?;
        let mut rows = statement.query((incarnation.0, base.no.0, through))?;
        while let Some(r) = rows.next()? {
            let (no, json, saved, done): (u64, String, String, bool) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            // Up to the first that must stay: the chain goes through each.
            if !done || no != base.no.0 + 1 || !is_old(&saved) {
                break;
            }
            base = Base { no: OpNo(no), chain: base.chain.then(&json), ..base };
        }
    }
    meta::set(tx, BASE, &base)?;
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

/// The last number used by an incarnation.
pub fn last_wire_no(conn: &Connection, incarnation: Incarnation) -> Result<OpNo> {
    Ok(outbox::last_wire_no(conn, incarnation)?.max(base(conn, incarnation)?.no))
}
