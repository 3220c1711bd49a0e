//! What follows from changed records: feeds, digests, figures, look-ups. All of it is derived from each record before
//! and after, and written in the same transaction, so that it can never disagree with the records.
//!
//! - `members`: which scopes gain, keep or lose a record, and their digests
//! - [`figures`]: figures of the report, and counts of what is open
//! - [`people`]: recipients' look-up rows, pairings as rights, due days
//! - [`lookups`]: workers, areas, rules, hand-outs, reviews, photos
//! - `seq_numbers`: the seqs of one transaction; [`write`](fn@write): the order of all of it

pub mod figures;
pub mod lookups;
mod members;
pub mod people;
mod seq_numbers;
mod write;

pub use write::write;
