//! The core: it alone owns vault, store and session, and turns a command into a reply.

use crate::{
    command::Command,
    env::Env,
    inactivity_timer::InactivityTimer,
    reply::{Refusal, Reply},
    sealed_bundle::SealedBundle,
    store::{self, Identity, Store, StoreKey, Tx, outbox::Outgoing, undo::UndoWindow},
    sync::session::Session,
    vault::{Cost, Vault},
    views::Phase,
};
use std::path::PathBuf;

/// Where a device keeps its files.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// A folder of its own, created if missing; `None` keeps everything in memory, for tests and simulations.
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
    pub(crate) undo_window: UndoWindow,
    /// Whether the connection is metered; `None` while the platform does not tell.
    pub(crate) metered: Option<bool>,
    /// Time without contact, while the store is open.
    pub(crate) inactivity: Option<InactivityTimer>,
    /// Unsent work that was sealed when access ended; readable without the PIN.
    pub(crate) sealed_bundle: Option<SealedBundle>,
    pub(crate) paths: Paths,
    /// A store without a file while it is locked; a store with one is closed instead.
    locked_in_memory: Option<Store>,
}

impl Core {
    /// Opens the vault; the store stays locked. Nothing else happens before the PIN.
    ///
    /// # Errors
    /// [`Refusal::Store`] when the folder cannot be used; [`Refusal::StorageFull`].
    pub fn open(paths: Paths, env: Box<dyn Env>) -> Result<Self, Refusal> {
        Self::open_at_cost(paths, env, Cost::PHONE)
    }

    /// As [`Core::open`], with a PIN that costs next to nothing to check. Only for tests and simulations.
    ///
    /// # Errors
    /// As [`Core::open`].
    #[doc(hidden)]
    pub fn open_for_tests(paths: Paths, env: Box<dyn Env>) -> Result<Self, Refusal> {
        Self::open_at_cost(paths, env, Cost::cheap_for_tests())
    }

    fn open_at_cost(paths: Paths, env: Box<dyn Env>, cost: Cost) -> Result<Self, Refusal> {
        if let Some(dir) = &paths.dir {
            std::fs::create_dir_all(dir).map_err(store::StoreError::from)?;
        }
        let vault = Vault::open(paths.dir.as_ref().map(|d| d.join("vault.db")).as_deref(), cost, &*env)?;
        Ok(Self {
            env,
            vault,
            store: None,
            session: Session::default(),
            undo_window: UndoWindow::default(),
            metered: None,
            inactivity: None,
            sealed_bundle: paths.dir.as_deref().and_then(SealedBundle::find),
            paths,
            locked_in_memory: None,
        })
    }

    /// Housekeeping that nothing waits for. A driver calls it when no command is queued and no call is in flight.
    pub fn idle(&mut self) {
        if let Some(store) = self.store.as_mut() {
            // On a full disk a checkpoint fails; the log stays readable.
            let _ = store.checkpoint_if_large();
        }
    }

    /// Carries out a command. One that needs the network is begun here and carried on by a driver through
    /// [`Core::next_step`] and [`Core::apply`].
    pub fn handle(&mut self, command: Command) -> Reply {
        let _span = self.command_span(command.name()).entered();
        let ticked = self.tick();
        ticked.and_then(|()| self.carry_out(command)).unwrap_or_else(Reply::Refused)
    }

