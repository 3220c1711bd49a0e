//! Undo: takes back what was just saved. For [`UNDO_MS`] after a save its operations are not offered to any server, so
//! that undo removes them from the end of the outbox without a trace. Numbers on the wire stay gapless, because only
//! operations that were never offered are renumbered. The record itself is durable from the first moment; only the
//! window is in memory: after a restart everything is sent, and the record can only be withdrawn with a reason.

use super::{
    draft,
    error::Result,
    outbox::send::renumber,
    photo,
    tx::{DroppedDraft, Tx},
};
use shared::{
    RowId,
    ids::{Incarnation, OpNo},
};
use std::collections::VecDeque;
use uuid::Uuid;

/// 8 s: as long as the note "saved · undo" is on the screen, with time to tap it.
pub const UNDO_MS: u64 = 8_000;

/// The operations of one save.
#[derive(Clone, Debug, PartialEq)]
pub struct UndoableSave {
    /// Local number of its first operation.
    pub first: u64,
    /// Local number of its last operation.
    pub last: u64,
    saved_ms: u64,
    draft: Option<DroppedDraft>,
}

/// The saves that can still be taken back, oldest first.
#[derive(Debug, Default)]
pub struct UndoWindow(VecDeque<UndoableSave>);

impl UndoWindow {
    /// Notes a save at `now_ms` of the monotonic clock.
    pub fn note_save(&mut self, (first, last): (u64, u64), draft: Option<DroppedDraft>, now_ms: u64) {
        self.0.push_back(UndoableSave { first, last, saved_ms: now_ms, draft });
    }

    /// The last local number that may be offered now.
    pub fn sendable_through(&mut self, now_ms: u64) -> u64 {
        self.0.retain(|save| now_ms < save.saved_ms.saturating_add(UNDO_MS));
        self.0.front().map_or(u64::MAX, |save| save.first - 1)
    }

    /// Milliseconds until more may be offered; `None` when nothing is held back.
    pub fn release_in(&self, now_ms: u64) -> Option<u64> {
        self.0.front().map(|save| save.saved_ms.saturating_add(UNDO_MS).saturating_sub(now_ms))
    }

    /// Everything up to `through` was offered and can no longer be taken back.
    pub fn offered(&mut self, through: u64) {
        self.0.retain(|save| save.first > through);
    }

    /// The save that operation `no` belongs to, while it can be taken back.
    pub fn save_of(&self, no: u64, now_ms: u64) -> Option<&UndoableSave> {
        self.0
            .iter()
            .find(|save| (save.first..=save.last).contains(&no) && now_ms < save.saved_ms.saturating_add(UNDO_MS))
    }

    pub fn forget(&mut self, save: &UndoableSave) {
        self.0.retain(|other| other != save);
    }
}

/// Removes the operations of a save without a trace, restores its draft and photos, and returns the rows concerned.
/// `None`, and nothing done, when an operation saved later builds on it.
///
/// # Errors
/// When the store cannot be read or written.
pub fn revert(tx: &mut Tx<'_>, save: &UndoableSave) -> Result<Option<Vec<RowId>>> {
    let rows: Vec<RowId> = {
        let mut statement = tx.prepare_cached("SELECT DISTINCT row FROM op WHERE no BETWEEN ?1 AND ?2")?;
        let ids = statement.query_map([save.first, save.last], |r| Ok(RowId(Uuid::from_bytes(r.get(0)?))))?;
        ids.collect::<rusqlite::Result<_>>()?
    };
    for row in &rows {
        let built_upon: bool = tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM op WHERE no > ?1 AND instr(json, ?2))")?
            .query_row((save.last, row.to_string()), |r| r.get(0))?;
        if built_upon {
            return Ok(None);
        }
    }
    let (incarnation, first_free): (u32, u64) = tx
        .prepare_cached("SELECT incarnation, wire_no FROM op WHERE no >= ?1 ORDER BY no LIMIT 1")?
        .query_row([save.first], |r| Ok((r.get(0)?, r.get(1)?)))?;
    tx.prepare_cached("DELETE FROM op WHERE no BETWEEN ?1 AND ?2")?.execute([save.first, save.last])?;
    let later: Vec<u64> = {
        let mut statement = tx.prepare_cached("SELECT no FROM op WHERE no > ?1 ORDER BY no")?;
        statement.query_map([save.last], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    for (wire_no, no) in (first_free..).zip(later) {
        renumber(tx, no, Incarnation(incarnation), OpNo(wire_no))?;
    }
    tx.forget_numbers();
    if let Some(dropped) = &save.draft {
        if let Some(json) = &dropped.json {
            draft::save(tx, &dropped.key, json)?;
        }
        for row in &rows {
            photo::return_to_draft(tx, (*row).into(), &dropped.key)?;
        }
    }
    for row in &rows {
        tx.ops_changed(*row);
    }
    Ok(Some(rows))
}
