//! Schema versions, numbered by `user_version`: append-only, each applied in its own transaction with its number.

use super::error::{Result, StoreError};
use rusqlite::Connection;

/// In order; the version of a store is how many of them were applied. A released one is never edited.
pub const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_told.sql"),
    include_str!("migrations/0003_photo_verified.sql"),
    include_str!("migrations/0004_carried.sql"),
    include_str!("migrations/0005_roster_due.sql"),
    include_str!("migrations/0006_lean.sql"),
    include_str!("migrations/0007_plain_names.sql"),
];

/// Migrates the store to the newest schema.
///
/// # Errors
/// [`StoreError::Newer`] for a store of a later build, which is left unchanged; [`StoreError::Full`].
pub fn run(conn: &mut Connection) -> Result<()> {
    run_to(conn, MIGRATIONS.len())
}

/// As [`run`], up to and including version `target`; tests create old stores with it.
///
/// # Errors
/// As [`run`].
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

    const ID: [u8; 16] = [7; 16];

    /// One row in each table that a later migration changes, as a store of version `old` has them.
    fn fill(conn: &Connection, old: usize) {
        let insert = |sql: &str, what: &str| {
            conn.execute(sql, []).unwrap_or_else(|error| panic!("{what} of version {old}: {error}"));
        };
        insert("INSERT INTO meta VALUES ('a', '1'), ('sign_key_told', 'true'), ('silence', '{}')", "meta");
        insert("INSERT INTO draft VALUES ('visit:1', '{}', '2026-01-01T00:00:00.000+08:00')", "draft");
        let (local, server) = if old < 7 { ("doc", "mirror") } else { ("local_row", "server_row") };
        let sql = format!(
            "INSERT INTO record (id, kind, rev, author, happened, {local}, {server})
             VALUES (?1, 'unit', ?2, ?1, 9, ?3, '')"
        );
        conn.execute(&sql, (ID, 3, r#"{"of":"a record"}"#)).unwrap();
        if old == 6 {
            // The index of this version took an id once per revision.
            conn.execute(&sql, (ID, 2, r#"{"of":"an older revision"}"#)).unwrap();
        }
        if old < 6 {
            conn.execute("INSERT INTO member VALUES ('ref:620802', ?1)", [ID]).unwrap();
        } else {
            insert("INSERT INTO scope (no, name) VALUES (1, 'ref:620802')", "scope");
            conn.execute("INSERT INTO member VALUES (1, ?1)", [ID]).unwrap();
        }
        let leaving = if old < 7 { "leaving" } else { "pending_eviction" };
        conn.execute(&format!("INSERT INTO {leaving} VALUES (?1)"), [ID]).unwrap();
        if old >= 4 {
            let bundles = if old < 7 { "carried" } else { "relayed_bundle" };
            insert(
                &format!(
                    "INSERT INTO {bundles} (sha256, created, ops, size, added)
                     VALUES ('ab', 1, 2, 3, '2026-01-01T00:00:00.000+08:00')"
                ),
                "bundle",
            );
        }
    }

    #[test]
    fn every_old_schema_becomes_the_newest_and_keeps_its_rows() {
        for old in 0..=MIGRATIONS.len() {
            let mut conn = Connection::open_in_memory().unwrap();
            run_to(&mut conn, old).unwrap();
            if old > 0 {
                fill(&conn, old);
            }
            run(&mut conn).unwrap();
            let count = |sql: &str| conn.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
            if old > 0 {
                let sql = "SELECT r.kind, r.rev, r.happened, r.local_row, r.server_row, s.name FROM record r
                           JOIN member m ON m.row = r.id JOIN scope s ON s.no = m.scope WHERE r.id = ?1";
                let kept = conn
                    .query_row(sql, [ID], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?)));
                let text = |text: &str| text.to_owned();
                let expected = (text("unit"), 3_i64, 9_i64, text(r#"{"of":"a record"}"#), text(""), text("ref:620802"));
                assert_eq!(kept.unwrap(), expected, "from version {old}");
                assert_eq!(count("SELECT count(*) FROM pending_eviction"), 1, "from version {old}");
                assert_eq!(count("SELECT count(*) FROM relayed_bundle"), i64::from(old >= 4), "from version {old}");
                let keys = "SELECT count(*) FROM meta WHERE key IN ('sign_key_sent', 'inactivity')";
                assert_eq!(count(keys), if old < 7 { 2 } else { 0 }, "from version {old}");
            }
            let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0)).unwrap();
            assert_eq!(version, MIGRATIONS.len() as i64);
            assert_eq!(count("SELECT count(*) FROM draft"), i64::from(old > 0), "from version {old}");
            run(&mut conn).unwrap();
        }
    }

    #[test]
    fn a_record_stored_twice_keeps_its_newest_revision_and_its_id_is_unique_from_then_on() {
        let mut conn = Connection::open_in_memory().unwrap();
        run_to(&mut conn, 6).unwrap();
        let old = "INSERT INTO record (id, kind, rev, author, doc) VALUES (?1, 'unit', ?2, ?1, ?3)";
        for (rev, json) in [(2, "second"), (5, "newest"), (0, "first")] {
            conn.execute(old, (ID, rev, json)).unwrap();
        }
        conn.execute(old, ([8_u8; 16], 1, "another")).unwrap();
        run(&mut conn).unwrap();
        let mut statement = conn.prepare("SELECT local_row FROM record ORDER BY id").unwrap();
        let rows: Vec<String> =
            statement.query_map([], |r| r.get(0)).unwrap().map(std::result::Result::unwrap).collect();
        assert_eq!(rows, ["newest", "another"]);
        let again = "INSERT INTO record (id, kind, rev, author, local_row) VALUES (?1, 'unit', 9, ?1, '')";
        let error = conn.execute(again, [ID]).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::ConstraintViolation));
    }

    #[test]
    fn a_store_of_a_newer_build_is_refused_and_left_unchanged() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(run(&mut conn), Err(StoreError::Newer(99))));
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).unwrap();
        assert_eq!(tables, 0);
    }
}
