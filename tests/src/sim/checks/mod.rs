//! What must hold at the end of a run. Each check computes from the records alone what the server and the devices
//! should hold, and compares.
//!
//! - [`dump`]: everything that the server holds
//! - `views`: each device holds the rows of its scopes; digests
//! - `outcomes`: each saved operation has an outcome, and its author sees it
//! - `figures`: the report, open counts, days of last contact
//! - `phone`: the month on the phone, and its photos
//! - `merges`: fields that several people set

pub mod dump;
mod figures;
mod merges;
mod outcomes;
mod phone;
mod views;

use super::simulation::Simulation;
use dump::Dump;
use shared::RowId;

impl Simulation {
    /// Runs every check.
    ///
    /// # Errors
    /// When a store cannot be read. A failed check is no error.
    pub async fn check(&mut self) -> anyhow::Result<()> {
        let dump = Dump::read(&self.server.store).await?;
        self.rows_and_scopes(&dump);
        self.views(&dump)?;
        self.outcomes(&dump)?;
        self.figures(&dump);
        self.shown_report(&dump).await?;
        self.phone_totals(&dump)?;
        self.photos(&dump)?;
        self.merges(&dump);
        for doc in dump.docs.values() {
            self.trace.fold(doc.as_bytes());
        }
        Ok(())
    }

    /// Counts a check and records its failure.
    fn expect(&mut self, check: &'static str, rows: &[RowId], holds: Result<(), String>) {
        self.trace.checks += 1;
        if let Err(what) = holds {
            self.fail(check, what, rows.to_vec());
        }
    }
}
