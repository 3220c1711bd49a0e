//! A town on PostgreSQL, in a database of its own; and what only that backend has.

#[path = "../bundles.rs"]
mod bundles;
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
mod several;
#[path = "../skew.rs"]
mod skew;
#[path = "../speed.rs"]
mod speed;
#[path = "../town.rs"]
mod town;

use std::path::Path;
use sync_server::{
    store::{AnyStore, PgStore},
    testing::postgres::Database,
};

/// What a town's store needs beside its folder: a database.
pub struct Place(Database);

impl Place {
    pub fn new() -> Self {
        Self(Database::new())
    }
    pub async fn open(&self, _: &Path) -> AnyStore {
        AnyStore::Postgres(PgStore::open(self.0.url()).await.unwrap())
    }
}
