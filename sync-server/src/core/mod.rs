//! The server without HTTP: it takes what devices and the office say, decides by the rules of `shared`, keeps feeds and
//! figures in step, and answers. One file per step of the protocol.
//!
//! - devices: [`enrol`], [`push`], [`pull`] (with [`cursor`] and [`late_outcomes`]), [`repair`], [`media`] with its sweep and what is really held, [`bundle`]
//!   with its [`keys`], who asks: [`auth`]
//! - the office: [`office`] (imports and edits), `review` (deciding what no rule may), [`reviews`] (what waits for that),
//!   [`report`], [`accounts`], [`admin`]
//! - by itself: [`housekeeping`] (what is old is pruned), [`quarantine_retry`] (what only a newer server could evaluate)
//! - underneath: [`evaluate`] (an operation against the working set), [`effects`] (what follows from changed records),
//!   [`scopes`] (who may hold what), [`objects`] (photo bytes), [`env`] (time and randomness)

pub mod accounts;
pub mod admin;
mod auth;
pub mod bundle;
mod cursor;
pub mod effects;
mod enrol;
pub mod env;
pub mod error;
mod evaluate;
mod housekeeping;
mod keys;
mod late_outcomes;
mod media;
mod media_held;
mod media_sweep;
mod media_view;
mod meta;
pub mod objects;
pub mod observe;
pub mod office;
mod protocol;
mod pull;
mod push;
mod quarantine_retry;
mod repair;
pub mod report;
mod review;
pub mod reviews;
pub mod scopes;
mod working_set;

pub use accounts::{LoginError, Viewer};
pub use admin::{AreaEntry, DeviceFilter, DeviceInfo, IssuedCode, Stats, WorkerEntry};
pub use bundle::RelayedBy;
pub use env::{Env, SystemEnv, TestEnv};
pub use error::CoreError;
pub use housekeeping::{KEEP_DAYS, Pruned};
pub use objects::{Objects, ObjectsError, StoredObjects};
pub use office::{OfficeChange, OfficeReply};

use crate::store::Store;
use shared::{
    ids::Epoch,
    seal::{SealPublic, SealSecret},
};
use std::sync::{Arc, atomic::AtomicI32};
use tokio::sync::Semaphore;

/// What an operator may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long an enrolment code holds.
    pub code_valid_hours: u32,
    /// Devices not heard of for so many days are shown as silent.
    pub silent_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { code_valid_hours: 72, silent_days: 30 }
    }
}

/// The server's core. Cheap to clone; all clones are the same server.
pub struct ServerCore<S> {
    inner: Arc<Inner<S>>,
}

impl<S> Clone for ServerCore<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

struct Inner<S> {
    store: S,
    objects: Arc<dyn Objects>,
    env: Arc<dyn Env>,
    settings: Settings,
    /// Photos that are put together at the moment.
    finishing: Semaphore,
    /// What bundles are opened with; in the store, and the same for as long as the store lives.
    seal_key: SealSecret,
    /// Its public half, which every pull compares.
    seal_public: SealPublic,
    /// Pushes that wait to be judged together.
    pushes: push::PushBatcher,
    /// The day whose pairings were last swept, as its number.
    swept: AtomicI32,
}

impl<S: Store> ServerCore<S> {
    /// Opens the server on a store; makes its epoch if it has none.
    pub async fn open(
        store: S,
        objects: Arc<dyn Objects>,
        env: Arc<dyn Env>,
        settings: Settings,
    ) -> Result<Self, CoreError> {
        let swept = AtomicI32::new(i32::MIN);
        let (finishing, pushes) = (Semaphore::new(media::FINISHING_MAX), push::PushBatcher::default());
        let seal_key = store.write(keys::Ensure::fresh(&*env)).await?;
        let seal_public = seal_key.public();
        let inner = Inner { store, objects, env, settings, finishing, pushes, seal_key, seal_public, swept };
        let core = Self { inner: Arc::new(inner) };
        let epoch = Epoch(core.new_id());
        core.inner.store.write(meta::SetEpoch { epoch, replace: false }).await?;
        core.sweep_if_due().await?;
        Ok(core)
    }

    /// The store, for what only its backend can do.
    pub fn store(&self) -> &S {
        &self.inner.store
    }

    /// The server's clock, UTC milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.inner.env.now_ms()
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.inner.env.random(&mut bytes);
        bytes
    }

    fn new_id(&self) -> uuid::Uuid {
        shared::ids::uuid_v7(self.now_ms(), self.random())
    }
}
