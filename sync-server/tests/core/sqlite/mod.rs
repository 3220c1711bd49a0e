//! A town on SQLite, in a file of its folder; and what only that backend has.

#[path = "../bundles.rs"]
mod bundles;
#[path = "../disk.rs"]
mod disk;
#[path = "../enrolment.rs"]
mod enrolment;
#[path = "../figures.rs"]
mod figures;
#[path = "../grouping.rs"]
mod grouping;
#[path = "../keeping.rs"]
mod keeping;
#[path = "../made.rs"]
mod made;
#[path = "../media.rs"]
mod media;
#[path = "../media_kills.rs"]
mod media_kills;
#[path = "../office.rs"]
mod office;
#[path = "../pulling.rs"]
mod pulling;
#[path = "../pushing.rs"]
mod pushing;
#[path = "../quarantine_retry.rs"]
mod quarantine_retry;
#[path = "../repairing.rs"]
mod repairing;
#[path = "../reviews.rs"]
mod reviews;
#[path = "../skew.rs"]
mod skew;
#[path = "../speed.rs"]
mod speed;
#[path = "../town.rs"]
mod town;

mod together;

use std::path::Path;
use sync_server::store::{AnyStore, SqliteStore};

/// What a town's store needs beside its folder: nothing.
pub struct Place;

impl Place {
    pub fn new() -> Self {
        Self
    }
    pub async fn open(&self, folder: &Path) -> AnyStore {
        AnyStore::Sqlite(SqliteStore::open(folder.join("server.db")).unwrap())
    }
}
