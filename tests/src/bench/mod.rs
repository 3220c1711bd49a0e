//! The numbers to hold, measured: one file per group of rows. Figures are printed beside what they are to hold and
//! beside a peer that does the bare minimum on the same machine in the same run; nothing is asserted, since a busy
//! machine is no defect.
//!
//! - [`peer`]: SQLite alone, with no product around it
//! - [`device`]: a real device core whose sync is timed step by step
//! - [`sync`]: push, pull, a sync with nothing to do, bytes
//! - [`fan_in`]: many devices at once, and the server's memory
//! - [`history`]: reports over a growing history
//! - [`phone`]: saving, searching and opening on the device
//! - [`table`]: how it is printed

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

/// Where the server keeps its tables.
#[derive(Clone, Debug)]
pub enum Backend {
    Sqlite,
    /// A PostgreSQL of this machine's own, durable as it comes, with a database for each stage.
    Postgres,
}

/// A server with a roster in it, and the folder that goes away with it.
pub struct Stage {
    pub server: Server,
    pub plan: Plan,
    pub folder: Folder,
    /// Goes after the server.
    _database: Option<Database>,
}

impl Stage {
    /// The roster imported, and nothing started yet.
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

/// One township with so many who care and so many in their care, each in the care of one.
pub fn township(carers: u32, recipients: u32, today: Day) -> Shape {
    let shape = Shape::township(2026, today);
    // The administrator and the supervisors of city, county and township.
    let office = 4;
    Shape { workers: office + carers, recipients, grid_extra: 0, ..shape }
}
