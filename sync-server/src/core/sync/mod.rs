//! The steps of the sync protocol, except photos: one file each.
//!
//! - [`enrol`]: a one-time code becomes a token
//! - [`push`]: operations in; [`pull`]: rows out, with [`cursor`], [`feed_page`] and [`late_outcomes`]
//! - [`repair`]: what a device holds otherwise than the server
//! - [`bundle`]: unsent work that comes as a file

mod bundle;
mod cursor;
mod enrol;
mod feed_page;
mod late_outcomes;
mod pull;
mod push;
mod repair;

pub use bundle::RelayedBy;
