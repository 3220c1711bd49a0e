//! What follows from changed records: feeds, digests, figures, look-ups. Records go in as before and after; everything
//! derived is brought along in the same transaction, so it can never disagree with them.
//!
//! - [`members`]: which scopes gain, keep or lose a record, and their digests
//! - [`figures`]: what counts, and what is open
//! - [`people`]: recipients' look-up rows, pairings as rights, who is due
//! - [`lookups`]: workers, areas, rules, hand-outs, photos

pub mod figures;
pub mod lookups;
mod members;
pub mod people;
mod seq_numbers;
mod write;

pub use write::write;
