//! The tests of the core on SQLite, and those of this backend only.

#[path = "../batching.rs"]
mod batching;
#[path = "../bundles.rs"]
mod bundles;
#[path = "../created.rs"]
mod created;
#[path = "../disk.rs"]
mod disk;
#[path = "../enrolment.rs"]
mod enrolment;
#[path = "../figures.rs"]
mod figures;
#[path = "../fixture.rs"]
mod fixture;
#[path = "../media.rs"]
mod media;
#[path = "../media_kills.rs"]
mod media_kills;
#[path = "../observing.rs"]
mod observing;
#[path = "../office.rs"]
mod office;
#[path = "../phone.rs"]
mod phone;
#[path = "../pruning.rs"]
mod pruning;
#[path = "../pulling.rs"]
mod pulling;
#[path = "../pushing.rs"]
mod pushing;
#[path = "../quarantine_retry.rs"]
mod quarantine_retry;
#[path = "../records.rs"]
mod records;
#[path = "../repairing.rs"]
mod repairing;
#[path = "../reviews.rs"]
mod reviews;
#[path = "../skew.rs"]
mod skew;
#[path = "../speed.rs"]
mod speed;

mod batch_equivalence;

use std::path::Path;
use sync_server::store::{AnyStore, SqliteStore};

/// Where the store of a fixture is: a file in its folder.
pub struct StoreLocation;

impl StoreLocation {
    pub fn new() -> Self {
        Self
    }
    pub async fn open(&self, folder: &Path) -> AnyStore {
        AnyStore::Sqlite(SqliteStore::open(folder.join("server.db")).unwrap())
    }
}
