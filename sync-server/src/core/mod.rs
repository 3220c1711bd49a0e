//! The server without HTTP: takes operations of devices and the office, decides by the rules of `shared`, keeps feeds
//! and figures in step with the records, and answers. Rooms, from the bottom to the top; none uses one above it:
//!
//! - [`mod@env`], [`error`], [`observe`]: time and randomness, errors, events to count
//! - [`objects`]: where photo bytes are stored
//! - `auth`, `feed_state`, `keys`: who calls; the store's epoch and day marks; the keys of bundles
//! - [`apply`]: one operation against the working set, and all that follows from changed rows
//! - `intake`: operations as they were sent, evaluated in one transaction
//! - `server`: [`ServerCore`], which every room above extends with its steps
//! - `media`: photo uploads; `admin`: devices, accounts, reports, reviews, changes by the office
//! - `sync`: enrol, push, pull, repair, bundle; `maintenance`: work without a caller
//! - `protocol`: the protocol's trait, one call for each step

mod admin;
pub mod apply;
mod auth;
pub mod env;
pub mod error;
mod feed_state;
mod intake;
mod keys;
mod maintenance;
mod media;
pub mod objects;
pub mod observe;
mod protocol;
mod server;
mod sync;

pub use admin::{
    AreaEntry, ChangeCounts, DeviceFilter, DeviceInfo, IssuedCode, LoginError, OfficeChange, PASSWORD_MIN, Stats,
    Viewer, WorkerEntry, review_list,
};
pub use env::{Env, SystemEnv, TestEnv};
pub use error::CoreError;
pub use maintenance::{KEEP_DAYS, Pruned};
pub use objects::{Objects, ObjectsError, StoredObjects};
pub use observe::{Observer, OutcomeCounts};
pub use server::{ServerCore, Settings};
pub use sync::RelayedBy;
