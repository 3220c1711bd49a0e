//! The server without HTTP: it takes what devices and the office say, decides by the rules of `shared`, keeps feeds and
//! figures in step, and answers. One file per step of the protocol.
//!
//! - devices: [`enrol`], [`push`], [`pull`], [`media`], who asks: [`auth`]
//! - the office: [`office`] (imports and edits), [`review`] (deciding what no rule may), [`report`], [`accounts`], [`admin`]
//! - underneath: [`judge`] (an operation against the working set), [`effects`] (what follows from changed records),
//!   [`scopes`] (who may hold what), [`objects`] (photo bytes), [`env`] (time and randomness)

pub mod accounts;
pub mod admin;
pub mod env;
pub mod error;
pub mod objects;
pub mod office;
mod protocol;
pub mod report;

pub use accounts::{LoginError, Viewer};
pub use admin::{AreaEntry, DeviceFilter, DeviceInfo, IssuedCode, Stats, WorkerEntry};
pub use env::{Env, SystemEnv, TestEnv};
pub use error::CoreError;
pub use objects::{FolderObjects, Objects};
pub use office::{OfficeChange, OfficeReply};

use crate::store::Store;
use std::sync::Arc;

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
}

impl<S: Store> ServerCore<S> {
    /// Opens the server on a store; makes its epoch if it has none.
    pub async fn open(
        store: S,
        objects: Arc<dyn Objects>,
        env: Arc<dyn Env>,
        settings: Settings,
    ) -> Result<Self, CoreError> {
        Ok(Self { inner: Arc::new(Inner { store, objects, env, settings }) })
    }
}
