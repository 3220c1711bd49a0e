//! Metrics for Prometheus: counters and histograms since the start of the process, and gauges read from the store at
//! each scrape. docs/operations.md lists them. No label holds an id, a name or a path as it was requested.
//!
//! - [`registry`]: the metrics, and what the HTTP layer counts
//! - `labels`: their labels
//! - `observer`: what the core counts
//! - `gauges`: what is open in the store
//! - [`endpoint`]: `GET /metrics`, on a port of its own

pub mod endpoint;
mod gauges;
mod labels;
mod observer;
pub mod registry;

#[cfg(test)]
mod tests;

pub use labels::RequestLabels;
pub use registry::Metrics;
