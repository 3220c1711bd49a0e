//! What commands promise, by theme.

mod faults;
mod merging;
mod recording;
mod space;
mod stuck;
mod undo;
