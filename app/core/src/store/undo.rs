//! Taking back what was just saved. For [`UNDO_MS`] after a save its operations are not offered to any server, so a
//! withdrawal in that time removes them from the end of the outbox and nobody ever hears of them. Numbers on the wire
//! stay gapless because only operations that were never offered are renumbered. The record itself is durable from the
//! first moment; only the window lives in memory, so after a restart everything is sent, and a withdrawal is a
//! withdrawal with a reason.

use super::{Result, Tx, draft, outbox, photo, record};
use shared::{
    RowId,
    ids::{Incarnation, OpNo},
};
use std::collections::VecDeque;
use uuid::Uuid;

/// 8 s: as long as the note "saved · undo" is on the screen, with time to tap it.
pub const UNDO_MS: u64 = 8_000;

/// The draft that went with a save, to bring it back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DroppedDraft {
    pub key: String,
    pub json: Option<String>,
}

/// The operations of one save.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub first: u64,
    pub last: u64,
    saved_ms: u64,
    draft: Option<DroppedDraft>,
}

/// Saves whose window is open.
#[derive(Debug, Default)]
pub struct Fresh(VecDeque<Batch>);

impl Fresh {
    /// Notes a save at `now_ms` of the monotonic clock.
    pub fn saved(&mut self, (first, last): (u64, u64), draft: Option<DroppedDraft>, now_ms: u64) {
        self.0.push_back(Batch { first, last, saved_ms: now_ms, draft });
    }

    /// The last local number that may be offered now.
    pub fn sendable_through(&mut self, now_ms: u64) -> u64 {
        self.0.retain(|b| now_ms < b.saved_ms.saturating_add(UNDO_MS));
        self.0.front().map_or(u64::MAX, |b| b.first - 1)
    }

    /// Milliseconds until more may be offered; `None` when nothing is held.
    pub fn release_in(&self, now_ms: u64) -> Option<u64> {
        self.0.front().map(|b| b.saved_ms.saturating_add(UNDO_MS).saturating_sub(now_ms))
    }

    /// Everything up to `through` has been offered: it cannot be taken back any more.
    pub fn offered(&mut self, through: u64) {
        self.0.retain(|b| b.first > through);
    }

    /// The save that operation `no` belongs to, while it can be taken back.
    pub fn batch_of(&self, no: u64, now_ms: u64) -> Option<&Batch> {
        self.0.iter().find(|b| (b.first..=b.last).contains(&no) && now_ms < b.saved_ms.saturating_add(UNDO_MS))
    }

    pub fn forget(&mut self, batch: &Batch) {
        self.0.retain(|b| b != batch);
    }
}

/// Removes the operations of a save as if it had never been, brings its draft and photos back, and returns the rows
/// concerned. `None`, and nothing done, when something saved later builds on it.
pub fn take_back(tx: &mut Tx<'_>, batch: &Batch) -> Result<Option<Vec<RowId>>> {
    let rows: Vec<RowId> = {
        let mut statement = tx.prepare_cached("SELECT DISTINCT row FROM op WHERE no BETWEEN ?1 AND ?2")?;
        let ids = statement.query_map([batch.first, batch.last], |r| Ok(RowId(Uuid::from_bytes(r.get(0)?))))?;
        ids.collect::<rusqlite::Result<_>>()?
    };
    for row in &rows {
        let built_upon: bool = tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM op WHERE no > ?1 AND instr(json, ?2))")?
            .query_row((batch.last, row.to_string()), |r| r.get(0))?;
        if built_upon {
            return Ok(None);
        }
    }
    let free: (u32, u64) = tx
        .prepare_cached("SELECT incarnation, wire_no FROM op WHERE no >= ?1 ORDER BY no LIMIT 1")?
        .query_row([batch.first], |r| Ok((r.get(0)?, r.get(1)?)))?;
    tx.prepare_cached("DELETE FROM op WHERE no BETWEEN ?1 AND ?2")?.execute([batch.first, batch.last])?;
    let later: Vec<u64> = {
        let mut statement = tx.prepare_cached("SELECT no FROM op WHERE no > ?1 ORDER BY no")?;
        statement.query_map([batch.last], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    for (n, no) in (free.1..).zip(later) {
        outbox::renumber(tx, no, Incarnation(free.0), OpNo(n))?;
    }
    tx.forget_numbers();
    if let Some(dropped) = &batch.draft {
        if let Some(json) = &dropped.json {
            draft::save(tx, &dropped.key, json)?;
        }
        for row in &rows {
            photo::back_to_draft(tx, (*row).into(), &dropped.key)?;
        }
    }
    for row in &rows {
        record::replay(tx, *row)?;
    }
    Ok(Some(rows))
}
