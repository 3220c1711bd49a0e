//! What must hold when all is quiet. Each check works out from the records alone what the server and the devices should
//! say, and compares.
//!
//! - [`dump`]: everything the server holds
//! - [`views`]: what a device holds is what the server holds of its scopes; digests
//! - [`outcomes`]: what was saved has an outcome, and its author sees it
//! - [`figures`]: figures, what is open, who is due, and the phone's own month
//! - [`merges`]: what became of fields that several set

pub mod dump;
mod figures;
mod merges;
mod outcomes;
mod views;

use super::world::World;
use dump::Dump;
use shared::RowId;

impl World {
    /// Every check, until one fails.
    pub async fn check(&mut self) -> anyhow::Result<()> {
        let dump = Dump::read(&self.server.store).await?;
        self.rows_and_scopes(&dump);
        self.views(&dump)?;
        self.outcomes(&dump)?;
        self.figures(&dump);
        self.phone_totals(&dump)?;
        self.photos(&dump)?;
        self.merges(&dump);
        for doc in dump.docs.values() {
            self.trace.fold(doc.as_bytes());
        }
        Ok(())
    }

    /// Notes a check, and its failure if there is one.
    fn expect(&mut self, check: &'static str, rows: &[RowId], holds: Result<(), String>) {
        self.trace.checks += 1;
        if let Err(what) = holds {
            self.fail(check, what, rows.to_vec());
        }
    }
}
