//! The simulator: a town of people with real device cores and a real server core, in one thread, with time, randomness and
//! every misfortune from one seed. The same seed is the same run, to the last byte.
//!
//! - a run: [`world`], shaped by its [`profile`]; who lives there: [`town`]; [`clock`]
//! - what happens: [`people`], [`office`], [`foreign`] (operations of other builds), [`older`] (a server of an
//!   older build), [`faults`], [`power`] (cuts), [`network`],
//!   [`ahead`] (pushes sent before a reply is in), [`meeting`] (pushes judged together), [`bundles`] (unsent work as a file),
//!   [`seasons`] (months pass)
//! - what is watched: [`ledger`] (what was confirmed as saved), [`trace`], [`words`]
//! - the parts: [`handset`] (a device), [`server`] (processes over one [`store`], with [`photos`] beside it)
//! - how it ends: [`quiet`], then [`checks`]
//! - whether it would notice: [`mutants`], planted in [`txn`] and [`plant`]
//!
//! `docs/simulator.md` tells how to run it and how to read a failure.

mod bundles;
pub mod checks;
pub mod clock;
pub mod faults;
pub mod fixture;
mod foreign;
pub mod handset;
pub mod ledger;
mod meeting;
pub mod mutants;
mod network;
mod office;
mod older;
mod people;
mod photos;
mod pipeline;
mod plant;
mod power;
pub mod profile;
mod quiesce;
pub mod server;
pub mod store;
mod time_passing;
pub mod trace;
mod txn;
mod words;
pub mod world;

use crate::harness::folder::Folder;
use mutants::Bug;
use std::collections::BTreeMap;
use world::{Failure, World};

/// How a seed ended.
#[derive(Clone, Debug)]
pub struct SeedReport {
    pub seed: u64,
    pub operations: u64,
    pub syncs: u64,
    pub steps: u64,
    pub checks: u64,
    pub faults: BTreeMap<&'static str, u64>,
    pub reached: BTreeMap<&'static str, u64>,
    /// Over everything that happened, and everything the server held at the end.
    pub hash: u64,
    pub failure: Option<Failure>,
}

/// Runs one seed, with a planted bug or without.
///
/// # Errors
/// When the simulator itself cannot go on: no folder, a server that does not start. A check that fails is no error.
pub fn run(seed: u64, bug: Option<Bug>) -> anyhow::Result<SeedReport> {
    let folder = Folder::in_memory_if_possible(&format!("sim-{seed}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut world = World::make(seed, folder.path(), bug).await?;
        if world.failure.is_none() {
            world.live().await?;
        }
        if world.failure.is_none() {
            world.calm_down().await?;
        }
        if world.failure.is_none() {
            world.check().await?;
        }
        Ok(world.report(seed))
    })
}

impl World {
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
