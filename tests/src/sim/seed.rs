//! Runs one seed from its first day to the checks.

use super::{
    mutants::Bug,
    simulation::{Failure, Simulation},
};
use crate::harness::folder::Folder;
use std::collections::BTreeMap;

/// The result of a seed.
#[derive(Clone, Debug)]
pub struct SeedReport {
    pub seed: u64,
    pub operations: u64,
    pub syncs: u64,
    pub steps: u64,
    pub checks: u64,
    pub faults: BTreeMap<&'static str, u64>,
    pub reached: BTreeMap<&'static str, u64>,
    /// A hash over all events and over everything that the server held at the end.
    pub hash: u64,
    pub failure: Option<Failure>,
}

/// Runs one seed, with a planted bug or without one.
///
/// # Errors
/// When the simulator itself cannot continue: no folder, a server that does not start. A failed check is no error.
pub fn run(seed: u64, bug: Option<Bug>) -> anyhow::Result<SeedReport> {
    let folder = Folder::in_memory_if_possible(&format!("sim-{seed}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut sim = Simulation::make(seed, folder.path(), bug).await?;
        if sim.failure.is_none() {
            sim.live().await?;
        }
        if sim.failure.is_none() {
            sim.quiesce().await?;
        }
        if sim.failure.is_none() {
            sim.check().await?;
        }
        Ok(sim.report(seed))
    })
}

impl Simulation {
    fn report(self, seed: u64) -> SeedReport {
        SeedReport {
            seed,
            operations: self.ledger.ops.len() as u64,
            syncs: self.trace.syncs,
            steps: self.trace.steps(),
            checks: self.trace.checks,
            faults: self.trace.faults.clone(),
            reached: self.trace.reached.clone(),
            hash: self.trace.hash(),
            failure: self.failure,
        }
    }
}
