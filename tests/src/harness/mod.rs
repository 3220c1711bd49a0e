//! What end-to-end tests, the demo and the benchmarks stand on.
//!
//! - [`proxy`]: a bad connection on demand
//! - [`webdriver`]: the app in its real WebView, the console in a real browser
//! - [`tools`], [`folder`]: programs from outside, temporary folders

pub mod folder;
pub mod proxy;
pub mod tools;
pub mod webdriver;

pub use folder::Folder;
pub use proxy::{Fault, Proxy};
pub use tools::Tool;
