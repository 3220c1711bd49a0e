//! SQLite alone on this machine: the same JSON into plain tables, durable, without rules, rights, feeds or figures. The
//! server's figures are ratios to these, so that they can be compared between machines.

use super::table::{Table, per_second};
use crate::harness::Folder;
use rusqlite::Connection;
use std::time::Instant;

/// 660 bytes: the JSON of one visit, about.
const DOC: usize = 660;
const VISITS: usize = 10_000;
/// Single commits measured: enough for a second of them.
const SINGLES: usize = 5_000;

fn open(folder: &Folder) -> anyhow::Result<Connection> {
    let conn = Connection::open(folder.join("baseline.db"))?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE visit (id BLOB PRIMARY KEY, seq INTEGER NOT NULL, doc TEXT NOT NULL);
         CREATE TABLE feed (scope INTEGER NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY (scope, seq)) WITHOUT ROWID;
         CREATE TABLE single (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);",
    )?;
    Ok(conn)
}

/// Figures of bare SQLite, for ratios.
pub struct Baseline {
    /// Visits with five feed rows each, 250 a transaction.
    pub batched: f64,
    /// One row, one durable commit.
    pub single: f64,
}

pub fn run(table: &mut Table) -> anyhow::Result<Baseline> {
    let folder = Folder::temporary("bench-bare")?;
    let mut conn = open(&folder)?;
    let doc = "x".repeat(DOC);
    let began = Instant::now();
    for batch in 0..VISITS / 250 {
        let tx = conn.transaction()?;
        {
            let mut visit = tx.prepare_cached("INSERT INTO visit (id, seq, doc) VALUES (?1, ?2, ?3)")?;
            let mut feed = tx.prepare_cached("INSERT INTO feed (scope, seq, id) VALUES (?1, ?2, ?3)")?;
            for n in batch * 250..(batch + 1) * 250 {
                let id = shared::ids::uuid_v7(began.elapsed().as_nanos() as i64, [n as u8; 10]).into_bytes();
                visit.execute((id, n as i64, &doc))?;
                for scope in 0..5 {
                    feed.execute((scope, n as i64, id))?;
                }
            }
        }
        tx.commit()?;
    }
    let batched = per_second(VISITS, began.elapsed());
    let began = Instant::now();
    for n in 0..SINGLES {
        conn.prepare_cached("INSERT INTO single (id, doc) VALUES (?1, ?2)")?.execute((n as i64, &doc))?;
    }
    let single = per_second(SINGLES, began.elapsed());
    table.title("peer: SQLite alone, WAL, full sync");
    table.note("visits with five feed rows each, 250 a transaction", batched, "visits/s");
    table.note("one row, one durable commit", single, "commits/s");
    Ok(Baseline { batched, single })
}
