//! The vault's file: one row each for the wrapped key, the tries and the preferences. Plain SQLite, because it must be
//! readable before there is a key.

use super::kdf::{Cost, WrappedKey};
use crate::{
    command::Prefs,
    store::{Result, StoreError},
};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// In order, append-only, as the store's own migrations.
const MIGRATIONS: &[&str] = &["
CREATE TABLE wrapped (one INTEGER PRIMARY KEY CHECK (one = 1), memory INTEGER NOT NULL, passes INTEGER NOT NULL,
  lanes INTEGER NOT NULL, salt BLOB NOT NULL, nonce BLOB NOT NULL, sealed BLOB NOT NULL);
CREATE TABLE tries (one INTEGER PRIMARY KEY CHECK (one = 1), wrong INTEGER NOT NULL, wait_ms INTEGER NOT NULL);
CREATE TABLE prefs (one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL);
"];

pub fn prepare(conn: &mut Connection) -> Result<()> {
    // FULL: a counted try and a changed PIN survive a pulled battery.
    conn.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let done = usize::try_from(version).map_err(|_| StoreError::Newer(version))?;
    if done > MIGRATIONS.len() {
        return Err(StoreError::Newer(version));
    }
    for (n, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", i64::try_from(n + 1).unwrap_or(i64::MAX))?;
        tx.commit()?;
    }
    Ok(())
}

pub fn wrapped(conn: &Connection) -> Result<Option<WrappedKey>> {
    Ok(conn
        .query_row("SELECT memory, passes, lanes, salt, nonce, sealed FROM wrapped", [], |r| {
            Ok(WrappedKey {
                cost: Cost { memory: r.get(0)?, passes: r.get(1)?, lanes: r.get(2)? },
                salt: r.get(3)?,
                nonce: r.get(4)?,
                sealed: r.get(5)?,
            })
        })
        .optional()?)
}

pub fn put_wrapped(conn: &Connection, w: &WrappedKey) -> Result<()> {
    conn.execute(
        "INSERT OR REPLACE INTO wrapped VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        (w.cost.memory, w.cost.passes, w.cost.lanes, w.salt, w.nonce, &w.sealed),
    )?;
    Ok(())
}

/// Wrong PINs in a row, and what is left of the wait in ms.
pub fn tries(conn: &Connection) -> Result<(u32, u64)> {
    let row = conn.query_row("SELECT wrong, wait_ms FROM tries", [], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    Ok(row.unwrap_or((0, 0)))
}

pub fn put_tries(conn: &Connection, wrong: u32, wait_ms: u64) -> Result<()> {
    conn.execute("INSERT OR REPLACE INTO tries VALUES (1, ?1, ?2)", (wrong, wait_ms))?;
    Ok(())
}

pub fn prefs(conn: &Connection) -> Result<Prefs> {
    let json: Option<String> = conn.query_row("SELECT json FROM prefs", [], |r| r.get(0)).optional()?;
    // Unreadable preferences count as not set: they are never worth a refusal.
    Ok(json.and_then(|j| serde_json::from_str(&j).ok()).unwrap_or_default())
}

pub fn put_prefs(conn: &Connection, prefs: &Prefs) -> Result<()> {
    conn.execute("INSERT OR REPLACE INTO prefs VALUES (1, ?1)", [serde_json::to_string(prefs)?])?;
    Ok(())
}
