//! The encrypted store. SQL sits here and nowhere else, beside its table's module:
//!
//! - [`meta`]: enrolment, clocks, epoch; [`migrations`]: schema versions
//! - [`record`]: the mirror and, over it, what screens show; [`member`]: scopes, cursors, eviction
//! - [`outbox`]: operations and what became of them; [`fold`]: what of them may go; [`undo`]: the seconds in which a save can
//!   be taken back
//! - [`roster`]: recipients for lists and search; [`initials`]: pinyin; [`rules`]: the rule set in force
//! - [`draft`], [`photo`] and what they take up ([`photo_space`]), [`report_cache`]; [`carried`]: colleagues' bundles
//!
//! Everything that writes happens inside one [`Tx`] per command or reply: dropped without [`Tx::commit`], it never was.

pub mod compact;
pub mod draft;
pub mod error;
pub mod initials;
pub mod member;
pub mod meta;
pub mod migrations;
pub mod outbox;
pub mod photo;
pub mod photo_space;
pub mod record;
pub mod relayed_bundle;
pub mod report_cache;
pub mod roster;
pub mod rules;
mod tx;
pub mod undo;

pub use error::{Result, StoreError};
pub use meta::Enrolment;
pub use tx::{Me, Tx, clock_offset};

use crate::Env;
use rusqlite::{Connection, TransactionBehavior};
use shared::ids::DeviceId;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The key of the store's file: 32 random bytes, known only while unlocked.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreKey(pub [u8; 32]);

impl std::fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreKey(…)")
    }
}

/// How SQLCipher guards each page. Phones' processors have instructions for SHA-256, and nearly none for SHA-512, which was a
/// third of what taking a page of a pull in cost.
#[derive(Clone, Copy)]
enum Hmac {
    Sha256,
    /// SQLCipher's default.
    Sha512,
}

fn connect(path: Option<&Path>, key: &StoreKey, hmac: Hmac) -> Result<Connection> {
    let conn = match path {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    // A raw key: no derivation is needed for 32 random bytes, and the store opens at once.
    conn.execute_batch(&format!("PRAGMA key = \"x'{}'\"", shared::chain::hex(&key.0)))?;
    if matches!(hmac, Hmac::Sha256) {
        conn.execute_batch("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")?;
    }
    // The first look at the file: does the key fit?
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(conn)
}

/// When a commit is on the disk. Whole or not at all it is in any case, and nothing is kept that came after something lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    /// Before the commit returns.
    AtOnce,
    /// With the next commit that is, or when the log is written back.
    WithTheNext,
}

/// An open store. It alone owns its connection.
pub struct Store {
    conn: Connection,
    durability: Durability,
    /// Commits that a power cut does not take back.
    durable: Arc<AtomicU64>,
    /// Transactions since the log was last written back, and the rows changed by then.
    unwritten: u32,
    written: u64,
    roster: std::cell::RefCell<roster::Copy>,
}

