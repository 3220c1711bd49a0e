//! Durability, checkpoints and the HMACs of earlier builds, on files.

use super::{
    connection::{Hmac, connect},
    database::Store,
    error::StoreError,
    key::StoreKey,
    meta, migrations,
    tx::Tx,
};
use crate::testing::TestEnv;

#[test]
fn a_save_is_fsynced_and_a_reply_of_the_server_is_not() {
    let (mut env, folder) = (TestEnv::new(), crate::testing::Dir::new());
    let mut store = Store::open(Some(&folder.path().join("store.db")), &StoreKey([7; 32]), &mut env).unwrap();
    let level = |tx: &Tx<'_>| tx.pragma_query_value(None, "synchronous", |r| r.get::<_, i64>(0)).unwrap();
    const NORMAL: i64 = 1;
    const FULL: i64 = 2;
    for n in 0..2 {
        let tx = store.begin(&mut env).unwrap();
        assert_eq!(level(&tx), FULL);
        meta::set(&tx, "saved", &n).unwrap();
        tx.commit().unwrap();
        let tx = store.begin_relaxed(&mut env).unwrap();
        assert_eq!(level(&tx), NORMAL);
        meta::set(&tx, "replied", &n).unwrap();
        tx.commit().unwrap();
        // An empty commit and a dropped transaction write nothing.
        store.begin(&mut env).unwrap().commit().unwrap();
        meta::set(&store.begin(&mut env).unwrap(), "dropped", &n).unwrap();
    }
    assert_eq!(store.durable_for_tests(), 2);
}

#[test]
fn the_log_is_checkpointed_after_many_saves_or_one_large_reply_and_after_a_start() {
    let (mut env, folder) = (TestEnv::new(), crate::testing::Dir::new());
    let path = folder.path().join("store.db");
    let mut store = Store::open(Some(&path), &StoreKey([7; 32]), &mut env).unwrap();
    // The file itself grows at checkpoints only.
    let size = || std::fs::metadata(&path).unwrap().len();
    store.checkpoint_if_large().unwrap();
    let fresh = size();
    assert!(fresh > 50_000, "the schema: {fresh}");
    let large = "x".repeat(4000);
    let mut put = |store: &mut Store, from: u32, to: u32| {
        let tx = store.begin_relaxed(&mut env).unwrap();
        for n in from..to {
            meta::set(&tx, &format!("row {n}"), &large).unwrap();
        }
        tx.commit().unwrap();
    };
    put(&mut store, 0, 40);
    store.checkpoint_if_large().unwrap();
    assert_eq!(size(), fresh, "a little can wait");
    put(&mut store, 40, 1100);
    store.checkpoint_if_large().unwrap();
    let large_reply = size();
    assert!(large_reply > 4_000_000, "{large_reply}");
    for n in 2000..2060 {
        put(&mut store, n, n + 1);
    }
    store.checkpoint_if_large().unwrap();
    assert!(size() > large_reply, "many small ones");
}

#[test]
fn a_store_with_the_hmac_of_earlier_builds_opens_and_a_new_store_has_the_newer_one() {
    let (env, folder) = (TestEnv::new(), crate::testing::Dir::new());
    let key = StoreKey([7; 32]);
    let path = folder.path().join("store.db");
    {
        let mut conn = connect(Some(&path), &key, Hmac::Sha512).unwrap();
        conn.execute_batch("PRAGMA journal_mode = WAL").unwrap();
        migrations::run_to(&mut conn, 5).unwrap();
        conn.execute("INSERT INTO draft VALUES ('visit:1', '{}', '2026-01-01T00:00:00.000+08:00')", []).unwrap();
        // As after a kill: the rows are in the log only.
        for file in ["store.db", "store.db-wal"] {
            std::fs::copy(folder.path().join(file), folder.path().join(format!("killed-{file}"))).unwrap();
        }
    }
    for file in ["store.db", "killed-store.db"] {
        let store = Store::open(Some(&folder.path().join(file)), &key, &mut env.clone()).unwrap();
        let drafts: i64 = store.conn().query_row("SELECT count(*) FROM draft", [], |r| r.get(0)).unwrap();
        assert_eq!(drafts, 1, "{file}");
    }
    let new = folder.path().join("new.db");
    drop(Store::open(Some(&new), &key, &mut env.clone()).unwrap());
    assert!(connect(Some(&new), &key, Hmac::Sha256).is_ok());
    assert!(matches!(connect(Some(&new), &key, Hmac::Sha512), Err(StoreError::WrongKey)));
    let wrong = Store::open(Some(&new), &StoreKey([8; 32]), &mut env.clone());
    assert!(matches!(wrong, Err(StoreError::WrongKey)));
}
