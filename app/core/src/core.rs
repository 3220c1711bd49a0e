//! The core: it alone owns vault, store and session, and turns a command into a receipt.

use crate::{
    Command, Env, Refusal, Reply,
    bundle::{Sealed, find_sealed},
    inactivity_lock::Watch,
    store::{self, Me, Store, StoreKey, Tx, outbox::Outgoing, undo::Fresh},
    sync::session::Session,
    vault::{Cost, Vault},
    views::Phase,
};
use std::path::PathBuf;

/// Where a device keeps its files.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// A folder of its own, made if missing; `None` keeps everything in memory, for tests and simulations.
    pub dir: Option<PathBuf>,
}

/// The device without a screen. See [`Core::handle`].
pub struct Core {
    pub(crate) env: Box<dyn Env>,
    pub(crate) vault: Vault,
    /// `None` while locked.
    pub(crate) store: Option<Store>,
    pub(crate) session: Session,
    /// Saves that can still be taken back.
    pub(crate) fresh: Fresh,
    /// What the platform says of the connection; `None` while it says nothing.
    pub(crate) metered: Option<bool>,
    /// Time without contact, while the store is open.
    pub(crate) watch: Option<Watch>,
    /// What was sealed when access ended; readable without the PIN.
    pub(crate) sealed: Option<Sealed>,
    pub(crate) places: Paths,
    /// A locked store that lives in memory only; a file is closed instead.
    parked: Option<Store>,
}

impl Core {
    /// Opens the vault; the store stays locked. Nothing else happens before the PIN.
    ///
    /// # Errors
    /// [`Refusal::Store`] when the folder cannot be used, [`Refusal::StorageFull`].
    pub fn open(places: Paths, env: Box<dyn Env>) -> Result<Self, Refusal> {
        Self::open_at_cost(places, env, Cost::PHONE)
    }

    /// As [`Core::open`], with a PIN that costs next to nothing to check. Only for tests and simulations.
    #[doc(hidden)]
    pub fn open_for_tests(places: Paths, env: Box<dyn Env>) -> Result<Self, Refusal> {
        Self::open_at_cost(places, env, Cost::cheap_for_tests())
    }

    fn open_at_cost(places: Paths, env: Box<dyn Env>, cost: Cost) -> Result<Self, Refusal> {
        if let Some(dir) = &places.dir {
            std::fs::create_dir_all(dir).map_err(store::StoreError::from)?;
        }
        let vault = Vault::open(places.dir.as_ref().map(|d| d.join("vault.db")).as_deref(), cost, &*env)?;
        Ok(Self {
            env,
            vault,
            store: None,
            session: Session::default(),
            fresh: Fresh::default(),
            watch: None,
            sealed: places.dir.as_deref().and_then(find_sealed),
            places,
            metered: None,
            parked: None,
        })
    }

    /// What can be put off until nobody waits. A driver calls it when nothing is asked and no call is out.
    pub fn rest(&mut self) {
        if let Some(store) = self.store.as_mut() {
            // On a full disk the log cannot be written back; everything in it is read from there.
            let _ = store.checkpoint_if_large();
        }
    }

    /// Carries out a command. One that needs the network is begun here and carried on by a driver through
    /// [`Core::next_step`] and [`Core::apply`].
    pub fn handle(&mut self, command: Command) -> Reply {
        let looked = self.tick();
        looked.and_then(|()| self.carry_out(command)).unwrap_or_else(Reply::Refused)
    }

    /// Where the device stands.
    pub fn phase(&self) -> Result<Phase, Refusal> {
        let Some(store) = &self.store else {
            return Ok(if self.vault.exists()? { Phase::Locked } else { Phase::New });
        };
        let revoked = store::meta::get(store.conn(), store::meta::key::REVOKED)?.unwrap_or(false);
        Ok(if revoked {
            Phase::Revoked
        } else if store::meta::enrolment(store.conn())?.is_none() {
            Phase::Unenrolled
        } else if self.watch.as_ref().is_some_and(Watch::is_over) {
            Phase::InactivityLocked
        } else {
            Phase::Ready
        })
    }

    /// The open store.
    ///
    /// # Errors
    /// [`Refusal::Locked`]
    pub(crate) fn store(&self) -> Result<&Store, Refusal> {
        self.store.as_ref().ok_or(Refusal::Locked)
    }

