//! What the tests of this crate share.
//!
//! - [`env`]: clocks, randomness and folders; [`office`]: a server without a network; [`fixture`]: devices and forms

pub mod env;
pub mod fixture;
pub mod office;

pub use env::{Dir, TestEnv};
pub(crate) use fixture::*;
pub use office::Office;