impl Store {
    /// Opens or creates the store at `path`; `None` keeps it in memory.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when the file is not a store under this key; it is left as it is.
    pub fn open(path: Option<&Path>, key: &StoreKey, env: &mut dyn Env) -> Result<Self> {
        let mut conn = match connect(path, key, Hmac::Sha256) {
            // One made before this was chosen stays as it is.
            Err(StoreError::WrongKey) => connect(path, key, Hmac::Sha512)?,
            opened => opened?,
        };
        conn.set_prepared_statement_cache_capacity(128);
        // Room that photos leave is given back to the device a few pages at a time; must come before the first table.
        conn.execute_batch("PRAGMA auto_vacuum = INCREMENTAL;")?;
        // FULL: a commit is on the disk before the screen says "saved". Temporary tables would be written unencrypted,
        // so they stay in memory. 16 MB of cache hold the roster of a city, and what a pull of some thousand rows touches again and again.
        // The log is written back by `checkpoint_if_large`; the limit (32 MB) is for a pull that brings a whole county.
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 4194304;
             PRAGMA wal_autocheckpoint = 8000;",
        )?;
        migrations::run(&mut conn)?;
        let store = Self {
            conn,
            durability: Durability::AtOnce,
            durable: Arc::default(),
            // What an app that was killed left in the log nobody has counted.
            unwritten: u32::MAX,
            written: 0,
            roster: std::cell::RefCell::default(),
        };
        if meta::get::<DeviceId>(&store.conn, meta::key::DEVICE)?.is_none() {
            let mut random = [0; 10];
            env.random(&mut random);
            let device = DeviceId(shared::ids::uuid_v7(env.now().utc_ms, random));
            meta::set(&store.conn, meta::key::DEVICE, &device)?;
        }
        Ok(store)
    }

    /// For reading only; writing goes through [`Store::begin`].
    pub fn conn(&self) -> &Connection {
        &self.conn
    }

    /// Begins a transaction; nothing else writes until it ends. What it commits is on the disk.
    pub fn begin<'a>(&'a mut self, env: &'a mut dyn Env) -> Result<Tx<'a>> {
        self.begin_as(Durability::AtOnce, env)
    }

    /// Begins a transaction for what a server said and says again when asked again. Where the power fails before the next save,
    /// it is as if the reply had been lost: waiting for the disk would save nobody anything, and takes longer than a page of a pull.
    pub fn begin_relaxed<'a>(&'a mut self, env: &'a mut dyn Env) -> Result<Tx<'a>> {
        self.begin_as(Durability::WithTheNext, env)
    }

    fn begin_as<'a>(&'a mut self, durability: Durability, env: &'a mut dyn Env) -> Result<Tx<'a>> {
        if self.durability != durability {
            self.conn.execute_batch(match durability {
                Durability::AtOnce => "PRAGMA synchronous = FULL",
                Durability::WithTheNext => "PRAGMA synchronous = NORMAL",
            })?;
            self.durability = durability;
        }
        self.unwritten = self.unwritten.saturating_add(1);
        let durable = (durability == Durability::AtOnce).then(|| self.durable.clone());
        let sql = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Tx::new(sql, env, durable)
    }

    /// Writes the log back into the file once enough has gathered. Called when nothing is asked and nothing is out, never in a
    /// save: it takes ten times as long as one, and nobody should feel that on the way out of a door.
    pub fn checkpoint_if_large(&mut self) -> Result<()> {
        /// 50 saves: about 500 pages of 4 KB.
        const ENOUGH: u32 = 50;
        /// 1,000 rows, of which a single page of a pull may bring twice as many: about as much.
        const MANY: u64 = 1000;
        if self.unwritten >= ENOUGH || self.conn.total_changes() - self.written >= MANY {
            self.write_back()?;
        }
        Ok(())
    }

    fn write_back(&mut self) -> Result<()> {
        self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        (self.unwritten, self.written) = (0, self.conn.total_changes());
        Ok(())
    }

    /// Makes the file smaller by up to so many of its empty pages. A store that is older than this keeps its size and
    /// fills the room again.
    pub fn vacuum(&mut self, pages: u32) -> Result<()> {
        /// 2,000 pages of 4 KB at a time: the log must hold them, on a device that may be nearly full.
        const AT_ONCE: u32 = 2000;
        let empty: u32 = self.conn.pragma_query_value(None, "freelist_count", |r| r.get(0))?;
        let mut left = empty.min(pages);
        while left > 0 {
            let n = left.min(AT_ONCE);
            let mut statement = self.conn.prepare(&format!("PRAGMA incremental_vacuum({n})"))?;
            let mut steps = statement.query([])?;
            while steps.next()?.is_some() {}
            drop(steps);
            drop(statement);
            self.write_back()?;
            left -= n;
        }
        Ok(())
    }

    /// How many commits so far a power cut does not take back, for simulations.
    #[doc(hidden)]
    pub fn durable_for_tests(&self) -> u64 {
        self.durable.load(Ordering::Relaxed)
    }

    /// The recipients in memory, brought up to date.
    pub fn roster(&self) -> Result<std::cell::Ref<'_, roster::Copy>> {
        self.roster.borrow_mut().catch_up(&self.conn)?;
        Ok(self.roster.borrow())
    }

    /// Caps the file at so many pages, 0 for no cap: what a full disk does, for tests. The pages in use stay.
    pub fn limit_pages(&self, pages: u32) -> Result<()> {
        let pages = if pages == 0 { u32::MAX - 1 } else { pages };
        Ok(self.conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
    }

    /// Pages in use.
    pub fn pages(&self) -> Result<u32> {
        Ok(self.conn.pragma_query_value(None, "page_count", |r| r.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn a_save_waits_for_the_disk_and_what_a_reply_brings_does_not() {
        let (mut world, folder) = (World::new(), crate::testing::Dir::new());
        let mut store = Store::open(Some(&folder.path().join("store.db")), &StoreKey([7; 32]), &mut world).unwrap();
        let level = |tx: &Tx<'_>| tx.pragma_query_value(None, "synchronous", |r| r.get::<_, i64>(0)).unwrap();
        const NORMAL: i64 = 1;
        const FULL: i64 = 2;
        for n in 0..2 {
            let tx = store.begin(&mut world).unwrap();
            assert_eq!(level(&tx), FULL);
            meta::set(&tx, "saved", &n).unwrap();
            tx.commit().unwrap();
            let tx = store.begin_relaxed(&mut world).unwrap();
            assert_eq!(level(&tx), NORMAL);
            meta::set(&tx, "told", &n).unwrap();
            tx.commit().unwrap();
            // What changes nothing, or is given up, brings nothing to the disk.
            store.begin(&mut world).unwrap().commit().unwrap();
            meta::set(&store.begin(&mut world).unwrap(), "given up", &n).unwrap();
        }
        assert_eq!(store.durable_for_tests(), 2);
    }

    #[test]
    fn the_log_is_written_back_after_many_saves_or_one_large_reply_and_after_a_start() {
        let (mut world, folder) = (World::new(), crate::testing::Dir::new());
        let path = folder.path().join("store.db");
        let mut store = Store::open(Some(&path), &StoreKey([7; 32]), &mut world).unwrap();
        // Pages of the file itself, which only writing back changes.
        let size = || std::fs::metadata(&path).unwrap().len();
        store.checkpoint_if_large().unwrap();
        let fresh = size();
        assert!(fresh > 50_000, "the schema: {fresh}");
        let large = "x".repeat(4000);
        let mut put = |store: &mut Store, from: u32, to: u32| {
            let tx = store.begin_relaxed(&mut world).unwrap();
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
    fn a_store_under_the_guard_of_earlier_builds_opens_and_a_new_one_has_the_newer() {
        let (world, folder) = (World::new(), crate::testing::Dir::new());
        let key = StoreKey([7; 32]);
        let path = folder.path().join("store.db");
        {
            let mut conn = connect(Some(&path), &key, Hmac::Sha512).unwrap();
            conn.execute_batch("PRAGMA journal_mode = WAL").unwrap();
            migrations::run_to(&mut conn, 5).unwrap();
            conn.execute("INSERT INTO draft VALUES ('visit:1', '{}', '2026-01-01T00:00:00.000+08:00')", []).unwrap();
            // As after a kill: what was written is in the log only.
            for file in ["store.db", "store.db-wal"] {
                std::fs::copy(folder.path().join(file), folder.path().join(format!("killed-{file}"))).unwrap();
            }
        }
        for file in ["store.db", "killed-store.db"] {
            let store = Store::open(Some(&folder.path().join(file)), &key, &mut world.clone()).unwrap();
            let drafts: i64 = store.conn().query_row("SELECT count(*) FROM draft", [], |r| r.get(0)).unwrap();
            assert_eq!(drafts, 1, "{file}");
        }
        let new = folder.path().join("new.db");
        drop(Store::open(Some(&new), &key, &mut world.clone()).unwrap());
        assert!(connect(Some(&new), &key, Hmac::Sha256).is_ok());
        assert!(matches!(connect(Some(&new), &key, Hmac::Sha512), Err(StoreError::WrongKey)));
        let wrong = Store::open(Some(&new), &StoreKey([8; 32]), &mut world.clone());
        assert!(matches!(wrong, Err(StoreError::WrongKey)));
    }
}
