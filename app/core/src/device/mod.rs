//! The handle that screens hold. A [`Device`] is cheap to clone, only ever makes its caller wait, and does not know
//! what replies: a thread with its own store ([`thread`]) on phones and desktops, a Worker in a browser.
//!
//! - [`handle`]: the handle itself; [`calls`]: one typed method per command; [`events`]: what changed
//! - [`thread`]: starts the driver for everything that has threads; [`driver`]: the store's thread; [`network`]: the
//!   thread that makes calls
//! - [`system_env`]: clocks and randomness of a real machine

pub mod calls;
mod driver;
pub mod events;
pub mod handle;
mod network;
pub mod system_env;
pub mod thread;

pub use events::{Event, EventHub};
pub use handle::{Device, Request};
pub use system_env::{SystemEnv, wall_clock_ms};
pub use thread::{Options, start};
