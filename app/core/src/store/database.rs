//! The open store: its connection, when commits are durable, and when its log and its file are tidied up.

use super::{
    connection::{Hmac, connect},
    error::{Result, StoreError},
    key::StoreKey,
    meta, migrations, roster,
    tx::Tx,
};
use crate::env::Env;
use rusqlite::{Connection, TransactionBehavior};
use shared::ids::DeviceId;
use std::{
    cell::{Ref, RefCell},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// When a commit is fsynced. Commits are always atomic and ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    /// Before the commit returns.
    Full,
    /// With the next [`Durability::Full`] commit, or at the next checkpoint.
    Relaxed,
}

/// An open store. It alone owns its connection.
pub struct Store {
    conn: Connection,
    durability: Durability,
    /// Commits that survive a power cut.
    durable: Arc<AtomicU64>,
    /// Transactions since the last checkpoint.
    since_checkpoint: u32,
    /// Rows that this connection had changed by the last checkpoint.
    changes_at_checkpoint: u64,
    roster: RefCell<roster::RosterCache>,
}

impl Store {
    /// Opens or creates the store at `path`; `None` keeps it in memory.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when the file is not a store under this key, [`StoreError::Newer`] when a later build
    /// made it; the file is left unchanged. [`StoreError::Full`] when the disk has no room for a migration.
    pub fn open(path: Option<&Path>, key: &StoreKey, env: &mut dyn Env) -> Result<Self> {
        let mut conn = match connect(path, key, Hmac::Sha256) {
            // A store of an earlier build keeps the HMAC that it was created with.
            Err(StoreError::WrongKey) => connect(path, key, Hmac::Sha512)?,
            opened => opened?,
        };
        conn.set_prepared_statement_cache_capacity(128);
        // Pages that released photos leave are returned to the device a few at a time. Must precede the first table.
        conn.execute_batch("PRAGMA auto_vacuum = INCREMENTAL;")?;
        // FULL: a commit is fsynced before the screen says "saved". Temporary tables stay in memory, since on disk they
        // would not be encrypted. 16 MB of cache hold the roster of a city and what a pull of some thousand rows
        // touches.
        // `checkpoint_if_large` does the usual checkpoints; the automatic limit of 8,000 pages (32 MB) is for a pull
        // that brings a whole county.
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 4194304;
             PRAGMA wal_autocheckpoint = 8000;",
        )?;
        migrations::run(&mut conn)?;
        let store = Self {
            conn,
            durability: Durability::Full,
            durable: Arc::default(),
            // How much an app that was killed left in the log is unknown: checkpoint at the first opportunity.
            since_checkpoint: u32::MAX,
            changes_at_checkpoint: 0,
            roster: RefCell::default(),
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

    /// Begins a transaction whose commit is durable when it returns. Nothing else writes until it ends.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn begin<'a>(&'a mut self, env: &'a mut dyn Env) -> Result<Tx<'a>> {
        self.begin_as(Durability::Full, env)
    }

    /// Begins a transaction for a reply that the server repeats when asked again. A power cut before the next durable
    /// commit loses it like a lost reply, so it need not wait for the disk, which takes longer than applying a page.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn begin_relaxed<'a>(&'a mut self, env: &'a mut dyn Env) -> Result<Tx<'a>> {
        self.begin_as(Durability::Relaxed, env)
    }

    fn begin_as<'a>(&'a mut self, durability: Durability, env: &'a mut dyn Env) -> Result<Tx<'a>> {
        if self.durability != durability {
            self.conn.execute_batch(match durability {
                Durability::Full => "PRAGMA synchronous = FULL",
                Durability::Relaxed => "PRAGMA synchronous = NORMAL",
            })?;
            self.durability = durability;
        }
        self.since_checkpoint = self.since_checkpoint.saturating_add(1);
        let durable = (durability == Durability::Full).then(|| self.durable.clone());
        let sql = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Tx::new(sql, env, durable)
    }

    /// Checkpoints the log once enough has gathered. Called while the device is idle, never in a save: a checkpoint
    /// takes ten times as long as one.
    ///
    /// # Errors
    /// [`StoreError::Full`] when the disk has no room; the log stays readable.
    pub fn checkpoint_if_large(&mut self) -> Result<()> {
        /// 50 saves: about 500 pages of 4 KB.
        const TRANSACTIONS: u32 = 50;
        /// 1,000 rows: about as many pages; one page of a pull may bring twice as many rows.
        const ROWS: u64 = 1000;
        if self.since_checkpoint >= TRANSACTIONS || self.conn.total_changes() - self.changes_at_checkpoint >= ROWS {
            self.checkpoint()?;
        }
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<()> {
        self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        (self.since_checkpoint, self.changes_at_checkpoint) = (0, self.conn.total_changes());
        Ok(())
    }

    /// Makes the file smaller by up to so many of its empty pages. A store created before incremental vacuum was
    /// switched on keeps its size and reuses the pages.
    ///
    /// # Errors
    /// [`StoreError::Full`] when the disk has no room for the log of the move.
    pub fn vacuum(&mut self, pages: u32) -> Result<()> {
        /// 2,000 pages of 4 KB at a time: the log must hold them, on a device that may be nearly full.
        const BATCH: u32 = 2000;
        let empty: u32 = self.conn.pragma_query_value(None, "freelist_count", |r| r.get(0))?;
        let mut left = empty.min(pages);
        while left > 0 {
            let n = left.min(BATCH);
            let mut statement = self.conn.prepare(&format!("PRAGMA incremental_vacuum({n})"))?;
            let mut steps = statement.query([])?;
            while steps.next()?.is_some() {}
            drop(steps);
            drop(statement);
            self.checkpoint()?;
            left -= n;
        }
        Ok(())
    }

    /// How many commits so far survive a power cut, for simulations.
    #[doc(hidden)]
    pub fn durable_for_tests(&self) -> u64 {
        self.durable.load(Ordering::Relaxed)
    }

    /// The roster in memory, brought up to date with the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn roster(&self) -> Result<Ref<'_, roster::RosterCache>> {
        self.roster.borrow_mut().catch_up(&self.conn)?;
        Ok(self.roster.borrow())
    }

    /// Caps the file at so many pages, 0 for no cap: simulates a full disk in tests. Pages in use stay.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn limit_pages(&self, pages: u32) -> Result<()> {
        let pages = if pages == 0 { u32::MAX - 1 } else { pages };
        Ok(self.conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
    }

    /// Pages in use.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn pages(&self) -> Result<u32> {
        Ok(self.conn.pragma_query_value(None, "page_count", |r| r.get(0))?)
    }
}
