//! What the office does: devices and codes, console accounts, changes, reports, reviews.
//!
//! - [`codes`], [`devices`], [`directory`]: enrolment codes, devices, areas and workers
//! - [`accounts`]: console log-ins and what a viewer may see
//! - [`office_changes`]: imports and edits; [`review_list`]: reviews and deciding them, with
//!   `review_history`
//! - [`report`]: figures; [`photo_view`]: a photo for the console
//! - [`health`]: backup, epoch, counts

mod accounts;
mod codes;
mod devices;
mod directory;
mod health;
mod office_changes;
mod photo_view;
mod report;
mod review_history;
pub mod review_list;

pub use accounts::{LoginError, PASSWORD_MIN, Viewer};
pub use codes::IssuedCode;
pub use devices::{DeviceFilter, DeviceInfo};
pub use directory::{AreaEntry, WorkerEntry};
pub use health::Stats;
pub use office_changes::{ChangeCounts, OfficeChange};
