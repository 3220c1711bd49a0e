//! What commands promise, by theme.

mod faults;
mod merging;
mod recording;
mod reviews;
mod space;
mod stuck;
mod tracing_spans;
mod undo;
