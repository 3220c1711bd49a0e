//! What end-to-end tests, the demo and the benchmarks stand on.
//!
//! - [`server`]: the server's real program, killed and started again; in-process there is `sync_server::testing`
//! - [`phone`]: a device as a process of its own, that can be killed
//! - [`recorder`]: a device without a store, for loading histories
//! - [`proxy`]: a bad connection on demand
//! - [`webdriver`]: the app in its real WebView, the console in a real browser
//! - [`fixture`]: a plan inside an in-process server
//! - [`tools`], [`folder`], [`picture`], [`interrupt`]: programs from outside, temporary folders, photos, an end from
//!   outside

pub mod fixture;
pub mod folder;
pub mod interrupt;
pub mod phone;
pub mod picture;
pub mod proxy;
pub mod recorder;
pub mod server;
pub mod tools;
pub mod webdriver;

pub use folder::Folder;
pub use proxy::{Fault, Proxy};
pub use tools::Tool;
