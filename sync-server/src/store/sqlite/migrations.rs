//! Numbered, append-only migrations on `user_version`, each in a transaction of its own.

use super::errors::failed;
use crate::store::error::StoreError;
use rusqlite::Connection;

/// In order; a migration once released is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_housekeeping.sql"),
    include_str!("migrations/0003_upload_touched.sql"),
    include_str!("migrations/0004_bundles.sql"),
    include_str!("migrations/0005_review.sql"),
    include_str!("migrations/0006_gone_by_shelf.sql"),
    include_str!("migrations/0007_terms.sql"),
    include_str!("migrations/0008_rule_sets.sql"),
];

/// Brings a store to the newest schema. A store of a newer server is left alone.
pub fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0)).map_err(failed)?;
    let version = usize::try_from(version).unwrap_or(0);
    if version > MIGRATIONS.len() {
        return Err(StoreError::Backend(format!(
            "this store is of version {version}, this server knows {}: start the newer server",
            MIGRATIONS.len()
        )));
    }
    for (n, sql) in MIGRATIONS.iter().enumerate().skip(version) {
        let txn = conn.transaction().map_err(failed)?;
        txn.execute_batch(sql).map_err(failed)?;
        txn.pragma_update(None, "user_version", (n + 1) as i64).map_err(failed)?;
        txn.commit().map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_of_a_newer_server_is_refused_and_left_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.pragma_update(None, "user_version", 999).unwrap();
        let error = migrate(&mut conn).unwrap_err();
        assert!(error.to_string().contains("999"), "{error}");
    }

    #[test]
    fn the_migration_of_reviews_lists_earlier_ones() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(MIGRATIONS[0]).unwrap();
        conn.pragma_update(None, "user_version", 1).unwrap();
        for (seq, kind, status) in [(3, "review", "declined"), (5, "review", "open"), (7, "visit", "open")] {
            let doc = format!(r#"{{"fields":{{"status":"{status}"}}}}"#);
            let insert = "INSERT INTO record (seq, id, rev, kind, shelf, doc) VALUES (?1, ?2, 1, ?3, '629901001', ?4)";
            conn.execute(insert, (seq, seq.to_string().as_bytes(), kind, doc)).unwrap();
        }
        migrate(&mut conn).unwrap();
        let mut list = conn.prepare("SELECT place, since FROM review_index ORDER BY since").unwrap();
        let found: Vec<(String, i64)> =
            list.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(found, [("done:629901001".to_owned(), 3), ("open:629901001".to_owned(), 5)]);
    }

    #[test]
    fn every_rule_set_of_an_older_store_that_is_not_voided_is_kept() {
        let fields =
            |version: u32| format!(r#"{{"area":"620802","frequencies":[{{"visit_days":30}}],"version":{version}}}"#);
        let docs = [
            format!(r#"{{"kind":"rule_set","fields":{}}}"#, fields(2)),
            format!(r#"{{"kind":"rule_set","fields":{}}}"#, fields(1)),
            format!(r#"{{"kind":"rule_set","fields":{},"void":{{"reason":"x"}}}}"#, fields(3)),
            r#"{"kind":"rule_set","fields":{"of":"tomorrow"}}"#.to_owned(),
        ];
        for version in 1..8 {
            let mut conn = Connection::open_in_memory().unwrap();
            for sql in &MIGRATIONS[..version] {
                conn.execute_batch(sql).unwrap();
            }
            conn.pragma_update(None, "user_version", version as i64).unwrap();
            // The last write of an area overwrote the others.
            conn.execute("INSERT INTO rules VALUES ('620802', ?1)", [fields(1)]).unwrap();
            let insert = "INSERT INTO record (seq, id, rev, kind, doc) VALUES (?1, ?2, 1, 'rule_set', ?3)";
            for (n, doc) in docs.iter().enumerate() {
                conn.execute(insert, (n as i64, [n as u8], doc)).unwrap();
            }
            migrate(&mut conn).unwrap();
            let mut list = conn.prepare("SELECT \"row\", area, doc FROM rule_set ORDER BY \"row\"").unwrap();
            let found: Vec<(Vec<u8>, String, String)> = list
                .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let expected = [(vec![0], "620802".to_owned(), fields(2)), (vec![1], "620802".to_owned(), fields(1))];
            assert_eq!(found, expected, "from {version}");
        }
    }

    #[test]
    fn every_older_schema_migrates_to_the_newest() {
        let schema = |conn: &Connection| -> Vec<(String, String)> {
            let sql = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
            let mut all = conn.prepare(sql).unwrap();
            all.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let mut new = Connection::open_in_memory().unwrap();
        migrate(&mut new).unwrap();
        for version in 1..=MIGRATIONS.len() {
            let mut old = Connection::open_in_memory().unwrap();
            for sql in &MIGRATIONS[..version] {
                old.execute_batch(sql).unwrap();
            }
            old.pragma_update(None, "user_version", version as i64).unwrap();
            let (table, column) = if version < 7 { ("gone", "shelf") } else { ("tombstone", "area_feed") };
            let insert = format!("INSERT INTO {table} ({column}, \"row\", seq) VALUES ('629901001', x'01', 7)");
            old.execute(&insert, ()).unwrap();
            migrate(&mut old).unwrap();
            assert_eq!(schema(&old), schema(&new), "from {version}");
            let kept: i64 = old.query_row("SELECT seq FROM tombstone", [], |r| r.get(0)).unwrap();
            assert_eq!(kept, 7, "from {version}");
        }
    }

    #[test]
    fn tombstones_after_a_cursor_are_found_by_index() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        let plan: String = conn
            .query_row(
                "EXPLAIN QUERY PLAN SELECT * FROM tombstone WHERE area_feed = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
                ("629901001", 1, 1),
                |r| r.get("detail"),
            )
            .unwrap();
        assert!(plan.contains("tombstone_by_seq (area_feed=? AND seq>?)"), "{plan}");
    }

    #[test]
    fn every_table_has_the_columns_its_struct_names() {
        use crate::store::{Table, tables::*};
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        migrate(&mut conn).unwrap();
        fn check<T: Table>(conn: &Connection) {
            let mut columns: Vec<String> = conn
                .prepare(&format!("SELECT name FROM pragma_table_info('{}')", T::NAME))
                .unwrap()
                .query_map([], |r| r.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let mut named: Vec<&str> = T::COLUMNS.to_vec();
            columns.sort();
            named.sort();
            assert_eq!(columns, named, "{}", T::NAME);
        }
        macro_rules! check {
            ($($table:ident),+) => { $(check::<$table>(&conn);)+ };
        }
        crate::each_table!(check);
    }
}