    /// The open store, to look at: for simulations that compare what a device holds with what the server says.
    #[doc(hidden)]
    pub fn store_for_tests(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Does `work` in one transaction: durable when this returns `Ok`, and as if never begun otherwise.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let store = self.store.as_mut().ok_or(Refusal::Locked)?;
        let mut tx = store.begin(&mut *self.env)?;
        let done = work(&mut tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// As [`Core::write`], for a save that can be taken back for some seconds.
    pub(crate) fn save<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let now = self.env.monotonic_ms();
        let (done, appended, draft) = self.write(|tx| {
            let done = work(tx)?;
            Ok((done, tx.appended(), tx.take_dropped_draft()))
        })?;
        if let Some(numbers) = appended {
            self.fresh.saved(numbers, draft, now);
        }
        Ok(done)
    }

    /// The next operations to offer, and from now on they cannot be taken back. `at_once` offers what was saved within
    /// the last seconds too: the user asked for it, or is about to lock the device.
    pub(crate) fn take_unsent(
        &mut self,
        at_once: bool,
        limit_ops: usize,
        limit_bytes: usize,
    ) -> Result<Vec<Outgoing>, Refusal> {
        self.take_unsent_behind(0, at_once, limit_ops, limit_bytes)
    }

    /// As [`Core::take_unsent`], of those behind local number `after`.
    pub(crate) fn take_unsent_behind(
        &mut self,
        after: u64,
        at_once: bool,
        limit_ops: usize,
        limit_bytes: usize,
    ) -> Result<Vec<Outgoing>, Refusal> {
        let through = self.sendable_through(at_once);
        let batch = store::outbox::unsent(self.store()?.conn(), after, through, limit_ops, limit_bytes)?;
        if let Some(last) = batch.last() {
            self.fresh.offered(last.no);
        }
        Ok(batch)
    }

    /// The last local number that may be offered now.
    pub(crate) fn sendable_through(&mut self, at_once: bool) -> u64 {
        if at_once { u64::MAX } else { self.fresh.sendable_through(self.env.monotonic_ms()) }
    }

    /// Milliseconds until operations that are held back may be offered; `None` when none is held.
    pub(crate) fn held_back_ms(&self) -> Option<u64> {
        self.fresh.release_in(self.env.monotonic_ms())
    }

    /// Room on the disk, where one can say.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        self.env.free_bytes(self.places.dir.as_deref()?)
    }

    /// Who is enrolled on the open store.
    pub(crate) fn me(&self) -> Result<Me, Refusal> {
        Me::read(self.store()?.conn())?.ok_or(Refusal::NotEnrolled)
    }

    /// First run: key and store. The key is durable before the store is made, so that no store is ever without one.
    pub(crate) fn create_vault(&mut self, pin: &str) -> Result<(), Refusal> {
        if self.vault.exists()? {
            return Err(Refusal::NotNow);
        }
        self.set_aside_a_store_without_key()?;
        let key = self.vault.create(pin, &mut *self.env)?;
        self.open_store(&key)
    }

    pub(crate) fn unlock(&mut self, pin: &str) -> Result<(), Refusal> {
        if self.store.is_some() {
            return Ok(());
        }
        let key = self.vault.unlock(pin, &*self.env)?;
        match self.parked.take() {
            Some(store) => self.store = Some(store),
            None => self.open_store(&key)?,
        }
        self.tick()?;
        // A kill between the word that access ended and the sealed file; on a full disk the next unlocking tries again.
        if self.phase()? == Phase::Revoked && self.sealed.is_none() {
            let _ = self.seal_unsent();
        }
        Ok(())
    }

    /// Closes the store. Unsent work stays where it is, encrypted.
    pub(crate) fn lock(&mut self) {
        let store = self.store.take();
        if self.places.dir.is_none() {
            self.parked = store.or(self.parked.take());
        }
        self.fresh = Fresh::default();
        self.watch = None;
    }

    fn open_store(&mut self, key: &StoreKey) -> Result<(), Refusal> {
        let path = self.places.dir.as_ref().map(|d| d.join("store.db"));
        self.store = Some(Store::open(path.as_deref(), key, &mut *self.env)?);
        Ok(())
    }

    /// A store whose vault is gone cannot be read, and is kept all the same: its key may turn up with the old vault.
    fn set_aside_a_store_without_key(&self) -> Result<(), Refusal> {
        let Some(dir) = &self.places.dir else { return Ok(()) };
        if !dir.join("store.db").exists() {
            return Ok(());
        }
        let aside = (1..).map(|n| format!("store-without-key-{n}.db")).find(|name| !dir.join(name).exists());
        let aside = aside.expect("some number is free");
        for suffix in ["-wal", "-shm", ""] {
            let from = dir.join(format!("store.db{suffix}"));
            if from.exists() {
                std::fs::rename(from, dir.join(format!("{aside}{suffix}"))).map_err(store::StoreError::from)?;
            }
        }
        Ok(())
    }
}
