//! The endpoints of the device API, one file each. The first lines of a file list every status it returns; its tests
//! are in the same file. `media_answer` holds what the upload endpoints share.

pub mod bundle;
pub mod enrol;
pub mod healthz;
mod media_answer;
pub mod media_chunk;
pub mod media_create;
pub mod media_finish;
pub mod media_status;
pub mod pull;
pub mod push;
pub mod repair;
pub mod report;

#[cfg(test)]
pub mod test_api;
