//! The simulator: real device cores and a real server core in one thread, with time, randomness and every fault drawn
//! from one seed. The same seed is the same run, to the last byte.
//!
//! | part of a run | files |
//! | --- | --- |
//! | the whole run and its state | [`seed`], [`simulation`], shaped by its [`profile`] |
//! | the people and what the office believes | [`fixture`] |
//! | devices, and the server's processes over one store | [`device`], [`server`], [`store`], `txn`, `photos` |
//! | time and randomness | [`clock`] |
//! | what people and the office do | `people`, `office`, `bundles`, `time_passing` |
//! | faults of the network | `network`, `pipeline` (calls sent early), `batched_pushes` (pushes evaluated together) |
//! | other faults | [`faults`], `power` (cuts), `other_builds` (their operations), `older_server` |
//! | records of the run | [`ledger`] and `observe` (confirmed saves), [`trace`], `describe` |
//! | the end | `quiesce` (everybody syncs), then [`checks`] |
//! | planted bugs, which prove that the checks work | [`mutants`], planted in `txn`, `photos` and `planted_bugs` |
//!
//! `docs/simulator.md` says how to run it and how to read a failure.

mod batched_pushes;
mod bundles;
pub mod checks;
pub mod clock;
mod describe;
pub mod device;
mod fault;
pub mod faults;
mod files;
pub mod fixture;
pub mod ledger;
pub mod mutants;
mod network;
mod observe;
mod office;
mod older_server;
mod other_builds;
mod people;
mod photos;
mod pipeline;
mod planted_bugs;
mod power;
pub mod profile;
mod quiesce;
pub mod seed;
pub mod server;
pub mod simulation;
pub mod store;
mod store_fault;
mod time_passing;
pub mod trace;
mod txn;

pub use seed::{SeedReport, run};
