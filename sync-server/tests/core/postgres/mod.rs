//! The tests of the core on PostgreSQL, and those of this backend only.

#[path = "../batching.rs"]
mod batching;
#[path = "../bundles.rs"]
mod bundles;
#[path = "../created.rs"]
mod created;
#[path = "../enrolment.rs"]
mod enrolment;
#[path = "../figures.rs"]
mod figures;
#[path = "../fixture.rs"]
mod fixture;
#[path = "../media.rs"]
mod media;
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
mod several_servers;
#[path = "../skew.rs"]
mod skew;
#[path = "../speed.rs"]
mod speed;

use std::path::Path;
use sync_server::{
    store::{AnyStore, PgStore},
    testing::postgres::Database,
};

/// Where the store of a fixture is: a database of its own.
pub struct StoreLocation(Database);

impl StoreLocation {
    pub fn new() -> Self {
        Self(Database::new())
    }
    pub async fn open(&self, _: &Path) -> AnyStore {
        AnyStore::Postgres(PgStore::open(self.0.url()).await.unwrap())
    }
}
