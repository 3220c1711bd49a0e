//! [`ServerCore`]: what every step of the server works on. The rooms above this file add one step or call each.

use super::{
    apply::pairing_days::ApplyPairingDays,
    env::Env,
    error::CoreError,
    feed_state::SetEpoch,
    intake::batcher::PushBatcher,
    keys::EnsureSealKey,
    objects::Objects,
    observe::{NoObserver, Observer, OutcomeCounts},
};
use crate::store::Store;
use shared::{
    Day,
    ids::Epoch,
    seal::{SealPublic, SealSecret},
};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicI32, Ordering},
};
use tokio::sync::Semaphore;

/// 8 photos assembled at the same time: each is in memory as a whole, 8 MiB at most.
const ASSEMBLIES_MAX: usize = 8;

/// What an operator may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long an enrolment code is valid, in hours.
    pub code_valid_hours: u32,
    /// A device without contact for so many days is reported as silent.
    pub silent_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { code_valid_hours: 72, silent_days: 30 }
    }
}

/// The server's core. Cheap to clone; all clones are the same server.
pub struct ServerCore<S> {
    pub(super) inner: Arc<Inner<S>>,
}

impl<S> Clone for ServerCore<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

pub(super) struct Inner<S> {
    pub store: Arc<S>,
    pub objects: Arc<dyn Objects>,
    pub env: Arc<dyn Env>,
    pub settings: Settings,
    /// Photos that are assembled at the moment; never closed.
    pub assemblies: Semaphore,
    /// Opens bundles. It is in the store and stays the same for as long as the store lives.
    pub seal_key: SealSecret,
    /// The public half of `seal_key`; every pull compares it.
    pub seal_public: SealPublic,
    /// Pushes that wait to be evaluated together.
    pub pushes: PushBatcher,
    /// The day (since 1970, in Shanghai) whose pairings were last put in force by this process.
    pairings_of: AtomicI32,
    observer: OnceLock<Arc<dyn Observer>>,
}

impl<S: Store> ServerCore<S> {
    /// Opens the server on a store; gives the store an epoch and a key if it has none.
    ///
    /// # Errors
    ///
    /// The store failed, or it holds a key that cannot be read.
    pub async fn open(
        store: S,
        objects: Arc<dyn Objects>,
        env: Arc<dyn Env>,
        settings: Settings,
    ) -> Result<Self, CoreError> {
        let seal_key = store.write(EnsureSealKey::fresh(&*env)).await?;
        let seal_public = seal_key.public();
        let inner = Inner {
            store: Arc::new(store),
            objects,
            env,
            settings,
            assemblies: Semaphore::new(ASSEMBLIES_MAX),
            seal_key,
            seal_public,
            pushes: PushBatcher::default(),
            pairings_of: AtomicI32::new(i32::MIN),
            observer: OnceLock::new(),
        };
        let core = Self { inner: Arc::new(inner) };
        let epoch = Epoch(core.new_id());
        core.inner.store.write(SetEpoch { epoch, replace: false }).await?;
        core.begin_day_if_due().await?;
        Ok(core)
    }

    /// Reports the events of this core and all its clones to `observer`. The first observer stays; a second is ignored.
    #[must_use]
    pub fn with_observer(self, observer: Arc<dyn Observer>) -> Self {
        let _ = self.inner.observer.set(observer);
        self
    }

    pub(super) fn observer(&self) -> &dyn Observer {
        self.inner.observer.get().map_or(&NoObserver, |observer| &**observer)
    }

    /// Reports evaluated operations to the observer.
    pub(super) fn count_operations(&self, counts: OutcomeCounts) {
        if counts != OutcomeCounts::default() {
            self.observer().operations_evaluated(counts);
        }
        if counts.in_review > 0 {
            self.observer().reviews_raised(counts.in_review);
        }
    }

    /// The store, for what only its backend can do.
    pub fn store(&self) -> &S {
        &self.inner.store
    }

    /// The server's clock, UTC milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.inner.env.now_ms()
    }

    /// Today in Shanghai by the server's clock.
    pub(super) fn today(&self) -> Day {
        Day::of_utc_ms(self.now_ms())
    }

    pub(super) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.inner.env.random(&mut bytes);
        bytes
    }

    pub(super) fn new_id(&self) -> uuid::Uuid {
        shared::ids::uuid_v7(self.now_ms(), self.random())
    }

    /// Puts pairings in force or out of force whose day has come, before the first request of a day.
    pub(super) async fn begin_day_if_due(&self) -> Result<(), CoreError> {
        let now_ms = self.now_ms();
        let today = Day::of_utc_ms(now_ms).number();
        if self.inner.pairings_of.load(Ordering::Relaxed) != today {
            self.inner.store.write(ApplyPairingDays { now_ms }).await?;
            self.inner.pairings_of.store(today, Ordering::Relaxed);
        }
        Ok(())
    }
}
