//! Benchmarks, one file per group of rows. Each figure is printed beside its target, and beside bare SQLite on the same
//! machine in the same run. Nothing is asserted, since a busy machine is no defect.
//!
//! - [`peer`]: SQLite alone, with no product around it
//! - [`device`]: a real device core whose sync is timed step by step
//! - [`sync`]: push, pull, a sync with nothing to do, bytes
//! - [`fan_in`]: many devices at once, and the server's memory
//! - [`history`]: reports over a growing history
//! - [`phone`]: saving, searching and opening on the device
//! - [`table`]: prints the rows

pub mod device;
pub mod fan_in;
pub mod history;
pub mod peer;
pub mod phone;
pub mod sync;
pub mod table;

use crate::{
    city::{Plan, Shape, roster},
    harness::{Folder, Tool, server::Server},
};
use shared::Day;
use std::path::PathBuf;
use sync_server::testing::postgres::Database;

/// The backend of the server.
#[derive(Clone, Debug)]
pub enum Backend {
    Sqlite,
    /// A PostgreSQL for this run, with a database for each stage.
    Postgres,
}

/// A server with a roster, and the folder that is removed with it.
pub struct Stage {
    pub server: Server,
    pub plan: Plan,
    pub folder: Folder,
    /// Dropped after the server.
    _database: Option<Database>,
}

impl Stage {
    /// Imports the roster. The server is not started yet.
    pub async fn new(backend: &Backend, shape: Shape) -> anyhow::Result<Self> {
        let folder = Folder::temporary("bench")?;
        let plan = Plan::new(shape);
        roster::write(&plan, folder.path())?;
        let mut server = Server::new(Tool::SyncServer.path()?, folder.join("data"));
        let database = matches!(backend, Backend::Postgres).then(Database::new);
        if let Some(database) = &database {
            server = server.on_database(&database.text());
        }
        server.import(folder.path()).await?;
        Ok(Self { server, plan, folder, _database: database })
    }

    /// A folder for a device's files.
    pub fn home(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// One township with this many workers and recipients; each recipient is paired with one worker.
pub fn township(carers: u32, recipients: u32, today: Day) -> Shape {
    let shape = Shape::township(2026, today);
    // The administrator and the supervisors of city, county and township.
    let office = 4;
    Shape { workers: office + carers, recipients, grid_extra: 0, ..shape }
}