    /// The phase of the device.
    ///
    /// # Errors
    /// [`Refusal::Store`] when vault or store cannot be read.
    pub fn phase(&self) -> Result<Phase, Refusal> {
        let Some(store) = &self.store else {
            return Ok(if self.vault.exists()? { Phase::Locked } else { Phase::New });
        };
        let revoked = store::meta::get(store.conn(), store::meta::key::REVOKED)?.unwrap_or(false);
        Ok(if revoked {
            Phase::Revoked
        } else if store::meta::enrolment(store.conn())?.is_none() {
            Phase::Unenrolled
        } else if self.inactivity.as_ref().is_some_and(InactivityTimer::is_over) {
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

    /// The open store, for simulations that compare it with the server's.
    #[doc(hidden)]
    pub fn store_for_tests(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Runs `work` in one transaction: durable when this returns `Ok`, without a trace otherwise.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let store = self.store.as_mut().ok_or(Refusal::Locked)?;
        let mut tx = store.begin(&mut *self.env)?;
        let done = work(&mut tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// As [`Core::write`], for a save that can be undone for some seconds.
    pub(crate) fn save<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let now = self.env.monotonic_ms();
        let (done, appended, draft) = self.write(|tx| {
            let done = work(tx)?;
            Ok((done, tx.appended(), tx.take_dropped_draft()))
        })?;
        if let Some(numbers) = appended {
            self.undo_window.note_save(numbers, draft, now);
        }
        Ok(done)
    }

    /// The next operations to offer; from then on they cannot be undone. `at_once` includes what was saved within the
    /// last seconds: the user asked for it, or is about to lock the device.
    pub(crate) fn take_unsent(
        &mut self,
        at_once: bool,
        limit_ops: usize,
        limit_bytes: usize,
    ) -> Result<Vec<Outgoing>, Refusal> {
        self.take_unsent_behind(0, at_once, limit_ops, limit_bytes)
    }

    /// As [`Core::take_unsent`], of those after local number `after`.
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
            self.undo_window.offered(last.no);
        }
        Ok(batch)
    }

    /// The last local number that may be offered now.
    pub(crate) fn sendable_through(&mut self, at_once: bool) -> u64 {
        if at_once { u64::MAX } else { self.undo_window.sendable_through(self.env.monotonic_ms()) }
    }

    /// Milliseconds until operations that are held back may be offered; `None` when none is held.
    pub(crate) fn held_back_ms(&self) -> Option<u64> {
        self.undo_window.release_in(self.env.monotonic_ms())
    }

    /// Free bytes on the disk, where that is known.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        self.env.free_bytes(self.paths.dir.as_deref()?)
    }

    /// The enrolled worker of the open store.
    ///
    /// # Errors
    /// [`Refusal::Locked`], [`Refusal::NotEnrolled`]
    pub(crate) fn identity(&self) -> Result<Identity, Refusal> {
        Identity::read(self.store()?.conn())?.ok_or(Refusal::NotEnrolled)
    }

    /// First run: creates key and store. The key is durable before the store is created, so that no store is without
    /// one.
    pub(crate) fn create_vault(&mut self, pin: &str) -> Result<(), Refusal> {
        if self.vault.exists()? {
            return Err(Refusal::NotNow);
        }
        self.rename_store_without_key()?;
        let key = self.vault.create(pin, &mut *self.env)?;
        self.open_store(&key)
    }

    pub(crate) fn unlock(&mut self, pin: &str) -> Result<(), Refusal> {
        if self.store.is_some() {
            return Ok(());
        }
        let key = self.vault.unlock(pin, &*self.env)?;
        match self.locked_in_memory.take() {
            Some(store) => self.store = Some(store),
            None => self.open_store(&key)?,
        }
        self.tick()?;
        // The app was killed between noting the end of access and sealing; on a full disk the next unlocking tries
        // again.
        if self.phase()? == Phase::Revoked && self.sealed_bundle.is_none() {
            let _ = self.seal_unsent();
        }
        Ok(())
    }

    /// Closes the store. Unsent work stays where it is, encrypted.
    pub(crate) fn lock(&mut self) {
        let store = self.store.take();
        if self.paths.dir.is_none() {
            self.locked_in_memory = store.or(self.locked_in_memory.take());
        }
        self.undo_window = UndoWindow::default();
        self.inactivity = None;
    }

    fn open_store(&mut self, key: &StoreKey) -> Result<(), Refusal> {
        let path = self.paths.dir.as_ref().map(|d| d.join("store.db"));
        self.store = Some(Store::open(path.as_deref(), key, &mut *self.env)?);
        Ok(())
    }

    /// A store whose vault is lost cannot be read. It is kept under another name: the old vault may turn up.
    fn rename_store_without_key(&self) -> Result<(), Refusal> {
        let Some(dir) = &self.paths.dir else { return Ok(()) };
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
