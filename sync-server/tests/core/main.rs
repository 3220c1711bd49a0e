//! The server's core through its protocol: a town, its workers and their phones, without HTTP.
#![allow(clippy::unwrap_used, reason = "a test that finds nothing should stop there")]

mod bundles;
mod disk;
mod enrolment;
mod figures;
mod judged_again;
mod keeping;
mod media;
mod media_kills;
mod office;
mod pulling;
mod pushing;
mod repairing;
mod reviews;
mod skew;
mod speed;
mod town;
