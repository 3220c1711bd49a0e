//! What commands promise, by theme.

mod faults;
mod merging;
mod recording;
mod stuck;
mod undo;
