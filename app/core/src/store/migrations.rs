//! Schema versions on `user_version`: append-only, each in its own transaction with its number.

use super::{Result, StoreError};
use rusqlite::Connection;

/// In order; the version of a store is how many of them it has seen. Never change one that was released.
pub const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_told.sql"),
    include_str!("migrations/0003_photo_verified.sql"),
    include_str!("migrations/0004_carried.sql"),
    include_str!("migrations/0005_roster_due.sql"),
    include_str!("migrations/0006_lean.sql"),
];

/// Brings the store up to the newest schema; refuses one that is newer still.
pub fn run(conn: &mut Connection) -> Result<()> {
    run_to(conn, MIGRATIONS.len())
}

/// As [`run`], up to and including version `target`; tests make old stores with it.
pub fn run_to(conn: &mut Connection, target: usize) -> Result<()> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let done = usize::try_from(version).map_err(|_| StoreError::Newer(version))?;
    if done > MIGRATIONS.len() {
        return Err(StoreError::Newer(version));
    }
    for (n, sql) in MIGRATIONS.iter().enumerate().take(target).skip(done) {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", i64::try_from(n + 1).unwrap_or(i64::MAX))?;
        tx.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_old_schema_becomes_the_newest_and_keeps_its_rows() {
        for old in 0..=MIGRATIONS.len() {
            let mut conn = Connection::open_in_memory().unwrap();
            run_to(&mut conn, old).unwrap();
            if old > 0 {
                conn.execute("INSERT INTO meta VALUES ('a', '1')", []).unwrap();
                conn.execute("INSERT INTO draft VALUES ('visit:1', '{}', '2026-01-01T00:00:00.000+08:00')", [])
                    .unwrap();
                let (id, doc) = ([7_u8; 16], r#"{"of":"a record"}"#);
                let sql = "INSERT INTO record (id, kind, rev, author, happened, doc, mirror) VALUES (?1, 'unit', 3, ?1, 9, ?2, '')";
                conn.execute(sql, (id, doc)).unwrap();
                if old < 6 {
                    conn.execute("INSERT INTO member VALUES ('ref:620802', ?1)", [id]).unwrap();
                }
            }
            run(&mut conn).unwrap();
            if (1..6).contains(&old) {
                let sql = "SELECT r.kind, r.rev, r.happened, r.doc, r.mirror, s.name FROM record r
                           JOIN member m ON m.row = r.id JOIN scope s ON s.no = m.scope WHERE r.id = ?1";
                let kept = conn.query_row(sql, [[7_u8; 16]], |r| {
                    Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?))
                });
                let text = |text: &str| text.to_owned();
                let expected = (text("unit"), 3_i64, 9_i64, text(r#"{"of":"a record"}"#), text(""), text("ref:620802"));
                assert_eq!(kept.unwrap(), expected, "from version {old}");
            }
            let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0)).unwrap();
            assert_eq!(version, MIGRATIONS.len() as i64);
            let drafts: i64 = conn.query_row("SELECT count(*) FROM draft", [], |r| r.get(0)).unwrap();
            assert_eq!(drafts, i64::from(old > 0), "from version {old}");
            run(&mut conn).unwrap();
        }
    }

    #[test]
    fn a_store_of_a_newer_build_is_refused_and_left_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(run(&mut conn), Err(StoreError::Newer(99))));
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).unwrap();
        assert_eq!(tables, 0);
    }
}
