//! The server's core through its protocol: a town, its workers and their phones, without HTTP.
#![allow(clippy::unwrap_used, reason = "a test that finds nothing should stop there")]

mod bundles;
mod disk;
mod enrolment;
mod figures;
mod media;
mod office;
mod pulling;
mod pushing;
mod reviews;
mod speed;
mod town;
